// RUN: spex-opt %s --convert-grouped-to-vector --split-input-file | FileCheck %s

// The two matmuls share everything but their sizes: one set of kernels. Packing
// reads through the list of rows, so the gather and its buffer are gone.
// CHECK-LABEL: func.func @shares_kernels(
// CHECK-NOT:     grouped.
// CHECK:         call @spex_f32_pack_6_gather(
// CHECK:         call @[[BLOCK:spex_f32_matmul_6x16]](
// CHECK:         call @spex_f32_pack_6(
// CHECK:         call @[[BLOCK]](
// CHECK:         return

// The block chooses a kernel by the number of rows of a tile.
// CHECK:       func.func private @[[BLOCK]](
// CHECK:         %[[KERNEL:[a-z0-9_]+]] = scf.index_switch {{.*}} -> (index,
// CHECK:         case 1 {
// CHECK-NEXT:      {{.*}}func.constant @[[BLOCK]]_m1 :
// CHECK:         default {
// CHECK-NEXT:      {{.*}}func.constant @[[BLOCK]]_m6 :
// CHECK:         call_indirect %[[KERNEL]](

// Six rows by two vectors, one fused multiply-add for each and step of k; full
// panels, so no masks.
// CHECK:       func.func private @[[BLOCK]]_m6(
// CHECK-SAME:    llvm.noalias
// CHECK-COUNT-12: math.fma {{.*}} : vector<8xf32>
// CHECK-NOT:     math.fma
// CHECK-NOT:     vector.mask
// CHECK:         return
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @shares_kernels(%n: index, %x: memref<?x64xf32>, %rows: memref<?xi32>,
    %a: memref<2x64x1x16xf32>, %b: memref<4x32x1x16xf32>,
    %out: memref<?x64xf32>) {
  %g = memref.alloc(%n) : memref<?x64xf32>
  grouped.gather %x at %rows outs(%g : memref<?x64xf32>)
      : memref<?x64xf32>, memref<?xi32>
  %h = memref.alloc(%n) : memref<?x32xf32>
  grouped.matmul %g by(%a : memref<2x64x1x16xf32>)
      outs(%h : memref<?x32xf32>) : memref<?x64xf32>
  grouped.matmul %h by(%b : memref<4x32x1x16xf32>)
      outs(%out : memref<?x64xf32>) : memref<?x32xf32>
  return
}
}

// -----

// 512 bits: 14 rows by two vectors of 16; both right-hand sides in one panel,
// and the epilogue on the accumulators.
// CHECK-LABEL: func.func @keeps_the_pair_in_registers(
// CHECK:       func.func private @spex_f32_matmul_14x32_pair_m14(
// CHECK-COUNT-28: math.fma {{.*}} : vector<16xf32>
// CHECK-NOT:     math.fma
// CHECK:         %[[UP:.*]] = arith.mulf {{.*}} : vector<16xf32>
// CHECK-NEXT:    vector.store %[[UP]]
module attributes {spex.target = {vector_bits = 512 : i64}} {
func.func @keeps_the_pair_in_registers(%x: memref<?x64xf32>,
    %w: memref<2x64x2x16xf32>, %out: memref<?x32xf32>) {
  grouped.matmul %x by(%w : memref<2x64x2x16xf32>)
      outs(%out : memref<?x32xf32>) : memref<?x64xf32> epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    grouped.yield %0 : f32
  }
  return
}
}

// -----

// 20 columns are one panel and a quarter: the last one is stored under a mask.
// CHECK-LABEL: func.func @masks_the_last_panel(
// CHECK:       func.func private @spex_f32_matmul_6x16_m1_tail(
// CHECK:         vector.create_mask
// CHECK:         vector.maskedstore
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @masks_the_last_panel(%x: memref<?x64xf32>,
    %w: memref<2x64x1x16xf32>, %out: memref<?x20xf32>) {
  grouped.matmul %x by(%w : memref<2x64x1x16xf32>)
      outs(%out : memref<?x20xf32>) : memref<?x64xf32>
  return
}
}

// -----

// Eight columns never fill a panel: only masked kernels exist.
// CHECK-LABEL: func.func @has_no_whole_panel(
// CHECK-NOT:   func.func private @spex_f32_matmul_6x16_m{{[1-6]}}(
// CHECK:       func.func private @spex_f32_matmul_6x16_m6_tail(
// CHECK-NOT:   func.func private @spex_f32_matmul_6x16_m{{[1-6]}}(
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @has_no_whole_panel(%x: memref<?x64xf32>,
    %w: memref<1x64x1x16xf32>, %out: memref<?x8xf32>) {
  grouped.matmul %x by(%w : memref<1x64x1x16xf32>)
      outs(%out : memref<?x8xf32>) : memref<?x64xf32>
  return
}
}

// -----

// Panels of another width are left to the plain loops.
// CHECK-LABEL: func.func @leaves_foreign_panels(
// CHECK-NEXT:    grouped.matmul
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @leaves_foreign_panels(%x: memref<?x64xf32>,
    %w: memref<4x64x1x5xf32>, %out: memref<?x20xf32>) {
  grouped.matmul %x by(%w : memref<4x64x1x5xf32>)
      outs(%out : memref<?x20xf32>) : memref<?x64xf32>
  return
}
}

// -----

// Sums over the choices of a unit, rank by rank, several vectors at once.
// CHECK-LABEL: func.func @combines_by_vectors(
// CHECK:         scf.for
// CHECK-COUNT-4: math.fma {{.*}} : vector<8xf32>
// CHECK-NOT:     memref.load {{.*}} : memref<?x96xf32>
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @combines_by_vectors(%y: memref<?x96xf32>, %w: memref<?x2xf32>,
    %place: memref<?x2xi32>, %out: memref<?x96xf32>) {
  grouped.combine %y by %w at %place outs(%out : memref<?x96xf32>)
      : memref<?x96xf32>, memref<?x2xf32>, memref<?x2xi32>
  return
}
}
