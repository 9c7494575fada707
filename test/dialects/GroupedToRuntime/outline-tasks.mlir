// RUN: spex-opt %s --grouped-outline-tasks --canonicalize --split-input-file | FileCheck %s

// The closure lies in one place on the stack, though the call is in a loop.
// CHECK-LABEL: func.func @calls_the_runtime(
// CHECK-SAME:    %[[CONTEXT:[a-zA-Z0-9_-]+]]: index {spex.place = "context"}
// CHECK-DAG:     %[[F:[a-zA-Z0-9_-]+]] = constant @calls_the_runtime_tasks_0 : (!llvm.ptr, index, !llvm.ptr) -> ()
// CHECK-DAG:     %[[CLOSURE:[a-zA-Z0-9_-]+]] = llvm.alloca
// CHECK:         scf.for
// CHECK:           call @spex_parallel_for(%[[CONTEXT]], %{{.*}}, %[[F]], %[[CLOSURE]])
// CHECK-NOT:     grouped.tasks
// CHECK-LABEL: func.func private @calls_the_runtime_tasks_0(
// CHECK-SAME:    %[[C:[a-zA-Z0-9_-]+]]: !llvm.ptr, %[[TASK:[a-zA-Z0-9_-]+]]: index, %{{.*}}: !llvm.ptr) attributes {llvm.linkage = #llvm.linkage<internal>}
// CHECK:         %[[G:[a-zA-Z0-9_-]+]] = memref.load %[[LIST:[a-zA-Z0-9_-]+]][%[[TASK]], %c0]
// CHECK:         memref.load %[[LIST]][%[[TASK]], %c1]
// CHECK:         memref.load %[[LIST]][%[[TASK]], %c2]
// CHECK:         memref.subview %{{.*}}[%{{.*}}] [%{{.*}}] [1] : memref<?xi32> to memref<?xi32
// CHECK:         memref.subview %{{.*}}[%{{.*}}, 0] [1, 9] [1, 1] : memref<8x9xf32> to memref<9xf32
// CHECK:         memref.subview %{{.*}}[%{{.*}}, 0] [%{{.*}}, 9] [1, 1] : memref<?x9xf32> to memref<?x9xf32
func.func @calls_the_runtime(%context: index {spex.place = "context"}, %n: index {spex.dim = "N"}, %o: memref<9xi32>, %r: memref<?xi32>,
    %w: memref<8x9xf32>, %y: memref<?x9xf32>, %list: memref<?x5xi32>, %tasks: index) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    grouped.tasks offsets(%o : memref<9xi32>) rows(%r : memref<?xi32>) panels(%w : memref<8x9xf32>)
        outs(%y : memref<?x9xf32>) order(%list, %tasks : memref<?x5xi32>, index) row_block 4 {
    ^bb0(%count: index, %first: index, %group: index, %mine: memref<?xi32, strided<[1], offset: ?>>,
         %bias: memref<9xf32, strided<[1], offset: ?>>, %to: memref<?x9xf32, strided<[9, 1], offset: ?>>):
      %zero = arith.constant 0 : index
      %b = memref.load %bias[%zero] : memref<9xf32, strided<[1], offset: ?>>
      %u = memref.load %mine[%zero] : memref<?xi32, strided<[1], offset: ?>>
      %v = arith.uitofp %u : i32 to f32
      %s = arith.addf %b, %v : f32
      memref.store %s, %to[%first, %zero] : memref<?x9xf32, strided<[9, 1], offset: ?>>
      grouped.yield
    }
  }
  return
}

// -----

