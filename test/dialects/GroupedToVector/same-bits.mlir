// Vector kernels and plain loops give the same bits, for every number of rows
// from 1 to 15 (so for every tile, several of them, and one row unpacked), for
// columns that fill no panel, and for a K that fills no vector.
//
// DEFINE: %{to_llvm} = --spex-expand-math --convert-vector-to-scf \
// DEFINE:   --expand-strided-metadata --lower-affine --convert-scf-to-cf \
// DEFINE:   --convert-vector-to-llvm --convert-to-llvm \
// DEFINE:   --reconcile-unrealized-casts
// DEFINE: %{run} = mlir-runner -e main --entry-point-result=void \
// DEFINE:   --shared-libs=%mlir_c_runner_utils
// RUN: spex-opt %s --convert-grouped-to-loops %{to_llvm} | %{run} > %t.loops
// RUN: spex-opt %s --convert-grouped-to-vector --convert-grouped-to-loops \
// RUN:   %{to_llvm} | %{run} > %t.vectors
// RUN: diff %t.loops %t.vectors
// RUN: FileCheck %s < %t.vectors
//
// The same with panels and tiles for 512 bits, run on what vectors there are.
// RUN: sed -e 's/vector_bits = 256/vector_bits = 512/' %s \
// RUN:   -e 's/5x19x2x8x/3x19x2x16x/; s/4x37x1x16x/2x37x1x32x/; s/1520/1824/' > %t.512
// RUN: spex-opt %t.512 --convert-grouped-to-loops %{to_llvm} | %{run} > %t.loops
// RUN: spex-opt %t.512 --convert-grouped-to-vector --convert-grouped-to-loops \
// RUN:   %{to_llvm} | %{run} > %t.vectors
// RUN: diff %t.loops %t.vectors
// RUN: FileCheck %s < %t.vectors

// One line for each number of rows, none of them 0.
// CHECK-COUNT-15: {{^-?[1-9][0-9]*$}}
// CHECK-NOT: {{.}}

module attributes {spex.target = {vector_bits = 256 : i64}} {
// Element i is ((7919 i + seed) mod 2001 - 1000) / 700.
func.func private @fill(%m: memref<?xf32>, %seed: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = arith.constant 7919 : index
  %p = arith.constant 2001 : index
  %half = arith.constant 1000 : i32
  %scale = arith.constant 700.0 : f32
  %n = memref.dim %m, %c0 : memref<?xf32>
  scf.for %i = %c0 to %n step %c1 {
    %0 = arith.muli %i, %a : index
    %1 = arith.addi %0, %seed : index
    %2 = arith.remui %1, %p : index
    %3 = arith.index_cast %2 : index to i32
    %4 = arith.subi %3, %half : i32
    %5 = arith.sitofp %4 : i32 to f32
    %6 = arith.divf %5, %scale : f32
    memref.store %6, %m[%i] : memref<?xf32>
  }
  return
}

func.func private @hash(%m: memref<?xf32>, %start: i64) -> i64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %prime = arith.constant 1099511628211 : i64
  %n = memref.dim %m, %c0 : memref<?xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%h = %start) -> i64 {
    %x = memref.load %m[%i] : memref<?xf32>
    %bits = arith.bitcast %x : f32 to i32
    %wide = arith.extui %bits : i32 to i64
    %0 = arith.xori %h, %wide : i64
    %1 = arith.muli %0, %prime : i64
    scf.yield %1 : i64
  }
  return %r : i64
}

