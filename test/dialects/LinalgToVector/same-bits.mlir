// Vectors and scalars give the same bits, for every size n from 1 to 40: so for
// sums with fewer terms than lanes, masked ends, whole and partial blocks.
//
// DEFINE: %{to_llvm} = --spex-expand-math --convert-vector-to-scf \
// DEFINE:   --expand-strided-metadata --lower-affine --convert-scf-to-cf \
// DEFINE:   --convert-vector-to-llvm --convert-to-llvm \
// DEFINE:   --reconcile-unrealized-casts
// DEFINE: %{run} = mlir-runner -e main --entry-point-result=void \
// DEFINE:   --shared-libs=%mlir_c_runner_utils
// RUN: spex-opt %s --convert-linalg-to-scalar-loops %{to_llvm} | %{run} > %t.scalars
// RUN: spex-opt %s --convert-linalg-to-vector %{to_llvm} | %{run} > %t.vectors
// RUN: diff %t.scalars %t.vectors
// RUN: FileCheck %s < %t.vectors
//
// The same for 512 bits, run on what vectors there are.
// RUN: sed 's/vector_bits = 256/vector_bits = 512/' %s > %t.512
// RUN: spex-opt %t.512 --convert-linalg-to-vector %{to_llvm} | %{run} > %t.vectors
// RUN: diff %t.scalars %t.vectors

// One line for each size, none of them 0.
// CHECK-COUNT-40: {{^-?[1-9][0-9]*$}}
// CHECK-NOT: {{.}}

#i = affine_map<(i) -> (i)>
#ij = affine_map<(i, j) -> (i, j)>
#ji = affine_map<(i, j) -> (j, i)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#out3 = affine_map<(i, j, k) -> (i, j)>
#lhs3 = affine_map<(i, j, k) -> (i, k)>
#rhs3 = affine_map<(i, j, k) -> (k, j)>
#all3 = affine_map<(i, j, k) -> (i, j, k)>
#first3 = affine_map<(i, j, k) -> (i)>

