// RUN: not spex build %s --emit=loops -o %t 2>&1 | FileCheck %s

// CHECK: error: 'memref.alloc' op has a size that is no formula of the sizes of the call
module attributes {spex.name = "m", spex.target = {cpu = "x86-64-v3", features = "+avx2", opt_level = 0 : i64, vector_bits = 256 : i64, bf16 = false, l2_bytes = 524288 : i64}} {
func.func @m(%x: tensor<4xi32> {bufferization.writable = false, spex.place = "in", spex.name = "x", spex.dims = [4]},
    %out: memref<i32> {spex.place = "out", spex.name = "out", spex.dims = []}) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i32
  %v = tensor.extract %x[%c0] : tensor<4xi32>
  %n = arith.index_cast %v : i32 to index
  %e = tensor.empty(%n) : tensor<?xi32>
  %f = linalg.fill ins(%v : i32) outs(%e : tensor<?xi32>) -> tensor<?xi32>
  %r = tensor.extract %f[%c0] : tensor<?xi32>
  memref.store %r, %out[] : memref<i32>
  return
}
}
