//===- Passes.h - Grouped ops to calls of the runtime -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Creation and registration of the passes of this directory.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_PASSES_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::grouped {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Conversion/GroupedToRuntime/Passes.h.inc"
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_PASSES_H
