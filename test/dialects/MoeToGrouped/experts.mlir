// RUN: spex-opt %s --convert-moe-to-grouped=column-block=8 --split-input-file | FileCheck %s

#rows = affine_map<(u, f, d) -> (u, d)>
#weights = affine_map<(u, f, d) -> (d, f)>
#out = affine_map<(u, f, d) -> (u, f)>
#id = affine_map<(u, f) -> (u, f)>
#bias = affine_map<(u, f) -> (f)>

// Two products of the same rows, with biases, are one matmul with two
// right-hand sides; in both forms.
// CHECK-LABEL: func.func @gate_and_up(
// CHECK:         scf.if
// CHECK:           grouped.tasks {{.*}} panels(%{{.*}}, %{{.*}}, %{{.*}} : tensor<4x8x16xf32>, tensor<4x8x16xf32>, tensor<4x16xf32>) {{.*}} column_block 8
// CHECK-NEXT:      ^bb0({{.*}}, %[[XS:.*]]: tensor<?x8xf32>, %[[GE:.*]]: tensor<8x?xf32>, %[[UE:.*]]: tensor<8x?xf32>, %[[BE:.*]]: tensor<?xf32>, %{{.*}}: tensor<?x?xf32>):
// CHECK:             grouped.matmul %{{.*}} by(%[[GE]], %[[UE]] : {{.*}}) with(%[[BE]] : tensor<?xf32>)
// CHECK-NEXT:        ^bb0(%[[G:.*]]: f32, %[[U:.*]]: f32, %[[B:.*]]: f32):
// CHECK-NEXT:          %[[GB:.*]] = arith.addf %[[G]], %[[B]]
// CHECK-NEXT:          arith.mulf %[[GB]], %[[U]]
// CHECK:         } else {
// CHECK:           grouped.matmul %{{.*}} by(%{{.*}}, %{{.*}} : tensor<8x16xf32>, tensor<8x16xf32>) with(%{{.*}} : tensor<16xf32>)
func.func @gate_and_up(%x: tensor<?x8xf32>, %ids: tensor<?x2xi32>,
    %p: tensor<?x2xf32>, %wg: tensor<4x8x16xf32>, %wu: tensor<4x8x16xf32>,
    %b: tensor<4x16xf32>) -> tensor<?x16xf32> {
  %each = moe.experts %ids of 4 units(%x : tensor<?x8xf32>)
      weights(%wg, %wu, %b : tensor<4x8x16xf32>, tensor<4x8x16xf32>, tensor<4x16xf32>)
      : tensor<?x2xi32> -> tensor<?x2x16xf32> {
  ^bb0(%r: tensor<?x8xf32>, %ge: tensor<8x16xf32>, %ue: tensor<8x16xf32>, %be: tensor<16xf32>):
    %c0 = arith.constant 0 : index
    %z = arith.constant 0.0 : f32
    %n = tensor.dim %r, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%n) : tensor<?x16xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
    %g = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%r, %ge : tensor<?x8xf32>, tensor<8x16xf32>) outs(%f : tensor<?x16xf32>) {
    ^bb0(%a: f32, %w: f32, %c: f32):
      %m = math.fma %a, %w, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x16xf32>
    %u = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%r, %ue : tensor<?x8xf32>, tensor<8x16xf32>) outs(%f : tensor<?x16xf32>) {
    ^bb0(%a: f32, %w: f32, %c: f32):
      %m = math.fma %a, %w, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x16xf32>
    %h = linalg.generic {indexing_maps = [#id, #bias, #id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%g, %be, %u : tensor<?x16xf32>, tensor<16xf32>, tensor<?x16xf32>) outs(%e : tensor<?x16xf32>) {
    ^bb0(%a: f32, %w: f32, %v: f32, %c: f32):
      %s = arith.addf %a, %w : f32
      %m = arith.mulf %s, %v : f32
      linalg.yield %m : f32
    } -> tensor<?x16xf32>
    moe.yield %h : tensor<?x16xf32>
  }
  %y = moe.combine %each by %p at %ids : tensor<?x2x16xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %y : tensor<?x16xf32>
}

// -----

#rows = affine_map<(u, f, d) -> (u, d)>
#weights = affine_map<(u, f, d) -> (d, f)>
#out = affine_map<(u, f, d) -> (u, f)>
#id = affine_map<(u, f) -> (u, f)>
#row = affine_map<(u, f) -> (u)>

