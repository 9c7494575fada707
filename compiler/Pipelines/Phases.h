//===- Phases.h - The phases of a build and how to pass them ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only place that orders passes. The driver asks for a phase, and gets IR
// for which the sentence of Phases.def holds, or a diagnostic.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_PIPELINES_PHASES_H
#define COMPILER_PIPELINES_PHASES_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <functional>
#include <optional>
#include <string>

namespace spex {
enum class Phase {
#define PHASE(NAME, SPELLING, PURPOSE) NAME,
#include "compiler/Pipelines/Phases.def"
};

struct PhaseInfo {
  Phase phase;
  const char *name;
  const char *purpose;
};

/// All phases, in order.
llvm::ArrayRef<PhaseInfo> phases();

/// The phase called `name` on the command line.
std::optional<Phase> findPhase(llvm::StringRef name);

/// The phase whose output a module is, by what it holds: Moe, Grouped, Loops or
/// Llvm. Nothing for a module that has no program of ours in it.
std::optional<Phase> phaseOf(mlir::ModuleOp module);

struct PipelineOptions {
  /// Called after each phase that was reached and checked.
  std::function<void(Phase, mlir::ModuleOp)> afterPhase;
  /// One remark for each innermost loop of float arithmetic left scalar.
  bool remarkScalarLoops = false;
  /// Where to write a file that replays the failing pass by `spex-opt
  /// --run-reproducer`; empty: nowhere. It costs a copy before each pass.
  std::string reproducer;
  /// For tests: the check at the end of this phase fails.
  std::optional<Phase> fault;
};

/// Lowers a module that is output of `from` to `to`: Grouped, Loops or Llvm.
/// Level and target come from the module's `spex.target`. Says what is wrong on
/// the context; the module is then between two phases and of no use.
mlir::LogicalResult lower(mlir::ModuleOp module, Phase from, Phase to,
                          const PipelineOptions &options);
} // namespace spex

#endif // COMPILER_PIPELINES_PHASES_H
