// RUN: spex-opt %s --convert-linalg-to-scalar-loops --verify-diagnostics

func.func @rejects_tensors(%v: f32, %a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{has to be on buffers to become loops}}
  %0 = linalg.fill ins(%v : f32) outs(%a : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
