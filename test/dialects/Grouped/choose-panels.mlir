// RUN: spex-opt %s --grouped-choose-panels --split-input-file | FileCheck %s

// Gate and up of an expert share panels of 8 columns each, down has its own of
// 16. 24 columns are 3 panels, 32 are 2. The raw parameters are gone.
// CHECK-LABEL: func.func @packs_an_expert(
// CHECK-SAME:    %[[PAIR:[a-z0-9]+]]: tensor<5x3x32x2x8xf32> {
// CHECK-SAME:      spex.pack = {columns = 8 : i64, k = [1], n = [2], outer = [0], parameters = ["gate", "up"]}
// CHECK-SAME:      spex.parameter = "gate", spex.place = "packed"
// CHECK-SAME:    %[[DOWN:[a-z0-9]+]]: tensor<5x2x24x1x16xf32> {
// CHECK-SAME:      spex.pack = {columns = 16 : i64, k = [1], n = [2], outer = [0], parameters = ["down"]}
// CHECK:         grouped.tasks {{.*}} panels(%[[PAIR]], %[[DOWN]] :
// CHECK:         ^bb0({{.*}}, %[[P:.*]]: tensor<3x32x2x8xf32>, %[[D:.*]]: tensor<2x24x1x16xf32>, %{{.*}}: tensor<?x32xf32>):
// CHECK:           grouped.matmul %{{.*}} by(%[[P]] :
// CHECK:           grouped.matmul %{{.*}} by(%[[D]] :
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @packs_an_expert(%x: tensor<9x32xf32>, %o: tensor<6xi32>,
    %r: tensor<18xi32>,
    %gate: tensor<5x32x24xf32> {spex.parameter = "gate", spex.place = "packed"},
    %up: tensor<5x32x24xf32> {spex.parameter = "up", spex.place = "packed"},
    %down: tensor<5x24x32xf32> {spex.parameter = "down", spex.place = "packed"})
    -> tensor<18x32xf32> {
  %y0 = tensor.empty() : tensor<18x32xf32>
  %y = grouped.tasks offsets(%o : tensor<6xi32>) rows(%r : tensor<18xi32>)
      ins(%x : tensor<9x32xf32>)
      panels(%gate, %up, %down : tensor<5x32x24xf32>, tensor<5x32x24xf32>,
             tensor<5x24x32xf32>)
      outs(%y0 : tensor<18x32xf32>) row_block 8 -> tensor<18x32xf32> {
  ^bb0(%count: index, %first: index, %group: index, %units: tensor<?xi32>,
       %xs: tensor<9x32xf32>, %ge: tensor<32x24xf32>, %ue: tensor<32x24xf32>,
       %de: tensor<24x32xf32>, %ys: tensor<?x32xf32>):
    %g0 = tensor.empty(%count) : tensor<?x32xf32>
    %g = grouped.gather %xs at %units outs(%g0 : tensor<?x32xf32>)
        : tensor<9x32xf32>, tensor<?xi32> -> tensor<?x32xf32>
    %h0 = tensor.empty(%count) : tensor<?x24xf32>
    %h = grouped.matmul %g by(%ge, %ue : tensor<32x24xf32>, tensor<32x24xf32>)
        outs(%h0 : tensor<?x24xf32>) : tensor<?x32xf32> -> tensor<?x24xf32>
        epilogue {
    ^bb0(%a: f32, %b: f32):
      %p = arith.mulf %a, %b : f32
      grouped.yield %p : f32
    }
    %d = grouped.matmul %h by(%de : tensor<24x32xf32>)
        outs(%ys : tensor<?x32xf32>) : tensor<?x24xf32> -> tensor<?x32xf32>
    grouped.yield %d : tensor<?x32xf32>
  }
  return %y : tensor<18x32xf32>
}
}

// -----

