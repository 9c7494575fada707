// RUN: spex-opt %s --spex-expand-math --split-input-file --verify-diagnostics

func.func @rejects_half(%x: f16) -> f16 {
  // expected-error @+1 {{'math.exp' op has no definition for elements of type 'f16'}}
  %y = math.exp %x : f16
  return %y : f16
}

// -----

func.func @rejects_wide_powers_of_two(%x: f64) -> f64 {
  // expected-error @+1 {{'math.exp2' op has no definition for elements of type 'f64'}}
  %y = math.exp2 %x : f64
  return %y : f64
}
