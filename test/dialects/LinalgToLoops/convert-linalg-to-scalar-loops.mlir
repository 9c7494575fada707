// RUN: spex-opt %s --convert-linalg-to-scalar-loops | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#none = affine_map<(i, j) -> ()>
#column = affine_map<(i, j) -> (j)>

// What is not read is not loaded.
// CHECK-LABEL: func.func @adds_elements(
// CHECK-SAME:    %[[A:[a-zA-Z0-9_-]+]]: memref<?x4xf32>, %[[B:[a-zA-Z0-9_-]+]]: memref<?x4xf32>, %[[OUT:[a-zA-Z0-9_-]+]]: memref<?x4xf32>)
// CHECK:         scf.for %[[I:[a-zA-Z0-9_-]+]] =
// CHECK:           scf.for %[[J:[a-zA-Z0-9_-]+]] =
// CHECK:             %[[X:[a-zA-Z0-9_-]+]] = memref.load %[[A]][%[[I]], %[[J]]]
// CHECK:             %[[Y:[a-zA-Z0-9_-]+]] = memref.load %[[B]][%[[I]], %[[J]]]
// CHECK-NOT:         memref.load
// CHECK:             %[[S:[a-zA-Z0-9_-]+]] = arith.addf %[[X]], %[[Y]] : f32
// CHECK:             memref.store %[[S]], %[[OUT]][%[[I]], %[[J]]]
// CHECK-NOT:     linalg
func.func @adds_elements(%a: memref<?x4xf32>, %b: memref<?x4xf32>, %out: memref<?x4xf32>) {
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : memref<?x4xf32>, memref<?x4xf32>) outs(%out : memref<?x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  }
  return
}

// One accumulator, ascending, from what the output holds.
// CHECK-LABEL: func.func @contracts_with_one_accumulator(
// CHECK:         scf.for %[[I:[a-zA-Z0-9_-]+]] =
// CHECK:           %[[START:[a-zA-Z0-9_-]+]] = memref.load %{{.*}}[%[[I]]]
// CHECK:           %[[R:[a-zA-Z0-9_-]+]]:2 = scf.for %[[J:[a-zA-Z0-9_-]+]] = {{.*}} iter_args(%{{.*}} = %{{.*}}, %[[ACC:[a-zA-Z0-9_-]+]] = %[[START]])
// CHECK:             %[[NEXT:[a-zA-Z0-9_-]+]] = math.fma %{{.*}}, %{{.*}}, %[[ACC]] : f32
// CHECK:             scf.yield %{{.*}}, %[[NEXT]]
// CHECK:           memref.store %[[R]]#1, %{{.*}}[%[[I]]]
func.func @contracts_with_one_accumulator(%a: memref<?x?xf32>, %b: memref<?xf32>, %out: memref<?xf32>) {
  linalg.generic {indexing_maps = [#id, #column, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a, %b : memref<?x?xf32>, memref<?xf32>) outs(%out : memref<?xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %s = math.fma %x, %y, %acc : f32
    linalg.yield %s : f32
  }
  return
}

// 16 lanes on the stack of the function, then lanes i + 8, 4, 2, 1: 15 sums,
// and one of what the output held.
// CHECK-LABEL: func.func @sums_over_sixteen_lanes(
// CHECK:         %[[LANES:[a-zA-Z0-9_-]+]] = memref.alloca() : memref<16xf32>
// CHECK:         scf.for %[[I:[a-zA-Z0-9_-]+]] =
// CHECK-NOT:       memref.alloca
// CHECK:           %[[HELD:[a-zA-Z0-9_-]+]] = memref.load %{{.*}}[%[[I]]]
// CHECK-COUNT-16:  memref.store %{{.*}}, %[[LANES]]
// CHECK:           scf.for %{{.*}} = {{.*}} iter_args(%[[STEP:[a-zA-Z0-9_-]+]] = %{{.*}}) -> (index)
// CHECK:             %[[SQUARE:[a-zA-Z0-9_-]+]] = arith.mulf
// CHECK:             %[[LANE:[a-zA-Z0-9_-]+]] = arith.andi %[[STEP]], %{{.*}} : index
// CHECK:             %[[OLD:[a-zA-Z0-9_-]+]] = memref.load %[[LANES]][%[[LANE]]]
// CHECK:             %[[NEW:[a-zA-Z0-9_-]+]] = arith.addf %[[OLD]], %[[SQUARE]] : f32
// CHECK:             memref.store %[[NEW]], %[[LANES]][%[[LANE]]]
// CHECK:           %[[L0:[a-zA-Z0-9_-]+]] = memref.load %[[LANES]]
// CHECK-COUNT-7:   memref.load %[[LANES]]
// CHECK:           %[[L8:[a-zA-Z0-9_-]+]] = memref.load %[[LANES]]
// CHECK-COUNT-7:   memref.load %[[LANES]]
// CHECK:           arith.addf %[[L0]], %[[L8]] : f32
// CHECK-COUNT-13:  arith.addf
// CHECK:           %[[SUM:[a-zA-Z0-9_-]+]] = arith.addf
// CHECK:           %[[ALL:[a-zA-Z0-9_-]+]] = arith.addf %[[HELD]], %[[SUM]] : f32
// CHECK:           memref.store %[[ALL]], %{{.*}}[%[[I]]]
func.func @sums_over_sixteen_lanes(%a: memref<?x?xf32>, %out: memref<?xf32>) {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : memref<?x?xf32>) outs(%out : memref<?xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %y = arith.mulf %x, %x : f32
    %s = arith.addf %y, %acc : f32
    linalg.yield %s : f32
  }
  return
}

