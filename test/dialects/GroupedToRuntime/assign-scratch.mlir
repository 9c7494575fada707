// RUN: spex-opt %s --grouped-assign-scratch --canonicalize --cse --split-input-file | FileCheck %s
// RUN: spex-opt %s --grouped-assign-scratch="reuse=false" --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=APART

// 13 floats of T rows, rounded up to 64 bytes.
// CHECK-LABEL: func.func @views_scratch(
// CHECK-SAME:    %[[T:[a-zA-Z0-9_-]+]]: index {spex.dim = "T"}, %{{.*}}, %[[S:[a-zA-Z0-9_-]+]]: memref<?xi8> {spex.place = "scratch"})
// CHECK:         %[[A:[a-zA-Z0-9_-]+]] = memref.view %[[S]][%c0][%[[T]]] : memref<?xi8> to memref<?x13xf32>
// CHECK-LABEL: func.func private @views_scratch_scratch_bytes(
// CHECK-SAME:    %[[N:[a-zA-Z0-9_-]+]]: index) -> index
// CHECK:         %[[BYTES:[a-zA-Z0-9_-]+]] = arith.muli %[[N]], %c52
// CHECK:         %[[UNITS:[a-zA-Z0-9_-]+]] = arith.ceildivui %[[BYTES]], %c64
// CHECK:         %[[ALL:[a-zA-Z0-9_-]+]] = arith.muli %[[UNITS]], %c64
// CHECK:         return %[[ALL]]
func.func @views_scratch(%T: index {spex.dim = "T"}, %x: memref<?x13xf32> {spex.place = "in", spex.dims = ["T", 13]}) attributes {spex.entry} {
  %a = memref.alloc(%T) : memref<?x13xf32>
  linalg.copy ins(%x : memref<?x13xf32>) outs(%a : memref<?x13xf32>)
  return
}

// -----

// A dimension of an argument is the size that the argument names.
// CHECK-LABEL: func.func private @asks_arguments_scratch_bytes(
// CHECK-SAME:    %[[B:[a-zA-Z0-9_-]+]]: index, %[[S:[a-zA-Z0-9_-]+]]: index)
// CHECK:         arith.muli %[[S]], %c4
func.func @asks_arguments(%B: index {spex.dim = "B"}, %S: index {spex.dim = "S"},
    %x: memref<?x?xf32> {spex.place = "in", spex.dims = ["B", "S"]}) attributes {spex.entry} {
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c1 : memref<?x?xf32>
  %a = memref.alloc(%n) : memref<?xf32>
  %zero = arith.constant 0.0 : f32
  memref.store %zero, %a[%c1] : memref<?xf32>
  return
}

// -----

// %a is dead before %c comes: 256 bytes each, two places for three of them.
// CHECK-LABEL: func.func @shares_memory(
// CHECK-DAG:     memref.view %{{.*}}[%c0][] : memref<?xi8> to memref<64xf32>
// CHECK-DAG:     memref.view %{{.*}}[%c256][] : memref<?xi8> to memref<64xf32>
// CHECK-LABEL: func.func private @shares_memory_scratch_bytes(
// CHECK:         return %c512
// APART-LABEL: func.func private @shares_memory_scratch_bytes(
// APART:         return %c768
func.func @shares_memory(%x: memref<64xf32> {spex.place = "in", spex.dims = [64]},
                         %y: memref<64xf32> {spex.place = "out", spex.dims = [64]}) attributes {spex.entry} {
  %a = memref.alloc() : memref<64xf32>
  linalg.copy ins(%x : memref<64xf32>) outs(%a : memref<64xf32>)
  %b = memref.alloc() : memref<64xf32>
  linalg.copy ins(%a : memref<64xf32>) outs(%b : memref<64xf32>)
  %c = memref.alloc() : memref<64xf32>
  linalg.copy ins(%b : memref<64xf32>) outs(%c : memref<64xf32>)
  linalg.copy ins(%c : memref<64xf32>) outs(%y : memref<64xf32>)
  return
}

// -----

