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

// -----

#rows = affine_map<(u, f, d) -> (u, d)>
#weights = affine_map<(u, f, d) -> (d, f)>
#out = affine_map<(u, f, d) -> (u, f)>

// Three kinds have one plan. Each runs on the offsets of its own experts, their
// tasks are one list, and all write into one destination.
// CHECK-LABEL: func.func @several_kinds(
// CHECK-COUNT-1: grouped.plan
// CHECK-NOT:     grouped.plan
// CHECK:         %[[ALL:.*]] = tensor.empty(%{{.*}}) : tensor<?x8xf32>
// CHECK-DAG:     %[[OF_SMALL:.*]] = tensor.extract_slice %{{.*}}[0] [3] [1] : tensor<8xi32> to tensor<3xi32>
// CHECK-DAG:     %[[OF_LARGE:.*]] = tensor.extract_slice %{{.*}}[2] [5] [1] : tensor<8xi32> to tensor<5xi32>
// CHECK-DAG:     %[[OF_FREE:.*]] = tensor.extract_slice %{{.*}}[6] [2] [1] : tensor<8xi32> to tensor<2xi32>
// CHECK:         %[[SMALL:.*]] = grouped.tasks offsets(%[[OF_SMALL]] : tensor<3xi32>) {{.*}} panels(%{{.*}} : tensor<2x8xf32>) outs(%[[ALL]] : {{.*}} joins_next
// CHECK:         %[[LARGE:.*]] = grouped.tasks offsets(%[[OF_LARGE]] : tensor<5xi32>) {{.*}} panels(%{{.*}} : tensor<4x8x8xf32>) outs(%[[SMALL]] : {{.*}} joins_next
// CHECK:         %[[FREE:.*]] = grouped.tasks offsets(%[[OF_FREE]] : tensor<2xi32>) {{.*}} outs(%[[LARGE]] :
// CHECK-NOT:     joins_next
// CHECK:           %[[ROWS:.*]] = grouped.gather
// CHECK-NEXT:      bufferization.materialize_in_destination %[[ROWS]]
// CHECK:         grouped.combine %[[FREE]] by
func.func @several_kinds(%x: tensor<?x8xf32>, %ids: tensor<?x2xi32>,
    %p: tensor<?x2xf32>, %scale: tensor<2x8xf32>, %w: tensor<4x8x8xf32>) -> tensor<?x8xf32> {
  %each = moe.experts %ids of 2, 4, 1 units(%x : tensor<?x8xf32>)
      weights(%scale, %w : tensor<2x8xf32>, tensor<4x8x8xf32>)
      attributes {weights_of = array<i64: 1, 1, 0>}
      : tensor<?x2xi32> -> tensor<?x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>, %se: tensor<8xf32>):
    %c0 = arith.constant 0 : index
    %n = tensor.dim %r, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%n) : tensor<?x8xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(u, f) -> (u, f)>, affine_map<(u, f) -> (f)>, affine_map<(u, f) -> (u, f)>], iterator_types = ["parallel", "parallel"]}
        ins(%r, %se : tensor<?x8xf32>, tensor<8xf32>) outs(%e : tensor<?x8xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %s = arith.mulf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<?x8xf32>
    moe.yield %m : tensor<?x8xf32>
  }, {
  ^bb0(%r: tensor<?x8xf32>, %we: tensor<8x8xf32>):
    %c0 = arith.constant 0 : index
    %z = arith.constant 0.0 : f32
    %n = tensor.dim %r, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%n) : tensor<?x8xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
    %g = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%r, %we : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x8xf32>
    // Not a chain of matmuls, so that there is one form only.
    %e2 = tensor.empty(%n) : tensor<?x8xf32>
    %h = linalg.generic {indexing_maps = [affine_map<(u, f) -> (u, f)>, affine_map<(u, f) -> (u, f)>, affine_map<(u, f) -> (u, f)>], iterator_types = ["parallel", "parallel"]}
        ins(%g, %r : tensor<?x8xf32>, tensor<?x8xf32>) outs(%e2 : tensor<?x8xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<?x8xf32>
    moe.yield %h : tensor<?x8xf32>
  }, {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  %y = moe.combine %each by %p at %ids : tensor<?x2x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %y : tensor<?x8xf32>
}

// -----

#rows = affine_map<(u, f, d) -> (u, d)>
#weights = affine_map<(u, f, d) -> (d, f)>
#out = affine_map<(u, f, d) -> (u, f)>

