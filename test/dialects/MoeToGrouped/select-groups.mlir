// RUN: spex-opt %s --convert-moe-to-grouped | FileCheck %s

// CHECK-LABEL: func.func @gives_destinations(
// CHECK-SAME:    %[[N:[^:]*]]: index {spex.dim = "N"
func.func @gives_destinations(
    %n: index {spex.dim = "N", spex.max = 64 : i64},
    %v: tensor<?x8xf32> {spex.place = "in", spex.name = "v", spex.dims = ["N", 8]},
    %ids: memref<?x8xi32> {spex.place = "out", spex.name = "ids", spex.dims = ["N", 8]},
    %one: memref<?x1xi32> {spex.place = "out", spex.name = "one", spex.dims = ["N", 1]},
    %plan: memref<1x?x8xf32> {spex.place = "out", spex.name = "plan", spex.dims = [1, "N", 8]},
    %noise: memref<?x8xf32> {spex.place = "out", spex.name = "noise", spex.dims = ["N", 8]}) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: %[[I0:.*]] = tensor.empty(%[[N]]) : tensor<?x8xi32>
  // CHECK: grouped.take %{{.*}} groups %{{.*}} count %{{.*}} outs(%[[I0]] : tensor<?x8xi32>)
  %a = moe.take %v groups %c1 count %c1 : tensor<?x8xf32>
  // CHECK: %[[I1:.*]] = tensor.empty(%[[N]]) : tensor<?x1xi32>
  // CHECK: grouped.balance %{{.*}} groups %{{.*}} outs(%[[I1]] : tensor<?x1xi32>)
  %b = moe.balance %v groups %c1 : tensor<?x8xf32>
  %s = tensor.expand_shape %v [[0, 1], [2]] output_shape [1, %n, 8]
      : tensor<?x8xf32> into tensor<1x?x8xf32>
  // CHECK: %[[P0:.*]] = tensor.empty(%[[N]]) : tensor<1x?x8xf32>
  // CHECK: grouped.sinkhorn %{{.*}} tolerance 1.000000e-04 limit 100 outs(%[[P0]] : tensor<1x?x8xf32>)
  %p = moe.sinkhorn %s tolerance 1.0e-4 limit 100 : tensor<1x?x8xf32>
  // CHECK: %[[D0:.*]] = tensor.empty(%[[N]]) : tensor<?x8xf32>
  // CHECK: grouped.draw 2 "m" "y" call 0 copy %{{.*}} outs(%[[D0]] : tensor<?x8xf32>)
  %d = moe.draw gumbel "m" "y" call 0 copy %c0 (%n) : tensor<?x8xf32>
  bufferization.materialize_in_destination %a in restrict writable %ids : (tensor<?x8xi32>, memref<?x8xi32>) -> ()
  bufferization.materialize_in_destination %b in restrict writable %one : (tensor<?x1xi32>, memref<?x1xi32>) -> ()
  bufferization.materialize_in_destination %p in restrict writable %plan : (tensor<1x?x8xf32>, memref<1x?x8xf32>) -> ()
  bufferization.materialize_in_destination %d in restrict writable %noise : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
  return
}

// CHECK-LABEL: func.func @gives_destinations_to_plans(
// CHECK-SAME:    %[[N:[^:]*]]: index {spex.dim = "N"
func.func @gives_destinations_to_plans(
    %n: index {spex.dim = "N", spex.max = 64 : i64},
    %ids: tensor<?x2xi32> {spex.place = "in", spex.name = "ids", spex.dims = ["N", 2]},
    %place: memref<?x2xi32> {spex.place = "out", spex.name = "place", spex.dims = ["N", 2]}) attributes {spex.entry} {
  // CHECK: %[[R:.*]] = arith.muli %[[N]], %{{.*}} : index
  // CHECK: %[[O0:.*]] = tensor.empty() : tensor<4xi32>
  // CHECK: %[[R0:.*]] = tensor.empty(%[[R]]) : tensor<?xi32>
  // CHECK: %[[P0:.*]] = tensor.empty(%[[N]]) : tensor<?x2xi32>
  // CHECK: grouped.plan %{{.*}} : tensor<?x2xi32> outs(%[[O0]], %[[R0]], %[[P0]]
  %o, %r, %p = moe.plan %ids of 3 : tensor<?x2xi32>
  bufferization.materialize_in_destination %p in restrict writable %place : (tensor<?x2xi32>, memref<?x2xi32>) -> ()
  return
}
