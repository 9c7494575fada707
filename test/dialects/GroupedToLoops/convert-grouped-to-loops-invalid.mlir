// RUN: spex-opt %s --convert-grouped-to-loops --verify-diagnostics

func.func @rejects_tensors(%x: tensor<4x8xf32>, %rows: tensor<2xi32>, %to: tensor<2x8xf32>) -> tensor<2x8xf32> {
  // expected-error @below {{has to be on buffers to become loops}}
  %0 = grouped.gather %x at %rows outs(%to : tensor<2x8xf32>) : tensor<4x8xf32>, tensor<2xi32> -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}
