// RUN: spex-opt %s --convert-grouped-to-runtime --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @plans(
// CHECK-SAME:    %[[IDS:[a-zA-Z0-9_-]+]]: memref<?x2xi32>, %[[O:[a-zA-Z0-9_-]+]]: memref<9xi32>, %[[R:[a-zA-Z0-9_-]+]]: memref<?xi32>, %[[P:[a-zA-Z0-9_-]+]]: memref<?x2xi32>, %{{.*}}: index {spex.place = "context"})
// CHECK-DAG:     %[[IDP:[a-zA-Z0-9_-]+]] = memref.extract_aligned_pointer_as_index %[[IDS]]
// CHECK-DAG:     %[[OP:[a-zA-Z0-9_-]+]] = memref.extract_aligned_pointer_as_index %[[O]]
// CHECK-DAG:     %[[RP:[a-zA-Z0-9_-]+]] = memref.extract_aligned_pointer_as_index %[[R]]
// CHECK-DAG:     %[[PP:[a-zA-Z0-9_-]+]] = memref.extract_aligned_pointer_as_index %[[P]]
// CHECK-DAG:     %[[U:[a-zA-Z0-9_-]+]] = memref.dim %[[IDS]]
// CHECK:         call @spex_plan(%[[IDP]], %[[U]], %{{.*}}, %{{.*}}, %[[OP]], %[[RP]], %[[PP]])
func.func @plans(%ids: memref<?x2xi32>, %o: memref<9xi32>, %r: memref<?xi32>, %p: memref<?x2xi32>) attributes {spex.entry} {
  grouped.plan %ids : memref<?x2xi32> outs(%o, %r, %p : memref<9xi32>, memref<?xi32>, memref<?x2xi32>)
  return
}

// -----

// The module has no table of routes: layers are counted by the loop.
// CHECK:       module attributes {spex.routes = [{choices = 2 : i64, experts = 8 : i64, layers = 4 : i64, path = "Block.y"}]}
// CHECK-LABEL: func.func @observes_in_a_copy(
// CHECK-SAME:    %[[IDS:[a-zA-Z0-9_-]+]]: memref<?x2xi32>, %[[USED:[a-zA-Z0-9_-]+]]: memref<?x2xi32>, %[[CONTEXT:[a-zA-Z0-9_-]+]]: index {spex.place = "context"})
// CHECK:         scf.for %[[LAYER:[a-zA-Z0-9_-]+]] =
// CHECK:           scf.for %[[U:[a-zA-Z0-9_-]+]] =
// CHECK:             scf.for %[[K:[a-zA-Z0-9_-]+]] =
// CHECK:               %[[ID:[a-zA-Z0-9_-]+]] = memref.load %[[IDS]][%[[U]], %[[K]]]
// CHECK:               memref.store %[[ID]], %[[USED]][%[[U]], %[[K]]]
// CHECK:           %[[POINTER:[a-zA-Z0-9_-]+]] = memref.extract_aligned_pointer_as_index %[[USED]]
// CHECK:           call @spex_observe_route(%[[CONTEXT]], %{{.*}}, %[[LAYER]], %[[POINTER]]
func.func @observes_in_a_copy(%ids: memref<?x2xi32>, %used: memref<?x2xi32>) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %l = %c0 to %c4 step %c1 {
    grouped.observe %ids route "Block.y" of 8 layer %l outs(%used : memref<?x2xi32>) : memref<?x2xi32>
  }
  return
}

// -----

// The second of the module's routes has number 1.
module attributes {spex.routes = [{choices = 1 : i64, experts = 4 : i64, layers = 1 : i64, path = "a"},
                                  {choices = 2 : i64, experts = 8 : i64, layers = 3 : i64, path = "b"}]} {
// CHECK-LABEL: func.func @numbers_routes_by_the_table(
// CHECK:         %[[ONE:[a-zA-Z0-9_-]+]] = arith.constant 1 : index
// CHECK:         call @spex_observe_route(%{{.*}}, %[[ONE]],
func.func @numbers_routes_by_the_table(%ids: memref<?x2xi32>, %l: index) attributes {spex.entry} {
  grouped.observe %ids route "b" of 8 layer %l outs(%ids : memref<?x2xi32>) : memref<?x2xi32>
  return
}
}