// The row within the group is what is left of the numbered rows before it;
// 8 columns in panels of width 4 are 2 panels.
// CHECK-LABEL: func.func private @cuts_regular_groups_tasks_0(
// CHECK:         %[[FIRST:[a-zA-Z0-9_-]+]] = arith.subi %{{.*}}, %{{.*}} : index
// CHECK-DAG:     %[[P0:[a-zA-Z0-9_-]+]] = arith.divui %{{.*}}, %c4
// CHECK-DAG:     %[[PN:[a-zA-Z0-9_-]+]] = arith.ceildivui %{{.*}}, %c4
// CHECK:         memref.subview %{{.*}}[%{{.*}}, %[[P0]], 0, 0, 0] [1, %[[PN]], 7, 1, 4]
// CHECK:         memref.subview %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}] [1, %{{.*}}, %{{.*}}]
func.func @cuts_regular_groups(%context: index {spex.place = "context"}, %n: index, %w: memref<?x5x7x1x4xf32>, %y: memref<?x?x20xf32>,
    %list: memref<?x5xi32>, %tasks: index) attributes {spex.entry} {
  grouped.tasks groups(%n) panels(%w : memref<?x5x7x1x4xf32>) outs(%y : memref<?x?x20xf32>)
      order(%list, %tasks : memref<?x5xi32>, index) row_block 4 column_block 8 {
  ^bb0(%count: index, %first: index, %group: index, %p: memref<?x7x1x4xf32, strided<[28, 4, 4, 1], offset: ?>>,
       %to: memref<?x?xf32, strided<[20, 1], offset: ?>>):
    %zero = arith.constant 0 : index
    %v = memref.load %p[%zero, %zero, %zero, %zero] : memref<?x7x1x4xf32, strided<[28, 4, 4, 1], offset: ?>>
    memref.store %v, %to[%first, %zero] : memref<?x?xf32, strided<[20, 1], offset: ?>>
    grouped.yield
  }
  return
}

// -----

// Joined tasks are one call; of a task the joined list says whose it is, and
// which one of that list.
// CHECK-LABEL: func.func @runs_joined_tasks(
// CHECK-DAG:     %[[F:[a-zA-Z0-9_-]+]] = constant @runs_joined_tasks_tasks_1_joined : (!llvm.ptr, index, !llvm.ptr) -> ()
// CHECK:         call @spex_parallel_for(%{{.*}}, %[[N:[a-zA-Z0-9_-]+]], %[[F]],
// CHECK-NOT:     spex_parallel_for
// CHECK-LABEL: func.func private @runs_joined_tasks_tasks_1_joined(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[TASK:[a-zA-Z0-9_-]+]]: index, %[[SCRATCH:[a-zA-Z0-9_-]+]]: !llvm.ptr)
// CHECK:         %[[L:[a-zA-Z0-9_-]+]] = memref.load %[[JOINED:[a-zA-Z0-9_-]+]][%[[TASK]], %c1]
// CHECK:         %[[LIST:[a-zA-Z0-9_-]+]] = arith.index_cast %[[L]]
// CHECK:         %[[T:[a-zA-Z0-9_-]+]] = memref.load %[[JOINED]][%[[TASK]], %c2]
// CHECK:         %[[MINE:[a-zA-Z0-9_-]+]] = arith.index_cast %[[T]]
// CHECK:         scf.index_switch %[[LIST]]
// CHECK-NEXT:    case 1 {
// CHECK-NEXT:      func.call @runs_joined_tasks_tasks_1(%{{.*}}, %[[MINE]], %[[SCRATCH]])
// CHECK:         default {
// CHECK-NEXT:      func.call @runs_joined_tasks_tasks_0(%{{.*}}, %[[MINE]], %[[SCRATCH]])
func.func @runs_joined_tasks(%context: index {spex.place = "context"}, %y: memref<?x9xf32>, %a: memref<?x5xi32>, %b: memref<?x5xi32>,
    %joined: memref<?x3xi64>, %n: index) attributes {spex.entry} {
  grouped.tasks outs(%y : memref<?x9xf32>) order(%a, %n : memref<?x5xi32>, index) row_block 4 joins_next {
  ^bb0(%count: index, %first: index, %group: index, %to: memref<?x9xf32, strided<[9, 1], offset: ?>>):
    grouped.yield
  }
  grouped.tasks outs(%y : memref<?x9xf32>) order(%b, %n, %joined, %n : memref<?x5xi32>, index, memref<?x3xi64>, index) row_block 4 {
  ^bb0(%count: index, %first: index, %group: index, %to: memref<?x9xf32, strided<[9, 1], offset: ?>>):
    grouped.yield
  }
  return
}
