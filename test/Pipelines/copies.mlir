// RUN: spex build %s --emit=loops --remarks=vectorize -o %t 2>&1 | FileCheck %s --implicit-check-not=remark:
// RUN: FileCheck %s --check-prefix=LOOPS < %t

// An input cannot be the result: that copy stands in no formula. The phase
// `grouped` would have written it out; this is already behind it. It becomes
// loops and is reported.
// CHECK: remark: this value is copied: it could not be written in place
// LOOPS-NOT: memref.copy
// LOOPS: scf.for
// LOOPS: memref.store {{.*}}memref<?xf32>
// LOOPS-NOT: memref.copy
module attributes {spex.name = "m", spex.target = {cpu = "x86-64-v3", features = "+avx2", opt_level = 0 : i64, vector_bits = 256 : i64, bf16 = false, l2_bytes = 524288 : i64}} {
func.func @m(%n: index {spex.dim = "N", spex.max = 8 : i64},
    %x: tensor<?xf32> {bufferization.writable = false, spex.place = "in", spex.name = "x", spex.dims = ["N"]},
    %rows: tensor<2xi32> {bufferization.writable = false, spex.place = "in", spex.name = "rows", spex.dims = [2], spex.target = 8 : i64},
    %out: memref<?xf32> {spex.place = "out", spex.name = "out", spex.dims = ["N"]},
    %two: memref<2xf32> {spex.place = "out", spex.name = "two", spex.dims = [2]}) attributes {spex.entry} {
  %e = tensor.empty() : tensor<2xf32>
  %g = grouped.gather %x at %rows outs(%e : tensor<2xf32>) : tensor<?xf32>, tensor<2xi32> -> tensor<2xf32>
  bufferization.materialize_in_destination %g in restrict writable %two : (tensor<2xf32>, memref<2xf32>) -> ()
  bufferization.materialize_in_destination %x in restrict writable %out : (tensor<?xf32>, memref<?xf32>) -> ()
  return
}
}
