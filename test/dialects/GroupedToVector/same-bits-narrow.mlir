// Kernels that widen bf16 and f16 in registers and plain loops give the same
// bits, for every number of rows from 1 to 15. An odd K leaves half a pair; the
// matmuls are rows and panels of bf16, rows of bf16 by panels of f16, rows of
// f32 by panels of bf16 (a router) and by a matrix of bf16.
//
// DEFINE: %{to_llvm} = --spex-expand-math --spex-expand-bf16 \
// DEFINE:   --convert-vector-to-scf --expand-strided-metadata --lower-affine \
// DEFINE:   --convert-scf-to-cf --convert-vector-to-llvm --convert-to-llvm \
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
// RUN:   -e 's/5x10x2x8x2x/3x10x2x16x2x/; s/4x37x1x16x/2x37x1x32x/' \
// RUN:   -e 's/4x25x1x16x2x/2x25x1x32x2x/; s/<1600x/<1920x/' > %t.512
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
func.func private @element(%i: index, %seed: index) -> f32 {
  %a = arith.constant 7919 : index
  %p = arith.constant 2001 : index
  %half = arith.constant 1000 : i32
  %scale = arith.constant 700.0 : f32
  %0 = arith.muli %i, %a : index
  %1 = arith.addi %0, %seed : index
  %2 = arith.remui %1, %p : index
  %3 = arith.index_cast %2 : index to i32
  %4 = arith.subi %3, %half : i32
  %5 = arith.sitofp %4 : i32 to f32
  %6 = arith.divf %5, %scale : f32
  return %6 : f32
}

func.func private @fill_bf16(%m: memref<?xbf16>, %seed: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %m, %c0 : memref<?xbf16>
  scf.for %i = %c0 to %n step %c1 {
    %0 = func.call @element(%i, %seed) : (index, index) -> f32
    %1 = arith.truncf %0 : f32 to bf16
    memref.store %1, %m[%i] : memref<?xbf16>
  }
  return
}