// A layer's projection: sliced in a loop, heads and head width as columns. The
// slice is now one of the panels, 48 columns are 3 of them, and a chunk of
// columns grows to a whole panel.
// CHECK-LABEL: func.func @packs_a_layer_of_heads(
// CHECK-SAME:    %[[W:[a-z0-9]+]]: tensor<3x3x32x1x16xf32> {
// CHECK-SAME:      spex.pack = {columns = 16 : i64, k = [1], n = [2, 3], outer = [0], parameters = ["wq"]}
// CHECK:         scf.for %[[L:[a-z0-9]+]] =
// CHECK:           %[[SLICE:[a-z0-9_]+]] = tensor.extract_slice %[[W]][%[[L]], 0, 0, 0, 0]
// CHECK-SAME:        to tensor<3x32x1x16xf32>
// CHECK:           grouped.tasks {{.*}} panels(%[[SLICE]] : {{.*}} column_block 16
// CHECK:           ^bb0({{.*}}, %{{.*}}: tensor<?x32x1x16xf32>, %{{.*}}: tensor<?x?xf32>):
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @packs_a_layer_of_heads(%x: tensor<9x32xf32>,
    %w: tensor<3x32x4x12xf32> {spex.parameter = "wq", spex.place = "packed"})
    -> tensor<9x48xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %y0 = tensor.empty() : tensor<9x48xf32>
  %y = scf.for %l = %c0 to %c3 step %c1 iter_args(%to = %y0)
      -> tensor<9x48xf32> {
    %wl = tensor.extract_slice %w[%l, 0, 0, 0] [1, 32, 4, 12] [1, 1, 1, 1]
        : tensor<3x32x4x12xf32> to tensor<32x4x12xf32>
    %m = tensor.collapse_shape %wl [[0], [1, 2]]
        : tensor<32x4x12xf32> into tensor<32x48xf32>
    %t = grouped.tasks blocks(%x : tensor<9x32xf32>)
        panels(%m : tensor<32x48xf32>) outs(%to : tensor<9x48xf32>)
        row_block 8 column_block 12 -> tensor<9x48xf32> {
    ^bb0(%count: index, %first: index, %group: index, %xs: tensor<?x32xf32>,
         %ws: tensor<32x?xf32>, %ys: tensor<?x?xf32>):
      %d = grouped.matmul %xs by(%ws : tensor<32x?xf32>)
          outs(%ys : tensor<?x?xf32>) : tensor<?x32xf32> -> tensor<?x?xf32>
      grouped.yield %d : tensor<?x?xf32>
    }
    scf.yield %t : tensor<9x48xf32>
  }
  return %y : tensor<9x48xf32>
}
}

// -----

