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
  %start = tensor.empty() : tensor<i32>
  %none = linalg.fill ins(%zero : i32) outs(%start : tensor<i32>) -> tensor<i32>
  %sum = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%f : tensor<?xi32>) outs(%none : tensor<i32>) {
  ^bb0(%a: i32, %b: i32):
    %0 = arith.addi %a, %b : i32
    linalg.yield %0 : i32
  } -> tensor<i32>
  %r = tensor.extract %sum[] : tensor<i32>
  memref.store %r, %out[] : memref<i32>
  return
}
}
