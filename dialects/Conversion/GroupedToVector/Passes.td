//===- Passes.td - Grouped ops on buffers to vector kernels ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lowering behind -O3.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOVECTOR_PASSES
#define DIALECTS_CONVERSION_GROUPEDTOVECTOR_PASSES

include "mlir/Pass/PassBase.td"

def ConvertGroupedToVectorPass
    : Pass<"convert-grouped-to-vector", "ModuleOp"> {
  let summary = "micro-kernels for the grouped ops that compute";
  let description = [{
    `matmul` with f32 accumulators, of f32, bf16 or f16, becomes a call of a private function that walks
    panels of the right-hand side and tiles of rows, and calls one micro-kernel
    for each number of rows: accumulators in registers over all of K, products
    added with k ascending, the epilogue on the accumulators. The rows of the
    left-hand side are packed first, tile by tile, into worker scratch; where
    they come from a `gather`, packing reads through its list and the gather
    disappears. Functions are shared by all matmuls of one kind. The bits are
    those of `convert-grouped-to-loops`.

    Right-hand sides stay narrow in memory and are widened in registers: panels
    of bf16, which hold k in pairs, by a shift and a mask. Rows are widened as
    they are packed. Where the target multiplies pairs of bf16 (see
    `grouped.matmul`), both stay pairs. What a K that is odd leaves of the last
    pair is -0 in rows and 0 in panels.

    `gather` and `combine` become loops over vectors of features. Everything
    else, `top_k` and matmuls on other types included, stays for
    `convert-grouped-to-loops`.

    The shape of a tile follows from the `vector_bits` of the module's
    `spex.target`: 14 x 32 for 512 bits, else 6 x 16.

    ```mlir
    grouped.matmul %x by(%w : memref<4x128x1x16xf32>)
        outs(%y : memref<?x64xf32>) : memref<?x128xf32>
    // becomes
    %packed = memref.alloc(%bound) : memref<?xf32>
    call @spex_f32_pack_6(%count, %k, %x2, %packed)
    call @spex_f32_matmul_6x16(%count, %k, %columns, %packed, %zero, %w2, %y2)
    ```
  }];
  let dependentDialects = ["arith::ArithDialect", "func::FuncDialect",
                           "LLVM::LLVMDialect", "math::MathDialect",
                           "memref::MemRefDialect", "scf::SCFDialect",
                           "vector::VectorDialect"];
}

#endif // DIALECTS_CONVERSION_GROUPEDTOVECTOR_PASSES
