// RUN: spex build %s --emit=loops --remarks=vectorize -o %t 2>&1 | FileCheck %s --allow-empty

// At -O0 the innermost loop that multiplies stays scalar, and says so; the loop
// that fills does not count.
// CHECK-COUNT-1: remark: this loop of float arithmetic stays scalar
// CHECK-NOT:     remark:
#id = affine_map<(i) -> (i)>
module attributes {spex.name = "m", spex.target = {cpu = "x86-64-v3", features = "+avx2", opt_level = 0 : i64, vector_bits = 256 : i64, bf16 = false, l2_bytes = 524288 : i64}} {
func.func @m(%n: index {spex.dim = "N", spex.max = 8 : i64},
    %x: tensor<?xf32> {bufferization.writable = false, spex.place = "in", spex.name = "x", spex.dims = ["N"]},
    %out: memref<?xf32> {spex.place = "out", spex.name = "out", spex.dims = ["N"]},
    %zeros: memref<?xf32> {spex.place = "out", spex.name = "zeros", spex.dims = ["N"]}) attributes {spex.entry} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32):
    %p = arith.mulf %a, %a : f32
    linalg.yield %p : f32
  } -> tensor<?xf32>
  bufferization.materialize_in_destination %y in restrict writable %out : (tensor<?xf32>, memref<?xf32>) -> ()
  %e2 = tensor.empty(%n) : tensor<?xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<?xf32>) -> tensor<?xf32>
  bufferization.materialize_in_destination %z in restrict writable %zeros : (tensor<?xf32>, memref<?xf32>) -> ()
  return
}
}
