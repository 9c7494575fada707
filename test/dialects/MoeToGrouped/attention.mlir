// RUN: spex-opt %s --convert-moe-to-grouped | FileCheck %s
// RUN: spex-opt %s --convert-moe-to-grouped --canonicalize --eliminate-empty-tensors --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" --canonicalize --cse --canonicalize | FileCheck %s --check-prefix=BUFFERS

// A layer of attention over a cache, as IRGen writes it: x is projected, keys
// and values are written at the position, and all up to it are read.

// Projections: rows of all sequences, columns of all heads.
// CHECK-LABEL: func.func @attention(%arg0: index {spex.dim = "B"
// CHECK:         scf.for %[[L:.*]] = {{.*}} iter_args(%[[X:[^ ]*]] =
// CHECK:           %[[XR:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]]
// CHECK:           %[[WQ:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2]] : tensor<128x4x32xf32> into tensor<128x128xf32>
// CHECK:           %[[QR:.*]] = grouped.tasks blocks(%[[XR]] : {{.*}}) panels(%[[WQ]] : {{.*}}) {{.*}} row_block 96 column_block 64
// CHECK:           %[[Q:.*]] = tensor.expand_shape %[[QR]] {{.*}} output_shape [%arg0, %arg1, 4, 32]

// The cluster: a group for each sequence, blocks of query rows; whatever has
// past positions is made inside.
// CHECK:           %[[K:.*]] = tensor.extract_slice %{{.*}} : tensor<4x?x4x32x?xf32> to tensor<?x4x32x?xf32>
// CHECK:           %[[V:.*]] = tensor.extract_slice %{{.*}} : tensor<4x?x4x?x32xf32> to tensor<?x4x?x32xf32>
// CHECK-NOT:       tensor.empty({{.*}}) : tensor<?x4x?x?xf32>
// CHECK:           %[[A0:.*]] = tensor.empty(%arg0, %arg1) : tensor<?x?x4x32xf32>
// CHECK:           %[[A:.*]] = grouped.tasks groups(%arg0) ins(%[[Z:.*]], %arg2 : index, index) blocks(%[[Q]] : {{.*}}) panels(%[[K]], %[[V]] : {{.*}}) outs(%[[A0]] : {{.*}}) row_block 16
// CHECK-NEXT:      ^bb0(%[[N:.*]]: index, %[[FIRST:.*]]: index, %{{.*}}: index, %[[ZS:.*]]: index, %[[POS:.*]]: index, %[[QS:.*]]: tensor<?x4x32xf32>, %[[KS:.*]]: tensor<4x32x?xf32>, %[[VS:.*]]: tensor<4x?x32xf32>, %[[AS:.*]]: tensor<?x4x32xf32>):
// CHECK:             tensor.empty(%[[N]], %[[ZS]]) : tensor<4x?x?xf32>
// CHECK:             linalg.generic {{.*}} ins(%[[QS]], %[[KS]] :

// A query row counts from the first of its block.
// CHECK:               %[[I:.*]] = linalg.index 1
// CHECK:               %[[ROW:.*]] = arith.addi %[[I]], %[[FIRST]]
// CHECK:               %[[AT:.*]] = arith.addi %[[ROW]], %[[POS]]
// CHECK:               arith.cmpi sle, %{{.*}}, %[[AT]]

// The result has rows first, heads then: as the projection behind it wants it.
// CHECK:             %[[O:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[VS]] : {{.*}}) outs(%{{.*}} : tensor<?x4x32xf32>) attrs = {spex.loops = ["H", "S", "A", "Z"]}
// CHECK:             %[[TO:.*]] = bufferization.materialize_in_destination %[[O]] in %[[AS]]
// CHECK:             grouped.yield %[[TO]]
// CHECK:           tensor.collapse_shape %[[A]] {{\[\[}}0, 1], [2, 3]]