module attributes {spex.target = {vector_bits = 256 : i64}} {
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

// Softmax of the rows that a causal mask leaves, then a weighted sum.
func.func private @attention(%q: memref<?x13xf32>, %k: memref<13x?xf32>,
    %v: memref<?x9xf32>, %s: memref<?x?xf32>, %m: memref<?xf32>,
    %t: memref<?xf32>, %o: memref<?x9xf32>) {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  linalg.fill ins(%zero : f32) outs(%s : memref<?x?xf32>)
  linalg.generic {indexing_maps = [#lhs3, #rhs3, #out3],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%q, %k : memref<?x13xf32>, memref<13x?xf32>)
      outs(%s : memref<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = math.fma %a, %b, %c : f32
    linalg.yield %0 : f32
  }
  linalg.fill ins(%low : f32) outs(%m : memref<?xf32>)
  linalg.generic {indexing_maps = [#ij, #row],
                  iterator_types = ["parallel", "reduction"]}
      ins(%s : memref<?x?xf32>) outs(%m : memref<?xf32>) {
  ^bb0(%a: f32, %c: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %seen = arith.cmpi sle, %j, %i : index
    %0 = arith.select %seen, %a, %low : f32
    %1 = arith.maximumf %c, %0 : f32
    linalg.yield %1 : f32
  }
  linalg.generic {indexing_maps = [#row, #ij],
                  iterator_types = ["parallel", "parallel"]}
      ins(%m : memref<?xf32>) outs(%s : memref<?x?xf32>) {
  ^bb0(%a: f32, %c: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %seen = arith.cmpi sle, %j, %i : index
    %0 = arith.subf %c, %a : f32
    %1 = math.exp %0 : f32
    %2 = arith.select %seen, %1, %zero : f32
    linalg.yield %2 : f32
  }
  linalg.fill ins(%zero : f32) outs(%t : memref<?xf32>)
  linalg.generic {indexing_maps = [#ij, #row],
                  iterator_types = ["parallel", "reduction"]}
      ins(%s : memref<?x?xf32>) outs(%t : memref<?xf32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.addf %c, %a : f32
    linalg.yield %0 : f32
  }
  linalg.fill ins(%zero : f32) outs(%o : memref<?x9xf32>)
  linalg.generic {indexing_maps = [#lhs3, #rhs3, #out3],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%s, %v : memref<?x?xf32>, memref<?x9xf32>)
      outs(%o : memref<?x9xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = math.fma %a, %b, %c : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#row, #ij],
                  iterator_types = ["parallel", "parallel"]}
      ins(%t : memref<?xf32>) outs(%o : memref<?x9xf32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.divf %c, %a : f32
    linalg.yield %0 : f32
  }
  return
}

// A sum and a maximum across the vectors, one over two dimensions, a result
// that lies across what it reads, every other element, and rows by number.
func.func private @others(%x: memref<?x9xf32>, %y: memref<3x2x16xf32>,
    %columns: memref<9xf32>, %largest: memref<9xf32>, %blocks: memref<3xf32>,
    %turned: memref<9x?xf32>, %pairs: memref<?x18xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?x9xf32>
  linalg.fill ins(%zero : f32) outs(%columns : memref<9xf32>)
  linalg.fill ins(%zero : f32) outs(%largest : memref<9xf32>)
  linalg.fill ins(%zero : f32) outs(%blocks : memref<3xf32>)
  linalg.generic {indexing_maps = [#ji, #row],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x9xf32>) outs(%columns : memref<9xf32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.mulf %a, %a : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  linalg.generic {indexing_maps = [#ji, #row],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x9xf32>) outs(%largest : memref<9xf32>) {
  ^bb0(%a: f32, %c: f32):
    %1 = arith.maximumf %c, %a : f32
    linalg.yield %1 : f32
  }
  linalg.generic {indexing_maps = [#all3, #first3],
                  iterator_types = ["parallel", "reduction", "reduction"]}
      ins(%y : memref<3x2x16xf32>) outs(%blocks : memref<3xf32>) {
  ^bb0(%a: f32, %c: f32):
    %1 = arith.addf %c, %a : f32
    linalg.yield %1 : f32
  }
  linalg.generic {indexing_maps = [#ji, #ij],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x9xf32>) outs(%turned : memref<9x?xf32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.addf %a, %a : f32
    linalg.yield %0 : f32
  }
  %even = memref.subview %pairs[0, 0] [%n, 9] [1, 2]
      : memref<?x18xf32> to memref<?x9xf32, strided<[18, 2]>>
  %odd = memref.subview %pairs[0, 1] [%n, 9] [1, 2]
      : memref<?x18xf32> to memref<?x9xf32, strided<[18, 2], offset: 1>>
  linalg.generic {indexing_maps = [#ij, #ij],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x9xf32>)
      outs(%even : memref<?x9xf32, strided<[18, 2]>>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.mulf %a, %a : f32
    linalg.yield %0 : f32
  }
  // Row 2 i mod n of x, plus one whose row depends on the column.
  linalg.generic {indexing_maps = [#ij], iterator_types = ["parallel", "parallel"]}
      outs(%odd : memref<?x9xf32, strided<[18, 2], offset: 1>>) {
  ^bb0(%c: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %0 = arith.addi %i, %i : index
    %1 = arith.remui %0, %n : index
    %2 = memref.load %x[%1, %j] : memref<?x9xf32>
    %3 = arith.remui %j, %n : index
    %4 = memref.load %x[%3, %j] : memref<?x9xf32>
    %5 = arith.addf %2, %4 : f32
    linalg.yield %5 : f32
  }
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c41 = arith.constant 41 : index
  %basis = arith.constant 1469598103934665603 : i64
  %y = memref.alloc() : memref<3x2x16xf32>
  %fy = memref.collapse_shape %y [[0, 1, 2]]
      : memref<3x2x16xf32> into memref<96xf32>
  %dy = memref.cast %fy : memref<96xf32> to memref<?xf32>
  func.call @fill(%dy, %c3) : (memref<?xf32>, index) -> ()
  scf.for %n = %c1 to %c41 step %c1 {
    %q = memref.alloc(%n) : memref<?x13xf32>
    %k = memref.alloc(%n) : memref<13x?xf32>
    %v = memref.alloc(%n) : memref<?x9xf32>
    %s = memref.alloc(%n, %n) : memref<?x?xf32>
    %m = memref.alloc(%n) : memref<?xf32>
    %t = memref.alloc(%n) : memref<?xf32>
    %o = memref.alloc(%n) : memref<?x9xf32>
    %fq = memref.collapse_shape %q [[0, 1]] : memref<?x13xf32> into memref<?xf32>
    %fk = memref.collapse_shape %k [[0, 1]] : memref<13x?xf32> into memref<?xf32>
    %fv = memref.collapse_shape %v [[0, 1]] : memref<?x9xf32> into memref<?xf32>
    %fo = memref.collapse_shape %o [[0, 1]] : memref<?x9xf32> into memref<?xf32>
    func.call @fill(%fq, %c1) : (memref<?xf32>, index) -> ()
    func.call @fill(%fk, %c2) : (memref<?xf32>, index) -> ()
    func.call @fill(%fv, %n) : (memref<?xf32>, index) -> ()
    func.call @attention(%q, %k, %v, %s, %m, %t, %o)
        : (memref<?x13xf32>, memref<13x?xf32>, memref<?x9xf32>,
           memref<?x?xf32>, memref<?xf32>, memref<?xf32>, memref<?x9xf32>) -> ()
    %columns = memref.alloc() : memref<9xf32>
    %largest = memref.alloc() : memref<9xf32>
    %blocks = memref.alloc() : memref<3xf32>
    %turned = memref.alloc(%n) : memref<9x?xf32>
    %pairs = memref.alloc(%n) : memref<?x18xf32>
    func.call @others(%v, %y, %columns, %largest, %blocks, %turned, %pairs)
        : (memref<?x9xf32>, memref<3x2x16xf32>, memref<9xf32>, memref<9xf32>,
           memref<3xf32>, memref<9x?xf32>, memref<?x18xf32>) -> ()
    %dcolumns = memref.cast %columns : memref<9xf32> to memref<?xf32>
    %dlargest = memref.cast %largest : memref<9xf32> to memref<?xf32>
    %dblocks = memref.cast %blocks : memref<3xf32> to memref<?xf32>
    %fturned = memref.collapse_shape %turned [[0, 1]]
        : memref<9x?xf32> into memref<?xf32>
    %fpairs = memref.collapse_shape %pairs [[0, 1]]
        : memref<?x18xf32> into memref<?xf32>
    %h0 = func.call @hash(%fo, %basis) : (memref<?xf32>, i64) -> i64
    %h1 = func.call @hash(%m, %h0) : (memref<?xf32>, i64) -> i64
    %h2 = func.call @hash(%t, %h1) : (memref<?xf32>, i64) -> i64
    %h3 = func.call @hash(%dcolumns, %h2) : (memref<?xf32>, i64) -> i64
    %h4 = func.call @hash(%dlargest, %h3) : (memref<?xf32>, i64) -> i64
    %h5 = func.call @hash(%dblocks, %h4) : (memref<?xf32>, i64) -> i64
    %h6 = func.call @hash(%fturned, %h5) : (memref<?xf32>, i64) -> i64
    %h7 = func.call @hash(%fpairs, %h6) : (memref<?xf32>, i64) -> i64
    vector.print %h7 : i64
  }
  return
}
}
