// RUN: spex-opt %s --spex-expand-bf16 | FileCheck %s

// CHECK-LABEL: func.func @widens(
// CHECK-NOT:     arith.extf
// CHECK:         arith.shli
func.func @widens(%x: bf16) -> f32 {
  %y = arith.extf %x : bf16 to f32
  return %y : f32
}

// CHECK-LABEL: func.func @rounds_vectors(
// CHECK-NOT:     arith.truncf
// CHECK:         arith.shrui {{.*}} : vector<8xi32>
func.func @rounds_vectors(%x: vector<8xf32>) -> vector<8xbf16> {
  %y = arith.truncf %x : vector<8xf32> to vector<8xbf16>
  return %y : vector<8xbf16>
}
