//===- AttentionTasks.h - Build the tasks of a cluster ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state of one construction: AttentionTasks.cpp finds the operands and
// replaces the results, AttentionRegion.cpp writes the region.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_MOETOGROUPED_ATTENTIONTASKS_H
#define DIALECTS_CONVERSION_MOETOGROUPED_ATTENTIONTASKS_H

#include "dialects/Conversion/MoeToGrouped/Cluster.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::moe {

/// A tensor from outside, as one op reads it.
struct OuterOperand {
  Value value;
  Names names; ///< of its dimensions, in the op that reads it
  grouped::TasksOp::Part part;
  unsigned number;                 ///< among the operands of its part
  bool isCut;                      ///< the task takes its part of it by itself
  SmallVector<OpFoldResult> sizes; ///< where it is cut
};

/// A tensor in the region, with the names of its dimensions.
struct InnerTensor {
  Value value;
  Names names;
};

class TasksBuilder {
public:
  TasksBuilder(IRRewriter &rewriter, const Cluster &cluster)
      : rewriter(rewriter), cluster(cluster) {}

  void build(int64_t rowBlock);

private:
  void collectOperands();
  void addTensor(Value value, const Names &names);
  void addInput(Value value);
  SmallVector<OpFoldResult> initSizes(linalg::GenericOp op);
  Names outerNames(linalg::GenericOp op) const;
  Names withoutGroup(const Names &names) const;

  void fillRegion();
  Value readTensor(const OuterOperand &operand);
  OpFoldResult innerSize(OpFoldResult size);
  InnerTensor lookUp(linalg::GenericOp op, OpOperand &operand);
  Value createInit(linalg::GenericOp op, const Names &names);
  void cloneOp(linalg::GenericOp op);
  void cloneBody(linalg::GenericOp op, OpBuilder &builder, ValueRange args);
  AffineMap mapOf(const Names &loops, const Names &dims);

  void replaceOutputs();
  void replaceUse(OpOperand &use, Value value, ArrayRef<unsigned> order);

  IRRewriter &rewriter;
  const Cluster &cluster;
  TasksOperands operands;
  SmallVector<OuterOperand> tensors;
  llvm::MapVector<Value, unsigned> inputNumbers; ///< scalars, whole tensors
  grouped::TasksOp tasks;
  IRMapping mapping; ///< scalars, constants and tensors read whole
  llvm::DenseMap<Value, InnerTensor> made; ///< by the op that was copied
};

} // namespace mlir::moe

#endif // DIALECTS_CONVERSION_MOETOGROUPED_ATTENTIONTASKS_H
