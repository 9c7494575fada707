// RUN: spex-opt %s | spex-opt | FileCheck %s
// RUN: spex-opt %s --mlir-print-op-generic | spex-opt | FileCheck %s
// RUN: spex-opt %s --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" | FileCheck %s --check-prefix=BUFFERS

// Destinations are written and never read, so nothing is copied.
// BUFFERS-NOT: memref.copy

// CHECK-LABEL: func.func @selects_in_groups(
// BUFFERS-LABEL: func.func @selects_in_groups(
func.func @selects_in_groups(%v: tensor<?x8xf32>, %m: tensor<?x8xi1>, %n: index,
    %i0: tensor<?x8xi32>, %i1: tensor<?x1xi32>)
    -> (tensor<?x8xi32>, tensor<?x1xi32>) {
  // CHECK: grouped.take %{{.*}} groups %{{.*}} count %{{.*}} outs(%{{.*}} : tensor<?x8xi32>) : tensor<?x8xf32> -> tensor<?x8xi32>
  // BUFFERS: grouped.take %{{.*}} groups %{{.*}} count %{{.*}} outs(%{{.*}} : memref<?x8xi32>) : memref<?x8xf32>
  %a = grouped.take %v groups %n count %n outs(%i0 : tensor<?x8xi32>)
      : tensor<?x8xf32> -> tensor<?x8xi32>
  // CHECK: grouped.take %{{.*}} where(%{{.*}} : tensor<?x8xi1>) groups
  %b = grouped.take %v where(%m : tensor<?x8xi1>) groups %n count %n
      outs(%a : tensor<?x8xi32>) : tensor<?x8xf32> -> tensor<?x8xi32>
  // CHECK: grouped.balance %{{.*}} groups %{{.*}} outs(%{{.*}} : tensor<?x1xi32>) : tensor<?x8xf32> -> tensor<?x1xi32>
  // BUFFERS: grouped.balance %{{.*}} groups %{{.*}} outs(%{{.*}} : memref<?x1xi32>) : memref<?x8xf32>
  %c = grouped.balance %v groups %n outs(%i1 : tensor<?x1xi32>)
      : tensor<?x8xf32> -> tensor<?x1xi32>
  return %b, %c : tensor<?x8xi32>, tensor<?x1xi32>
}

// CHECK-LABEL: func.func @makes_numbers(
// BUFFERS-LABEL: func.func @makes_numbers(
func.func @makes_numbers(%s: tensor<2x?x8xf32>, %p0: tensor<2x?x8xf32>,
    %l: index, %d0: tensor<9xi32>, %h: tensor<9xf64>, %g0: tensor<9xf64>)
    -> (tensor<2x?x8xf32>, tensor<9xi32>, tensor<9xf64>) {
  // CHECK: grouped.sinkhorn %{{.*}} tolerance 1.000000e-04 limit 100 outs(%{{.*}} : tensor<2x?x8xf32>) : tensor<2x?x8xf32> -> tensor<2x?x8xf32>
  // BUFFERS: grouped.sinkhorn %{{.*}} tolerance 1.000000e-04 limit 100 outs(%{{.*}} : memref<2x?x8xf32>) : memref<2x?x8xf32>
  %p = grouped.sinkhorn %s tolerance 1.0e-4 limit 100
      outs(%p0 : tensor<2x?x8xf32>) : tensor<2x?x8xf32> -> tensor<2x?x8xf32>
  // CHECK: grouped.draw 3 below %{{.*}} "Hash" "table" call 0 copy %{{.*}} seed 42 outs(%{{.*}} : tensor<9xi32>) -> tensor<9xi32>
  // BUFFERS: grouped.draw 3 below %{{.*}} "Hash" "table" call 0 copy %{{.*}} seed 42 outs(%{{.*}} : memref<9xi32>)
  %c64 = arith.constant 64 : index
  %d = grouped.draw 3 below %c64 "Hash" "table" call 0 copy %l seed 42
      outs(%d0 : tensor<9xi32>) -> tensor<9xi32>
  // CHECK: grouped.draw 4 "y" "d" call 0 copy %{{.*}} copies(%{{.*}} : tensor<9xi32>) shapes(%{{.*}} : tensor<9xf64>) outs(%{{.*}} : tensor<9xf64>) -> tensor<9xf64>
  // BUFFERS: grouped.draw 4 "y" "d" call 0 copy %{{.*}} copies(%{{.*}} : memref<9xi32>) shapes(%{{.*}} : memref<9xf64>) outs(%{{.*}} : memref<9xf64>)
  %g = grouped.draw 4 "y" "d" call 0 copy %l copies(%d : tensor<9xi32>)
      shapes(%h : tensor<9xf64>) outs(%g0 : tensor<9xf64>) -> tensor<9xf64>
  return %p, %d, %g : tensor<2x?x8xf32>, tensor<9xi32>, tensor<9xf64>
}
