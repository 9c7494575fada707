//===- Passes.td - Linalg on buffers to vector loops ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The -O3 lowering of everything that is neither matmul nor selection.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_LINALGTOVECTOR_PASSES
#define DIALECTS_CONVERSION_LINALGTOVECTOR_PASSES

include "mlir/Pass/PassBase.td"

def ConvertLinalgToVectorPass
    : Pass<"convert-linalg-to-vector", "ModuleOp"> {
  let summary = "loops over 1-D vectors for linalg ops on buffers";
  let description = [{
    One dimension of each op becomes vectors, chosen so that memory is read and
    written in whole vectors where possible; its end is masked. The bits are
    those of `convert-linalg-to-scalar-loops`:

    - elementwise ops take the dimension in which the result is contiguous;
    - a contraction (a reduction with one accumulator) takes a parallel
      dimension and keeps a block of rows by vectors in registers;
    - a sum takes the reduced dimension with the 16 lanes of the language as one
      vector, masked terms adding 0, then the halving tree; or a parallel
      dimension, with the lanes in memory;
    - a maximum or minimum takes either.

    Ops that none of this fits stay for the scalar lowering. With `remarks` each
    of those that does arithmetic on floats is reported, and so is every
    `grouped.matmul` that is still there.

    ```mlir
    linalg.generic {…} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
    ^bb0(%a: f32, %b: f32):
      %0 = arith.addf %a, %a : f32
      linalg.yield %0 : f32
    }
    // becomes
    scf.for %i = %c0 to %c8 step %c8 {
      %a = vector.load %x[%i] : memref<8xf32>, vector<8xf32>
      %0 = arith.addf %a, %a : vector<8xf32>
      vector.store %0, %y[%i] : memref<8xf32>, vector<8xf32>
    }
    ```
  }];
  let options = [
    Option<"remarks", "remarks", "bool", "false",
           "report every innermost loop of float arithmetic left scalar">
  ];
  let dependentDialects = ["affine::AffineDialect", "arith::ArithDialect",
                           "memref::MemRefDialect", "scf::SCFDialect",
                           "vector::VectorDialect"];
}

#endif // DIALECTS_CONVERSION_LINALGTOVECTOR_PASSES
