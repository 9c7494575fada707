//===- Experts.cpp - Experts become tasks ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The choices are planned; then one tasks holds the whole body of the expert:
// gather, matmuls with their epilogues, whatever else. Kinds.cpp puts those of
// all kinds into one schedule.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Expert.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::moe {

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

bool ExpertBody::isUnits(Value value) const {
  auto arg = dyn_cast<BlockArgument>(value);
  return arg && arg.getOwner() == &getBlock() &&
         arg.getArgNumber() < op.getUnits().size();
}

Value ExpertBody::getOuterWeights(Value value) const {
  auto arg = dyn_cast<BlockArgument>(value);
  unsigned firstWeights = op.getUnits().size() + op.getWhole().size();
  if (!arg || arg.getOwner() != &getBlock() ||
      arg.getArgNumber() < firstWeights)
    return Value();
  return getWeights()[arg.getArgNumber() - firstWeights];
}

ExpertBody::ExpertBody(ExpertsOp experts, unsigned kind)
    : op(experts), kind(kind) {
  auto isWeight = [&](Value value) {
    while (isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp,
                           tensor::ExtractSliceOp>(value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
    return bool(getOuterWeights(value));
  };
  for (auto generic : getBlock().getOps<linalg::GenericOp>()) {
    if (isInGroup(generic))
      continue;
    std::optional<MatmulGroup> group = matchMatmulGroup(generic, isWeight);
    // An epilogue belongs to the first group that ends in it; to that one
    // another product of other rows is an operand like any other.
    if (group && findGroup(group->getRoot())) {
      group.emplace();
      group->products.push_back(*matchContraction(generic, isWeight));
    }
    if (group)
      groups.push_back(*group);
  }
}

const MatmulGroup *ExpertBody::findGroup(Operation *op) const {
  for (const MatmulGroup &group : groups)
    if (group.getRoot() == op)
      return &group;
  return nullptr;
}

bool ExpertBody::isInGroup(Operation *op) const {
  return llvm::any_of(groups, [&](const MatmulGroup &group) {
    return group.getRoot() == op ||
           llvm::any_of(group.products, [&](const Contraction &product) {
             return product.op == op;
           });
  });
}

//===----------------------------------------------------------------------===//
// One tasks for all of it
//===----------------------------------------------------------------------===//

/// The matmul of `group` inside a task. Matrices are written into `init` where
/// that is given.
static Value createMatmulInTask(OpBuilder &builder, const MatmulGroup &group,
                                const IRMapping &mapping, Value init) {
  Location loc = group.getRoot().getLoc();
  const Contraction &first = group.products.front();
  Value lhs = createMatrix(builder, loc, mapping.lookup(first.getRows()),
                           first.getRowsMap(), first.rows, first.sums);
  SmallVector<Value> rhs, with;
  for (const Contraction &product : group.products)
    rhs.push_back(
        createMatrix(builder, loc, mapping.lookup(product.getWeights()),
                     product.getWeightsMap(), product.sums, product.columns));
  for (const MatmulGroup::With &value : group.with)
    with.push_back(
        createWith(builder, loc, group, value, mapping.lookup(value.value)));
  if (!init) {
    auto type = cast<RankedTensorType>(group.getResult().getType());
    init = createEmpty(builder, loc, type.getElementType(),
                       {getSizes(builder, loc, lhs)[0],
                        getSizes(builder, loc, rhs.front())[1]});
  }
  auto matmul = createMatmul(builder, loc, group, lhs, rhs, with, init);
  Value like = mapping.lookup(group.getRoot().getDpsInits()[0]);
  return createResultShape(builder, loc, group, matmul->getResult(0), like);
}

/// The number of the result that the root of `group` is alone, if it can be
/// written straight into its destination.
static std::optional<unsigned> getDirectResult(const MatmulGroup &group,
                                               YieldOp yield) {
  Value result = group.getResult();
  const Contraction &first = group.products.front();
  if (!result.hasOneUse() || first.rows.size() != 1 ||
      first.columns.size() != 1)
    return std::nullopt;
  OpOperand &use = *result.getUses().begin();
  if (use.getOwner() != yield)
    return std::nullopt;
  return use.getOperandNumber();
}

/// The arguments of the body, as a task has them.
static void mapArguments(OpBuilder &builder, const ExpertBody &body,
                         grouped::TasksOp tasks, IRMapping &mapping) {
  ExpertsOp experts = body.op;
  Location loc = experts.getLoc();
  unsigned numUnits = experts.getUnits().size();
  for (unsigned i = 0; i < numUnits; ++i) {
    Value all = tasks.getInputArg(i);
    SmallVector<OpFoldResult> sizes = getSizes(builder, loc, all);
    sizes.front() = tasks.getCountArg();
    auto type = cast<RankedTensorType>(all.getType());
    Value empty = createEmpty(builder, loc, type.getElementType(), sizes);
    auto gather = grouped::GatherOp::create(builder, loc, empty.getType(), all,
                                            tasks.getRowsArg(), empty);
    mapping.map(body.getUnitsArg(i), gather->getResult(0));
  }
  for (unsigned i = 0; i < experts.getWhole().size(); ++i)
    mapping.map(body.getWholeArg(i), tasks.getInputArg(numUnits + i));
  for (unsigned i = 0; i < body.getWeights().size(); ++i)
    mapping.map(body.getWeightsArg(i), tasks.getPanelArg(i));
}

/// Copies the ops of the body into `tasks`, matmuls as grouped.matmul.
static void fillTasks(OpBuilder &builder, const ExpertBody &body,
                      grouped::TasksOp tasks) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&tasks.getBody().front());
  IRMapping mapping;
  mapArguments(builder, body, tasks, mapping);

  YieldOp yield = body.getYield();
  SmallVector<bool> isWritten(yield.getNumOperands(), false);
  for (Operation &op : body.getBlock().without_terminator()) {
    if (const MatmulGroup *group = body.findGroup(&op)) {
      std::optional<unsigned> direct = getDirectResult(*group, yield);
      Value init = direct ? tasks.getInitArg(*direct) : Value();
      if (direct)
        isWritten[*direct] = true;
      mapping.map(group->getResult(),
                  createMatmulInTask(builder, *group, mapping, init));
    } else if (!body.isInGroup(&op)) {
      builder.clone(op, mapping);
    }
  }

  SmallVector<Value> results;
  for (auto [i, value] : llvm::enumerate(yield.getValues())) {
    Value result = mapping.lookup(value);
    if (!isWritten[i])
      result = bufferization::MaterializeInDestinationOp::create(
                   builder, yield.getLoc(), result.getType(), result,
                   tasks.getInitArg(i))
                   .getResult();
    results.push_back(result);
  }
  grouped::YieldOp::create(builder, yield.getLoc(), results);
  // Whoever asked a batch for its number of rows means this.
  tasks.getBody().walk([&](tensor::DimOp dim) {
    auto gather = dim.getSource().getDefiningOp<grouped::GatherOp>();
    if (gather && dim.getConstantIndex() == 0)
      dim.replaceAllUsesWith(Value(tasks.getCountArg()));
  });
  eraseUnused(tasks);
}

