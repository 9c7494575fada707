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

// What is only moved is an integer, in memory and in constants.
// CHECK-LABEL: func.func @moves(
// CHECK-SAME:    memref<4xi16>
// CHECK-NOT:     bf16
// CHECK:         arith.constant 16256 : i16
// CHECK:         arith.constant dense<[16256, -16320]> : vector<2xi16>
// CHECK:         memref.store {{.*}} : memref<4xi16>
// CHECK:         vector.store {{.*}} : memref<4xi16>, vector<2xi16>
func.func @moves(%m: memref<4xbf16>, %i: index) {
  %one = arith.constant 1.0 : bf16
  %pair = arith.constant dense<[1.0, -3.0]> : vector<2xbf16>
  memref.store %one, %m[%i] : memref<4xbf16>
  vector.store %pair, %m[%i] : memref<4xbf16>, vector<2xbf16>
  return
}

// From f64 to odd, then to even: rounded once.
// CHECK-LABEL: func.func @rounds_f64(
// CHECK:         arith.truncf {{.*}} : f64 to f32
// CHECK:         arith.select
// CHECK:         arith.shrui {{.*}} : i32
// CHECK:         return {{.*}} : i16
func.func @rounds_f64(%x: f64) -> bf16 {
  %y = arith.truncf %x : f64 to bf16
  return %y : bf16
}

// CHECK-LABEL: func.func @widens_to_f64(
// CHECK:         arith.extf {{.*}} : f32 to f64
func.func @widens_to_f64(%x: bf16) -> f64 {
  %y = arith.extf %x : bf16 to f64
  return %y : f64
}

// Comparisons and maxima are exact in f32.
// CHECK-LABEL: func.func @larger(
// CHECK:         arith.maximumf {{.*}} : f32
// CHECK:         arith.minimumf {{.*}} : vector<4xf32>
// CHECK:         arith.cmpf ogt, {{.*}} : f32
func.func @larger(%x: bf16, %y: bf16, %a: vector<4xbf16>, %b: vector<4xbf16>)
    -> (bf16, vector<4xbf16>, i1) {
  %m = arith.maximumf %x, %y : bf16
  %n = arith.minimumf %a, %b : vector<4xbf16>
  %c = arith.cmpf ogt, %x, %y : bf16
  return %m, %n, %c : bf16, vector<4xbf16>, i1
}