// With few rows, the first matmuls of both kinds are one list, with what needs
// no matmul; the second matmul of the only kind that has one stands alone.
// CHECK-LABEL: func.func @kinds_with_few_rows(
// CHECK:         scf.if
// CHECK:           %[[H:.*]] = grouped.tasks {{.*}} panels(%{{.*}} : tensor<2x8x128xf32>) {{.*}} column_block 8 joins_next -> tensor<?x128xf32>
// CHECK:           %[[A:.*]] = grouped.tasks {{.*}} panels(%{{.*}} : tensor<4x8x8xf32>) {{.*}} joins_next -> tensor<?x8xf32>
// CHECK:           %[[B:.*]] = grouped.tasks {{.*}} outs(%[[A]] : tensor<?x8xf32>) row_block 96 -> tensor<?x8xf32>
// CHECK:           %[[C:.*]] = grouped.tasks {{.*}} blocks(%[[H]] : tensor<?x128xf32>) panels(%{{.*}} : tensor<2x128x8xf32>) outs(%[[B]] : tensor<?x8xf32>) row_block 96 -> tensor<?x8xf32>
// CHECK:           scf.yield %[[C]]
// CHECK:         } else {
// CHECK:           grouped.tasks {{.*}} panels(%{{.*}} : tensor<2x8x128xf32>, tensor<2x128x8xf32>) {{.*}} joins_next
// CHECK:           grouped.tasks {{.*}} panels(%{{.*}} : tensor<4x8x8xf32>) {{.*}} joins_next
// CHECK:           grouped.tasks {{.*}} row_block 96 -> tensor<?x8xf32>
func.func @kinds_with_few_rows(%x: tensor<?x8xf32>, %ids: tensor<?x2xi32>, %up: tensor<2x8x128xf32>,
    %down: tensor<2x128x8xf32>, %w: tensor<4x8x8xf32>, %p: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %each = moe.experts %ids of 2, 4, 1 units(%x : tensor<?x8xf32>)
      weights(%up, %down, %w : tensor<2x8x128xf32>, tensor<2x128x8xf32>, tensor<4x8x8xf32>)
      attributes {weights_of = array<i64: 2, 1, 0>}
      : tensor<?x2xi32> -> tensor<?x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>, %ue: tensor<8x128xf32>, %de: tensor<128x8xf32>):
    %c0 = arith.constant 0 : index
    %z = arith.constant 0.0 : f32
    %n = tensor.dim %r, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%n) : tensor<?x128xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x128xf32>) -> tensor<?x128xf32>
    %h = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%r, %ue : tensor<?x8xf32>, tensor<8x128xf32>) outs(%f : tensor<?x128xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x128xf32>
    %e2 = tensor.empty(%n) : tensor<?x8xf32>
    %f2 = linalg.fill ins(%z : f32) outs(%e2 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %y = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%h, %de : tensor<?x128xf32>, tensor<128x8xf32>) outs(%f2 : tensor<?x8xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x8xf32>
    moe.yield %y : tensor<?x8xf32>
  }, {
  ^bb0(%r: tensor<?x8xf32>, %we: tensor<8x8xf32>):
    %c0 = arith.constant 0 : index
    %z = arith.constant 0.0 : f32
    %n = tensor.dim %r, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%n) : tensor<?x8xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
    %g = linalg.generic {indexing_maps = [#rows, #weights, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%r, %we : tensor<?x8xf32>, tensor<8x8xf32>) outs(%f : tensor<?x8xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = math.fma %a, %b, %c : f32
      linalg.yield %m : f32
    } -> tensor<?x8xf32>
    moe.yield %g : tensor<?x8xf32>
  }, {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  %y = moe.combine %each by %p at %ids : tensor<?x2x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %y : tensor<?x8xf32>
}

// -----

// What no moe.experts gave lies by unit and rank.
// CHECK-LABEL: func.func @combines_any_tensor(
// CHECK-SAME:    %[[EACH:[a-z0-9]+]]: tensor<?x2x8xf32>
// CHECK:         %[[ROWS:.*]] = tensor.collapse_shape %[[EACH]] {{\[\[}}0, 1], [2]]
// CHECK:         %[[PLACE:.*]] = linalg.generic
// CHECK:           %[[ROW:.*]] = arith.addi
// CHECK:           arith.select %{{.*}}, %{{.*}}, %{{.*}} : i32
// CHECK:         grouped.combine %[[ROWS]] by %{{.*}} at %[[PLACE]]
func.func @combines_any_tensor(%each: tensor<?x2x8xf32>, %ids: tensor<?x2xi32>,
    %p: tensor<?x2xf32>) -> tensor<?x8xf32> {
  %y = moe.combine %each by %p at %ids : tensor<?x2x8xf32>, tensor<?x2xf32>, tensor<?x2xi32>
  return %y : tensor<?x8xf32>
}
