//===- AttentionRegion.cpp - Compute a cluster by blocks of query rows ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies the ops of a cluster into the region of its tasks. There, the
// dimension of the group is gone and that of the query rows is one block, so
// that what has a dimension of past positions is private to a task.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/AttentionTasks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::moe {

using Part = grouped::TasksOp::Part;

OpFoldResult TasksBuilder::innerSize(OpFoldResult size) {
  if (auto dynamic = dyn_cast<Value>(size))
    return tasks.getInputArg(inputNumbers[dynamic]);
  return size;
}

/// The part of `operand` that the task works on.
Value TasksBuilder::readTensor(const OuterOperand &operand) {
  if (operand.part == Part::Block)
    return tasks.getBlockArg(operand.number);
  if (operand.part == Part::Panel)
    return tasks.getPanelArg(operand.number);
  Value whole = tasks.getInputArg(operand.number);
  if (!operand.isCut)
    return whole;

  OpFoldResult zero = rewriter.getIndexAttr(0), one = rewriter.getIndexAttr(1);
  auto type = cast<RankedTensorType>(whole.getType());
  SmallVector<OpFoldResult> offsets, sizes, strides;
  SmallVector<int64_t> shape;
  for (auto [i, name] : llvm::enumerate(operand.names)) {
    bool isGroup = !cluster.group.empty() && name == cluster.group;
    bool isRows = name == cluster.rows;
    offsets.push_back(isGroup  ? OpFoldResult(tasks.getGroupArg())
                      : isRows ? OpFoldResult(tasks.getFirstRowArg())
                               : zero);
    sizes.push_back(isGroup  ? one
                    : isRows ? OpFoldResult(tasks.getCountArg())
                             : innerSize(operand.sizes[i]));
    strides.push_back(one);
    if (!isGroup)
      shape.push_back(isRows ? ShapedType::kDynamic : type.getDimSize(i));
  }
  return tensor::ExtractSliceOp::create(rewriter, whole.getLoc(),
                                        type.clone(shape), whole, offsets,
                                        sizes, strides);
}

InnerTensor TasksBuilder::lookUp(linalg::GenericOp op, OpOperand &operand) {
  auto inner = made.find(operand.get());
  if (inner != made.end())
    return inner->second;
  Names names = getDimNames(op, operand);
  for (const OuterOperand &known : tensors)
    if (known.value == operand.get() && known.names == names)
      return {readTensor(known), withoutGroup(names)};
  llvm_unreachable("every operand was collected");
}

AffineMap TasksBuilder::mapOf(const Names &loops, const Names &dims) {
  SmallVector<AffineExpr> results;
  for (StringRef name : dims)
    results.push_back(
        rewriter.getAffineDimExpr(llvm::find(loops, name) - loops.begin()));
  return AffineMap::get(loops.size(), 0, results, rewriter.getContext());
}

/// A fresh tensor for the result of `op`, filled as the one outside is.
Value TasksBuilder::createInit(linalg::GenericOp op, const Names &names) {
  Names outer = getResultNames(op);
  SmallVector<OpFoldResult> all = initSizes(op), sizes;
  for (StringRef name : names)
    sizes.push_back(
        name == cluster.rows
            ? OpFoldResult(tasks.getCountArg())
            : innerSize(all[llvm::find(outer, name) - outer.begin()]));
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Value init = createEmpty(rewriter, op.getLoc(), type.getElementType(), sizes);
  auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  if (!fill)
    return init;
  Operation *value = rewriter.clone(*fill.getInputs()[0].getDefiningOp());
  return linalg::FillOp::create(rewriter, fill.getLoc(), value->getResults(),
                                init)
      .getResult(0);
}

/// The body of `op`, with loops numbered anew: the number of the group is
/// known, and query rows count from the first one of the block.
void TasksBuilder::cloneBody(linalg::GenericOp op, OpBuilder &builder,
                             ValueRange args) {
  Names loops = getLoopNames(op), newLoops = withoutGroup(loops);
  IRMapping inner(mapping);
  inner.map(op.getBody()->getArguments(), args);
  for (Operation &old : *op.getBody()) {
    auto index = dyn_cast<linalg::IndexOp>(old);
    if (!index) {
      builder.clone(old, inner);
      continue;
    }
    StringRef name = loops[index.getDim()];
    if (!cluster.group.empty() && name == cluster.group) {
      inner.map(index.getResult(), Value(tasks.getGroupArg()));
      continue;
    }
    Value number = linalg::IndexOp::create(
        builder, old.getLoc(), llvm::find(newLoops, name) - newLoops.begin());
    if (name == cluster.rows)
      number = arith::AddIOp::create(builder, old.getLoc(), number,
                                     tasks.getFirstRowArg());
    inner.map(index.getResult(), number);
  }
}

void TasksBuilder::cloneOp(linalg::GenericOp op) {
  Names newLoops = withoutGroup(getLoopNames(op));
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    InnerTensor inner = lookUp(op, *operand);
    inputs.push_back(inner.value);
    maps.push_back(mapOf(newLoops, inner.names));
  }
  bool isOutput = llvm::is_contained(cluster.outputs, op);
  Names names = withoutGroup(isOutput ? outerNames(op) : getResultNames(op));
  Value init = createInit(op, names);
  maps.push_back(mapOf(newLoops, names));

  SmallVector<utils::IteratorType> iterators;
  for (auto [name, iterator] :
       llvm::zip(getLoopNames(op), op.getIteratorTypesArray()))
    if (cluster.group.empty() || name != cluster.group)
      iterators.push_back(iterator);

  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op.getRegion(), captured);
  for (Value value : captured) {
    if (!matchPattern(value, m_Constant()))
      mapping.map(value, Value(tasks.getInputArg(inputNumbers[value])));
    else if (!mapping.contains(value))
      mapping.map(value, rewriter.clone(*value.getDefiningOp())->getResult(0));
  }
  SmallVector<Attribute> loopNames;
  for (StringRef name : newLoops)
    loopNames.push_back(rewriter.getStringAttr(name));
  NamedAttribute attr("spex.loops", rewriter.getArrayAttr(loopNames));
  auto newOp = linalg::GenericOp::create(
      rewriter, op.getLoc(), init.getType(), inputs, init, maps, iterators,
      [&](OpBuilder &builder, Location, ValueRange args) {
        cloneBody(op, builder, args);
      },
      ArrayRef<NamedAttribute>{attr});
  made[op->getResult(0)] = {newOp.getResult(0), names};
}

void TasksBuilder::fillRegion() {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToEnd(&tasks.getBody().front());
  for (linalg::GenericOp op : cluster.ops)
    cloneOp(op);
  SmallVector<Value> results;
  for (auto [i, op] : llvm::enumerate(cluster.outputs)) {
    Value value = made[op->getResult(0)].value;
    results.push_back(
        bufferization::MaterializeInDestinationOp::create(
            rewriter, op->getLoc(), value.getType(), value, tasks.getInitArg(i))
            .getResult());
  }
  grouped::YieldOp::create(rewriter, tasks.getLoc(), results);
}

} // namespace mlir::moe
