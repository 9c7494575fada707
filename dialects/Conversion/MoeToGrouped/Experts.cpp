//===- Experts.cpp - Experts become tasks ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The choices are planned; then one tasks holds the whole body of the expert:
// gather, matmuls with their epilogues, whatever else. Where there may be too
// few rows to share out, FewRows.cpp adds the second form.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Expert.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::moe {

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

bool ExpertBody::isUnits(Value value) const {
  auto arg = dyn_cast<BlockArgument>(value);
  return arg && arg.getOwner() == &op.getBody().front() &&
         arg.getArgNumber() < op.getUnits().size();
}

Value ExpertBody::getOuterWeights(Value value) const {
  auto arg = dyn_cast<BlockArgument>(value);
  unsigned firstWeights = op.getUnits().size() + op.getWhole().size();
  if (!arg || arg.getOwner() != &op.getBody().front() ||
      arg.getArgNumber() < firstWeights)
    return Value();
  return op.getWeights()[arg.getArgNumber() - firstWeights];
}

ExpertBody::ExpertBody(ExpertsOp experts) : op(experts) {
  auto isWeight = [&](Value value) {
    while (isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp,
                           tensor::ExtractSliceOp>(value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
    return bool(getOuterWeights(value));
  };
  for (auto generic : experts.getBody().getOps<linalg::GenericOp>()) {
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

/// Copies the ops of the body into `tasks`, matmuls as grouped.matmul.
static void fillTasks(OpBuilder &builder, const ExpertBody &body,
                      grouped::TasksOp tasks) {
  ExpertsOp experts = body.op;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&tasks.getBody().front());
  IRMapping mapping;
  for (unsigned i = 0; i < experts.getUnits().size(); ++i) {
    Value all = tasks.getInputArg(i);
    SmallVector<OpFoldResult> sizes = getSizes(builder, experts.getLoc(), all);
    sizes.front() = tasks.getCountArg();
    auto type = cast<RankedTensorType>(all.getType());
    Value empty =
        createEmpty(builder, experts.getLoc(), type.getElementType(), sizes);
    auto gather =
        grouped::GatherOp::create(builder, experts.getLoc(), empty.getType(),
                                  all, tasks.getRowsArg(), empty);
    mapping.map(experts.getUnitsArg(i), gather->getResult(0));
  }
  for (unsigned i = 0; i < experts.getWhole().size(); ++i)
    mapping.map(experts.getWholeArg(i),
                tasks.getInputArg(experts.getUnits().size() + i));
  for (unsigned i = 0; i < experts.getWeights().size(); ++i)
    mapping.map(experts.getWeightsArg(i), tasks.getPanelArg(i));

  auto yield = cast<YieldOp>(experts.getBody().front().getTerminator());
  SmallVector<bool> isWritten(yield.getNumOperands(), false);
  for (Operation &op : experts.getBody().front().without_terminator()) {
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

static SmallVector<Value> createFused(OpBuilder &builder,
                                      const ExpertBody &body, const Plan &plan,
                                      ValueRange inits, const Blocks &blocks) {
  ExpertsOp experts = body.op;
  TasksOperands operands;
  operands.offsets = plan.offsets;
  operands.rows = plan.rows;
  operands.inputs = llvm::to_vector(experts.getUnits());
  llvm::append_range(operands.inputs, experts.getWhole());
  operands.panels = llvm::to_vector(experts.getWeights());
  operands.inits = llvm::to_vector(inits);
  grouped::TasksOp tasks =
      createTasks(builder, experts.getLoc(), operands, blocks.rows);
  fillTasks(builder, body, tasks);
  return llvm::to_vector_of<Value>(tasks->getResults());
}

//===----------------------------------------------------------------------===//
// The route
//===----------------------------------------------------------------------===//

static Plan createPlan(OpBuilder &builder, ExpertsOp op) {
  Location loc = op.getLoc();
  Type i32 = builder.getI32Type();
  Value ids = op.getIds();
  Value numUnits = getSize(builder, loc, ids, 0);
  Value numChoices = getSize(builder, loc, ids, 1);
  Plan plan;
  plan.numRows = builder.createOrFold<arith::MulIOp>(loc, numUnits, numChoices);
  bool isStatic = op.getIds().getType().hasStaticShape();
  int64_t numRows = op.getIds().getType().hasStaticShape()
                        ? op.getIds().getType().getNumElements()
                        : 0;
  OpFoldResult rowsSize = isStatic ? OpFoldResult(builder.getIndexAttr(numRows))
                                   : OpFoldResult(plan.numRows);
  Value offsets = createEmpty(builder, loc, i32,
                              {builder.getIndexAttr(op.getNumExperts() + 1)});
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
  if (!size || size.getOwner() != &op.getBody().front())
    return {};
  return op.getWhole()[size.getArgNumber() - op.getUnits().size()];
}

/// A destination of all rows for each result.
static LogicalResult createRows(OpBuilder &builder, const ExpertBody &body,
                                const Plan &plan, SmallVector<Value> &inits) {
  ExpertsOp op = body.op;
  auto yield = cast<YieldOp>(op.getBody().front().getTerminator());
  for (Value value : yield.getValues()) {
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

/// Both forms under one scf.if, into one destination: below some rows for each
/// expert, tasks of whole experts would leave threads without work.
static Value createBothForms(OpBuilder &builder, const ExpertBody &body,
                             const Plan &plan, Value init,
                             const Blocks &blocks) {
  Location loc = body.op.getLoc();
  int64_t numExperts = body.op.getNumExperts();
  Value limit = arith::ConstantIndexOp::create(
      builder, loc, numExperts * blocks.fewRowsPerExpert);
  Value isFew = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult,
                                      plan.numRows, limit);
  auto branch = scf::IfOp::create(
      builder, loc, isFew,
      [&](OpBuilder &b, Location at) {
        scf::YieldOp::create(b, at, createChain(b, body, plan, init, blocks));
      },
      [&](OpBuilder &b, Location at) {
        scf::YieldOp::create(b, at, createFused(b, body, plan, init, blocks));
      });
  return branch.getResult(0);
}

static LogicalResult convert(IRRewriter &rewriter, ExpertsOp op,
                             const Blocks &blocks) {
  rewriter.setInsertionPoint(op);
  Plan plan = createPlan(rewriter, op);
  ExpertBody body(op);
  SmallVector<Value> inits;
  if (failed(createRows(rewriter, body, plan, inits)))
    return failure();
  SmallVector<Value> rows;
  if (isChain(body) && blocks.fewRowsPerExpert > 0)
    rows = {createBothForms(rewriter, body, plan, inits.front(), blocks)};
  else
    rows = createFused(rewriter, body, plan, inits, blocks);

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