// A parameter that lies the other way round is packed from where it lies; the
// transposition is gone.
// CHECK-LABEL: func.func @packs_across_a_transposition(
// CHECK-SAME:    tensor<2x32x1x16xf32> {
// CHECK-SAME:      k = [1], n = [0], outer = []
// CHECK-NOT:     linalg.generic
#ij = affine_map<(i, j) -> (i, j)>
#ji = affine_map<(i, j) -> (j, i)>
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @packs_across_a_transposition(%x: tensor<9x32xf32>,
    %w: tensor<24x32xf32> {spex.parameter = "w", spex.place = "packed"})
    -> tensor<9x24xf32> {
  %t0 = tensor.empty() : tensor<32x24xf32>
  %t = linalg.generic {indexing_maps = [#ji, #ij],
                       iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<24x32xf32>) outs(%t0 : tensor<32x24xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<32x24xf32>
  %y0 = tensor.empty() : tensor<9x24xf32>
  %y = grouped.tasks blocks(%x : tensor<9x32xf32>)
      panels(%t : tensor<32x24xf32>) outs(%y0 : tensor<9x24xf32>)
      row_block 8 -> tensor<9x24xf32> {
  ^bb0(%count: index, %first: index, %group: index, %xs: tensor<?x32xf32>,
       %ws: tensor<32x24xf32>, %ys: tensor<?x24xf32>):
    %d = grouped.matmul %xs by(%ws : tensor<32x24xf32>)
        outs(%ys : tensor<?x24xf32>) : tensor<?x32xf32> -> tensor<?x24xf32>
    grouped.yield %d : tensor<?x24xf32>
  }
  return %y : tensor<9x24xf32>
}
}

// -----

// Experts of experts: two dimensions number the groups. The panels keep both,
// the tasks see one.
// CHECK-LABEL: func.func @packs_experts_of_experts(
// CHECK-SAME:    %[[W:[a-z0-9]+]]: tensor<2x3x2x32x1x16xf32> {
// CHECK-SAME:      spex.pack = {columns = 16 : i64, k = [2], n = [3], outer = [0, 1], parameters = ["w"]}
// CHECK:         %[[ALL:[a-z0-9_]+]] = tensor.collapse_shape %[[W]] {{\[}}[0, 1], [2], [3], [4], [5]]
// CHECK:         grouped.tasks {{.*}} panels(%[[ALL]] : tensor<6x2x32x1x16xf32>)
// CHECK:           grouped.matmul %{{.*}} by(%{{.*}} : tensor<2x32x1x16xf32>)
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @packs_experts_of_experts(%x: tensor<9x32xf32>, %o: tensor<7xi32>,
    %r: tensor<9xi32>,
    %w: tensor<2x3x32x24xf32> {spex.parameter = "w", spex.place = "packed"})
    -> tensor<9x24xf32> {
  %all = tensor.collapse_shape %w [[0, 1], [2], [3]]
      : tensor<2x3x32x24xf32> into tensor<6x32x24xf32>
  %y0 = tensor.empty() : tensor<9x24xf32>
  %y = grouped.tasks offsets(%o : tensor<7xi32>) rows(%r : tensor<9xi32>)
      blocks(%x : tensor<9x32xf32>)
      panels(%all : tensor<6x32x24xf32>) outs(%y0 : tensor<9x24xf32>)
      row_block 8 -> tensor<9x24xf32> {
  ^bb0(%count: index, %first: index, %group: index, %units: tensor<?xi32>,
       %xs: tensor<?x32xf32>, %ws: tensor<32x24xf32>, %ys: tensor<?x24xf32>):
    %d = grouped.matmul %xs by(%ws : tensor<32x24xf32>)
        outs(%ys : tensor<?x24xf32>) : tensor<?x32xf32> -> tensor<?x24xf32>
    grouped.yield %d : tensor<?x24xf32>
  }
  return %y : tensor<9x24xf32>
}
}

// -----

// What the run itself computes stays a matrix.
// CHECK-LABEL: func.func @leaves_activations(
// CHECK:         grouped.matmul {{.*}} by(%{{.*}} : tensor<32x24xf32>)
func.func @leaves_activations(%x: tensor<9x32xf32>, %w: tensor<32x24xf32>)
    -> tensor<9x24xf32> {
  %y0 = tensor.empty() : tensor<9x24xf32>
  %y = grouped.tasks blocks(%x : tensor<9x32xf32>)
      panels(%w : tensor<32x24xf32>) outs(%y0 : tensor<9x24xf32>)
      row_block 8 -> tensor<9x24xf32> {
  ^bb0(%count: index, %first: index, %group: index, %xs: tensor<?x32xf32>,
       %ws: tensor<32x24xf32>, %ys: tensor<?x24xf32>):
    %d = grouped.matmul %xs by(%ws : tensor<32x24xf32>)
        outs(%ys : tensor<?x24xf32>) : tensor<?x32xf32> -> tensor<?x24xf32>
    grouped.yield %d : tensor<?x24xf32>
  }
  return %y : tensor<9x24xf32>
}

// -----

