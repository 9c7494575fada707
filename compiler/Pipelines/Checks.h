//===- Checks.h - What must hold after a phase ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A phase ends by checking that nothing of the previous level is left. What
// these report is always a fault of ours.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_PIPELINES_CHECKS_H
#define COMPILER_PIPELINES_CHECKS_H

#include "compiler/Pipelines/Phases.h"

namespace spex {
/// Reports every operation that does not belong to the output of `phase`.
mlir::LogicalResult checkPhase(mlir::ModuleOp module, Phase phase);

/// One remark for each innermost loop that computes with scalar floats.
void remarkScalarLoops(mlir::ModuleOp module);
} // namespace spex

#endif // COMPILER_PIPELINES_CHECKS_H
