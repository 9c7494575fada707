//===- Passes.td - Grouped ops on buffers to plain loops -*- tablegen -*---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lowering behind -O0.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOLOOPS_PASSES
#define DIALECTS_CONVERSION_GROUPEDTOLOOPS_PASSES

include "mlir/Pass/PassBase.td"

def ConvertGroupedToLoopsPass : Pass<"convert-grouped-to-loops", "ModuleOp"> {
  let summary = "plain loop nests for the grouped ops that compute";
  let description = [{
    `gather`, `matmul`, `combine` and `top_k` on buffers become loops over
    scalars, each element by itself and in the order its op documents. Slow, and
    independent of everything the fast lowerings do: the same bits by another
    way. Only products of pairs of bf16, where the target has them, come from
    the same instruction, one lane of which is used. `plan`, `limit`, `observe`
    and `tasks` are left to
    `convert-grouped-to-runtime`.

    ```mlir
    grouped.gather %x at %rows outs(%g : memref<?x8xf32>)
        : memref<?x8xf32>, memref<?xi32>
    // becomes
    scf.for %i = %c0 to %n step %c1 {
      %r = memref.load %rows[%i]
      %row = arith.index_cast %r : i32 to index
      scf.for %j = %c0 to %c8 step %c1 {
        %v = memref.load %x[%row, %j]
        memref.store %v, %g[%i, %j]
      }
    }
    ```
  }];
  let dependentDialects = ["arith::ArithDialect", "LLVM::LLVMDialect",
                           "math::MathDialect", "memref::MemRefDialect",
                           "scf::SCFDialect", "vector::VectorDialect"];
}

#endif // DIALECTS_CONVERSION_GROUPEDTOLOOPS_PASSES
