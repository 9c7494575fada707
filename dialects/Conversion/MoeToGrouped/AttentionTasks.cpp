//===- AttentionTasks.cpp - Operands and results of a cluster -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds what the tasks of a cluster read and write, and lets the users of its
// results read them in their new layout: group, rows, then the rest.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/AttentionTasks.h"
#include "dialects/Conversion/MoeToGrouped/Contraction.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::moe {

using Part = grouped::TasksOp::Part;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Names TasksBuilder::withoutGroup(const Names &names) const {
  Names result;
  for (StringRef name : names)
    if (cluster.group.empty() || name != cluster.group)
      result.push_back(name);
  return result;
}

/// The layout of an output: group, rows, then the rest.
Names TasksBuilder::outerNames(linalg::GenericOp op) const {
  Names result;
  if (!cluster.group.empty())
    result.push_back(cluster.group);
  result.push_back(cluster.rows);
  for (StringRef name : withoutGroup(getResultNames(op)))
    if (name != cluster.rows)
      result.push_back(name);
  return result;
}

SmallVector<OpFoldResult> TasksBuilder::initSizes(linalg::GenericOp op) {
  return getSizes(rewriter, op.getLoc(), op.getDpsInits()[0]);
}

void TasksBuilder::addInput(Value value) {
  auto [entry, isNew] =
      inputNumbers.insert({value, unsigned(operands.inputs.size())});
  if (isNew)
    operands.inputs.push_back(value);
}

void TasksBuilder::addTensor(Value value, const Names &names) {
  for (const OuterOperand &known : tensors)
    if (known.value == value && known.names == names)
      return;
  bool hasGroup = !cluster.group.empty();
  bool readsGroup = hasGroup && llvm::is_contained(names, cluster.group);
  bool readsRows = llvm::is_contained(names, cluster.rows);
  bool startsWithGroup = readsGroup && names.front() == cluster.group;
  unsigned rowsDim = hasGroup ? 1 : 0;

  OuterOperand operand{value, names, Part::Input, 0, false, {}};
  auto addTo = [&](SmallVector<Value> &list, Part part) {
    operand.part = part;
    operand.number = list.size();
    list.push_back(value);
  };
  if (readsRows && names.size() > rowsDim && names[rowsDim] == cluster.rows &&
      readsGroup == hasGroup && (!hasGroup || startsWithGroup)) {
    addTo(operands.blocks, Part::Block);
  } else if (startsWithGroup && !readsRows) {
    addTo(operands.panels, Part::Panel);
  } else {
    addInput(value);
    operand.number = inputNumbers[value];
    operand.isCut = readsGroup || readsRows;
  }
  if (operand.isCut) {
    operand.sizes = getSizes(rewriter, value.getLoc(), value);
    for (OpFoldResult size : operand.sizes)
      if (auto dynamic = dyn_cast<Value>(size))
        addInput(dynamic);
  }
  tensors.push_back(operand);
}

void TasksBuilder::collectOperands() {
  for (linalg::GenericOp op : cluster.ops) {
    for (OpOperand *operand : op.getDpsInputOperands()) {
      Operation *source = operand->get().getDefiningOp();
      if (!source || !cluster.contains(source))
        addTensor(operand->get(), getDimNames(op, *operand));
    }
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(op.getRegion(), captured);
    for (Value value : captured)
      if (!matchPattern(value, m_Constant()))
        addInput(value);
    for (auto [size, name] : llvm::zip(initSizes(op), getResultNames(op)))
      if (auto dynamic = dyn_cast<Value>(size))
        if (name != cluster.rows && name != cluster.group)
          addInput(dynamic);
  }

  for (linalg::GenericOp op : cluster.outputs) {
    Names names = getResultNames(op);
    SmallVector<OpFoldResult> sizes = initSizes(op), newSizes;
    for (StringRef name : outerNames(op)) {
      newSizes.push_back(sizes[llvm::find(names, name) - names.begin()]);
      if (!operands.groups && name == cluster.group)
        operands.groups = getValueOrCreateConstantIndexOp(rewriter, op.getLoc(),
                                                          newSizes.back());
    }
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    operands.inits.push_back(
        createEmpty(rewriter, op.getLoc(), type.getElementType(), newSizes));
  }
}

//===----------------------------------------------------------------------===//
// Users
//===----------------------------------------------------------------------===//

/// Lets one user read `value`, whose dimension i is dimension order[i] of what
/// it read.
void TasksBuilder::replaceUse(OpOperand &use, Value value,
                              ArrayRef<unsigned> order) {
  auto generic = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (generic && generic.isDpsInput(&use)) {
    SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
    AffineMap &map = maps[use.getOperandNumber()];
    SmallVector<AffineExpr> results;
    for (unsigned dim : order)
      results.push_back(map.getResult(dim));
    map = AffineMap::get(map.getNumDims(), 0, results, map.getContext());
    generic.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
    use.set(value);
    return;
  }
  // Back to the old order, by a loop of its own.
  SmallVector<unsigned> inverse(order.size());
  for (auto [i, dim] : llvm::enumerate(order))
    inverse[dim] = i;
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointAfter(tasks);
  use.set(createTransposed(rewriter, value.getLoc(), value, inverse));
}

void TasksBuilder::replaceOutputs() {
  for (auto [i, op] : llvm::enumerate(cluster.outputs)) {
    Names names = getResultNames(op);
    SmallVector<unsigned> order;
    for (StringRef name : outerNames(op))
      order.push_back(llvm::find(names, name) - names.begin());
    Value value = tasks->getResult(i);
    if (llvm::is_sorted(order)) {
      rewriter.replaceUsesWithIf(op->getResult(0), value, [&](OpOperand &use) {
        return !cluster.contains(use.getOwner());
      });
      continue;
    }
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : op->getResult(0).getUses())
      if (!cluster.contains(use.getOwner()))
        uses.push_back(&use);
    for (OpOperand *use : uses)
      replaceUse(*use, value, order);
  }
}

void TasksBuilder::build(int64_t rowBlock) {
  Operation *last = cluster.ops.back();
  rewriter.setInsertionPoint(last);
  collectOperands();
  tasks = createTasks(rewriter, last->getLoc(), operands, rowBlock);
  fillRegion();
  replaceOutputs();
  for (linalg::GenericOp op : llvm::reverse(cluster.ops))
    eraseWithInits(rewriter, op);
}

void convertCluster(IRRewriter &rewriter, const Cluster &cluster,
                    int64_t rowBlock) {
  TasksBuilder(rewriter, cluster).build(rowBlock);
}

} // namespace mlir::moe
