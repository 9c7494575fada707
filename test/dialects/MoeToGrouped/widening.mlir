// RUN: spex-opt %s --convert-moe-to-grouped --canonicalize --split-input-file | FileCheck %s

#x = affine_map<(s, f, d) -> (s, d)>
#w = affine_map<(s, f, d) -> (d, f)>
#y = affine_map<(s, f, d) -> (s, f)>
#id = affine_map<(d, f) -> (d, f)>
moe.parameter @n : tensor<8x32xf16> dims ["D", "F"] init normal(5.0e-02)

// Weights that are widened as a whole are read as they are stored.
// CHECK-LABEL: func.func @reads_stored_weights(
// CHECK-NOT:     linalg.generic
// CHECK:         grouped.tasks {{.*}} panels(%{{.*}} : tensor<8x32xf16>)
// CHECK:           grouped.matmul {{.*}} by(%{{.*}} : tensor<8x32xf16>)
func.func @reads_stored_weights(%x: tensor<4x8xf32>) -> tensor<4x32xf32> {
  %z = arith.constant 0.0 : f32
  %w = moe.get @n : tensor<8x32xf16>
  %we = tensor.empty() : tensor<8x32xf32>
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<8x32xf16>) outs(%we : tensor<8x32xf32>) {
  ^bb0(%a: f16, %o: f32):
    %0 = arith.extf %a : f16 to f32
    linalg.yield %0 : f32
  } -> tensor<8x32xf32>
  %e = tensor.empty() : tensor<4x32xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %m = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %wide : tensor<4x8xf32>, tensor<8x32xf32>) outs(%f : tensor<4x32xf32>) {
  ^bb0(%a: f32, %c: f32, %acc: f32):
    %p = math.fma %a, %c, %acc : f32
    linalg.yield %p : f32
  } -> tensor<4x32xf32>
  return %m : tensor<4x32xf32>
}

// -----

#x = affine_map<(s, f, d) -> (s, d)>
#w = affine_map<(s, f, d) -> (d, f)>
#y = affine_map<(s, f, d) -> (s, f)>
#id = affine_map<(d, f) -> (d, f)>
moe.parameter @n : tensor<8x32xbf16> dims ["D", "F"] init normal(5.0e-02)

// Rows that are computed in f32 stay so beside narrow weights: a router.
// CHECK-LABEL: func.func @keeps_wide_rows(
// CHECK:         %[[WIDE:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<4x8xbf16>)
// CHECK:         grouped.tasks blocks(%[[WIDE]] : tensor<4x8xf32>) panels(%{{.*}} : tensor<8x32xbf16>)
func.func @keeps_wide_rows(%x: tensor<4x8xbf16>) -> tensor<4x32xf32> {
  %z = arith.constant 0.0 : f32
  %w = moe.get @n : tensor<8x32xbf16>
  %xe = tensor.empty() : tensor<4x8xf32>
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xbf16>) outs(%xe : tensor<4x8xf32>) {
  ^bb0(%a: bf16, %o: f32):
    %0 = arith.extf %a : bf16 to f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x32xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4x32xf32>) -> tensor<4x32xf32>
  %m = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%wide, %w : tensor<4x8xf32>, tensor<8x32xbf16>) outs(%f : tensor<4x32xf32>) {
  ^bb0(%a: f32, %c: bf16, %acc: f32):
    %cw = arith.extf %c : bf16 to f32
    %p = math.fma %a, %cw, %acc : f32
    linalg.yield %p : f32
  } -> tensor<4x32xf32>
  return %m : tensor<4x32xf32>
}
