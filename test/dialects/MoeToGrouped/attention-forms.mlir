// RUN: spex-opt %s --convert-moe-to-grouped --split-input-file | FileCheck %s

// Fixed sizes, no batch, query heads that share keys (G): one group of all
// rows; what is made inside has a dynamic number of them.
// CHECK-LABEL: func.func @fixed_sizes_shared_keys(
// CHECK:         %[[O0:.*]] = tensor.empty() : tensor<40x2x3x8xf32>
// CHECK:         grouped.tasks ins(%{{.*}}, %{{.*}} : tensor<2x8x40xf32>, tensor<2x40x8xf32>) blocks(%arg0 : tensor<40x2x3x8xf32>) outs(%[[O0]] : tensor<40x2x3x8xf32>) row_block 16 -> tensor<40x2x3x8xf32> {
// CHECK-NEXT:    ^bb0(%[[N:.*]]: index, %{{.*}}: index, %{{.*}}: index, %[[K:.*]]: tensor<2x8x40xf32>, %[[V:.*]]: tensor<2x40x8xf32>, %[[Q:.*]]: tensor<?x2x3x8xf32>, %{{.*}}: tensor<?x2x3x8xf32>):
// CHECK:           tensor.empty(%[[N]]) : tensor<2x?x3x40xf32>
// CHECK:           linalg.generic {{.*}} ins(%[[Q]], %[[K]] :
// CHECK:           linalg.generic {{.*}} ins(%{{.*}}, %[[V]] : {{.*}}) outs(%{{.*}} : tensor<?x2x3x8xf32>)
#q = affine_map<(h, s, g, z, a) -> (s, h, g, a)>
#k = affine_map<(h, s, g, z, a) -> (h, a, z)>
#p = affine_map<(h, s, g, z, a) -> (h, s, g, z)>
#pv = affine_map<(h, s, g, a, z) -> (h, s, g, z)>
#v = affine_map<(h, s, g, a, z) -> (h, z, a)>
#o = affine_map<(h, s, g, a, z) -> (h, s, g, a)>
#o4 = affine_map<(s, h, g, a) -> (h, s, g, a)>
#id = affine_map<(s, h, g, a) -> (s, h, g, a)>
func.func @fixed_sizes_shared_keys(%q: tensor<40x2x3x8xf32>, %k: tensor<2x8x40xf32>, %v: tensor<2x40x8xf32>) -> tensor<40x2x3x8xf32> {
  %z = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x40x3x40xf32>
  %sf = linalg.fill ins(%z : f32) outs(%se : tensor<2x40x3x40xf32>) -> tensor<2x40x3x40xf32>
  %s = linalg.generic {indexing_maps = [#q, #k, #p], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"], spex.loops = ["H", "S", "G", "Z", "A"]}
      ins(%q, %k : tensor<40x2x3x8xf32>, tensor<2x8x40xf32>) outs(%sf : tensor<2x40x3x40xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = math.fma %a, %b, %c : f32
    linalg.yield %m : f32
  } -> tensor<2x40x3x40xf32>
  %oe = tensor.empty() : tensor<2x40x3x8xf32>
  %of = linalg.fill ins(%z : f32) outs(%oe : tensor<2x40x3x8xf32>) -> tensor<2x40x3x8xf32>
  %o = linalg.generic {indexing_maps = [#pv, #v, #o], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"], spex.loops = ["H", "S", "G", "A", "Z"]}
      ins(%s, %v : tensor<2x40x3x40xf32>, tensor<2x40x8xf32>) outs(%of : tensor<2x40x3x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = math.fma %a, %b, %c : f32
    linalg.yield %m : f32
  } -> tensor<2x40x3x8xf32>
  %re = tensor.empty() : tensor<40x2x3x8xf32>
  %r = linalg.generic {indexing_maps = [#o4, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"], spex.loops = ["S", "H", "G", "A"]}
      ins(%o : tensor<2x40x3x8xf32>) outs(%re : tensor<40x2x3x8xf32>) {
  ^bb0(%a: f32, %c: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<40x2x3x8xf32>
  return %r : tensor<40x2x3x8xf32>
}

// -----

// A mask that is a tensor of its own is made inside, too; what all queries
// share is read whole, and what lies between two members comes along.
// CHECK-LABEL: func.func @mask_and_limit(
// CHECK-NOT:     tensor.empty({{.*}}) : tensor<?x?xi1>
// CHECK:         grouped.tasks ins(
// CHECK:           tensor.empty({{.*}}) : tensor<?x?xi1>
// CHECK:           linalg.index 0
// CHECK:           arith.addi
// CHECK:           arith.maximumf
// CHECK:           arith.minimumf
// CHECK:           grouped.yield
// CHECK-NOT:     linalg.generic
#qd = affine_map<(s, z, a) -> (s, a)>
#kd = affine_map<(s, z, a) -> (z, a)>
#sd = affine_map<(s, z, a) -> (s, z)>
#sz = affine_map<(s, z) -> (s, z)>
#s1 = affine_map<(s, z) -> (s)>
#r1 = affine_map<(s) -> (s)>
#r0 = affine_map<(s) -> ()>
#pz = affine_map<(s, a, z) -> (s, z)>
#vz = affine_map<(s, a, z) -> (z, a)>
#oz = affine_map<(s, a, z) -> (s, a)>
func.func @mask_and_limit(%S: index {spex.dim = "S"}, %q: tensor<?x8xf32> {spex.dims = ["S", 8]}, %k: tensor<?x8xf32> {spex.dims = ["S", 8]}, %limit: tensor<f32>) -> tensor<?x8xf32> {
  %z = arith.constant 0.0 : f32
  %me = tensor.empty(%S, %S) : tensor<?x?xi1>
  %m = linalg.generic {indexing_maps = [#sz], iterator_types = ["parallel", "parallel"], spex.loops = ["S", "Z"]}
      outs(%me : tensor<?x?xi1>) {
  ^bb0(%c: i1):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %ok = arith.cmpi ule, %j, %i : index
    linalg.yield %ok : i1
  } -> tensor<?x?xi1>
  %se = tensor.empty(%S, %S) : tensor<?x?xf32>
  %sf = linalg.fill ins(%z : f32) outs(%se : tensor<?x?xf32>) -> tensor<?x?xf32>
  %s = linalg.generic {indexing_maps = [#qd, #kd, #sd], iterator_types = ["parallel", "parallel", "reduction"], spex.loops = ["S", "Z", "A"]}
      ins(%q, %k : tensor<?x8xf32>, tensor<?x8xf32>) outs(%sf : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %f = math.fma %a, %b, %c : f32
    linalg.yield %f : f32
  } -> tensor<?x?xf32>
  %le = tensor.empty(%S) : tensor<?xf32>
  %lf = linalg.fill ins(%z : f32) outs(%le : tensor<?xf32>) -> tensor<?xf32>
  %l = linalg.generic {indexing_maps = [#sz, #sz, #s1], iterator_types = ["parallel", "reduction"], spex.loops = ["S", "Z"]}
      ins(%s, %m : tensor<?x?xf32>, tensor<?x?xi1>) outs(%lf : tensor<?xf32>) {
  ^bb0(%a: f32, %b: i1, %c: f32):
    %d = arith.select %b, %a, %z : f32
    %f = arith.maximumf %c, %d : f32
    linalg.yield %f : f32
  } -> tensor<?xf32>
  %ne = tensor.empty(%S) : tensor<?xf32>
  %n = linalg.generic {indexing_maps = [#r1, #r0, #r1], iterator_types = ["parallel"], spex.loops = ["S"]}
      ins(%l, %limit : tensor<?xf32>, tensor<f32>) outs(%ne : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %f = arith.minimumf %a, %b : f32
    linalg.yield %f : f32
  } -> tensor<?xf32>
  %pe = tensor.empty(%S, %S) : tensor<?x?xf32>
  %p = linalg.generic {indexing_maps = [#sz, #s1, #sz], iterator_types = ["parallel", "parallel"], spex.loops = ["S", "Z"]}
      ins(%s, %n : tensor<?x?xf32>, tensor<?xf32>) outs(%pe : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %f = arith.subf %a, %b : f32
    linalg.yield %f : f32
  } -> tensor<?x?xf32>
  %oe = tensor.empty(%S) : tensor<?x8xf32>
  %of = linalg.fill ins(%z : f32) outs(%oe : tensor<?x8xf32>) -> tensor<?x8xf32>
  %o = linalg.generic {indexing_maps = [#pz, #vz, #oz], iterator_types = ["parallel", "parallel", "reduction"], spex.loops = ["S", "A", "Z"]}
      ins(%p, %k : tensor<?x?xf32>, tensor<?x8xf32>) outs(%of : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %f = math.fma %a, %b, %c : f32
    linalg.yield %f : f32
  } -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// Scores that someone else reads exist anyway: nothing is moved.
// CHECK-LABEL: func.func @scores_are_a_result(
// CHECK-NOT:     grouped.tasks
#qd = affine_map<(s, z, a) -> (s, a)>
#kd = affine_map<(s, z, a) -> (z, a)>
#sd = affine_map<(s, z, a) -> (s, z)>
func.func @scores_are_a_result(%S: index {spex.dim = "S"}, %q: tensor<?x8xf32> {spex.dims = ["S", 8]}) -> tensor<?x?xf32> {
  %z = arith.constant 0.0 : f32
  %se = tensor.empty(%S, %S) : tensor<?x?xf32>
  %sf = linalg.fill ins(%z : f32) outs(%se : tensor<?x?xf32>) -> tensor<?x?xf32>
  %s = linalg.generic {indexing_maps = [#qd, #kd, #sd], iterator_types = ["parallel", "parallel", "reduction"], spex.loops = ["S", "Z", "A"]}
      ins(%q, %q : tensor<?x8xf32>, tensor<?x8xf32>) outs(%sf : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %f = math.fma %a, %b, %c : f32
    linalg.yield %f : f32
  } -> tensor<?x?xf32>
  return %s : tensor<?x?xf32>
}
