// RUN: spex-opt %s --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" --verify-diagnostics

// What a task computes must lie in its rows of the destination: here it stays
// in a tensor of the task's own.
func.func @result_lies_elsewhere(%y: tensor<?x4xf32> {bufferization.writable = true}) -> tensor<?x4xf32> {
  // expected-error@+1 {{must compute result 0 in its rows of the destination}}
  %z = grouped.tasks outs(%y : tensor<?x4xf32>) row_block 16 -> tensor<?x4xf32> {
  ^bb0(%count: index, %first: index, %group: index, %ys: tensor<?x4xf32>):
    %one = arith.constant 1.0 : f32
    %e = tensor.empty(%count) : tensor<?x4xf32>
    // expected-note@+1 {{this value lies elsewhere}}
    %f = linalg.fill ins(%one : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
    grouped.yield %f : tensor<?x4xf32>
  }
  return %z : tensor<?x4xf32>
}
