//===- Passes.h - Linalg on buffers to vector loops -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Creation and registration of the pass of this directory.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_LINALGTOVECTOR_PASSES_H
#define DIALECTS_CONVERSION_LINALGTOVECTOR_PASSES_H

#include "mlir/Pass/Pass.h"

namespace spex {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Conversion/LinalgToVector/Passes.h.inc"
} // namespace spex

#endif // DIALECTS_CONVERSION_LINALGTOVECTOR_PASSES_H
