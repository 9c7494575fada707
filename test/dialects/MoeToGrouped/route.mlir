// RUN: spex-opt %s --convert-moe-to-grouped | FileCheck %s
// RUN: spex-opt %s --convert-moe-to-grouped="row-block=32 column-block=128 few-rows-per-expert=4" | FileCheck %s --check-prefix=OPTIONS
// RUN: spex-opt %s --convert-moe-to-grouped --canonicalize --eliminate-empty-tensors --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" --canonicalize --cse --canonicalize | FileCheck %s --check-prefix=BUFFERS

#rows = affine_map<(u, f, d) -> (u, d)>
#weights = affine_map<(u, f, d) -> (d, f)>
#out = affine_map<(u, f, d) -> (u, f)>
#id = affine_map<(u, f) -> (u, f)>

// The symbols stay for the manifest; what is read becomes an argument.
// CHECK: moe.parameter @y.w1
// CHECK: moe.parameter @y.w2
// CHECK: moe.parameter @Router.w
moe.parameter @"y.w1" : tensor<8x128x256xf32> dims ["E", "D", "F"] init normal(5.0e-02)
moe.parameter @"y.w2" : tensor<8x256x128xf32> dims ["E", "F", "D"] init normal(5.0e-02)
moe.parameter @"Router.w" : tensor<128x8xf32> dims ["D", "E"] init normal(5.0e-02)

// CHECK-LABEL: func.func @route(
// CHECK-SAME:    %[[T:[^:]*]]: index {spex.dim = "T"
// CHECK-SAME:    %[[X:[^:]*]]: tensor<?x128xf32> {
// CHECK-SAME:    %[[WR:[^:]*]]: tensor<128x8xf32> {bufferization.writable = false, spex.dims = [128, 8], spex.parameter = "Router.w", spex.place = "packed"}
// CHECK-SAME:    %[[W1:[^:]*]]: tensor<8x128x256xf32> {bufferization.writable = false, spex.dims = [8, 128, 256], spex.parameter = "y.w1", spex.place = "packed"}
// CHECK-SAME:    %[[W2:[^:]*]]: tensor<8x256x128xf32> {bufferization.writable = false, spex.dims = [8, 256, 128], spex.parameter = "y.w2", spex.place = "packed"}

// The gate: 8 columns are not cut.
// CHECK:         %[[S:.*]] = grouped.tasks blocks(%[[X]] : {{.*}}) panels(%[[WR]] : {{.*}}) outs({{.*}}) row_block 96 -> tensor<?x8xf32> {
// CHECK:           grouped.matmul
// CHECK:         %[[IDS:.*]] = grouped.top_k %[[S]] outs(
// CHECK:         %[[USED:.*]] = grouped.observe %[[IDS]] route "y" of 8 layer
// CHECK:         %[[WEIGHT:.*]] = linalg.generic {{.*}} ins(%[[USED]] : tensor<?x2xi32>)
// CHECK:           tensor.extract %[[S]][
// CHECK:         %[[R:.*]] = arith.muli %[[T]], %{{.*}} : index
// CHECK:         %[[PLAN:.*]]:3 = grouped.plan %[[USED]]
// CHECK:         %[[Y0:.*]] = tensor.empty(%[[R]]) : tensor<?x128xf32>

// Fewer than 8 rows for each of 8 experts: one tasks for each matmul.
// CHECK:         %[[LIMIT:.*]] = arith.constant 64 : index
// CHECK:         %[[FEW:.*]] = arith.cmpi ult, %[[R]], %[[LIMIT]] : index
// CHECK:         %[[EACH:.*]] = scf.if %[[FEW]] -> (tensor<?x128xf32>) {
// CHECK:           %[[H0:.*]] = tensor.empty(%[[R]]) : tensor<?x256xf32>
// CHECK:           %[[H:.*]] = grouped.tasks offsets(%[[PLAN]]#0 : {{.*}}) rows(%[[PLAN]]#1 : {{.*}}) ins(%[[X]] : {{.*}}) panels(%[[W1]] : {{.*}}) outs(%[[H0]] : {{.*}}) row_block 96 column_block 64
// CHECK:             grouped.gather
// CHECK:             grouped.matmul {{.*}} epilogue {
// CHECK:               arith.maximumf
// CHECK:           grouped.tasks {{.*}} blocks(%[[H]] : {{.*}}) panels(%[[W2]] : {{.*}}) outs(%[[Y0]] : {{.*}}) row_block 96 column_block 64
// CHECK:             grouped.matmul
// CHECK:         } else {

