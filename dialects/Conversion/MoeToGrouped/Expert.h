//===- Expert.h - The body of an expert -------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Experts.cpp, Kinds.cpp and FewRows.cpp know of one moe.experts.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_MOETOGROUPED_EXPERT_H
#define DIALECTS_CONVERSION_MOETOGROUPED_EXPERT_H

#include "dialects/Conversion/MoeToGrouped/Contraction.h"
#include "dialects/Conversion/MoeToGrouped/Conversion.h"

namespace mlir::moe {

/// The region of one kind of a moe.experts, with its matmuls found.
struct ExpertBody {
  mutable ExpertsOp op; ///< a handle: asking it is no change
  unsigned kind;
  SmallVector<MatmulGroup, 0> groups; ///< in the order of their roots

  ExpertBody(ExpertsOp experts, unsigned kind);
  Block &getBlock() const { return op.getBodies()[kind].front(); }
  YieldOp getYield() const { return cast<YieldOp>(getBlock().getTerminator()); }
  OperandRange getWeights() const { return op.getWeightsOf(kind); }
  BlockArgument getUnitsArg(unsigned i) const {
    return getBlock().getArgument(i);
  }
  BlockArgument getWholeArg(unsigned i) const {
    return getBlock().getArgument(op.getUnits().size() + i);
  }
  BlockArgument getWeightsArg(unsigned i) const {
    return getBlock().getArgument(op.getUnits().size() + op.getWhole().size() +
                                  i);
  }
  /// The group that ends at `op`, or null.
  const MatmulGroup *findGroup(Operation *op) const;
  /// Whether some group computes `op`.
  bool isInGroup(Operation *op) const;
  /// Whether `value` is an argument that shows rows of `units`.
  bool isUnits(Value value) const;
  /// The operand of `weights` that a value of the region is; or null.
  Value getOuterWeights(Value value) const;
};

/// FewRows.cpp: whether the body is a chain of matmuls that can be cut by
/// columns, one at a time.
bool isChain(const ExpertBody &body);
/// FewRows.cpp: matmul `number` of the chain as a tasks of its own. It reads
/// `rows`, what the one before gave (null for the first); the last one writes
/// `init`, the others rows in scratch.
Value createLink(OpBuilder &builder, const ExpertBody &body, unsigned number,
                 const Plan &plan, Value rows, Value init,
                 const Blocks &blocks);
/// Experts.cpp: the whole body in one tasks, into `inits`.
SmallVector<Value> createFused(OpBuilder &builder, const ExpertBody &body,
                               const Plan &plan, ValueRange inits,
                               const Blocks &blocks);
/// Kinds.cpp: the experts of all kinds in one schedule, into `inits`.
SmallVector<Value> createKinds(OpBuilder &builder, ArrayRef<ExpertBody> bodies,
                               const Plan &plan, ValueRange inits,
                               const Blocks &blocks);

} // namespace mlir::moe

#endif // DIALECTS_CONVERSION_MOETOGROUPED_EXPERT_H