/// How many units a task takes at most. A unit that is more than a vector has
/// rows of its own, and brings scratch for all of them.
static int64_t getRowBlock(const ExpertBody &body, const Blocks &blocks) {
  bool hasRows = llvm::any_of(body.op.getUnits().getTypes(), [](Type type) {
    return cast<RankedTensorType>(type).getRank() > 2;
  });
  return hasRows ? 1 : blocks.rows;
}

SmallVector<Value> createFused(OpBuilder &builder, const ExpertBody &body,
                               const Plan &plan, ValueRange inits,
                               const Blocks &blocks) {
  ExpertsOp experts = body.op;
  TasksOperands operands;
  operands.offsets = plan.offsets;
  operands.rows = plan.rows;
  operands.inputs = llvm::to_vector(experts.getUnits());
  llvm::append_range(operands.inputs, experts.getWhole());
  operands.panels = llvm::to_vector(body.getWeights());
  operands.inits = llvm::to_vector(inits);
  grouped::TasksOp tasks = createTasks(builder, experts.getLoc(), operands,
                                       getRowBlock(body, blocks));
  fillTasks(builder, body, tasks);
  return llvm::to_vector_of<Value>(tasks->getResults());
}

//===----------------------------------------------------------------------===//
// The route
//===----------------------------------------------------------------------===//