// Both dimensions count as one index: the step goes through both loops.
// CHECK-LABEL: func.func @flattens_reduced_dimensions(
// CHECK:         scf.for %{{.*}} = {{.*}} iter_args(%[[OUTER:[a-zA-Z0-9_-]+]] = %{{.*}}) -> (index)
// CHECK:           %[[INNER:[a-zA-Z0-9_-]+]] = scf.for %{{.*}} = {{.*}} iter_args(%[[STEP:[a-zA-Z0-9_-]+]] = %[[OUTER]]) -> (index)
// CHECK:             arith.addi %[[STEP]], %{{.*}} : index
// CHECK:           scf.yield %[[INNER]]
func.func @flattens_reduced_dimensions(%a: memref<?x?xf32>, %out: memref<f32>) {
  linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction", "reduction"]}
      ins(%a : memref<?x?xf32>) outs(%out : memref<f32>) {
  ^bb0(%x: f32, %acc: f32):
    %s = arith.addf %acc, %x : f32
    linalg.yield %s : f32
  }
  return
}

// The reduced dimension stands first in the op, and inside in the loops.
// CHECK-LABEL: func.func @keeps_largest_and_sum(
// CHECK:         scf.for %[[J:[a-zA-Z0-9_-]+]] =
// CHECK:           %[[R:[a-zA-Z0-9_-]+]]:2 = scf.for %[[I:[a-zA-Z0-9_-]+]] = {{.*}} iter_args(%{{.*}} = %{{.*}}, %[[MAX:[a-zA-Z0-9_-]+]] = %{{.*}}) -> (index, f32)
// CHECK:             memref.load %{{.*}}[%[[I]], %[[J]]]
// CHECK:             arith.maximumf %{{.*}}, %[[MAX]]
// CHECK:             memref.store %{{.*}} : memref<16xf32>
// CHECK:           memref.store %[[R]]#1, %{{.*}}[%[[J]]]
// CHECK:           memref.store %{{.*}}, %{{.*}}[%[[J]]]
func.func @keeps_largest_and_sum(%a: memref<?x?xf32>, %max: memref<?xf32>, %sum: memref<?xf32>) {
  linalg.generic {indexing_maps = [#id, #column, #column], iterator_types = ["reduction", "parallel"]}
      ins(%a : memref<?x?xf32>) outs(%max, %sum : memref<?xf32>, memref<?xf32>) {
  ^bb0(%x: f32, %m: f32, %acc: f32):
    %0 = arith.maximumf %x, %m : f32
    %1 = arith.addf %acc, %x : f32
    linalg.yield %0, %1 : f32, f32
  }
  return
}

// The sum of an accumulator with itself is no sum over lanes.
// CHECK-LABEL: func.func @doubles_in_one_accumulator(
// CHECK-NOT:     memref.alloca
// CHECK:         arith.addf %[[ACC:[a-zA-Z0-9_-]+]], %[[ACC]]
func.func @doubles_in_one_accumulator(%a: memref<?x?xf32>, %out: memref<?xf32>) {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : memref<?x?xf32>) outs(%out : memref<?xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %s = arith.addf %acc, %acc : f32
    linalg.yield %s : f32
  }
  return
}

// CHECK-LABEL: func.func @knows_positions(
// CHECK:         scf.for %[[I:[a-zA-Z0-9_-]+]] =
// CHECK:           scf.for %[[J:[a-zA-Z0-9_-]+]] =
// CHECK:             %[[V:[a-zA-Z0-9_-]+]] = arith.addi %[[I]], %[[J]] : index
// CHECK:             memref.store %[[V]]
func.func @knows_positions(%out: memref<?x?xindex>) {
  linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
      outs(%out : memref<?x?xindex>) {
  ^bb0(%o: index):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %s = arith.addi %i, %j : index
    linalg.yield %s : index
  }
  return
}

// CHECK-LABEL: func.func @fills_and_copies(
// CHECK-SAME:    %[[V:[a-zA-Z0-9_-]+]]: f32
// CHECK:         memref.store %[[V]]
// CHECK:         %[[X:[a-zA-Z0-9_-]+]] = memref.load
// CHECK:         memref.store %[[X]]
func.func @fills_and_copies(%v: f32, %a: memref<?xf32>, %b: memref<?xf32>) {
  linalg.fill ins(%v : f32) outs(%a : memref<?xf32>)
  linalg.copy ins(%a : memref<?xf32>) outs(%b : memref<?xf32>)
  return
}

// Running sums: the output moves with the reduced dimension.
// CHECK-LABEL: func.func @writes_every_step_where_the_output_moves(
// CHECK-NOT:     iter_args
// CHECK:         memref.store
// CHECK-NOT:     linalg
func.func @writes_every_step_where_the_output_moves(%a: memref<?x?xf32>, %out: memref<?x?xf32>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "reduction"]}
      ins(%a : memref<?x?xf32>) outs(%out : memref<?x?xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %s = arith.addf %acc, %x : f32
    linalg.yield %s : f32
  }
  return
}
