//===- CheckPhase.h - The check at the end of each phase, as a pass -*- C++ -*-//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_PIPELINES_CHECKPHASE_H
#define COMPILER_PIPELINES_CHECKPHASE_H

#include "compiler/Pipelines/Phases.h"

#include <memory>

namespace mlir {
class Pass;
} // namespace mlir

namespace spex {
/// `spex-check-phase`. With `fault` it refuses any module, for tests.
std::unique_ptr<mlir::Pass> createCheckPhasePass(Phase phase, bool fault);
void registerCheckPhasePass();
} // namespace spex

#endif // COMPILER_PIPELINES_CHECKPHASE_H
