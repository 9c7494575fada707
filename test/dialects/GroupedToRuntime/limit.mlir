// Places under a capacity are handed out by the runtime.
//
// RUN: spex-opt %s -split-input-file --convert-grouped-to-runtime -verify-diagnostics | FileCheck %s

// Null where nothing orders and nobody tries again; 8 + U * 2 * 2 numbers of
// scratch.
// CHECK-LABEL: func.func @limits(
// CHECK-SAME:    %[[IDS:.*]]: memref<?x2xi32>, %[[KEPT:.*]]: memref<?x2xi32>
// CHECK:         %[[SCRATCH:.*]] = memref.alloc(%{{.*}}) : memref<?xi32>
// CHECK:         call @spex_limit(
// CHECK-NOT:     spex_expect_kept
func.func @limits(%ids: memref<?x2xi32>, %kept: memref<?x2xi32>, %groups: index, %capacity: index) attributes {spex.entry} {
  grouped.limit %ids of 8 groups %groups to %capacity outs(%kept : memref<?x2xi32>) : memref<?x2xi32>
  return
}

// -----

// Further rounds remember U * 8 pairs more.
// CHECK-LABEL: func.func @limits_in_order(
// CHECK-DAG:     %[[ORDER:.*]] = memref.extract_aligned_pointer_as_index %{{.*}} : memref<?x2xf64>
// CHECK-DAG:     %[[BY:.*]] = memref.extract_aligned_pointer_as_index %{{.*}} : memref<?x8xf64>
// CHECK:         memref.alloc(%{{.*}}) : memref<?xi32>
// CHECK:         call @spex_limit(
func.func @limits_in_order(%ids: memref<?x2xi32>, %kept: memref<?x2xi32>, %o: memref<?x2xf64>, %b: memref<?x8xf64>, %groups: index, %capacity: index) attributes {spex.entry} {
  grouped.limit %ids of 8 groups %groups to %capacity order(%o : memref<?x2xf64>) first next 3 by(%b : memref<?x8xf64>) except(%ids : memref<?x2xi32>) outs(%kept : memref<?x2xi32>) : memref<?x2xi32>
  return
}

// -----

// CHECK-LABEL: func.func @is_strict(
// CHECK-SAME:    %[[CONTEXT:[a-z0-9]+]]: index {spex.place = "context"}
// CHECK:         call @spex_limit(
// CHECK:         call @spex_expect_kept(%[[CONTEXT]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}})
func.func @is_strict(%ids: memref<?x2xi32>, %kept: memref<?x2xi32>, %n: index) attributes {spex.entry} {
  %c0 = arith.constant 0 : index
  grouped.observe %ids route "y" of 8 layer %c0 outs(%ids : memref<?x2xi32>) : memref<?x2xi32>
  grouped.limit %ids of 8 groups %n to %n strict "y" layer %c0 outs(%kept : memref<?x2xi32>) : memref<?x2xi32>
  return
}

// -----

func.func @is_strict_about_nothing(%ids: memref<?x2xi32>, %kept: memref<?x2xi32>, %n: index) attributes {spex.entry} {
  // expected-error@+1 {{is strict about a route that nothing observes}}
  grouped.limit %ids of 8 groups %n to %n strict "z" layer %n outs(%kept : memref<?x2xi32>) : memref<?x2xi32>
  return
}
