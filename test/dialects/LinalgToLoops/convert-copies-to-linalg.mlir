// RUN: spex-opt %s --convert-copies-to-linalg | FileCheck %s
// RUN: spex-opt %s --convert-copies-to-linalg=remarks --verify-diagnostics

// CHECK-LABEL: func.func @copy(
// CHECK-NEXT:    linalg.copy ins(%{{.*}} : memref<?xf32>) outs(%{{.*}} : memref<?xf32, strided<[2]>>)
// CHECK-NEXT:    return
func.func @copy(%a: memref<?xf32>, %b: memref<?xf32, strided<[2]>>) {
  // expected-remark @+1 {{this value is copied: it could not be written in place}}
  memref.copy %a, %b : memref<?xf32> to memref<?xf32, strided<[2]>>
  return
}
