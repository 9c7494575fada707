// RUN: spex-opt %s --convert-grouped-to-runtime --split-input-file | FileCheck %s

// Scratch for the heap of one expert; without a mask its address is 0.
// CHECK-LABEL: func.func @takes(
// CHECK-SAME:    %[[V:[a-zA-Z0-9_-]+]]: memref<?x8xf32>, %[[G:[a-zA-Z0-9_-]+]]: index, %[[C:[a-zA-Z0-9_-]+]]: index, %[[I:[a-zA-Z0-9_-]+]]: memref<?x8xi32>
// CHECK-DAG:     %[[FOUR:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[NONE:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[VP:.*]] = memref.extract_aligned_pointer_as_index %[[V]]
// CHECK-DAG:     %[[IP:.*]] = memref.extract_aligned_pointer_as_index %[[I]]
// CHECK-DAG:     %[[U:.*]] = memref.dim %[[V]]
// CHECK-DAG:     %[[WORK:.*]] = memref.alloc(%{{.*}}) : memref<?xi32>
// CHECK-DAG:     %[[WP:.*]] = memref.extract_aligned_pointer_as_index %[[WORK]]
// CHECK-DAG:     %[[TOKENS:.*]] = arith.divui %{{.*}}, %[[G]]
// CHECK:         call @spex_take(%[[VP]], %{{.*}}, %{{.*}}, %[[G]], %[[TOKENS]], %{{.*}}, %[[C]], %[[IP]], %[[WP]])
func.func @takes(%v: memref<?x8xf32>, %g: index, %c: index, %i: memref<?x8xi32>) attributes {spex.entry} {
  grouped.take %v groups %g count %c outs(%i : memref<?x8xi32>) : memref<?x8xf32>
  return
}

// -----

// CHECK-LABEL: func.func @balances(
// CHECK-SAME:    %[[CONTEXT:[a-zA-Z0-9_-]+]]: index {spex.place = "context"})
// CHECK:         memref.alloc(%{{.*}}) : memref<?xf64>
// CHECK:         call @spex_balance(%[[CONTEXT]],
func.func @balances(%v: memref<?x8xf32>, %g: index, %i: memref<?x1xi32>) attributes {spex.entry} {
  grouped.balance %v groups %g outs(%i : memref<?x1xi32>) : memref<?x8xf32>
  return
}

// -----

// CHECK-LABEL: func.func @scales_a_plan(
// CHECK:         %[[TOL:.*]] = arith.constant 1.000000e-04 : f64
// CHECK:         call @spex_sinkhorn({{.*}}, %[[TOL]], {{.*}}) : (index, index, index, index, index, f64, index, index, index) -> ()
func.func @scales_a_plan(%s: memref<2x?x8xf32>, %p: memref<2x?x8xf32>) attributes {spex.entry} {
  grouped.sinkhorn %s tolerance 1.0e-4 limit 100 outs(%p : memref<2x?x8xf32>) : memref<2x?x8xf32>
  return
}

// -----

// Texts end with a zero, and equal ones are one constant. A constant seed does
// not ask the run.
// CHECK:       memref.global "private" constant @text.b : memref<2xi8> = dense<[98, 0]>
// CHECK:       memref.global "private" constant @text.a : memref<2xi8> = dense<[97, 0]>
// CHECK-NOT:   memref.global
// CHECK-LABEL: func.func @draws(
// CHECK-SAME:    %[[CONTEXT:[a-zA-Z0-9_-]+]]: index {spex.place = "context"})
// CHECK:         call @spex_draw(%[[CONTEXT]],
// CHECK-DAG:     %[[SEED:.*]] = arith.constant 42 : index
// CHECK:         call @spex_draw(%{{.*}}, %[[SEED]],
// Entries of two dimensions that are told apart, each of eight elements.
// CHECK:         %[[ENTRIES:.*]] = arith.muli
// CHECK:         %[[NUMBERS:.*]] = memref.extract_aligned_pointer_as_index %arg4
// CHECK:         %[[COPIES:.*]] = memref.extract_aligned_pointer_as_index %arg5
// CHECK:         call @spex_draw({{.*}}, %[[NUMBERS]], %[[COPIES]],
func.func @draws(%l: index, %d: memref<?x8xf32>, %t: memref<9xi32>, %e: memref<?x3x8xf32>,
                 %n: memref<?x3xi32>, %c: memref<?x3xi32>) attributes {spex.entry} {
  grouped.draw 2 "a" "b" call 0 copy %l outs(%d : memref<?x8xf32>)
  %c64 = arith.constant 64 : index
  grouped.draw 3 below %c64 "a" "b" call 1 copy %l seed 42 outs(%t : memref<9xi32>)
  grouped.draw 0 "a" "b" call 0 copy %l numbers(%n : memref<?x3xi32>) copies(%c : memref<?x3xi32>)
      outs(%e : memref<?x3x8xf32>)
  return
}