// -----

// What a capacity left is counted, never replayed.
// CHECK-LABEL: func.func @observes_what_is_kept(
// CHECK-NOT:     spex_observe_route
// CHECK:         call @spex_observe_kept(
func.func @observes_what_is_kept(%ids: memref<?x2xi32>, %used: memref<?x2xi32>) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  grouped.observe %ids kept route "y" of 8 layer %c0 outs(%used : memref<?x2xi32>) : memref<?x2xi32>
  return
}

// -----

// Experts inside of others: each of the 3 outer experts is a layer.
// CHECK:       module attributes {spex.routes = [{choices = 2 : i64, experts = 8 : i64, layers = 3 : i64, path = "y.z"}]}
// CHECK-LABEL: func.func @observes_within(
// CHECK-SAME:    %{{[a-zA-Z0-9_-]+}}: memref<?x2xi32>, %[[OUTER:[a-zA-Z0-9_-]+]]: memref<?xi32>,
// CHECK:         %[[POINTER:.*]] = memref.extract_aligned_pointer_as_index %[[OUTER]]
// CHECK:         %[[THREE:.*]] = arith.constant 3 : index
// CHECK:         call @spex_observe_within({{.*}}, %[[POINTER]], %[[THREE]])
func.func @observes_within(%ids: memref<?x2xi32>, %outer: memref<?xi32>) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  grouped.observe %ids route "y.z" of 8 layer %c0 within %outer : memref<?xi32> of 3 outs(%ids : memref<?x2xi32>) : memref<?x2xi32>
  return
}

// -----

// At most rows / 4 full blocks and one for each of the 8 groups; 9 columns in
// chunks of 4 are 3.
// CHECK-LABEL: func.func @orders_grouped_tasks(
// CHECK-SAME:    %[[O:[a-zA-Z0-9_-]+]]: memref<9xi32>, %[[R:[a-zA-Z0-9_-]+]]: memref<?xi32>
// CHECK:         %[[OFFSETS:[a-zA-Z0-9_-]+]] = memref.extract_aligned_pointer_as_index %[[O]]
// CHECK:         %[[FULL:[a-zA-Z0-9_-]+]] = arith.divui %{{.*}}, %{{.*}}
// CHECK:         %[[BLOCKS:[a-zA-Z0-9_-]+]] = arith.addi %[[FULL]], %{{.*}}
// CHECK:         %[[CHUNKS:[a-zA-Z0-9_-]+]] = arith.ceildivui
// CHECK:         %[[BOUND:[a-zA-Z0-9_-]+]] = arith.muli %[[BLOCKS]], %[[CHUNKS]]
// CHECK:         %[[LIST:[a-zA-Z0-9_-]+]] = memref.alloc(%[[BOUND]]) : memref<?x5xi32>
// CHECK:         %[[N:[a-zA-Z0-9_-]+]] = call @spex_order_tasks(%[[OFFSETS]],
// CHECK:         grouped.tasks {{.*}} order(%[[LIST]], %[[N]] : memref<?x5xi32>, index)
func.func @orders_grouped_tasks(%o: memref<9xi32>, %r: memref<?xi32>, %w: memref<8x9xf32>, %y: memref<?x9xf32>) attributes {spex.entry} {
  grouped.tasks offsets(%o : memref<9xi32>) rows(%r : memref<?xi32>) panels(%w : memref<8x9xf32>)
      outs(%y : memref<?x9xf32>) row_block 4 column_block 4 {
  ^bb0(%n: index, %first: index, %group: index, %mine: memref<?xi32>, %part: memref<?xf32, strided<[1], offset: ?>>,
       %to: memref<?x?xf32, strided<[9, 1], offset: ?>>):
    grouped.yield
  }
  return
}

