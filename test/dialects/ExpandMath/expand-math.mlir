// RUN: spex-opt %s --spex-expand-math | FileCheck %s

// CHECK-LABEL: func.func @divides_by_the_root(
// CHECK-SAME:    %[[X:.*]]: vector<8xf32>
// CHECK-DAG:     %[[ONE:.*]] = arith.constant dense<1.000000e+00> : vector<8xf32>
// CHECK-DAG:     %[[ROOT:.*]] = math.sqrt %[[X]] : vector<8xf32>
// CHECK:         %[[Y:.*]] = arith.divf %[[ONE]], %[[ROOT]] : vector<8xf32>
// CHECK:         return %[[Y]]
func.func @divides_by_the_root(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.rsqrt %x : vector<8xf32>
  return %y : vector<8xf32>
}

// The same operations in the same order, whatever the shape.
// CHECK-LABEL: func.func @scalar(
// CHECK-NOT:     math.exp
// CHECK:         %[[T:.*]] = math.fma {{.*}} : f32
// CHECK:         arith.subf %[[T]], {{.*}} : f32
// CHECK:         arith.bitcast %[[T]] : f32 to i32
// CHECK-NOT:     math.exp
// CHECK-LABEL: func.func @vector(
// CHECK:         %[[T:.*]] = math.fma {{.*}} : vector<16xf32>
// CHECK:         arith.subf %[[T]], {{.*}} : vector<16xf32>
// CHECK:         arith.bitcast %[[T]] : vector<16xf32> to vector<16xi32>
func.func @scalar(%x: f32) -> f32 {
  %y = math.exp %x : f32
  return %y : f32
}
func.func @vector(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// What the machine computes itself stays.
// CHECK-LABEL: func.func @keeps_instructions(
// CHECK-NEXT:    math.sqrt
// CHECK-NEXT:    math.floor
// CHECK-NEXT:    math.absf
// CHECK-NEXT:    return
func.func @keeps_instructions(%x: f32) -> f32 {
  %0 = math.sqrt %x : f32
  %1 = math.floor %0 : f32
  %2 = math.absf %1 : f32
  return %2 : f32
}

// No function of libm is left, f64 included.
// CHECK-LABEL: func.func @leaves_no_call(
// CHECK-NOT:     math.{{exp|log|sin|cos|pow|tanh|erf}}
// CHECK:         return
func.func @leaves_no_call(%x: f32, %y: f64) -> (f32, f64) {
  %0 = math.exp2 %x : f32
  %1 = math.expm1 %0 : f32
  %2 = math.tanh %1 : f32
  %3 = math.erf %2 : f32
  %4 = math.log %3 : f32
  %5 = math.log2 %4 : f32
  %6 = math.log10 %5 : f32
  %7 = math.log1p %6 : f32
  %8 = math.sin %7 : f32
  %9 = math.cos %8 : f32
  %10 = math.erfc %9 : f32
  %11 = math.powf %10, %x : f32
  %12 = math.sin %y : f64
  %13 = math.cos %12 : f64
  %14 = math.tanh %13 : f64
  %15 = math.erf %14 : f64
  %16 = math.erfc %15 : f64
  %17 = math.expm1 %16 : f64
  %18 = math.powf %17, %y : f64
  return %11, %18 : f32, f64
}