// The result of the head goes straight to its memory.
// CHECK:         %[[HEAD:.*]] = grouped.tasks {{.*}} -> tensor<?x256xf32>
// CHECK:         %[[OUT:.*]] = memref.collapse_shape %arg5 {{\[\[}}0, 1], [2]]
// CHECK:         bufferization.materialize_in_destination %[[HEAD]] in restrict writable %[[OUT]]

// BUFFERS-LABEL: func.func @attention(
// BUFFERS-NOT:     memref.copy
// BUFFERS-NOT:     memref.alloc({{.*}}) : memref<?x4x?x?xf32>

#x = affine_map<(b, s, h, a, d) -> (b, s, d)>
#w = affine_map<(b, s, h, a, d) -> (d, h, a)>
#p = affine_map<(b, s, h, a, d) -> (b, s, h, a)>
#q = affine_map<(b, h, s, z, a) -> (b, s, h, a)>
#k = affine_map<(b, h, s, z, a) -> (b, h, a, z)>
#s = affine_map<(b, h, s, z, a) -> (b, h, s, z)>
#id4 = affine_map<(b, h, s, z) -> (b, h, s, z)>
#r4 = affine_map<(b, h, s, z) -> (b, h, s)>
#av = affine_map<(b, h, s, a, z) -> (b, h, s, z)>
#vv = affine_map<(b, h, s, a, z) -> (b, h, z, a)>
#ov = affine_map<(b, h, s, a, z) -> (b, h, s, a)>
#xo = affine_map<(b, s, d, h, a) -> (b, h, s, a)>
#wo = affine_map<(b, s, d, h, a) -> (h, a, d)>
#oo = affine_map<(b, s, d, h, a) -> (b, s, d)>
#id3 = affine_map<(b, s, d) -> (b, s, d)>
#kin = affine_map<(b, h, a, s) -> (b, s, h, a)>
#vin = affine_map<(b, h, s, a) -> (b, s, h, a)>
#kv = affine_map<(a, b, c, d) -> (a, b, c, d)>
moe.parameter @wq : tensor<4x128x4x32xf32> dims ["L", "D", "H", "A"] init normal(5.0e-02)
moe.parameter @wk : tensor<4x128x4x32xf32> dims ["L", "D", "H", "A"] init normal(5.0e-02)
moe.parameter @wo : tensor<4x4x32x128xf32> dims ["L", "H", "A", "D"] init normal(5.0e-02)
moe.parameter @head : tensor<128x256xf32> dims ["D", "V"] init normal(5.0e-02)