// What is used in a loop below lives as long as the loop.
// CHECK-LABEL: func.func private @keeps_over_loops_scratch_bytes(
// CHECK:         return %c512
func.func @keeps_over_loops(%n: index {spex.dim = "N"}, %x: memref<64xf32> {spex.place = "in", spex.dims = [64]},
                            %y: memref<64xf32> {spex.place = "out", spex.dims = [64]}) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<64xf32>
  linalg.copy ins(%x : memref<64xf32>) outs(%a : memref<64xf32>)
  scf.for %i = %c0 to %n step %c1 {
    linalg.copy ins(%a : memref<64xf32>) outs(%y : memref<64xf32>)
    %b = memref.alloc() : memref<64xf32>
    linalg.copy ins(%x : memref<64xf32>) outs(%b : memref<64xf32>)
    linalg.copy ins(%b : memref<64xf32>) outs(%y : memref<64xf32>)
  }
  return
}

// -----

// A block has at most 4 rows, a chunk at most 8 columns, and a panel of width 4
// is a quarter of that: 4 * 8 floats are 128 bytes, 2 * 3 floats 64 bytes.
// CHECK-LABEL: func.func @bounds_blocks(
// CHECK:         grouped.tasks
// CHECK:         ^bb0(%[[N:[a-zA-Z0-9_-]+]]: index, {{.*}}, %[[SCRATCH:[a-zA-Z0-9_-]+]]: memref<?xi8>):
// CHECK-DAG:       memref.view %[[SCRATCH]][%c0{{.*}}][%[[N]], %{{.*}}] : memref<?xi8> to memref<?x?xf32>
// CHECK-DAG:       memref.view %[[SCRATCH]][%c128{{.*}}][%{{.*}}] : memref<?xi8> to memref<?x3xf32>
// CHECK-LABEL: func.func private @bounds_blocks_worker_bytes(
// CHECK:         return %c192
func.func @bounds_blocks(%n: index {spex.dim = "N"}, %w: memref<5x7x1x4xf32> {spex.place = "packed", spex.parameter = "w"},
    %y: memref<?x20xf32> {spex.place = "out", spex.dims = ["N", 20]}, %list: memref<?x5xi32>, %tasks: index) attributes {spex.entry} {
  grouped.tasks panels(%w : memref<5x7x1x4xf32>) outs(%y : memref<?x20xf32>)
      order(%list, %tasks : memref<?x5xi32>, index) row_block 4 column_block 8 {
  ^bb0(%count: index, %first: index, %group: index, %p: memref<?x7x1x4xf32, strided<[28, 4, 4, 1], offset: ?>>,
       %to: memref<?x?xf32, strided<[20, 1], offset: ?>>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %columns = memref.dim %to, %c1 : memref<?x?xf32, strided<[20, 1], offset: ?>>
    %panels = memref.dim %p, %c0 : memref<?x7x1x4xf32, strided<[28, 4, 4, 1], offset: ?>>
    %a = memref.alloc(%count, %columns) : memref<?x?xf32>
    %b = memref.alloc(%panels) : memref<?x3xf32>
    memref.store %zero, %a[%c0, %c0] : memref<?x?xf32>
    memref.store %zero, %b[%c0, %c0] : memref<?x3xf32>
    memref.store %zero, %a[%c0, %c0] : memref<?x?xf32>
    grouped.yield
  }
  return
}

// -----

// What only the run knows has room for its bound, 4 * N floats, in the formula,
// and its own size in the view.
// CHECK-LABEL: func.func @makes_room_for_bounds(
// CHECK:         %[[ROWS:.*]] = arith.minui
// CHECK:         memref.view %{{.*}}[%c0][%[[ROWS]]] : memref<?xi8> to memref<?x4xf32>
// CHECK-LABEL: func.func private @makes_room_for_bounds_scratch_bytes(
// CHECK-SAME:    %[[N:[a-zA-Z0-9_-]+]]: index) -> index
// CHECK:         arith.muli %[[N]], %c16
func.func @makes_room_for_bounds(%n: index {spex.dim = "N"}, %x: memref<?xindex> {spex.place = "in", spex.dims = ["N"]}) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  %loaded = memref.load %x[%c0] : memref<?xindex>
  %rows = arith.minui %loaded, %n : index
  %a = memref.alloc(%rows) : memref<?x4xf32>
  %zero = arith.constant 0.0 : f32
  memref.store %zero, %a[%c0, %c0] : memref<?x4xf32>
  return
}
