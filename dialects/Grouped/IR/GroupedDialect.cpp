//===- GroupedDialect.cpp - The dialect, effects of its ops ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registers the ops, allows inlining, and says what memory they touch.
//
//===----------------------------------------------------------------------===//

#include "dialects/Grouped/IR/GroupedOps.h"
#include "dialects/Spex/IR/InlineAll.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace mlir::grouped;

#include "dialects/Grouped/IR/GroupedOpsDialect.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Grouped/IR/GroupedOps.cpp.inc"

void GroupedDialect::initialize() {
  addInterfaces<spex::InlineAll>();
  addOperations<
#define GET_OP_LIST
#include "dialects/Grouped/IR/GroupedOps.cpp.inc"
      >();
}

using Effects =
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

/// Of memrefs, inits are written and all others read; tensors are values.
static void addDestinationEffects(DestinationStyleOpInterface op,
                                  Effects &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

void BalanceOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
  // A group that cannot be shared out evenly makes the run fail.
  effects.emplace_back(MemoryEffects::Write::get());
}
void CombineOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}
void DrawOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}
void GatherOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}
void LimitOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
  // A refusal that is an error is seen from outside.
  if (getRoute())
    effects.emplace_back(MemoryEffects::Write::get());
}
void MatmulOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}
void PlanOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}
void SinkhornOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}
void TakeOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}
void TasksOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}
void TopKOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
}

void ObserveOp::getEffects(Effects &effects) {
  addDestinationEffects(*this, effects);
  // The runtime's counts: observing twice is not observing once, and a route
  // whose ids nobody reads is still counted.
  effects.emplace_back(MemoryEffects::Read::get());
  effects.emplace_back(MemoryEffects::Write::get());
}
