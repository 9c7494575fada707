//===- Passes.h - The one definition of elementary functions --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// createExpandMathPass() and its registration.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_EXPANDMATH_PASSES_H
#define DIALECTS_CONVERSION_EXPANDMATH_PASSES_H

#include "mlir/Pass/Pass.h"

namespace spex {
#define GEN_PASS_DECL
#include "dialects/Conversion/ExpandMath/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "dialects/Conversion/ExpandMath/Passes.h.inc"
} // namespace spex

#endif // DIALECTS_CONVERSION_EXPANDMATH_PASSES_H