// -----

// CHECK-LABEL: func.func @orders_regular_groups(
// CHECK-SAME:    %[[N:[a-zA-Z0-9_-]+]]: index, %[[Y:[a-zA-Z0-9_-]+]]: memref<?x?x8xf32>
// CHECK:         %[[NONE:[a-zA-Z0-9_-]+]] = arith.constant 0 : index
// CHECK:         %[[ROWS:[a-zA-Z0-9_-]+]] = memref.dim %[[Y]], %{{.*}}
// CHECK:         call @spex_order_tasks(%{{.*}}, %[[N]], %[[ROWS]],
func.func @orders_regular_groups(%n: index, %y: memref<?x?x8xf32>) attributes {spex.entry} {
  grouped.tasks groups(%n) outs(%y : memref<?x?x8xf32>) row_block 16 {
  ^bb0(%count: index, %first: index, %group: index, %to: memref<?x8xf32, strided<[8, 1], offset: ?>>):
    grouped.yield
  }
  return
}

// -----

// Both keep their lists. The joined one has room for both; a row of the first
// meets 9 * 8 weights, one of the second none, which counts as 1.
// CHECK-LABEL: func.func @joins_lists(
// CHECK:         %[[A:[a-zA-Z0-9_-]+]] = memref.alloc(%[[ROOM_A:[a-zA-Z0-9_-]+]]) : memref<?x5xi32>
// CHECK:         %[[NA:[a-zA-Z0-9_-]+]] = call @spex_order_tasks(
// CHECK:         %[[B:[a-zA-Z0-9_-]+]] = memref.alloc(%[[ROOM_B:[a-zA-Z0-9_-]+]]) : memref<?x5xi32>
// CHECK:         %[[NB:[a-zA-Z0-9_-]+]] = call @spex_order_tasks(
// CHECK:         %[[JOINED:[a-zA-Z0-9_-]+]] = memref.alloc(%{{.*}}) : memref<?x3xi64>
// CHECK:         %[[COST:[a-zA-Z0-9_-]+]] = arith.constant 72 : index
// CHECK:         %[[FIRST:[a-zA-Z0-9_-]+]] = call @spex_join_tasks(%{{.*}}, %[[NA]], %{{.*}}, %[[COST]], %{{.*}}, %{{.*}})
// CHECK:         %[[ONE:[a-zA-Z0-9_-]+]] = arith.constant 1 : index
// CHECK:         %[[ALL:[a-zA-Z0-9_-]+]] = call @spex_join_tasks(%{{.*}}, %[[NB]], %[[ONE]], %{{.*}}, %{{.*}}, %[[FIRST]])
// CHECK-NEXT:    grouped.tasks {{.*}} order(%[[A]], %[[NA]] : memref<?x5xi32>, index)
// CHECK:         grouped.tasks {{.*}} order(%[[B]], %[[NB]], %[[JOINED]], %[[ALL]] : memref<?x5xi32>, index, memref<?x3xi64>, index)
func.func @joins_lists(%o: memref<9xi32>, %p: memref<3xi32>, %r: memref<?xi32>, %w: memref<8x9x8xf32>, %y: memref<?x8xf32>) attributes {spex.entry} {
  grouped.tasks offsets(%o : memref<9xi32>) rows(%r : memref<?xi32>) panels(%w : memref<8x9x8xf32>)
      outs(%y : memref<?x8xf32>) row_block 4 joins_next {
  ^bb0(%n: index, %first: index, %group: index, %mine: memref<?xi32>, %part: memref<9x8xf32>, %to: memref<?x8xf32>):
    grouped.yield
  }
  grouped.tasks offsets(%p : memref<3xi32>) rows(%r : memref<?xi32>) outs(%y : memref<?x8xf32>) row_block 4 {
  ^bb0(%n: index, %first: index, %group: index, %mine: memref<?xi32>, %to: memref<?x8xf32>):
    grouped.yield
  }
  return
}
