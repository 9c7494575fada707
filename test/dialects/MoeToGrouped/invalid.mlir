// RUN: spex-opt %s --convert-moe-to-grouped --split-input-file --verify-diagnostics

// What each expert gave exists as rows, ordered by expert; only a combine may
// read it.
func.func @each_is_only_combined(%x: tensor<4x8xf32>, %ids: tensor<4x2xi32>) -> tensor<4x2x8xf32> {
  // expected-note@+1 {{combine it at the same ids first}}
  %each = moe.experts %ids of 4 units(%x : tensor<4x8xf32>) : tensor<4x2xi32> -> tensor<4x2x8xf32> {
  ^bb0(%r: tensor<?x8xf32>):
    moe.yield %r : tensor<?x8xf32>
  }
  // expected-error@+1 {{reads what each expert gave, which exists as rows only}}
  return %each : tensor<4x2x8xf32>
}

// -----

func.func @sizes_are_known_outside(%x: tensor<4x8xf32>, %ids: tensor<4x2xi32>, %w: index) {
  // expected-error@+1 {{needs results whose sizes are known outside, got rows of type 'tensor<?x?xf32>'}}
  %each = moe.experts %ids of 4 units(%x : tensor<4x8xf32>) whole(%w : index) : tensor<4x2xi32> -> tensor<4x2x?xf32> {
  ^bb0(%r: tensor<?x8xf32>, %width: index):
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %r, %c0 : tensor<?x8xf32>
    %twice = arith.addi %width, %width : index
    %e = tensor.empty(%n, %twice) : tensor<?x?xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
    moe.yield %f : tensor<?x?xf32>
  }
  return
}
