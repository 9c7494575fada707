// RUN: spex-opt %s --split-input-file --eliminate-empty-tensors --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" --canonicalize --cse --canonicalize | FileCheck %s

// What lies between two matmuls is private to the task; results are written
// where they end up, and nothing is copied.
// CHECK-LABEL: func.func @fuses_without_copies(
// CHECK-SAME:    %[[X:.*]]: memref<?x8xf32>, %{{.*}}: memref<3xi32>, %{{.*}}: memref<?xi32>, %{{.*}}: memref<2x8x16xf32>, %{{.*}}: memref<2x16x8xf32>, %[[OUT:.*]]: memref<?x8xf32>)
// CHECK-NOT:     memref.alloc
// CHECK:         grouped.tasks offsets({{.*}}) rows({{.*}}) ins(%[[X]] : memref<?x8xf32>) panels({{.*}}) outs(%[[OUT]] : memref<?x8xf32>) row_block 4 {
// CHECK-NEXT:    ^bb0(%[[N:.*]]: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: memref<?xi32, strided<[1], offset: ?>>, %{{.*}}: memref<?x8xf32>, %{{.*}}: memref<8x16xf32, strided<[16, 1], offset: ?>>, %{{.*}}: memref<16x8xf32, strided<[8, 1], offset: ?>>, %[[YS:.*]]: memref<?x8xf32, strided<[8, 1], offset: ?>>):
// CHECK:           memref.alloc(%[[N]]){{.*}} : memref<?x8xf32>
// CHECK:           memref.alloc(%[[N]]){{.*}} : memref<?x16xf32>
// CHECK:           grouped.matmul %{{.*}} by({{.*}}) outs(%[[YS]] :
// CHECK-NOT:     memref.copy
func.func @fuses_without_copies(
    %x: tensor<?x8xf32> {bufferization.writable = false},
    %o: tensor<3xi32> {bufferization.writable = false},
    %r: tensor<?xi32> {bufferization.writable = false},
    %w1: tensor<2x8x16xf32> {bufferization.writable = false},
    %w2: tensor<2x16x8xf32> {bufferization.writable = false},
    %out: memref<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %r, %c0 : tensor<?xi32>
  %y0 = tensor.empty(%n) : tensor<?x8xf32>
  %y = grouped.tasks offsets(%o : tensor<3xi32>) rows(%r : tensor<?xi32>)
      ins(%x : tensor<?x8xf32>)
      panels(%w1, %w2 : tensor<2x8x16xf32>, tensor<2x16x8xf32>)
      outs(%y0 : tensor<?x8xf32>) row_block 4 -> tensor<?x8xf32> {
  ^bb0(%count: index, %first: index, %group: index, %units: tensor<?xi32>,
       %xs: tensor<?x8xf32>, %w1e: tensor<8x16xf32>, %w2e: tensor<16x8xf32>,
       %ys: tensor<?x8xf32>):
    %g0 = tensor.empty(%count) : tensor<?x8xf32>
    %g = grouped.gather %xs at %units outs(%g0 : tensor<?x8xf32>)
        : tensor<?x8xf32>, tensor<?xi32> -> tensor<?x8xf32>
    %h0 = tensor.empty(%count) : tensor<?x16xf32>
    %h = grouped.matmul %g by(%w1e : tensor<8x16xf32>)
        outs(%h0 : tensor<?x16xf32>) : tensor<?x8xf32> -> tensor<?x16xf32>
    %d0 = tensor.empty(%count) : tensor<?x8xf32>
    %d = grouped.matmul %h by(%w2e : tensor<16x8xf32>)
        outs(%d0 : tensor<?x8xf32>) : tensor<?x16xf32> -> tensor<?x8xf32>
    %m = bufferization.materialize_in_destination %d in %ys
        : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    grouped.yield %m : tensor<?x8xf32>
  }
  bufferization.materialize_in_destination %y in restrict writable %out
      : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
  return
}

// -----

// A residual is read where the result is written: in place.
// CHECK-LABEL: func.func @residual_in_place(
// CHECK-NOT:     memref.alloc
// CHECK-NOT:     memref.copy
// CHECK:         grouped.matmul %{{.*}} by({{.*}}) with(%[[X:.*]] : memref<4x8xf32>) outs(%[[X]] : memref<4x8xf32>)
func.func @residual_in_place(%x: tensor<4x8xf32> {bufferization.writable = true},
    %a: tensor<4x2xf32> {bufferization.writable = false},
    %w: tensor<2x8xf32> {bufferization.writable = false}) -> tensor<4x8xf32> {
  %y = grouped.matmul %a by(%w : tensor<2x8xf32>) with(%x : tensor<4x8xf32>)
      outs(%x : tensor<4x8xf32>) : tensor<4x2xf32> -> tensor<4x8xf32> epilogue {
  ^bb0(%s: f32, %r: f32):
    %t = arith.addf %s, %r : f32
    grouped.yield %t : f32
  }
  return %y : tensor<4x8xf32>
}

// -----

// The parts of groups of equal size lack the dimension of the group.
// CHECK-LABEL: func.func @slices_regular_groups(
// CHECK:         grouped.tasks groups(%{{.*}}) blocks(
// CHECK-NEXT:    ^bb0({{.*}}, %{{.*}}: memref<?x4xf32, strided<[4, 1], offset: ?>>, %{{.*}}: memref<6xf32, strided<[1], offset: ?>>, %{{.*}}: memref<?x4xf32, strided<[4, 1], offset: ?>>):
func.func @slices_regular_groups(%n: index,
    %x: tensor<?x?x4xf32> {bufferization.writable = false},
    %p: tensor<?x6xf32> {bufferization.writable = false},
    %y: tensor<?x?x4xf32> {bufferization.writable = true}) -> tensor<?x?x4xf32> {
  %z = grouped.tasks groups(%n) blocks(%x : tensor<?x?x4xf32>)
      panels(%p : tensor<?x6xf32>) outs(%y : tensor<?x?x4xf32>)
      row_block 16 -> tensor<?x?x4xf32> {
  ^bb0(%count: index, %first: index, %group: index, %xs: tensor<?x4xf32>,
       %ps: tensor<6xf32>, %ys: tensor<?x4xf32>):
    %c = linalg.copy ins(%xs : tensor<?x4xf32>) outs(%ys : tensor<?x4xf32>)
        -> tensor<?x4xf32>
    grouped.yield %c : tensor<?x4xf32>
  }
  return %z : tensor<?x?x4xf32>
}
