// RUN: spex-opt %s --convert-moe-to-grouped --split-input-file | FileCheck %s
// RUN: spex-opt %s --convert-moe-to-grouped --split-input-file --canonicalize --eliminate-empty-tensors --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" --canonicalize --cse --canonicalize | FileCheck %s --check-prefix=BUFFERS

#x = affine_map<(b, s, f, d) -> (b, s, d)>
#w = affine_map<(b, s, f, d) -> (d, f)>
#y = affine_map<(b, s, f, d) -> (b, s, f)>
#id = affine_map<(b, s, f) -> (b, s, f)>
#f = affine_map<(b, s, f) -> (f)>
moe.parameter @w : tensor<8x200xf32> dims ["D", "F"] init normal(5.0e-02)
moe.parameter @b : tensor<200xf32> dims ["F"] init zeros

// A bias and an activation become the epilogue; 200 columns are cut by 64.
// CHECK-LABEL: func.func @bias_and_activation(
// CHECK:         grouped.tasks blocks(%{{.*}} : tensor<?x8xf32>) panels(%{{.*}}, %{{.*}} : tensor<8x200xf32>, tensor<200xf32>) {{.*}} row_block 96 column_block 64
// CHECK-NEXT:    ^bb0(%{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %[[X:.*]]: tensor<?x8xf32>, %[[W:.*]]: tensor<8x?xf32>, %[[B:.*]]: tensor<?xf32>, %[[Y:.*]]: tensor<?x?xf32>):
// CHECK-NEXT:      grouped.matmul %[[X]] by(%[[W]] : {{.*}}) with(%[[B]] : {{.*}}) outs(%[[Y]] : {{.*}}) {{.*}} epilogue {
// CHECK-NEXT:      ^bb0(%[[A:.*]]: f32, %[[C:.*]]: f32):
// CHECK-NEXT:        %[[S:.*]] = arith.addf %[[A]], %[[C]]
// CHECK-NEXT:        math.tanh %[[S]]

// The result is computed in place, though it is a matrix inside.
// BUFFERS-LABEL: func.func @bias_and_activation(
// BUFFERS-NOT:     memref.copy
// BUFFERS-NOT:     memref.alloc
// BUFFERS:         %[[OUT:.*]] = memref.collapse_shape %arg3
// BUFFERS:         grouped.tasks {{.*}} outs(%[[OUT]] : memref<?x200xf32>)
func.func @bias_and_activation(%B: index {spex.dim = "B"}, %S: index {spex.dim = "S"},
    %x: tensor<?x?x8xf32> {bufferization.writable = false, spex.dims = ["B", "S", 8]},
    %out: memref<?x?x200xf32> {spex.dims = ["B", "S", 200]}) {
  %z = arith.constant 0.0 : f32
  %w = moe.get @w : tensor<8x200xf32>
  %b = moe.get @b : tensor<200xf32>
  %e = tensor.empty(%B, %S) : tensor<?x?x200xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x?x200xf32>) -> tensor<?x?x200xf32>
  %m = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x?x8xf32>, tensor<8x200xf32>) outs(%f : tensor<?x?x200xf32>) {
  ^bb0(%a: f32, %c: f32, %acc: f32):
    %p = math.fma %a, %c, %acc : f32
    linalg.yield %p : f32
  } -> tensor<?x?x200xf32>
  %e1 = tensor.empty(%B, %S) : tensor<?x?x200xf32>
  %h = linalg.generic {indexing_maps = [#id, #f, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%m, %b : tensor<?x?x200xf32>, tensor<200xf32>) outs(%e1 : tensor<?x?x200xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %c : f32
    %t = math.tanh %s : f32
    linalg.yield %t : f32
  } -> tensor<?x?x200xf32>
  bufferization.materialize_in_destination %h in restrict writable %out
      : (tensor<?x?x200xf32>, memref<?x?x200xf32>) -> ()
  return
}

// -----

#x = affine_map<(s, f, d) -> (s, d)>
#w = affine_map<(s, f, d) -> (d, f)>
#y = affine_map<(s, f, d) -> (s, f)>
#id = affine_map<(s, f) -> (s, f)>
moe.parameter @w : tensor<8x8xf32> dims ["D", "F"] init normal(5.0e-02)

// A residual would have to be cut by rows and columns; it stays behind the
// tasks.
// CHECK-LABEL: func.func @residual_stays(
// CHECK:         %[[M:.*]] = grouped.tasks
// CHECK-NOT:       epilogue
// CHECK:         linalg.generic {{.*}} ins(%{{.*}}, %[[M]] :
func.func @residual_stays(%S: index {spex.dim = "S"},
    %x: tensor<?x8xf32> {bufferization.writable = false, spex.dims = ["S", 8]}) -> tensor<?x8xf32> {
  %z = arith.constant 0.0 : f32
  %w = moe.get @w : tensor<8x8xf32>
  %e = tensor.empty(%S) : tensor<?x8xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) {
  ^bb0(%a: f32, %c: f32, %acc: f32):
    %p = math.fma %a, %c, %acc : f32
    linalg.yield %p : f32
  } -> tensor<?x8xf32>
  %e1 = tensor.empty(%S) : tensor<?x8xf32>
  %h = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %m : tensor<?x8xf32>, tensor<?x8xf32>) outs(%e1 : tensor<?x8xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %c : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  return %h : tensor<?x8xf32>
}

// -----

moe.parameter @w : tensor<200x8xf32> dims ["F", "D"] init normal(5.0e-02)

