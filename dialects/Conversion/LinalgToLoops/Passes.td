//===- Passes.td - Tensor formulas on buffers to scalar loops -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass that gives every `linalg` op its loops and every sum its order, the
// one that makes copies of buffers such ops, and the one that works around a
// crash on views.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_LINALGTOLOOPS_PASSES
#define DIALECTS_CONVERSION_LINALGTOLOOPS_PASSES

include "mlir/Pass/PassBase.td"

def ConvertLinalgToScalarLoopsPass
    : Pass<"convert-linalg-to-scalar-loops", "ModuleOp"> {
  let summary = "plain loop nests for linalg ops, with the language's sums";
  let description = [{
    Every `linalg` op on buffers becomes loops over scalars: parallel
    dimensions outside, reductions inside, both in the order of the op. How an
    output is accumulated follows from its body:

    - `math.fma %a, %b, %acc`, maxima, minima and anything else: one
      accumulator, the index ascending, starting from what the output holds;
    - `arith.addf %acc, %x`: a sum. 16 lanes start from 0 (lane = reduction
      index modulo 16, several dimensions flattened in row-major order), each
      ascends, then lane i takes lane i+8, i+4, i+2, i+1, and what the output
      held is added to lane 0. Lanes lie on the stack of the function.

    An output whose place depends on a reduction dimension is read and written
    in every step.

    ```mlir
    linalg.generic {…["parallel", "reduction"]} ins(%x) outs(%max) {
    ^bb0(%a: f32, %b: f32):
      %0 = arith.maximumf %a, %b : f32
      linalg.yield %0 : f32
    }
    // becomes
    scf.for %i = %c0 to %n step %c1 {
      %start = memref.load %max[%i]
      %m = scf.for %j = %c0 to %d step %c1 iter_args(%b = %start) -> (f32) {
        %a = memref.load %x[%i, %j]
        %0 = arith.maximumf %a, %b : f32
        scf.yield %0 : f32
      }
      memref.store %m, %max[%i]
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def ConvertCopiesToLinalgPass
    : Pass<"convert-copies-to-linalg", "ModuleOp"> {
  let summary = "memref.copy becomes linalg.copy";
  let description = [{
    Where bufferization could not write in place it copies. The copy gets its
    loops from the lowerings of `linalg`; with `remarks` each is reported.

    ```mlir
    memref.copy %a, %b : memref<?xf32> to memref<?xf32>
    // becomes
    linalg.copy ins(%a : memref<?xf32>) outs(%b : memref<?xf32>)
    ```
  }];
  let options = [Option<"remarks", "remarks", "bool", /*default=*/"false",
                        "report every copy">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def ReinterpretExpandShapePass : Pass<"reinterpret-expand-shape"> {
  let summary = "memref.expand_shape becomes memref.reinterpret_cast";
  let description = [{
    Strides are written out, so that expand-strided-metadata, which crashes on
    two dynamic dimensions in one group, does not see the op.

    ```mlir
    memref.expand_shape %m [[0, 1]] output_shape [%b, %s]
        : memref<?xf32> into memref<?x?xf32>
    // becomes
    memref.reinterpret_cast %m to offset: [0], sizes: [%b, %s], strides: [%s, 1]
        : memref<?xf32> to memref<?x?xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

#endif // DIALECTS_CONVERSION_LINALGTOLOOPS_PASSES
