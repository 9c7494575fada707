// RUN: spex-opt %s --convert-grouped-to-loops --split-input-file | FileCheck %s

// Row k of column j is neighbour k mod 2 of step k div 2.
// CHECK-LABEL: func.func @reads_pairs(
// CHECK-SAME:    %[[X:[a-zA-Z0-9_-]+]]: memref<?x7xbf16>, %[[P:[a-zA-Z0-9_-]+]]: memref<2x4x1x16x2xbf16>
// CHECK:             scf.for %[[K:[a-zA-Z0-9_-]+]] = {{.*}} -> (f32)
// CHECK:               arith.extf {{.*}} : bf16 to f32
// CHECK:               %[[STEP:[a-zA-Z0-9_-]+]] = arith.divui %[[K]], %{{.*}} : index
// CHECK:               %[[ONE:[a-zA-Z0-9_-]+]] = arith.remui %[[K]], %{{.*}} : index
// CHECK:               memref.load %[[P]][%{{.*}}, %[[STEP]], %{{.*}}, %{{.*}}, %[[ONE]]]
// CHECK:               math.fma {{.*}} : f32
func.func @reads_pairs(%x: memref<?x7xbf16>, %w: memref<2x4x1x16x2xbf16>,
    %to: memref<?x32xf32>) {
  grouped.matmul %x by(%w : memref<2x4x1x16x2xbf16>)
      outs(%to : memref<?x32xf32>) : memref<?x7xbf16>
  return
}

// -----

// The instruction is part of the meaning of a matmul on bf16, so plain loops
// use it, too: one lane of it. A last k without another is paired with -0 and
// 0.
// CHECK-LABEL: func.func @multiplies_pairs(
// CHECK-SAME:    %[[X:[a-zA-Z0-9_-]+]]: memref<?x7xbf16>
// CHECK:             scf.for {{.*}} -> (vector<16xf32>)
// CHECK:               %[[EXISTS:.*]] = arith.cmpi ult
// CHECK:               %[[NONE:.*]] = arith.constant -0.000000e+00 : bf16
// CHECK:               arith.select %[[EXISTS]], %{{.*}}, %[[NONE]] : bf16
// CHECK:               %[[ZERO:.*]] = arith.constant 0.000000e+00 : bf16
// CHECK:               arith.select %[[EXISTS]], %{{.*}}, %[[ZERO]] : bf16
// CHECK:               llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK:             vector.extract {{.*}}[0] : f32 from vector<16xf32>
// CHECK-NOT:     math.fma
// Not for rows in f32.
// CHECK-LABEL: func.func @keeps_wide_rows(
// CHECK-NOT:     llvm.call_intrinsic
// CHECK:         math.fma
module attributes {spex.target = {bf16 = true, vector_bits = 512 : i64}} {
func.func @multiplies_pairs(%x: memref<?x7xbf16>, %w: memref<7x32xbf16>,
    %to: memref<?x32xf32>) {
  grouped.matmul %x by(%w : memref<7x32xbf16>)
      outs(%to : memref<?x32xf32>) : memref<?x7xbf16>
  return
}
func.func @keeps_wide_rows(%x: memref<?x7xf32>, %w: memref<7x32xbf16>,
    %to: memref<?x32xf32>) {
  grouped.matmul %x by(%w : memref<7x32xbf16>)
      outs(%to : memref<?x32xf32>) : memref<?x7xf32>
  return
}
}
