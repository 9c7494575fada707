// RUN: spex-opt %s | spex-opt | FileCheck %s
// RUN: spex-opt %s --mlir-print-op-generic | spex-opt | FileCheck %s

// CHECK-LABEL: func.func @selects_and_plans(
func.func @selects_and_plans(%values: tensor<?x8xf32>, %mask: tensor<?x8xi1>,
    %i0: tensor<?x2xi32>, %o0: tensor<9xi32>, %r0: tensor<?xi32>,
    %p0: tensor<?x2xi32>, %layer: index)
    -> (tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>) {
  // CHECK: grouped.top_k %{{.*}} outs(%{{.*}} : tensor<?x2xi32>) : tensor<?x8xf32> -> tensor<?x2xi32>
  %0 = grouped.top_k %values outs(%i0 : tensor<?x2xi32>)
      : tensor<?x8xf32> -> tensor<?x2xi32>
  // CHECK: grouped.top_k %{{.*}} where(%{{.*}} : tensor<?x8xi1>) outs(
  %ids = grouped.top_k %values where(%mask : tensor<?x8xi1>)
      outs(%0 : tensor<?x2xi32>) : tensor<?x8xf32> -> tensor<?x2xi32>
  // CHECK: grouped.observe %{{.*}} route "Block.y" of 8 layer %{{.*}} outs(
  %used = grouped.observe %ids route "Block.y" of 8 layer %layer
      outs(%i0 : tensor<?x2xi32>) : tensor<?x2xi32> -> tensor<?x2xi32>
  // CHECK: grouped.limit %{{.*}} of 8 groups %{{.*}} to %{{.*}} outs(%{{.*}} : tensor<?x2xi32>) : tensor<?x2xi32> -> tensor<?x2xi32>
  %kept = grouped.limit %used of 8 groups %layer to %layer
      outs(%i0 : tensor<?x2xi32>) : tensor<?x2xi32> -> tensor<?x2xi32>
  // CHECK: grouped.observe %{{.*}} kept route "Block.y" of 8 layer %{{.*}} outs(
  %left = grouped.observe %kept kept route "Block.y" of 8 layer %layer
      outs(%i0 : tensor<?x2xi32>) : tensor<?x2xi32> -> tensor<?x2xi32>
  // CHECK: grouped.plan %{{.*}} : tensor<?x2xi32> outs(
  %o, %r, %p = grouped.plan %left : tensor<?x2xi32>
      outs(%o0, %r0, %p0 : tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>)
      -> tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
  return %o, %r, %p : tensor<9xi32>, tensor<?xi32>, tensor<?x2xi32>
}

// CHECK-LABEL: func.func @runs_experts(
func.func @runs_experts(%o: tensor<9xi32>, %r: tensor<?xi32>,
    %x: tensor<?x128xf32>, %w: tensor<8x128x256xf32>, %y0: tensor<?x256xf32>,
    %w2: tensor<?x2xf32>, %place: tensor<?x2xi32>, %z0: tensor<?x256xf32>)
    -> tensor<?x256xf32> {
  // CHECK: grouped.tasks offsets(%{{.*}} : tensor<9xi32>) rows(%{{.*}} : tensor<?xi32>) ins(%{{.*}} : tensor<?x128xf32>) panels(%{{.*}} : tensor<8x128x256xf32>) outs(%{{.*}} : tensor<?x256xf32>) row_block 64 -> tensor<?x256xf32> {
  %y = grouped.tasks offsets(%o : tensor<9xi32>) rows(%r : tensor<?xi32>)
      ins(%x : tensor<?x128xf32>) panels(%w : tensor<8x128x256xf32>)
      outs(%y0 : tensor<?x256xf32>) row_block 64 -> tensor<?x256xf32> {
  ^bb0(%count: index, %first: index, %group: index, %units: tensor<?xi32>,
       %xs: tensor<?x128xf32>, %we: tensor<128x256xf32>,
       %ys: tensor<?x256xf32>):
    %e = tensor.empty(%count) : tensor<?x128xf32>
    // CHECK: grouped.gather %{{.*}} at %{{.*}} outs(
    %g = grouped.gather %xs at %units outs(%e : tensor<?x128xf32>)
        : tensor<?x128xf32>, tensor<?xi32> -> tensor<?x128xf32>
    // CHECK: grouped.matmul %{{.*}} by(%{{.*}} : tensor<128x256xf32>) outs(%{{.*}} : tensor<?x256xf32>) : tensor<?x128xf32> -> tensor<?x256xf32> epilogue {
    %m = grouped.matmul %g by(%we : tensor<128x256xf32>)
        outs(%ys : tensor<?x256xf32>) : tensor<?x128xf32> -> tensor<?x256xf32>
        epilogue {
    ^bb0(%a: f32):
      %zero = arith.constant 0.0 : f32
      %relu = arith.maximumf %a, %zero : f32
      grouped.yield %relu : f32
    }
    grouped.yield %m : tensor<?x256xf32>
  }
  // CHECK: grouped.combine %{{.*}} by %{{.*}} at %{{.*}} outs(
  %z = grouped.combine %y by %w2 at %place outs(%z0 : tensor<?x256xf32>)
      : tensor<?x256xf32>, tensor<?x2xf32>, tensor<?x2xi32>
      -> tensor<?x256xf32>
  return %z : tensor<?x256xf32>
}