// bf16 lies in pairs: 7 rows are four steps, the last of them half empty. The
// columns are as many as for f32: they are those of the accumulators.
// CHECK-LABEL: func.func @packs_pairs(
// CHECK-SAME:    %[[W:[a-z0-9]+]]: tensor<2x4x1x16x2xbf16> {
// CHECK-SAME:      spex.pack = {columns = 16 : i64, interleave = 2 : i64, k = [0], n = [1], outer = [], parameters = ["w"]}
// CHECK:         grouped.tasks {{.*}} panels(%[[W]] : tensor<2x4x1x16x2xbf16>) {{.*}} column_block 16
// CHECK:         ^bb0({{.*}}, %[[P:.*]]: tensor<?x4x1x16x2xbf16>, %{{.*}}: tensor<?x?xf32>):
// CHECK:           grouped.matmul %{{.*}} by(%[[P]] :
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @packs_pairs(%x: tensor<?x7xbf16>, %y: tensor<?x32xf32>,
    %w: tensor<7x32xbf16> {spex.parameter = "w", spex.place = "packed"})
    -> tensor<?x32xf32> {
  %0 = grouped.tasks blocks(%x : tensor<?x7xbf16>)
      panels(%w : tensor<7x32xbf16>) outs(%y : tensor<?x32xf32>)
      row_block 8 column_block 8 -> tensor<?x32xf32> {
  ^bb0(%count: index, %first: index, %group: index, %xs: tensor<?x7xbf16>,
       %we: tensor<7x?xbf16>, %ys: tensor<?x?xf32>):
    %m = grouped.matmul %xs by(%we : tensor<7x?xbf16>)
        outs(%ys : tensor<?x?xf32>) : tensor<?x7xbf16> -> tensor<?x?xf32>
    grouped.yield %m : tensor<?x?xf32>
  }
  return %0 : tensor<?x32xf32>
}
}

// -----

// f16 is widened by an instruction, which wants no pairs.
// CHECK-LABEL: func.func @packs_f16(
// CHECK-SAME:    tensor<2x7x1x16xf16> {
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @packs_f16(%x: tensor<?x7xf32>, %y: tensor<?x32xf32>,
    %w: tensor<7x32xf16> {spex.parameter = "w", spex.place = "packed"})
    -> tensor<?x32xf32> {
  %0 = grouped.tasks blocks(%x : tensor<?x7xf32>)
      panels(%w : tensor<7x32xf16>) outs(%y : tensor<?x32xf32>)
      row_block 8 -> tensor<?x32xf32> {
  ^bb0(%count: index, %first: index, %group: index, %xs: tensor<?x7xf32>,
       %we: tensor<7x32xf16>, %ys: tensor<?x32xf32>):
    %m = grouped.matmul %xs by(%we : tensor<7x32xf16>)
        outs(%ys : tensor<?x32xf32>) : tensor<?x7xf32> -> tensor<?x32xf32>
    grouped.yield %m : tensor<?x32xf32>
  }
  return %0 : tensor<?x32xf32>
}
}

// -----

// A layer of a layer: dimensions go one by one, so that types say which.
// CHECK-LABEL: func.func @slices_one_by_one(
// CHECK:         %[[OUTER:.*]] = tensor.extract_slice %{{.*}}[%[[A:.*]], 0, 0, 0, 0, 0] [1, 3, 1, 32, 1, 16]
// CHECK-SAME:      tensor<2x3x1x32x1x16xf32> to tensor<3x1x32x1x16xf32>
// CHECK:         tensor.extract_slice %[[OUTER]][%{{.*}}, 0, 0, 0, 0] [1, 1, 32, 1, 16]
// CHECK-SAME:      tensor<3x1x32x1x16xf32> to tensor<1x32x1x16xf32>
module attributes {spex.target = {vector_bits = 256 : i64}} {
func.func @slices_one_by_one(%x: tensor<9x32xf32>, %a: index, %b: index,
    %w: tensor<2x3x32x16xf32> {spex.parameter = "w", spex.place = "packed"})
    -> tensor<9x16xf32> {
  %y0 = tensor.empty() : tensor<9x16xf32>
  %wl = tensor.extract_slice %w[%a, %b, 0, 0] [1, 1, 32, 16] [1, 1, 1, 1]
      : tensor<2x3x32x16xf32> to tensor<32x16xf32>
  %t = grouped.tasks blocks(%x : tensor<9x32xf32>)
      panels(%wl : tensor<32x16xf32>) outs(%y0 : tensor<9x16xf32>)
      row_block 8 column_block 16 -> tensor<9x16xf32> {
  ^bb0(%count: index, %first: index, %group: index, %xs: tensor<?x32xf32>,
       %ws: tensor<32x?xf32>, %ys: tensor<?x?xf32>):
    %d = grouped.matmul %xs by(%ws : tensor<32x?xf32>)
        outs(%ys : tensor<?x?xf32>) : tensor<?x32xf32> -> tensor<?x?xf32>
    grouped.yield %d : tensor<?x?xf32>
  }
  return %t : tensor<9x16xf32>
}
}