Plan createPlan(OpBuilder &builder, Location loc, Value ids,
                int64_t numExperts) {
  Type i32 = builder.getI32Type();
  Value numUnits = getSize(builder, loc, ids, 0);
  Value numChoices = getSize(builder, loc, ids, 1);
  Plan plan;
  plan.numRows = builder.createOrFold<arith::MulIOp>(loc, numUnits, numChoices);
  auto type = cast<RankedTensorType>(ids.getType());
  OpFoldResult rowsSize = plan.numRows;
  if (type.hasStaticShape())
    rowsSize = builder.getIndexAttr(type.getNumElements());
  Value offsets =
      createEmpty(builder, loc, i32, {builder.getIndexAttr(numExperts + 1)});
  Value rows = createEmpty(builder, loc, i32, {rowsSize});
  Value place = createEmptyLike(builder, loc, ids);
  auto planOp = grouped::PlanOp::create(
      builder, loc,
      TypeRange{offsets.getType(), rows.getType(), place.getType()}, ids,
      offsets, rows, place);
  plan.offsets = planOp->getResult(0);
  plan.rows = planOp->getResult(1);
  plan.place = planOp->getResult(2);
  return plan;
}

/// The size of dimension `dim` of what the region yields, outside of it; null
/// where the region computes it.
static OpFoldResult getOuterSize(OpBuilder &builder, const ExpertBody &body,
                                 Value yielded, int64_t dim) {
  ExpertsOp op = body.op;
  auto type = cast<RankedTensorType>(yielded.getType());
  if (!type.isDynamicDim(dim))
    return builder.getIndexAttr(type.getDimSize(dim));
  Value origin = yielded;
  while (auto dst = origin.getDefiningOp<DestinationStyleOpInterface>())
    origin =
        dst.getDpsInitOperand(cast<OpResult>(origin).getResultNumber())->get();
  if (body.isUnits(origin)) {
    unsigned number = cast<BlockArgument>(origin).getArgNumber();
    return getSizes(builder, op.getLoc(), op.getUnits()[number])[dim];
  }
  auto empty = origin.getDefiningOp<tensor::EmptyOp>();
  if (!empty)
    return {};
  auto size = dyn_cast<BlockArgument>(cast<Value>(empty.getMixedSizes()[dim]));
  if (!size || size.getOwner() != &body.getBlock())
    return {};
  return op.getWhole()[size.getArgNumber() - op.getUnits().size()];
}

/// A destination of all rows for each result.
static LogicalResult createRows(OpBuilder &builder, const ExpertBody &body,
                                const Plan &plan, SmallVector<Value> &inits) {
  ExpertsOp op = body.op;
  for (Value value : body.getYield().getValues()) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<OpFoldResult> sizes = {
        getSizes(builder, op.getLoc(), plan.rows).front()};
    for (int64_t dim = 1; dim < type.getRank(); ++dim) {
      sizes.push_back(getOuterSize(builder, body, value, dim));
      if (!sizes.back())
        return op.emitOpError("needs results whose sizes are known outside, "
                              "got rows of type ")
               << type;
    }
    inits.push_back(
        createEmpty(builder, op.getLoc(), type.getElementType(), sizes));
  }
  return success();
}

static LogicalResult convert(IRRewriter &rewriter, ExpertsOp op,
                             const Blocks &blocks) {
  rewriter.setInsertionPoint(op);
  Plan plan =
      createPlan(rewriter, op.getLoc(), op.getIds(), op.getNumExperts());
  SmallVector<ExpertBody, 1> bodies;
  for (unsigned kind = 0; kind < op.getNumKinds(); ++kind)
    bodies.emplace_back(op, kind);
  SmallVector<Value> rows;
  if (failed(createRows(rewriter, bodies.front(), plan, rows)))
    return failure();
  rows = createKinds(rewriter, bodies, plan, rows, blocks);

  bool isDone = true;
  for (auto [result, value] : llvm::zip(op->getResults(), rows))
    isDone &= succeeded(convertCombines(rewriter, result, value, plan.place));
  if (!isDone)
    return failure();
  rewriter.eraseOp(op);
  return success();
}

LogicalResult convertExperts(func::FuncOp function, const Blocks &blocks) {
  SmallVector<ExpertsOp> all;
  function.walk([&](ExpertsOp op) { all.push_back(op); });
  IRRewriter rewriter(function.getContext());
  bool isDone = true;
  for (ExpertsOp op : all)
    isDone &= succeeded(convert(rewriter, op, blocks));
  return success(isDone);
}

} // namespace mlir::moe
