//===- Passes.h - Rewrites within the grouped dialect -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Creation and registration of the passes of this directory.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_GROUPED_TRANSFORMS_PASSES_H
#define DIALECTS_GROUPED_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::grouped {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Grouped/Transforms/Passes.h.inc"
} // namespace mlir::grouped

#endif // DIALECTS_GROUPED_TRANSFORMS_PASSES_H