// Otherwise one tasks that holds everything between gather and result.
// CHECK:           grouped.tasks {{.*}} ins(%[[X]] : {{.*}}) panels(%[[W1]], %[[W2]] : {{.*}}) outs(%[[Y0]] : {{.*}}) row_block 96 -> tensor<?x128xf32> {
// CHECK-NEXT:      ^bb0(%[[N:.*]]: index, %{{.*}}: index, %{{.*}}: index, %[[UNITS:.*]]: tensor<?xi32>, %[[XS:.*]]: tensor<?x128xf32>, %[[W1E:.*]]: tensor<128x256xf32>, %[[W2E:.*]]: tensor<256x128xf32>, %[[YS:.*]]: tensor<?x128xf32>):
// CHECK:             %[[G:.*]] = grouped.gather %[[XS]] at %[[UNITS]]
// CHECK:             %[[A:.*]] = grouped.matmul %[[G]] by(%[[W1E]] : {{.*}}) outs(%{{.*}} : tensor<?x256xf32>) {{.*}} epilogue {
// CHECK:               arith.maximumf
// CHECK:             %[[D:.*]] = grouped.matmul %[[A]] by(%[[W2E]] : {{.*}}) outs(%[[YS]] :
// CHECK:             grouped.yield %[[D]]
// CHECK:         grouped.combine %[[EACH]] by %[[WEIGHT]] at %[[PLAN]]#2 outs(

// 4 rows for each of 8 experts; 128 columns are not cut, 256 are.
// OPTIONS-LABEL: func.func @route(
// OPTIONS:         arith.constant 32 : index
// OPTIONS:         scf.if
// OPTIONS:           panels({{.*}} : tensor<8x128x256xf32>) {{.*}} row_block 32 column_block 128
// OPTIONS:           panels({{.*}} : tensor<8x256x128xf32>) {{.*}} row_block 32 ->

// BUFFERS-LABEL: func.func @route(
// BUFFERS-NOT:     memref.copy
// BUFFERS:         grouped.combine {{.*}} outs(%arg2 : memref<?x128xf32>)
func.func @route(%T: index {spex.dim = "T", spex.max = 64},
    %x: tensor<?x128xf32> {bufferization.writable = false, spex.place = "in", spex.name = "x", spex.dims = ["T", 128]},
    %out: memref<?x128xf32> {spex.place = "out", spex.name = "out", spex.dims = ["T", 128]})
    attributes {spex.entry} {
  %zero = arith.constant 0.0 : f32
  %l = arith.constant 0 : index
  %wr = moe.get @"Router.w" : tensor<128x8xf32>
  %w1 = moe.get @"y.w1" : tensor<8x128x256xf32>
  %w2 = moe.get @"y.w2" : tensor<8x256x128xf32>
  %s0 = tensor.empty(%T) : tensor<?x8xf32>
  %s1 = linalg.fill ins(%zero : f32) outs(%s0 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %s = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"], spex.loops = ["T", "E", "D"]}
      ins(%x, %wr : tensor<?x128xf32>, tensor<128x8xf32>) outs(%s1 : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = math.fma %a, %b, %c : f32
    linalg.yield %m : f32
  } -> tensor<?x8xf32>
  %ids = moe.top_k %s choose 2 : tensor<?x8xf32>
  %used = moe.observe %ids route "y" of 8 layer %l : tensor<?x2xi32>
  %w = moe.pick %s at %used : tensor<?x8xf32>, tensor<?x2xi32>
  %each = moe.experts %used of 8 units(%x : tensor<?x128xf32>) weights(%w1, %w2 : tensor<8x128x256xf32>, tensor<8x256x128xf32>) : tensor<?x2xi32> -> tensor<?x2x128xf32> {
  ^bb0(%r: tensor<?x128xf32>, %w1e: tensor<128x256xf32>, %w2e: tensor<256x128xf32>):
    %c0 = arith.constant 0 : index
    %z = arith.constant 0.0 : f32
    %n = tensor.dim %r, %c0 : tensor<?x128xf32>
    %h0 = tensor.empty(%n) : tensor<?x256xf32>
    %h1 = linalg.fill ins(%z : f32) outs(%h0 : tensor<?x256xf32>) -> tensor<?x256xf32>
    %h = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"], spex.loops = ["U", "F", "D"]}
        ins(%r, %w1e : tensor<?x128xf32>, tensor<128x256xf32>) outs(%h1 : tensor<?x256xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x256xf32>
    %g0 = tensor.empty(%n) : tensor<?x256xf32>
    %g = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"], spex.loops = ["U", "F"]}
        ins(%h : tensor<?x256xf32>) outs(%g0 : tensor<?x256xf32>) {
    ^bb0(%a: f32, %c: f32):
      %m = arith.maximumf %a, %z : f32
      linalg.yield %m : f32
    } -> tensor<?x256xf32>
    %y0 = tensor.empty(%n) : tensor<?x128xf32>
    %y1 = linalg.fill ins(%z : f32) outs(%y0 : tensor<?x128xf32>) -> tensor<?x128xf32>
    %y = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"], spex.loops = ["U", "D", "F"]}
        ins(%g, %w2e : tensor<?x256xf32>, tensor<256x128xf32>) outs(%y1 : tensor<?x128xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x128xf32>
    moe.yield %y : tensor<?x128xf32>
  }
  %y = moe.combine %each by %w at %used : tensor<?x2x128xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  bufferization.materialize_in_destination %y in restrict writable %out : (tensor<?x128xf32>, memref<?x128xf32>) -> ()
  return
}