// A body that is no chain of matmuls has one form only. Its matmul is raised,
// the rest stays as it is; what is passed whole is an operand of the tasks.
// CHECK-LABEL: func.func @any_body(
// CHECK-NOT:     scf.if
// CHECK:         grouped.tasks {{.*}} ins(%{{.*}}, %{{.*}} : tensor<?x8xf32>, f32) panels(%{{.*}} : tensor<4x8x16xf32>)
// CHECK-NEXT:    ^bb0(%[[N:.*]]: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: tensor<?xi32>, %{{.*}}: tensor<?x8xf32>, %[[SCALE:.*]]: f32, %{{.*}}: tensor<8x16xf32>, %[[YS:.*]]: tensor<?x16xf32>):
// CHECK:           %[[H:.*]] = grouped.matmul
// CHECK:           %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[H]] : tensor<?x16xf32>)
// CHECK:           %[[Y:.*]] = linalg.generic {{.*}} ins(%[[H]], %[[SUM]] :
// CHECK:             arith.mulf %{{.*}}, %[[SCALE]]
// CHECK:           %[[TO:.*]] = bufferization.materialize_in_destination %[[Y]] in %[[YS]]
// CHECK:           grouped.yield %[[TO]]
func.func @any_body(%x: tensor<?x8xf32>, %ids: tensor<?x2xi32>,
    %p: tensor<?x2xf32>, %w: tensor<4x8x16xf32>, %scale: f32) -> tensor<?x16xf32> {
  %each = moe.experts %ids of 4 units(%x : tensor<?x8xf32>) whole(%scale : f32)
      weights(%w : tensor<4x8x16xf32>) : tensor<?x2xi32> -> tensor<?x2x16xf32> {
  ^bb0(%r: tensor<?x8xf32>, %sc: f32, %we: tensor<8x16xf32>):
    %c0 = arith.constant 0 : index
    %z = arith.constant 0.0 : f32
    %n = tensor.dim %r, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%n) : tensor<?x16xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
    %h = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%r, %we : tensor<?x8xf32>, tensor<8x16xf32>) outs(%f : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x16xf32>
    %s0 = tensor.empty(%n) : tensor<?xf32>
    %s1 = linalg.fill ins(%z : f32) outs(%s0 : tensor<?xf32>) -> tensor<?xf32>
    %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
        ins(%h : tensor<?x16xf32>) outs(%s1 : tensor<?xf32>) {
    ^bb0(%a: f32, %c: f32):
      %m = arith.addf %c, %a : f32
      linalg.yield %m : f32
    } -> tensor<?xf32>
    %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
        ins(%h, %s : tensor<?x16xf32>, tensor<?xf32>) outs(%e : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %d = arith.divf %a, %b : f32
      %m = arith.mulf %d, %sc : f32
      linalg.yield %m : f32
    } -> tensor<?x16xf32>
    moe.yield %y : tensor<?x16xf32>
  }
  %y = moe.combine %each by %p at %ids : tensor<?x2x16xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %y : tensor<?x16xf32>
}

// -----

#rows = affine_map<(u, f, d) -> (u, d)>
#weights = affine_map<(u, f, d) -> (d, f)>
#out = affine_map<(u, f, d) -> (u, f)>
#id = affine_map<(u, f) -> (u, f)>

// Products of different rows meet in one sum: the first takes it as its
// epilogue, the second is one of its operands.
// CHECK-LABEL: func.func @two_inputs(
// CHECK:         grouped.tasks {{.*}} panels(%{{.*}}, %{{.*}} : tensor<4x8x16xf32>, tensor<4x3x16xf32>)
// CHECK:           %[[SIDE:.*]] = grouped.matmul {{.*}} by(%{{.*}} : tensor<3x16xf32>) outs
// CHECK:           grouped.matmul {{.*}} by(%{{.*}} : tensor<8x16xf32>) with(%[[SIDE]] : tensor<?x16xf32>)
func.func @two_inputs(%x: tensor<?x8xf32>, %y: tensor<?x3xf32>, %ids: tensor<?x2xi32>,
    %p: tensor<?x2xf32>, %w: tensor<4x8x16xf32>, %v: tensor<4x3x16xf32>) -> tensor<?x16xf32> {
  %each = moe.experts %ids of 4 units(%x, %y : tensor<?x8xf32>, tensor<?x3xf32>)
      weights(%w, %v : tensor<4x8x16xf32>, tensor<4x3x16xf32>)
      : tensor<?x2xi32> -> tensor<?x2x16xf32> {
  ^bb0(%r: tensor<?x8xf32>, %q: tensor<?x3xf32>, %we: tensor<8x16xf32>, %ve: tensor<3x16xf32>):
    %c0 = arith.constant 0 : index
    %z = arith.constant 0.0 : f32
    %n = tensor.dim %r, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%n) : tensor<?x16xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
    %g = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%r, %we : tensor<?x8xf32>, tensor<8x16xf32>) outs(%f : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x16xf32>
    %u = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%q, %ve : tensor<?x3xf32>, tensor<3x16xf32>) outs(%f : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x16xf32>
    %h = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%g, %u : tensor<?x16xf32>, tensor<?x16xf32>) outs(%e : tensor<?x16xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<?x16xf32>
    moe.yield %h : tensor<?x16xf32>
  }
  %s = moe.combine %each by %p at %ids : tensor<?x2x16xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %s : tensor<?x16xf32>
}