// One group, columns cut; a packed right-hand side; on buffers.
// CHECK-LABEL: func.func @runs_dense_on_buffers(
func.func @runs_dense_on_buffers(%x: memref<?x128xf32>,
    %w: memref<16x128x1x16xf32>, %b: memref<256xf32>, %y: memref<?x256xf32>) {
  // CHECK: grouped.tasks blocks({{.*}}) panels({{.*}}) outs({{.*}}) row_block 64 column_block 32 {
  grouped.tasks blocks(%x : memref<?x128xf32>)
      panels(%w, %b : memref<16x128x1x16xf32>, memref<256xf32>)
      outs(%y : memref<?x256xf32>) row_block 64 column_block 32 {
  ^bb0(%count: index, %first: index, %group: index,
       %xs: memref<?x128xf32, strided<[128, 1], offset: ?>>,
       %ws: memref<?x128x1x16xf32, strided<[2048, 16, 16, 1], offset: ?>>,
       %bs: memref<?xf32, strided<[1], offset: ?>>,
       %ys: memref<?x?xf32, strided<[256, 1], offset: ?>>):
    grouped.matmul %xs
        by(%ws : memref<?x128x1x16xf32, strided<[2048, 16, 16, 1], offset: ?>>)
        with(%bs : memref<?xf32, strided<[1], offset: ?>>)
        outs(%ys : memref<?x?xf32, strided<[256, 1], offset: ?>>)
        : memref<?x128xf32, strided<[128, 1], offset: ?>> epilogue {
    ^bb0(%a: f32, %bias: f32):
      %s = arith.addf %a, %bias : f32
      grouped.yield %s : f32
    }
  }
  return
}

// Groups of equal size: one for each b.
// CHECK-LABEL: func.func @runs_regular_groups(
func.func @runs_regular_groups(%B: index, %q: tensor<?x?x4x32xf32>,
    %k: tensor<?x4x32x?xf32>, %a0: tensor<?x?x4x32xf32>) -> tensor<?x?x4x32xf32> {
  // CHECK: grouped.tasks groups(%{{.*}}) blocks(
  %a = grouped.tasks groups(%B) blocks(%q : tensor<?x?x4x32xf32>)
      panels(%k : tensor<?x4x32x?xf32>) outs(%a0 : tensor<?x?x4x32xf32>)
      row_block 16 -> tensor<?x?x4x32xf32> {
  ^bb0(%count: index, %first: index, %group: index, %qs: tensor<?x4x32xf32>,
       %ks: tensor<4x32x?xf32>, %as: tensor<?x4x32xf32>):
    %c = linalg.copy ins(%qs : tensor<?x4x32xf32>) outs(%as : tensor<?x4x32xf32>)
        -> tensor<?x4x32xf32>
    grouped.yield %c : tensor<?x4x32xf32>
  }
  return %a : tensor<?x?x4x32xf32>
}

// CHECK-LABEL: func.func @limits(
func.func @limits(%ids: memref<?x2xi32>, %o: memref<?x2xf64>,
                  %by: memref<?x8xf64>, %kept: memref<?x2xi32>, %n: index) {
  // CHECK: grouped.limit %{{.*}} of 8 groups %{{.*}} to %{{.*}} order(%{{.*}} : memref<?x2xf64>) first next 3 by(%{{.*}} : memref<?x8xf64>) except(%{{.*}} : memref<?x2xi32>) strict "Block.y" layer %{{.*}} outs(
  grouped.limit %ids of 8 groups %n to %n order(%o : memref<?x2xf64>) first
      next 3 by(%by : memref<?x8xf64>) except(%ids : memref<?x2xi32>)
      strict "Block.y" layer %n outs(%kept : memref<?x2xi32>) : memref<?x2xi32>
  return
}

// CHECK-LABEL: func.func @passes(
func.func @passes(%each: memref<?x4xf32>, %w: memref<?x2xf32>,
                  %place: memref<?x2xi32>, %ids: memref<?x2xi32>,
                  %x: memref<?x4xf32>, %y: memref<?x4xf32>) {
  // CHECK: grouped.combine %{{.*}} by %{{.*}} at %{{.*}} pass(%{{.*}} : memref<?x4xf32>) wanted(%{{.*}} : memref<?x2xi32>) outs(
  grouped.combine %each by %w at %place pass(%x : memref<?x4xf32>)
      wanted(%ids : memref<?x2xi32>) outs(%y : memref<?x4xf32>)
      : memref<?x4xf32>, memref<?x2xf32>, memref<?x2xi32>
  return
}

// CHECK-LABEL: func.func @observe_within(
func.func @observe_within(%ids: tensor<?x2xi32>, %outer: tensor<?xi32>, %layer: index) -> tensor<?x2xi32> {
  // CHECK: grouped.observe %{{.*}} route "y.z" of 8 layer %{{.*}} within %{{.*}} : tensor<?xi32> of 4 outs(
  %used = grouped.observe %ids route "y.z" of 8 layer %layer
      within %outer : tensor<?xi32> of 4
      outs(%ids : tensor<?x2xi32>) : tensor<?x2xi32> -> tensor<?x2xi32>
  return %used : tensor<?x2xi32>
}

// CHECK-LABEL: func.func @joined_tasks(
func.func @joined_tasks(%y: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: grouped.tasks outs(%{{.*}} : tensor<?x8xf32>) row_block 4 joins_next -> tensor<?x8xf32> {
  %0 = grouped.tasks outs(%y : tensor<?x8xf32>) row_block 4 joins_next -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %ys: tensor<?x8xf32>):
    grouped.yield %ys : tensor<?x8xf32>
  }
  // CHECK: grouped.tasks outs(%{{.*}} : tensor<?x8xf32>) row_block 4 -> tensor<?x8xf32> {
  %1 = grouped.tasks outs(%0 : tensor<?x8xf32>) row_block 4 -> tensor<?x8xf32> {
  ^bb0(%n: index, %f: index, %g: index, %ys: tensor<?x8xf32>):
    grouped.yield %ys : tensor<?x8xf32>
  }
  return %1 : tensor<?x8xf32>
}
