// RUN: spex-opt %s --convert-grouped-to-vector --split-input-file | FileCheck %s

// Pairs of bf16 are widened where they are loaded, 16 columns of one k by a
// shift, of the next by a mask; rows are widened as they are packed. An odd K
// is filled up. Rounding is the epilogue.
// CHECK-LABEL: func.func @widens_pairs(
// CHECK-NOT:     grouped.
// CHECK:         call @spex_bf16_pack_6_f32_even(
// CHECK:         call @[[BLOCK:spex_bf16_matmul_6x16]](
// CHECK:         return
// CHECK:       func.func private @[[BLOCK]]_m6(
// CHECK-SAME:    memref<?xf32, strided<[1], offset: ?>> {llvm.noalias}
// CHECK-SAME:    %[[EVEN:[a-z0-9]+]]: memref<?xbf16, strided<[1], offset: ?>> {llvm.noalias}
// CHECK-SAME:    %[[ODD:[a-z0-9]+]]: memref<?xbf16, strided<[1], offset: ?>> {llvm.noalias}
// CHECK:         vector.load %[[EVEN]]{{.*}}, vector<16xbf16>
// CHECK:         arith.shli {{.*}} : vector<8xi32>
// CHECK:         vector.load %[[EVEN]]{{.*}}, vector<16xbf16>
// CHECK:         arith.shli {{.*}} : vector<8xi32>
// CHECK-COUNT-12: math.fma {{.*}} : vector<8xf32>
// CHECK:         vector.load %[[ODD]]{{.*}}, vector<16xbf16>
// CHECK:         arith.andi {{.*}} : vector<8xi32>
// CHECK:         vector.load %[[ODD]]{{.*}}, vector<16xbf16>
// CHECK:         arith.andi {{.*}} : vector<8xi32>
// CHECK-COUNT-12: math.fma {{.*}} : vector<8xf32>
// CHECK-NOT:     math.fma
// CHECK:         arith.truncf {{.*}} : vector<8xf32> to vector<8xbf16>
// CHECK:       func.func private @spex_bf16_pack_6_f32_even(
// CHECK:         arith.constant -0.000000e+00 : f32
// CHECK:         arith.extf {{.*}} : vector<8xbf16> to vector<8xf32>
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @widens_pairs(%x: memref<?x63xbf16>, %w: memref<2x32x1x16x2xbf16>,
    %out: memref<?x32xbf16>) {
  grouped.matmul %x by(%w : memref<2x32x1x16x2xbf16>)
      outs(%out : memref<?x32xbf16>) : memref<?x63xbf16> epilogue {
  ^bb0(%sum: f32):
    %y = arith.truncf %sum : f32 to bf16
    grouped.yield %y : bf16
  }
  return
}
}

// -----

// Where the target multiplies pairs, both sides stay as they are: one
// instruction for two k. A single row of whole pairs is read in place.
// CHECK-LABEL: func.func @multiplies_pairs(
// CHECK:         scf.if
// CHECK:           call @[[BLOCK:spex_bf16_matmul_14x32_pair]](
// CHECK:         } else {
// CHECK:           call @spex_bf16_pack_14_pairs(
// CHECK:           call @[[BLOCK]](
// CHECK:       func.func private @[[BLOCK]]_m14(
// CHECK-COUNT-2: vector.load {{.*}} : memref<?xbf16, {{.*}}>, vector<32xbf16>
// CHECK-COUNT-28: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK-NOT:     llvm.call_intrinsic
// CHECK-NOT:     math.fma
// CHECK:         return
module attributes {spex.target = {bf16 = true, vector_bits = 512 : i64}} {
func.func @multiplies_pairs(%x: memref<?x64xbf16>,
    %w: memref<2x32x2x16x2xbf16>, %out: memref<?x32xf32>) {
  grouped.matmul %x by(%w : memref<2x32x2x16x2xbf16>)
      outs(%out : memref<?x32xf32>) : memref<?x64xbf16> epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    grouped.yield %0 : f32
  }
  return
}
}

// -----

// Of matrices, two rows make the pairs; a last row without another gets 0.
// CHECK-LABEL: func.func @pairs_rows_of_matrices(
// CHECK:       func.func private @spex_bf16_matmul_14x32_matrix_m1(
// CHECK:         arith.select {{.*}} : vector<16xbf16>
// CHECK:         vector.interleave {{.*}} : vector<16xbf16> -> vector<32xbf16>
// CHECK-COUNT-2: llvm.call_intrinsic
module attributes {spex.target = {bf16 = true, vector_bits = 512 : i64}} {
func.func @pairs_rows_of_matrices(%x: memref<?x63xbf16>,
    %w: memref<63x32xbf16>, %out: memref<?x32xf32>) {
  grouped.matmul %x by(%w : memref<63x32xbf16>)
      outs(%out : memref<?x32xf32>) : memref<?x63xbf16>
  return
}
}

// -----

// Rows in f32 are multiplied in f32, on such a target, too: the router.
// CHECK-LABEL: func.func @keeps_wide_rows(
// CHECK:       func.func private @spex_bf16_matmul_14x32_m14(
// CHECK-NOT:     llvm.call_intrinsic
// CHECK-COUNT-56: math.fma {{.*}} : vector<16xf32>
module attributes {spex.target = {bf16 = true, vector_bits = 512 : i64}} {
func.func @keeps_wide_rows(%x: memref<?x64xf32>,
    %w: memref<2x32x1x32x2xbf16>, %out: memref<?x64xf32>) {
  grouped.matmul %x by(%w : memref<2x32x1x32x2xbf16>)
      outs(%out : memref<?x64xf32>) : memref<?x64xf32>
  return
}
}

// -----

// CHECK-LABEL: func.func @widens_f16(
// CHECK:       func.func private @spex_f16_matmul_6x16_m6(
// CHECK-COUNT-2: arith.extf {{.*}} : vector<8xf16> to vector<8xf32>
// CHECK-COUNT-12: math.fma
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @widens_f16(%x: memref<?x64xf32>, %w: memref<2x64x1x16xf16>,
    %out: memref<?x32xf32>) {
  grouped.matmul %x by(%w : memref<2x64x1x16xf16>)
      outs(%out : memref<?x32xf32>) : memref<?x64xf32>
  return
}
}

// -----

// No kernel has accumulators in f64, or takes pairs from panels without them.
// CHECK-LABEL: func.func @leaves_wide_sums(
// CHECK-NEXT:    grouped.matmul
// CHECK:       func.func @leaves_single_rows(
// CHECK-NEXT:    grouped.matmul
module attributes {spex.target = {bf16 = true, vector_bits = 512 : i64}} {
func.func @leaves_wide_sums(%x: memref<?x64xbf16>,
    %w: memref<2x32x1x32x2xbf16>, %out: memref<?x64xf64>) {
  grouped.matmul %x by(%w : memref<2x32x1x32x2xbf16>)
      outs(%out : memref<?x64xf64>) : memref<?x64xbf16>
  return
}
func.func @leaves_single_rows(%x: memref<?x64xbf16>,
    %w: memref<2x64x1x32xbf16>, %out: memref<?x64xf32>) {
  grouped.matmul %x by(%w : memref<2x64x1x32xbf16>)
      outs(%out : memref<?x64xf32>) : memref<?x64xbf16>
  return
}
}
