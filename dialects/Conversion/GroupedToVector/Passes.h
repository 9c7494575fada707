//===- Passes.h - Grouped ops on buffers to vectors -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Creation and registration of the pass of this directory.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOVECTOR_PASSES_H
#define DIALECTS_CONVERSION_GROUPEDTOVECTOR_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::grouped {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Conversion/GroupedToVector/Passes.h.inc"
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOVECTOR_PASSES_H
