// RUN: spex-opt %s --convert-linalg-to-vector=remarks=true --verify-diagnostics
// RUN: spex-opt %s --convert-linalg-to-vector 2>&1 | FileCheck %s

// Without the option nothing is said.
// CHECK-NOT: remark:

#i = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>

// One accumulator and nothing beside it: the order leaves no vector.
func.func @reports_a_chain(%x: memref<?xf32>, %y: memref<f32>) {
  // expected-remark @+1 {{loop of float arithmetic stays scalar}}
  linalg.generic {indexing_maps = [#i, #none], iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%y : memref<f32>) {
  ^bb0(%a: f32, %c: f32):
    %0 = arith.mulf %c, %a : f32
    linalg.yield %0 : f32
  }
  return
}

// Copies and integers are no arithmetic on floats.
func.func @says_nothing_of_integers(%x: memref<?xi32>, %y: memref<i32>) {
  linalg.generic {indexing_maps = [#i, #none], iterator_types = ["reduction"]}
      ins(%x : memref<?xi32>) outs(%y : memref<i32>) {
  ^bb0(%a: i32, %c: i32):
    %0 = arith.muli %c, %a : i32
    linalg.yield %0 : i32
  }
  return
}
