// RUN: spex-opt %s | spex-opt | FileCheck %s
// RUN: spex-opt %s --mlir-print-op-generic | spex-opt | FileCheck %s

// CHECK: moe.parameter @Block.y.w1 : tensor<4x8x128x256xf32> dims ["L", "E", "D", "F"] init normal(5.000000e-02)
moe.parameter @"Block.y.w1" : tensor<4x8x128x256xf32>
    dims ["L", "E", "D", "F"] init normal(5.0e-02)
// CHECK: moe.parameter @norm.w : tensor<128xf32> dims ["D"] init ones
moe.parameter @norm.w : tensor<128xf32> dims ["D"] init ones
// CHECK: moe.parameter @mean : tensor<f32> dims [] init zeros kind state
moe.parameter @mean : tensor<f32> dims [] init zeros kind state

// CHECK-LABEL: func.func @routes(
func.func @routes(%x: tensor<?x128xf32>, %p: tensor<?x8xf32>,
    %mask: tensor<?x8xi1>, %w: tensor<8x128x128xf32>, %layer: index)
    -> tensor<?x128xf32> {
  // CHECK: moe.get @Block.y.w1 : tensor<4x8x128x256xf32>
  %w1 = moe.get @"Block.y.w1" : tensor<4x8x128x256xf32>
  // CHECK: moe.top_k %{{.*}} where %{{.*}} choose 3 : tensor<?x8xf32>, tensor<?x8xi1>
  %masked = moe.top_k %p where %mask choose 3 : tensor<?x8xf32>, tensor<?x8xi1>
  // CHECK: moe.top_k %{{.*}} choose 2 : tensor<?x8xf32>
  %ids = moe.top_k %p choose 2 : tensor<?x8xf32>
  // CHECK: moe.observe %{{.*}} route "Block.y" of 8 layer %{{.*}} : tensor<?x2xi32>
  %used = moe.observe %ids route "Block.y" of 8 layer %layer : tensor<?x2xi32>
  // CHECK: moe.limit %{{.*}} of 8 groups %{{.*}} to %{{.*}} : tensor<?x2xi32>
  %kept = moe.limit %used of 8 groups %layer to %layer : tensor<?x2xi32>
  // CHECK: moe.observe %{{.*}} kept route "Block.y" of 8 layer %{{.*}} : tensor<?x2xi32>
  %left = moe.observe %kept kept route "Block.y" of 8 layer %layer
      : tensor<?x2xi32>
  // CHECK: moe.pick %{{.*}} at %{{.*}} : tensor<?x8xf32>, tensor<?x2xi32>
  %weights = moe.pick %p at %used : tensor<?x8xf32>, tensor<?x2xi32>
  // CHECK: moe.experts %{{.*}} of 8 units(%{{.*}} : tensor<?x128xf32>) whole(%{{.*}} : index) weights(%{{.*}} : tensor<8x128x128xf32>) : tensor<?x2xi32> -> tensor<?x2x128xf32> {
  %each = moe.experts %used of 8 units(%x : tensor<?x128xf32>)
      whole(%layer : index) weights(%w : tensor<8x128x128xf32>)
      : tensor<?x2xi32> -> tensor<?x2x128xf32> {
  ^bb0(%rows: tensor<?x128xf32>, %l: index, %we: tensor<128x128xf32>):
    // CHECK: moe.yield %{{.*}} : tensor<?x128xf32>
    moe.yield %rows : tensor<?x128xf32>
  }
  // CHECK: moe.combine %{{.*}} by %{{.*}} at %{{.*}} : tensor<?x2x128xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  %y = moe.combine %each by %weights at %used
      : tensor<?x2x128xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %y : tensor<?x128xf32>
}

