// RUN: spex-opt %s --convert-linalg-to-vector | FileCheck %s

#i = affine_map<(i) -> (i)>
#ij = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#out3 = affine_map<(i, j, k) -> (i, j)>
#lhs3 = affine_map<(i, j, k) -> (i, k)>
#rhs3 = affine_map<(i, j, k) -> (k, j)>

module attributes {spex.target = {vector_bits = 256 : i64}} {

// 24 elements are three whole vectors: no mask.
// CHECK-LABEL: func.func @adds_a_row(
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:             %[[A:.*]] = vector.load {{.*}} : memref<?x24xf32>, vector<8xf32>
// CHECK:             %[[B:.*]] = vector.load {{.*}} : memref<24xf32>, vector<8xf32>
// CHECK:             %[[C:.*]] = arith.addf %[[A]], %[[B]] : vector<8xf32>
// CHECK:             vector.store %[[C]]
// CHECK-NOT:     mask
// CHECK:         return
func.func @adds_a_row(%x: memref<?x24xf32>, %b: memref<24xf32>,
    %y: memref<?x24xf32>) {
  linalg.generic {indexing_maps = [#ij, #column, #ij],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x, %b : memref<?x24xf32>, memref<24xf32>)
      outs(%y : memref<?x24xf32>) {
  ^bb0(%a: f32, %c: f32, %d: f32):
    %0 = arith.addf %a, %c : f32
    linalg.yield %0 : f32
  }
  return
}

// 16 lanes whatever the width of a register, then 8, 4, 2, 1.
// CHECK-LABEL: func.func @sums_in_16_lanes(
// CHECK:         %[[S:.*]] = scf.for {{.*}} -> (vector<16xf32>)
// CHECK:           arith.addf {{.*}} : vector<16xf32>
// CHECK:         %[[T:.*]] = scf.for {{.*}} iter_args({{.*}} = %[[S]]) -> (vector<16xf32>)
// CHECK:           vector.maskedload
// CHECK:           arith.select
// CHECK:           arith.addf {{.*}} : vector<16xf32>
// CHECK:         arith.addf {{.*}} : vector<8xf32>
// CHECK:         arith.addf {{.*}} : vector<4xf32>
// CHECK:         arith.addf {{.*}} : vector<2xf32>
// CHECK:         arith.addf {{.*}} : vector<1xf32>
func.func @sums_in_16_lanes(%x: memref<?x?xf32>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [#ij, #row],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.addf %c, %a : f32
    linalg.yield %0 : f32
  }
  return
}

// Four rows by two vectors stay in registers while k runs.
// CHECK-LABEL: func.func @blocks_a_contraction(
// CHECK:         scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-8:   math.fma {{.*}} : vector<8xf32>
// CHECK-NOT:       math.fma
// CHECK:           scf.yield
func.func @blocks_a_contraction(%q: memref<?x32xf32>, %k: memref<32x?xf32>,
    %s: memref<?x?xf32>) {
  linalg.generic {indexing_maps = [#lhs3, #rhs3, #out3],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%q, %k : memref<?x32xf32>, memref<32x?xf32>)
      outs(%s : memref<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = math.fma %a, %b, %c : f32
    linalg.yield %0 : f32
  }
  return
}

// A row by its number is one load of neighbours.
// CHECK-LABEL: func.func @looks_up_rows(
// CHECK-SAME:    %[[IDS:.*]]: memref<?xi32>, %[[TABLE:.*]]: memref<256x128xf32>
// CHECK:         memref.load %[[IDS]]
// CHECK:         vector.load %[[TABLE]]
// CHECK-NOT:     memref.load %[[TABLE]]
// CHECK:         return
func.func @looks_up_rows(%ids: memref<?xi32>, %table: memref<256x128xf32>,
    %y: memref<?x128xf32>) {
  linalg.generic {indexing_maps = [#row, #ij],
                  iterator_types = ["parallel", "parallel"]}
      ins(%ids : memref<?xi32>) outs(%y : memref<?x128xf32>) {
  ^bb0(%id: i32, %c: f32):
    %r = arith.index_cast %id : i32 to index
    %d = linalg.index 1 : index
    %0 = memref.load %table[%r, %d] : memref<256x128xf32>
    linalg.yield %0 : f32
  }
  return
}
}
