//===- Passes.td - Rewrites within the grouped dialect ----*- tablegen -*---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decisions about a schedule that a target makes before buffers exist.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_GROUPED_TRANSFORMS_PASSES
#define DIALECTS_GROUPED_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def ChoosePanelsPass : Pass<"grouped-choose-panels", "ModuleOp"> {
  let summary = "let matmuls read parameters from packed panels";
  let description = [{
    Every right-hand side of a matmul that is a parameter, or a part of one, is
    read from panels P x K x R x W instead (see `grouped.matmul`): W columns of
    all K rows lie behind one another, and two right-hand sides of one matmul
    side by side (R = 2), so that a kernel reads one stream. W follows from the
    `vector_bits` of the module's `spex.target`: two vectors for one right-hand
    side, one vector for each of two. Panels of bf16 hold k in pairs
    (P x Q x R x W x 2).

    The panels are arguments of the function. `spex.pack` says what they hold, in
    numbers of the parameters' dimensions: `outer` stay as they are, `k` are
    contracted, `n` are the columns, in chunks of `columns`; `interleave`
    neighbours in k lie together, one where it is absent. Whoever loads the
    parameters packs them so. Arguments that nothing reads any more go.

    Before (in `grouped.tasks`, through any slice of an expert or a layer):

    ```mlir
    func.func @f(…, %w: tensor<8x128x256xf32>
        {spex.parameter = "y.w1", spex.place = "packed"}) {
      …  panels(%w : tensor<8x128x256xf32>)
      ^bb0(…, %we: tensor<128x256xf32>, …):
        grouped.matmul %g by(%we : tensor<128x256xf32>) …
    ```

    After:

    ```mlir
    func.func @f(…, %w: tensor<8x16x128x1x16xf32>
        {spex.pack = {columns = 16, k = [1], n = [2], outer = [0],
         parameters = ["y.w1"]}, spex.parameter = "y.w1", …}) {
      …  panels(%w : tensor<8x16x128x1x16xf32>)
      ^bb0(…, %we: tensor<16x128x1x16xf32>, …):
        grouped.matmul %g by(%we : tensor<16x128x1x16xf32>) …
    ```
  }];
  let dependentDialects = ["grouped::GroupedDialect", "tensor::TensorDialect"];
}

#endif // DIALECTS_GROUPED_TRANSFORMS_PASSES