func.func @attention(%B: index {spex.dim = "B", spex.max = 64}, %S: index {spex.dim = "S", spex.max = 128},
    %pos: index {spex.dim = "S.position", spex.max = 128}, %cap: index {spex.dim = "S.capacity", spex.max = 128},
    %x: tensor<?x?x128xf32> {bufferization.writable = false, spex.place = "in", spex.name = "x", spex.dims = ["B", "S", 128]},
    %out: memref<?x?x256xf32> {spex.place = "out", spex.name = "out", spex.dims = ["B", "S", 256]},
    %kc: memref<4x?x4x32x?xf32> {spex.place = "state", spex.name = "k", spex.dims = [4, "B", 4, 32, "S.capacity"]},
    %vc: memref<4x?x4x?x32xf32> {spex.place = "state", spex.name = "v", spex.dims = [4, "B", 4, "S.capacity", 32]}) attributes {spex.entry} {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %scale = arith.constant 5.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %Z = arith.addi %pos, %S : index
  %wqs = moe.get @wq : tensor<4x128x4x32xf32>
  %wks = moe.get @wk : tensor<4x128x4x32xf32>
  %wos = moe.get @wo : tensor<4x4x32x128xf32>
  %head = moe.get @head : tensor<128x256xf32>
  %k0 = bufferization.to_tensor %kc restrict writable : memref<4x?x4x32x?xf32> to tensor<4x?x4x32x?xf32>
  %v0 = bufferization.to_tensor %vc restrict writable : memref<4x?x4x?x32xf32> to tensor<4x?x4x?x32xf32>
  %x0 = tensor.empty(%B, %S) : tensor<?x?x128xf32>
  %x1 = linalg.copy ins(%x : tensor<?x?x128xf32>) outs(%x0 : tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
  %r:3 = scf.for %l = %c0 to %c4 step %c1 iter_args(%xl = %x1, %kl = %k0, %vl = %v0) -> (tensor<?x?x128xf32>, tensor<4x?x4x32x?xf32>, tensor<4x?x4x?x32xf32>) {
    %wq = tensor.extract_slice %wqs[%l, 0, 0, 0] [1, 128, 4, 32] [1, 1, 1, 1] : tensor<4x128x4x32xf32> to tensor<128x4x32xf32>
    %wk = tensor.extract_slice %wks[%l, 0, 0, 0] [1, 128, 4, 32] [1, 1, 1, 1] : tensor<4x128x4x32xf32> to tensor<128x4x32xf32>
    %wo = tensor.extract_slice %wos[%l, 0, 0, 0] [1, 4, 32, 128] [1, 1, 1, 1] : tensor<4x4x32x128xf32> to tensor<4x32x128xf32>
    %qe = tensor.empty(%B, %S) : tensor<?x?x4x32xf32>
    %qf = linalg.fill ins(%zero : f32) outs(%qe : tensor<?x?x4x32xf32>) -> tensor<?x?x4x32xf32>
    %q = linalg.generic {indexing_maps = [#x, #w, #p], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"], spex.loops = ["B", "S", "H", "A", "D"]}
        ins(%xl, %wq : tensor<?x?x128xf32>, tensor<128x4x32xf32>) outs(%qf : tensor<?x?x4x32xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x?x4x32xf32>
    %ke = tensor.empty(%B, %S) : tensor<?x?x4x32xf32>
    %kf = linalg.fill ins(%zero : f32) outs(%ke : tensor<?x?x4x32xf32>) -> tensor<?x?x4x32xf32>
    %k = linalg.generic {indexing_maps = [#x, #w, #p], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"], spex.loops = ["B", "S", "H", "A", "D"]}
        ins(%xl, %wk : tensor<?x?x128xf32>, tensor<128x4x32xf32>) outs(%kf : tensor<?x?x4x32xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x?x4x32xf32>
    %kte = tensor.empty(%B, %S) : tensor<?x4x32x?xf32>
    %kt = linalg.generic {indexing_maps = [#kin, #kv], iterator_types = ["parallel", "parallel", "parallel", "parallel"], spex.loops = ["B", "H", "A", "S"]}
        ins(%k : tensor<?x?x4x32xf32>) outs(%kte : tensor<?x4x32x?xf32>) {
    ^bb0(%a: f32, %c: f32):
      linalg.yield %a : f32
    } -> tensor<?x4x32x?xf32>
    %kn = tensor.insert_slice %kt into %kl[%l, 0, 0, 0, %pos] [1, %B, 4, 32, %S] [1, 1, 1, 1, 1] : tensor<?x4x32x?xf32> into tensor<4x?x4x32x?xf32>
    %kz = tensor.extract_slice %kn[%l, 0, 0, 0, 0] [1, %B, 4, 32, %Z] [1, 1, 1, 1, 1] : tensor<4x?x4x32x?xf32> to tensor<?x4x32x?xf32>
    %vte = tensor.empty(%B, %S) : tensor<?x4x?x32xf32>
    %vt = linalg.generic {indexing_maps = [#vin, #kv], iterator_types = ["parallel", "parallel", "parallel", "parallel"], spex.loops = ["B", "H", "S", "A"]}
        ins(%k : tensor<?x?x4x32xf32>) outs(%vte : tensor<?x4x?x32xf32>) {
    ^bb0(%a: f32, %c: f32):
      linalg.yield %a : f32
    } -> tensor<?x4x?x32xf32>
    %vn = tensor.insert_slice %vt into %vl[%l, 0, 0, %pos, 0] [1, %B, 4, %S, 32] [1, 1, 1, 1, 1] : tensor<?x4x?x32xf32> into tensor<4x?x4x?x32xf32>
    %vz = tensor.extract_slice %vn[%l, 0, 0, 0, 0] [1, %B, 4, %Z, 32] [1, 1, 1, 1, 1] : tensor<4x?x4x?x32xf32> to tensor<?x4x?x32xf32>

    %se = tensor.empty(%B, %S, %Z) : tensor<?x4x?x?xf32>
    %sf = linalg.fill ins(%zero : f32) outs(%se : tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
    %s = linalg.generic {indexing_maps = [#q, #k, #s], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"], spex.loops = ["B", "H", "S", "Z", "A"]}
        ins(%q, %kz : tensor<?x?x4x32xf32>, tensor<?x4x32x?xf32>) outs(%sf : tensor<?x4x?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x4x?x?xf32>
    %te = tensor.empty(%B, %S, %Z) : tensor<?x4x?x?xf32>
    %t = linalg.generic {indexing_maps = [#id4, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"], spex.loops = ["B", "H", "S", "Z"]}
        ins(%s : tensor<?x4x?x?xf32>) outs(%te : tensor<?x4x?x?xf32>) {
    ^bb0(%a: f32, %c: f32):
      %m = arith.divf %a, %scale : f32
      linalg.yield %m : f32
    } -> tensor<?x4x?x?xf32>
    %me = tensor.empty(%B, %S) : tensor<?x4x?xf32>
    %mf = linalg.fill ins(%low : f32) outs(%me : tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
    %m = linalg.generic {indexing_maps = [#id4, #r4], iterator_types = ["parallel", "parallel", "parallel", "reduction"], spex.loops = ["B", "H", "S", "Z"]}
        ins(%t : tensor<?x4x?x?xf32>) outs(%mf : tensor<?x4x?xf32>) {
    ^bb0(%a: f32, %c: f32):
      %i = linalg.index 2 : index
      %j = linalg.index 3 : index
      %i1 = arith.addi %i, %pos : index
      %ok = arith.cmpi sle, %j, %i1 : index
      %v = arith.select %ok, %a, %low : f32
      %mx = arith.maximumf %c, %v : f32
      linalg.yield %mx : f32
    } -> tensor<?x4x?xf32>
    %ee = tensor.empty(%B, %S, %Z) : tensor<?x4x?x?xf32>
    %e = linalg.generic {indexing_maps = [#id4, #r4, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"], spex.loops = ["B", "H", "S", "Z"]}
        ins(%t, %m : tensor<?x4x?x?xf32>, tensor<?x4x?xf32>) outs(%ee : tensor<?x4x?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %i = linalg.index 2 : index
      %j = linalg.index 3 : index
      %i1 = arith.addi %i, %pos : index
      %ok = arith.cmpi sle, %j, %i1 : index
      %d = arith.subf %a, %b : f32
      %x2 = math.exp %d : f32
      %v = arith.select %ok, %x2, %zero : f32
      linalg.yield %v : f32
    } -> tensor<?x4x?x?xf32>
    %ne = tensor.empty(%B, %S) : tensor<?x4x?xf32>
    %nf = linalg.fill ins(%zero : f32) outs(%ne : tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
    %n = linalg.generic {indexing_maps = [#id4, #r4], iterator_types = ["parallel", "parallel", "parallel", "reduction"], spex.loops = ["B", "H", "S", "Z"]}
        ins(%e : tensor<?x4x?x?xf32>) outs(%nf : tensor<?x4x?xf32>) {
    ^bb0(%a: f32, %c: f32):
      %v = arith.addf %c, %a : f32
      linalg.yield %v : f32
    } -> tensor<?x4x?xf32>
    %pe = tensor.empty(%B, %S, %Z) : tensor<?x4x?x?xf32>
    %p = linalg.generic {indexing_maps = [#id4, #r4, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"], spex.loops = ["B", "H", "S", "Z"]}
        ins(%e, %n : tensor<?x4x?x?xf32>, tensor<?x4x?xf32>) outs(%pe : tensor<?x4x?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %v = arith.divf %a, %b : f32
      linalg.yield %v : f32
    } -> tensor<?x4x?x?xf32>
    %oe = tensor.empty(%B, %S) : tensor<?x4x?x32xf32>
    %of = linalg.fill ins(%zero : f32) outs(%oe : tensor<?x4x?x32xf32>) -> tensor<?x4x?x32xf32>
    %o = linalg.generic {indexing_maps = [#av, #vv, #ov], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"], spex.loops = ["B", "H", "S", "A", "Z"]}
        ins(%p, %vz : tensor<?x4x?x?xf32>, tensor<?x4x?x32xf32>) outs(%of : tensor<?x4x?x32xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %v = math.fma %a, %b, %c : f32
      linalg.yield %v : f32
    } -> tensor<?x4x?x32xf32>
    %de = tensor.empty(%B, %S) : tensor<?x?x128xf32>
    %df = linalg.fill ins(%zero : f32) outs(%de : tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
    %d = linalg.generic {indexing_maps = [#xo, #wo, #oo], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"], spex.loops = ["B", "S", "D", "H", "A"]}
        ins(%o, %wo : tensor<?x4x?x32xf32>, tensor<4x32x128xf32>) outs(%df : tensor<?x?x128xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %v = math.fma %a, %b, %c : f32
      linalg.yield %v : f32
    } -> tensor<?x?x128xf32>
    %ye = tensor.empty(%B, %S) : tensor<?x?x128xf32>
    %y = linalg.generic {indexing_maps = [#id3, #id3, #id3], iterator_types = ["parallel", "parallel", "parallel"], spex.loops = ["B", "S", "D"]}
        ins(%xl, %d : tensor<?x?x128xf32>, tensor<?x?x128xf32>) outs(%ye : tensor<?x?x128xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %v = arith.addf %a, %b : f32
      linalg.yield %v : f32
    } -> tensor<?x?x128xf32>
    %yl = bufferization.materialize_in_destination %y in %xl : (tensor<?x?x128xf32>, tensor<?x?x128xf32>) -> tensor<?x?x128xf32>
    scf.yield %yl, %kn, %vn : tensor<?x?x128xf32>, tensor<4x?x4x32x?xf32>, tensor<4x?x4x?x32xf32>
  }
  bufferization.materialize_in_destination %r#1 in restrict writable %kc : (tensor<4x?x4x32x?xf32>, memref<4x?x4x32x?xf32>) -> ()
  bufferization.materialize_in_destination %r#2 in restrict writable %vc : (tensor<4x?x4x?x32xf32>, memref<4x?x4x?x32xf32>) -> ()
  %he = tensor.empty(%B, %S) : tensor<?x?x256xf32>
  %hf = linalg.fill ins(%zero : f32) outs(%he : tensor<?x?x256xf32>) -> tensor<?x?x256xf32>
  %h = linalg.generic {indexing_maps = [affine_map<(b, s, v, d) -> (b, s, d)>, affine_map<(b, s, v, d) -> (d, v)>, affine_map<(b, s, v, d) -> (b, s, v)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"], spex.loops = ["B", "S", "V", "D"]}
      ins(%r#0, %head : tensor<?x?x128xf32>, tensor<128x256xf32>) outs(%hf : tensor<?x?x256xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = math.fma %a, %b, %c : f32
    linalg.yield %m : f32
  } -> tensor<?x?x256xf32>
  bufferization.materialize_in_destination %h in restrict writable %out : (tensor<?x?x256xf32>, memref<?x?x256xf32>) -> ()
  return
}