func.func private @fill_f16(%m: memref<?xf16>, %seed: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %m, %c0 : memref<?xf16>
  scf.for %i = %c0 to %n step %c1 {
    %0 = func.call @element(%i, %seed) : (index, index) -> f32
    %1 = arith.truncf %0 : f32 to f16
    memref.store %1, %m[%i] : memref<?xf16>
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

// What an odd K leaves of the last pair is 0.
func.func private @layer(%n: index, %x: memref<20x19xbf16>,
    %rows: memref<?xi32>, %w13: memref<5x10x2x8x2xbf16>,
    %w2: memref<4x37x1x16xf16>, %w: memref<4x25x1x16x2xbf16>,
    %m: memref<50x50xbf16>, %y: memref<?x50xf32>) {
  %g = memref.alloc(%n) : memref<?x19xbf16>
  grouped.gather %x at %rows outs(%g : memref<?x19xbf16>)
      : memref<20x19xbf16>, memref<?xi32>
  %h = memref.alloc(%n) : memref<?x37xbf16>
  grouped.matmul %g by(%w13 : memref<5x10x2x8x2xbf16>)
      outs(%h : memref<?x37xbf16>) : memref<?x19xbf16> epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.truncf %0 : f32 to bf16
    grouped.yield %1 : bf16
  }
  %t = memref.alloc(%n) : memref<?x50xf32>
  grouped.matmul %h by(%w2 : memref<4x37x1x16xf16>)
      outs(%t : memref<?x50xf32>) : memref<?x37xbf16>
  %s = memref.alloc(%n) : memref<?x50xf32>
  %t49 = memref.subview %t[0, 0] [%n, 49] [1, 1]
      : memref<?x50xf32> to memref<?x49xf32, strided<[50, 1]>>
  grouped.matmul %t49 by(%w : memref<4x25x1x16x2xbf16>)
      outs(%s : memref<?x50xf32>) : memref<?x49xf32, strided<[50, 1]>>
  grouped.matmul %s by(%m : memref<50x50xbf16>)
      outs(%y : memref<?x50xf32>) : memref<?x50xf32>
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
  %zero = arith.constant 0.0 : bf16
  %x = memref.alloc() : memref<20x19xbf16>
  %w13 = memref.alloc() : memref<5x10x2x8x2xbf16>
  %w2 = memref.alloc() : memref<4x37x1x16xf16>
  %w = memref.alloc() : memref<4x25x1x16x2xbf16>
  %m = memref.alloc() : memref<50x50xbf16>
  %fx = memref.collapse_shape %x [[0, 1]] : memref<20x19xbf16> into memref<380xbf16>
  %fw13 = memref.collapse_shape %w13 [[0, 1, 2, 3, 4]]
      : memref<5x10x2x8x2xbf16> into memref<1600xbf16>
  %fw2 = memref.collapse_shape %w2 [[0, 1, 2, 3]]
      : memref<4x37x1x16xf16> into memref<2368xf16>
  %fw = memref.collapse_shape %w [[0, 1, 2, 3, 4]]
      : memref<4x25x1x16x2xbf16> into memref<3200xbf16>
  %fm = memref.collapse_shape %m [[0, 1]] : memref<50x50xbf16> into memref<2500xbf16>
  %dx = memref.cast %fx : memref<380xbf16> to memref<?xbf16>
  %dw13 = memref.cast %fw13 : memref<1600xbf16> to memref<?xbf16>
  %dw2 = memref.cast %fw2 : memref<2368xf16> to memref<?xf16>
  %dw = memref.cast %fw : memref<3200xbf16> to memref<?xbf16>
  %dm = memref.cast %fm : memref<2500xbf16> to memref<?xbf16>
  func.call @fill_bf16(%dx, %c1) : (memref<?xbf16>, index) -> ()
  func.call @fill_bf16(%dw13, %c2) : (memref<?xbf16>, index) -> ()
  func.call @fill_f16(%dw2, %c3) : (memref<?xf16>, index) -> ()
  func.call @fill_bf16(%dw, %c16) : (memref<?xbf16>, index) -> ()
  func.call @fill_bf16(%dm, %c20) : (memref<?xbf16>, index) -> ()
  %last13 = arith.constant 9 : index
  %panels13 = memref.dim %w13, %c0 : memref<5x10x2x8x2xbf16>
  %width13 = memref.dim %w13, %c3 : memref<5x10x2x8x2xbf16>
  scf.for %p = %c0 to %panels13 step %c1 {
    scf.for %side = %c0 to %c2 step %c1 {
      scf.for %j = %c0 to %width13 step %c1 {
        memref.store %zero, %w13[%p, %last13, %side, %j, %c1]
            : memref<5x10x2x8x2xbf16>
      }
    }
  }
  %last = arith.constant 24 : index
  %panels = memref.dim %w, %c0 : memref<4x25x1x16x2xbf16>
  %width = memref.dim %w, %c3 : memref<4x25x1x16x2xbf16>
  scf.for %p = %c0 to %panels step %c1 {
    scf.for %j = %c0 to %width step %c1 {
      memref.store %zero, %w[%p, %last, %c0, %j, %c1]
          : memref<4x25x1x16x2xbf16>
    }
  }

  scf.for %n = %c1 to %c16 step %c1 {
    %rows = memref.alloc(%n) : memref<?xi32>
    // Row i is unit 3 i mod 20.
    scf.for %i = %c0 to %n step %c1 {
      %0 = arith.muli %i, %c3 : index
      %1 = arith.remui %0, %c20 : index
      %2 = arith.index_cast %1 : index to i32
      memref.store %2, %rows[%i] : memref<?xi32>
    }
    %y = memref.alloc(%n) : memref<?x50xf32>
    %fy = memref.collapse_shape %y [[0, 1]] : memref<?x50xf32> into memref<?xf32>
    func.call @layer(%n, %x, %rows, %w13, %w2, %w, %m, %y) : (index,
        memref<20x19xbf16>, memref<?xi32>, memref<5x10x2x8x2xbf16>,
        memref<4x37x1x16xf16>, memref<4x25x1x16x2xbf16>, memref<50x50xbf16>,
        memref<?x50xf32>) -> ()
    %h = func.call @hash(%fy, %basis) : (memref<?xf32>, i64) -> i64
    vector.print %h : i64
  }
  return
}
}