// An expert: gather, gate and up with SwiGLU, down; then bias and residual in
// place, by a matrix; then the rows combined.
func.func private @layer(%n: index, %x: memref<20x19xf32>, %rows: memref<?xi32>,
    %w13: memref<5x19x2x8xf32>, %w2: memref<4x37x1x16xf32>,
    %m: memref<50x50xf32>, %bias: memref<50xf32>, %weights: memref<?x2xf32>,
    %place: memref<?x2xi32>, %y: memref<?x50xf32>, %z: memref<?x50xf32>) {
  %one = arith.constant 1.0 : f32
  %g = memref.alloc(%n) : memref<?x19xf32>
  grouped.gather %x at %rows outs(%g : memref<?x19xf32>)
      : memref<20x19xf32>, memref<?xi32>
  %h = memref.alloc(%n) : memref<?x37xf32>
  grouped.matmul %g by(%w13 : memref<5x19x2x8xf32>)
      outs(%h : memref<?x37xf32>) : memref<?x19xf32> epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.negf %a : f32
    %1 = math.exp %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.divf %a, %2 : f32
    %4 = arith.mulf %3, %b : f32
    grouped.yield %4 : f32
  }
  %t = memref.alloc(%n) : memref<?x50xf32>
  grouped.matmul %h by(%w2 : memref<4x37x1x16xf32>)
      outs(%t : memref<?x50xf32>) : memref<?x37xf32>
  grouped.matmul %t by(%m : memref<50x50xf32>)
      with(%bias, %y : memref<50xf32>, memref<?x50xf32>)
      outs(%y : memref<?x50xf32>) : memref<?x50xf32> epilogue {
  ^bb0(%a: f32, %b: f32, %r: f32):
    %0 = arith.addf %a, %b : f32
    %1 = arith.addf %0, %r : f32
    grouped.yield %1 : f32
  }
  grouped.combine %y by %weights at %place outs(%z : memref<?x50xf32>)
      : memref<?x50xf32>, memref<?x2xf32>, memref<?x2xi32>
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c16 = arith.constant 16 : index
  %c20 = arith.constant 20 : index
  %basis = arith.constant 1469598103934665603 : i64
  %none = arith.constant -1 : i32
  %x = memref.alloc() : memref<20x19xf32>
  %w13 = memref.alloc() : memref<5x19x2x8xf32>
  %w2 = memref.alloc() : memref<4x37x1x16xf32>
  %m = memref.alloc() : memref<50x50xf32>
  %bias = memref.alloc() : memref<50xf32>
  %fx = memref.collapse_shape %x [[0, 1]] : memref<20x19xf32> into memref<380xf32>
  %fw13 = memref.collapse_shape %w13 [[0, 1, 2, 3]]
      : memref<5x19x2x8xf32> into memref<1520xf32>
  %fw2 = memref.collapse_shape %w2 [[0, 1, 2, 3]]
      : memref<4x37x1x16xf32> into memref<2368xf32>
  %fm = memref.collapse_shape %m [[0, 1]] : memref<50x50xf32> into memref<2500xf32>
  %dx = memref.cast %fx : memref<380xf32> to memref<?xf32>
  %dw13 = memref.cast %fw13 : memref<1520xf32> to memref<?xf32>
  %dw2 = memref.cast %fw2 : memref<2368xf32> to memref<?xf32>
  %dm = memref.cast %fm : memref<2500xf32> to memref<?xf32>
  %dbias = memref.cast %bias : memref<50xf32> to memref<?xf32>
  func.call @fill(%dx, %c1) : (memref<?xf32>, index) -> ()
  func.call @fill(%dw13, %c2) : (memref<?xf32>, index) -> ()
  func.call @fill(%dw2, %c3) : (memref<?xf32>, index) -> ()
  func.call @fill(%dm, %c16) : (memref<?xf32>, index) -> ()
  func.call @fill(%dbias, %c20) : (memref<?xf32>, index) -> ()

  scf.for %n = %c1 to %c16 step %c1 {
    %rows = memref.alloc(%n) : memref<?xi32>
    %weights = memref.alloc(%n) : memref<?x2xf32>
    %place = memref.alloc(%n) : memref<?x2xi32>
    // Row i is unit 3 i mod 20; choices are row n - 1 - i, and nobody's.
    scf.for %i = %c0 to %n step %c1 {
      %0 = arith.muli %i, %c3 : index
      %1 = arith.remui %0, %c20 : index
      %2 = arith.index_cast %1 : index to i32
      memref.store %2, %rows[%i] : memref<?xi32>
      %3 = arith.subi %n, %i : index
      %4 = arith.subi %3, %c1 : index
      %5 = arith.index_cast %4 : index to i32
      memref.store %5, %place[%i, %c0] : memref<?x2xi32>
      memref.store %none, %place[%i, %c1] : memref<?x2xi32>
    }
    %fweights = memref.collapse_shape %weights [[0, 1]]
        : memref<?x2xf32> into memref<?xf32>
    func.call @fill(%fweights, %n) : (memref<?xf32>, index) -> ()
    %y = memref.alloc(%n) : memref<?x50xf32>
    %z = memref.alloc(%n) : memref<?x50xf32>
    %fy = memref.collapse_shape %y [[0, 1]] : memref<?x50xf32> into memref<?xf32>
    %fz = memref.collapse_shape %z [[0, 1]] : memref<?x50xf32> into memref<?xf32>
    func.call @fill(%fy, %c3) : (memref<?xf32>, index) -> ()
    func.call @layer(%n, %x, %rows, %w13, %w2, %m, %bias, %weights, %place, %y,
        %z) : (index, memref<20x19xf32>, memref<?xi32>, memref<5x19x2x8xf32>,
        memref<4x37x1x16xf32>, memref<50x50xf32>, memref<50xf32>,
        memref<?x2xf32>, memref<?x2xi32>, memref<?x50xf32>, memref<?x50xf32>)
        -> ()
    %h0 = func.call @hash(%fy, %basis) : (memref<?xf32>, i64) -> i64
    %h1 = func.call @hash(%fz, %h0) : (memref<?xf32>, i64) -> i64
    vector.print %h1 : i64
  }
  return
}
}
