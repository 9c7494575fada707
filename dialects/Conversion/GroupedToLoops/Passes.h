//===- Passes.h - Grouped ops on buffers to plain loops ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Creation and registration of the pass of this directory.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOLOOPS_PASSES_H
#define DIALECTS_CONVERSION_GROUPEDTOLOOPS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::grouped {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Conversion/GroupedToLoops/Passes.h.inc"
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOLOOPS_PASSES_H