// One row, and weights that lie the other way round.
// CHECK-LABEL: func.func @one_row_transposed(
// CHECK:         %[[X:.*]] = tensor.expand_shape %arg0 {{\[\[}}0, 1]] {{.*}} : tensor<8xf32> into tensor<1x8xf32>
// CHECK:         %[[W:.*]] = linalg.generic {{.*}} ins(%arg1 : tensor<200x8xf32>) outs(%{{.*}} : tensor<8x200xf32>)
// CHECK:         %[[Y:.*]] = grouped.tasks blocks(%[[X]] : {{.*}}) panels(%[[W]] : {{.*}}) outs(%{{.*}} : tensor<1x200xf32>)
// CHECK:         tensor.collapse_shape %[[Y]] {{\[\[}}0, 1]] : tensor<1x200xf32> into tensor<200xf32>
func.func @one_row_transposed(%x: tensor<8xf32>) -> tensor<200xf32> {
  %z = arith.constant 0.0 : f32
  %w = moe.get @w : tensor<200x8xf32>
  %e = tensor.empty() : tensor<200xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<200xf32>) -> tensor<200xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(f, d) -> (d)>, affine_map<(f, d) -> (f, d)>, affine_map<(f, d) -> (f)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : tensor<8xf32>, tensor<200x8xf32>) outs(%f : tensor<200xf32>) {
  ^bb0(%a: f32, %c: f32, %acc: f32):
    %p = math.fma %a, %c, %acc : f32
    linalg.yield %p : f32
  } -> tensor<200xf32>
  return %m : tensor<200xf32>
}

// -----

// A product of two activations is no matmul with weights.
// CHECK-LABEL: func.func @activations_stay(
// CHECK-NOT:     grouped.
func.func @activations_stay(%x: tensor<4x8xf32>, %y: tensor<8x6xf32>) -> tensor<4x6xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(s, f, d) -> (s, d)>, affine_map<(s, f, d) -> (d, f)>, affine_map<(s, f, d) -> (s, f)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %y : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f : tensor<4x6xf32>) {
  ^bb0(%a: f32, %c: f32, %acc: f32):
    %p = math.fma %a, %c, %acc : f32
    linalg.yield %p : f32
  } -> tensor<4x6xf32>
  return %m : tensor<4x6xf32>
}

// -----

#x = affine_map<(s, f, d) -> (s, d)>
#w = affine_map<(s, f, d) -> (d, f)>
#y = affine_map<(s, f, d) -> (s, f)>
#id = affine_map<(s, f) -> (s, f)>
moe.parameter @n : tensor<8x32xbf16> dims ["D", "F"] init normal(5.0e-02)

// Operands that are widened for the product are read as they are; rounding the
// sum is the epilogue.
// CHECK-LABEL: func.func @narrow_operands(
// CHECK:         grouped.tasks blocks(%{{.*}} : tensor<?x8xbf16>) panels(%{{.*}} : tensor<8x32xbf16>)
// CHECK:           grouped.matmul {{.*}} : tensor<?x8xbf16> -> {{.*}} epilogue {
// CHECK-NEXT:      ^bb0(%[[A:.*]]: f32):
// CHECK-NEXT:        arith.truncf %[[A]] : f32 to bf16
// BUFFERS-LABEL: func.func @narrow_operands(
// BUFFERS-NOT:     memref.copy
func.func @narrow_operands(%S: index {spex.dim = "S"},
    %x: tensor<?x8xbf16> {bufferization.writable = false, spex.dims = ["S", 8]},
    %out: memref<?x32xbf16> {spex.dims = ["S", 32]}) {
  %z = arith.constant 0.0 : f32
  %w = moe.get @n : tensor<8x32xbf16>
  %e = tensor.empty(%S) : tensor<?x32xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %m = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x8xbf16>, tensor<8x32xbf16>) outs(%f : tensor<?x32xf32>) {
  ^bb0(%a: bf16, %c: bf16, %acc: f32):
    %aw = arith.extf %a : bf16 to f32
    %cw = arith.extf %c : bf16 to f32
    %p = math.fma %aw, %cw, %acc : f32
    linalg.yield %p : f32
  } -> tensor<?x32xf32>
  %e2 = tensor.empty(%S) : tensor<?x32xbf16>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%m : tensor<?x32xf32>) outs(%e2 : tensor<?x32xbf16>) {
  ^bb0(%a: f32, %o: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<?x32xbf16>
  bufferization.materialize_in_destination %r in restrict writable %out : (tensor<?x32xbf16>, memref<?x32xbf16>) -> ()
  return
}

// -----

#v = affine_map<(d) -> (d)>
#one = affine_map<(d) -> ()>
moe.parameter @a : tensor<8xf32> dims ["D"] init normal(5.0e-02)
moe.parameter @b : tensor<8xf32> dims ["D"] init normal(5.0e-02)

// Neither rows nor columns: one row, one column, and a result of no dimension.
// CHECK-LABEL: func.func @one_number(
// CHECK:         %[[P:.*]] = grouped.tasks {{.*}} -> tensor<1x1xf32>
// CHECK:         tensor.collapse_shape %[[P]] [] : tensor<1x1xf32> into tensor<f32>
func.func @one_number() -> tensor<f32> {
  %z = arith.constant 0.0 : f32
  %a = moe.get @a : tensor<8xf32>
  %b = moe.get @b : tensor<8xf32>
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %m = linalg.generic {indexing_maps = [#v, #v, #one], iterator_types = ["reduction"]}
      ins(%a, %b : tensor<8xf32>, tensor<8xf32>) outs(%f : tensor<f32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %p = math.fma %x, %y, %acc : f32
    linalg.yield %p : f32
  } -> tensor<f32>
  return %m : tensor<f32>
}
