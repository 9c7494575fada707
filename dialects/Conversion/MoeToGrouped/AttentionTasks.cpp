//===- AttentionTasks.cpp - Compute a cluster by blocks of query rows -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies the ops of a cluster into the region of one grouped.tasks. There, the
// dimension of the group is gone and that of the query rows is one block, so
// that what has a dimension of past positions is private to a task.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Cluster.h"
#include "dialects/Conversion/MoeToGrouped/Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::moe {
namespace {

using Part = grouped::TasksOp::Part;

/// A tensor from outside, as one op reads it.
struct OuterOperand {
  Value value;
  Names names; ///< of its dimensions, in the op that reads it
  Part part;
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
} // namespace

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
        operands.groups = cast<Value>(newSizes.back());
    }
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    operands.inits.push_back(
        createEmpty(rewriter, op.getLoc(), type.getElementType(), newSizes));
  }
}

//===----------------------------------------------------------------------===//
// The region
//===----------------------------------------------------------------------===//

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
