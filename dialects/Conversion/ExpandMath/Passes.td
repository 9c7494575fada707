//===- Passes.td - The one definition of elementary functions -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Run at every optimisation level, so that -O0 and -O3 give the same bits.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_EXPANDMATH_PASSES
#define DIALECTS_CONVERSION_EXPANDMATH_PASSES

include "mlir/Pass/PassBase.td"

def ExpandMathPass : Pass<"spex-expand-math"> {
  let summary = "write elementary functions as arithmetic";
  let description = [{
    Replaces `math.exp`, `exp2`, `expm1`, `log`, `log2`, `log10`, `log1p`,
    `tanh`, `erf`, `erfc`, `sin`, `cos`, `powf` and `rsqrt` by polynomials in
    `arith` and `math.fma`. A vector is computed element by element with the
    very same operations as a scalar, so the bits of a result do not depend on
    whether a loop was vectorised. Nothing is fused, reordered or approximated further
    down: no fast-math flag is set.

    Elements are f32 or f64; `exp2`, `log2`, `log10` and `log1p` take f32 only.
    At most 2 units in the last place are wrong, subnormal results of f32
    included; 2.5 of `erfc`, and in f64 2.7 of `tanh` and 3.5 of `erfc`. Sines and
    cosines of more than 2^40 in size are not accurate.

    Before:

    ```mlir
    %y = math.rsqrt %x : vector<8xf32>
    ```

    After:

    ```mlir
    %root = math.sqrt %x : vector<8xf32>
    %y = arith.divf %one, %root : vector<8xf32>
    ```
  }];
  let dependentDialects = ["arith::ArithDialect", "math::MathDialect"];
}

def ExpandBFloat16Pass : Pass<"spex-expand-bf16"> {
  let summary = "write conversions between f32 and bf16 as integer arithmetic";
  let description = [{
    For targets without an instruction that rounds to bf16. Scalars and vectors
    alike; NaN stays NaN. Where bf16 is only moved, its type becomes i16, too:
    other arithmetic on it has to be gone.

    ```mlir
    %y = arith.extf %x : bf16 to f32
    // becomes
    %1 = arith.extui %x : i16 to i32
    %2 = arith.shli %1, %c16 : i32
    %y = arith.bitcast %2 : i32 to f32
    ```
  }];
  let dependentDialects = ["arith::ArithDialect"];
}

#endif // DIALECTS_CONVERSION_EXPANDMATH_PASSES