// CHECK-LABEL: func.func @limits(
func.func @limits(%ids: tensor<?x2xi32>, %o: tensor<?x2xf64>,
                  %by: tensor<?x8xf64>, %n: index) -> tensor<?x2xi32> {
  // CHECK: moe.limit %{{.*}} of 8 groups %{{.*}} to %{{.*}} order(%{{.*}} : tensor<?x2xf64>) : tensor<?x2xi32>
  %0 = moe.limit %ids of 8 groups %n to %n order(%o : tensor<?x2xf64>)
      : tensor<?x2xi32>
  // CHECK: order(%{{.*}} : tensor<?x2xf64>) first next 3 by(%{{.*}} : tensor<?x8xf64>) except(%{{.*}} : tensor<?x2xi32>) : tensor<?x2xi32>
  %1 = moe.limit %0 of 8 groups %n to %n order(%o : tensor<?x2xf64>) first
      next 3 by(%by : tensor<?x8xf64>) except(%ids : tensor<?x2xi32>)
      : tensor<?x2xi32>
  // CHECK: to %{{.*}} strict "Block.y" layer %{{.*}} : tensor<?x2xi32>
  %2 = moe.limit %1 of 8 groups %n to %n strict "Block.y" layer %n
      : tensor<?x2xi32>
  return %2 : tensor<?x2xi32>
}

// CHECK-LABEL: func.func @passes(
func.func @passes(%each: tensor<?x2x4xf32>, %w: tensor<?x2xf32>,
                  %kept: tensor<?x2xi32>, %ids: tensor<?x2xi32>,
                  %x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: moe.combine %{{.*}} by %{{.*}} at %{{.*}} pass(%{{.*}} : tensor<?x4xf32>) wanted(%{{.*}} : tensor<?x2xi32>) :
  %y = moe.combine %each by %w at %kept pass(%x : tensor<?x4xf32>)
      wanted(%ids : tensor<?x2xi32>)
      : tensor<?x2x4xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @experts_of_several_kinds(
func.func @experts_of_several_kinds(%ids: tensor<?x2xi32>, %x: tensor<?x128xf32>,
    %w: tensor<2x128x128xf32>, %v: tensor<1x128xf32>, %n: index) -> tensor<?x2x128xf32> {
  // CHECK: moe.experts %{{.*}} of 2, 4, 1 units(%{{.*}} : tensor<?x128xf32>) whole(%{{.*}} : index) weights(%{{.*}}, %{{.*}} : tensor<2x128x128xf32>, tensor<1x128xf32>) attributes {weights_of = array<i64: 1, 0, 1>} : tensor<?x2xi32> -> tensor<?x2x128xf32> {
  %each = moe.experts %ids of 2, 4, 1 units(%x : tensor<?x128xf32>)
      whole(%n : index) weights(%w, %v : tensor<2x128x128xf32>, tensor<1x128xf32>)
      attributes {weights_of = array<i64: 1, 0, 1>}
      : tensor<?x2xi32> -> tensor<?x2x128xf32> {
  // CHECK: ^bb0(%{{.*}}: tensor<?x128xf32>, %{{.*}}: index, %{{.*}}: tensor<128x128xf32>):
  ^bb0(%rows: tensor<?x128xf32>, %l: index, %we: tensor<128x128xf32>):
    moe.yield %rows : tensor<?x128xf32>
  // CHECK: }, {
  }, {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<?x128xf32>, %{{.*}}: index):
  ^bb0(%rows: tensor<?x128xf32>, %l: index):
    moe.yield %rows : tensor<?x128xf32>
  }, {
  ^bb0(%rows: tensor<?x128xf32>, %l: index, %ve: tensor<128xf32>):
    moe.yield %rows : tensor<?x128xf32>
  }
  return %each : tensor<?x2x128xf32>
}

// CHECK-LABEL: func.func @observe_within(
func.func @observe_within(%ids: tensor<?x2xi32>, %outer: tensor<?xi32>, %layer: index) -> tensor<?x2xi32> {
  // CHECK: moe.observe %{{.*}} route "y.z" of 8 layer %{{.*}} within %{{.*}} of 4 : tensor<?x2xi32>, tensor<?xi32>
  %used = moe.observe %ids route "y.z" of 8 layer %layer within %outer of 4
      : tensor<?x2xi32>, tensor<?xi32>
  return %used : tensor<?x2xi32>
}
