// RUN: not spex build %s --emit=grouped -o %t 2>&1 | FileCheck %s

// CHECK: error: 'func.call' op is a call that was not inlined
module attributes {spex.name = "m", spex.target = {cpu = "x86-64-v3", features = "+avx2", opt_level = 0 : i64, vector_bits = 256 : i64, bf16 = false, l2_bytes = 524288 : i64}} {
func.func private @elsewhere(tensor<4xf32>) -> tensor<4xf32>
func.func @m(%x: tensor<4xf32> {spex.place = "in", spex.name = "x", spex.dims = [4]},
    %out: memref<4xf32> {spex.place = "out", spex.name = "out", spex.dims = [4]}) attributes {spex.entry} {
  %y = func.call @elsewhere(%x) : (tensor<4xf32>) -> tensor<4xf32>
  bufferization.materialize_in_destination %y in restrict writable %out : (tensor<4xf32>, memref<4xf32>) -> ()
  return
}
}
