// Places go by rank, then by unit, in each group anew: run on the example of
// the op, on one group and on two.
//
// RUN: spex-opt %s --convert-grouped-to-loops | FileCheck %s --check-prefix=LOOPS
// RUN: spex-opt %s --convert-grouped-to-loops --expand-strided-metadata \
// RUN:   --lower-affine --convert-scf-to-cf --convert-to-llvm \
// RUN:   --reconcile-unrealized-casts \
// RUN:   | mlir-runner -e main --entry-point-result=void \
// RUN:     --shared-libs=%mlir_c_runner_utils | FileCheck %s

memref.global "private" constant @ids : memref<4x2xi32> = dense<[[0, 1], [0, -1], [1, 0], [1, 0]]>

func.func private @printI64(i64)
func.func private @printNewline()

// LOOPS-LABEL: func.func @limit(
// LOOPS:         %[[TAKEN:.*]] = memref.alloc() : memref<2xi64>
// LOOPS:         scf.for
// LOOPS:           memref.store %{{.*}}, %[[TAKEN]]
// LOOPS:           scf.for
// LOOPS:             scf.for
// LOOPS:               scf.if
// LOOPS:                 memref.load %[[TAKEN]]
// LOOPS:               memref.store %{{.*}} : memref<4x2xi32>
func.func @limit(%groups: index, %capacity: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %ids = memref.get_global @ids : memref<4x2xi32>
  %kept = memref.alloc() : memref<4x2xi32>
  grouped.limit %ids of 2 groups %groups to %capacity outs(%kept : memref<4x2xi32>) : memref<4x2xi32>
  scf.for %u = %c0 to %c4 step %c1 {
    scf.for %k = %c0 to %c2 step %c1 {
      %0 = memref.load %kept[%u, %k] : memref<4x2xi32>
      %1 = arith.extsi %0 : i32 to i64
      func.call @printI64(%1) : (i64) -> ()
      func.call @printNewline() : () -> ()
    }
  }
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  // CHECK: 0
  // CHECK-NEXT: -1
  // CHECK-NEXT: 0
  // CHECK-NEXT: -1
  // CHECK-NEXT: 1
  // CHECK-NEXT: -1
  // CHECK-NEXT: 1
  // CHECK-NEXT: -1
  func.call @limit(%c1, %c2) : (index, index) -> ()
  // One place for each expert in each of two groups.
  // CHECK-NEXT: 0
  // CHECK-NEXT: 1
  // CHECK-NEXT: -1
  // CHECK-NEXT: -1
  // CHECK-NEXT: 1
  // CHECK-NEXT: 0
  // CHECK-NEXT: -1
  // CHECK-NEXT: -1
  func.call @limit(%c2, %c1) : (index, index) -> ()
  // Without places nobody stays.
  // CHECK-COUNT-8: -1
  func.call @limit(%c1, %c0) : (index, index) -> ()
  return
}
