// RUN: spex-opt %s | spex-opt | FileCheck %s
// RUN: spex-opt %s --mlir-print-op-generic | spex-opt | FileCheck %s

// CHECK-LABEL: func.func @selects_in_groups(
func.func @selects_in_groups(%v: tensor<?x8xf32>, %m: tensor<?x8xi1>, %n: index)
    -> (tensor<?x8xi32>, tensor<?x8xi32>, tensor<?x1xi32>) {
  // CHECK: moe.take %{{.*}} groups %{{.*}} count %{{.*}} : tensor<?x8xf32>
  %a = moe.take %v groups %n count %n : tensor<?x8xf32>
  // CHECK: moe.take %{{.*}} where %{{.*}} groups %{{.*}} count %{{.*}} : tensor<?x8xf32>, tensor<?x8xi1>
  %b = moe.take %v where %m groups %n count %n
      : tensor<?x8xf32>, tensor<?x8xi1>
  // CHECK: moe.balance %{{.*}} groups %{{.*}} : tensor<?x8xf32>
  %c = moe.balance %v groups %n : tensor<?x8xf32>
  return %a, %b, %c : tensor<?x8xi32>, tensor<?x8xi32>, tensor<?x1xi32>
}

// CHECK-LABEL: func.func @plans_a_transport(
func.func @plans_a_transport(%s: tensor<2x?x8xf64>) -> tensor<2x?x8xf64> {
  // CHECK: moe.sinkhorn %{{.*}} tolerance 1.000000e-04 limit 100 : tensor<2x?x8xf64>
  %p = moe.sinkhorn %s tolerance 1.0e-4 limit 100 : tensor<2x?x8xf64>
  return %p : tensor<2x?x8xf64>
}

// CHECK-LABEL: func.func @orders_choices(
func.func @orders_choices(%a: tensor<?x2xi32>, %b: tensor<4x2xi32>)
    -> (tensor<4xi32>, tensor<?xi32>, tensor<?x2xi32>, tensor<8xi32>) {
  // CHECK: moe.plan %{{.*}} of 3 : tensor<?x2xi32>
  %o, %r, %p = moe.plan %a of 3 : tensor<?x2xi32>
  // CHECK: moe.plan %{{.*}} of 3 : tensor<4x2xi32>
  %o1, %r1, %p1 = moe.plan %b of 3 : tensor<4x2xi32>
  return %o, %r, %p, %r1
      : tensor<4xi32>, tensor<?xi32>, tensor<?x2xi32>, tensor<8xi32>
}

// CHECK-LABEL: func.func @draws(
func.func @draws(%n: index, %l: index, %r: tensor<?xi32>, %h: tensor<4xf64>)
    -> (tensor<?x8xf32>, tensor<9xi32>, tensor<?x8xf32>, tensor<4xf64>) {
  // CHECK: moe.draw gumbel "Block" "y" call 1 copy %{{.*}} (%{{.*}}) : tensor<?x8xf32>
  %g = moe.draw gumbel "Block" "y" call 1 copy %l (%n) : tensor<?x8xf32>
  // CHECK: moe.draw index below %{{.*}} "Hash" "table" call 0 copy %{{.*}} seed 42 () : tensor<9xi32>
  %c64 = arith.constant 64 : index
  %t = moe.draw index below %c64 "Hash" "table" call 0 copy %l seed 42 ()
      : tensor<9xi32>
  // CHECK: moe.draw uniform "y" "u" call 0 copy %{{.*}} numbers(%{{.*}} : tensor<?xi32>) copies(%{{.*}} : tensor<?xi32>){{ ?}}(%{{.*}}) : tensor<?x8xf32>
  %u = moe.draw uniform "y" "u" call 0 copy %l numbers(%r : tensor<?xi32>)
      copies(%r : tensor<?xi32>) (%n) : tensor<?x8xf32>
  // CHECK: moe.draw gamma "y" "d" call 0 copy %{{.*}} shapes(%{{.*}} : tensor<4xf64>){{ ?}}() : tensor<4xf64>
  %d = moe.draw gamma "y" "d" call 0 copy %l shapes(%h : tensor<4xf64>) ()
      : tensor<4xf64>
  return %g, %t, %u, %d
      : tensor<?x8xf32>, tensor<9xi32>, tensor<?x8xf32>, tensor<4xf64>
}
