//===- Phases.cpp - The table of phases -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of phases, and which one a module is the output of.
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipelines/Phases.h"

#include "dialects/Grouped/IR/GroupedOps.h"
#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace spex {
llvm::ArrayRef<PhaseInfo> phases() {
  static const PhaseInfo table[] = {
#define PHASE(NAME, SPELLING, PURPOSE) {Phase::NAME, SPELLING, PURPOSE},
#include "compiler/Pipelines/Phases.def"
  };
  return table;
}

std::optional<Phase> findPhase(llvm::StringRef name) {
  for (const PhaseInfo &info : phases())
    if (name == info.name)
      return info.phase;
  return std::nullopt;
}

static bool hasTensor(Operation *op) {
  auto isTensor = [](Type type) { return isa<TensorType>(type); };
  return llvm::any_of(op->getOperandTypes(), isTensor) ||
         llvm::any_of(op->getResultTypes(), isTensor);
}

std::optional<Phase> phaseOf(ModuleOp module) {
  // WrapEntry replaces the entry by this symbol.
  if (module.lookupSymbol("spex_executable_program"))
    return Phase::Llvm;
  bool hasEntry =
      llvm::any_of(module.getOps<func::FuncOp>(), [](func::FuncOp func) {
        return func->hasAttr("spex.entry");
      });
  if (!hasEntry)
    return std::nullopt;

  bool hasMoe = false, hasGrouped = false, hasTensors = false;
  module.walk([&](Operation *op) {
    Dialect *dialect = op->getDialect();
    hasMoe |=
        isa_and_nonnull<moe::MoeDialect>(dialect) && !isa<moe::ParameterOp>(op);
    hasGrouped |= isa_and_nonnull<grouped::GroupedDialect>(dialect);
    hasTensors |= hasTensor(op);
  });
  if (hasMoe || (hasTensors && !hasGrouped))
    return Phase::Moe;
  return hasTensors || hasGrouped ? Phase::Grouped : Phase::Loops;
}
} // namespace spex
