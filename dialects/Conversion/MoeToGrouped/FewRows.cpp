//===- FewRows.cpp - Experts of few rows, cut by columns ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With few rows in all, whole experts are too few tasks. A chain of matmuls
// cannot be cut by columns as a whole, with one accumulator over all of K; so
// it becomes one tasks for each matmul, with what lies between them in scratch.
// Every element is computed as in the other form, bit for bit.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Expert.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

/// A matrix of weights as it comes: k by columns.
static bool isPlainMatrix(const Contraction &product) {
  AffineMap map = product.getWeightsMap();
  return product.rows.size() == 1 && product.columns.size() == 1 &&
         product.sums.size() == 1 && map.getNumResults() == 2 &&
         map.getDimPosition(0) == product.sums[0] &&
         map.getDimPosition(1) == product.columns[0] &&
         product.getRowsMap().getDimPosition(0) == product.rows[0];
}

bool isChain(const ExpertBody &body) {
  if (body.groups.empty() || body.op.getNumResults() != 1 ||
      body.getYield().getValues()[0] != body.groups.back().getResult())
    return false;

  Value rows;
  for (const MatmulGroup &group : body.groups) {
    Value read = group.products.front().getRows();
    bool isNext = rows ? read == rows && rows.hasNUses(group.products.size())
                       : body.isUnits(read);
    if (!isNext)
      return false;
    for (const Contraction &product : group.products)
      if (!isPlainMatrix(product) ||
          !body.getOuterWeights(product.getWeights()))
        return false;
    for (const MatmulGroup::With &with : group.with)
      if (!with.isColumns || !body.getOuterWeights(with.value) ||
          cast<RankedTensorType>(with.value.getType()).getRank() != 1)
        return false;
    rows = group.getResult();
  }

  // Nothing else is computed on the way.
  return llvm::all_of(body.getBlock().without_terminator(),
                      [&](Operation &inner) {
                        return body.isInGroup(&inner) ||
                               isa<linalg::FillOp, tensor::EmptyOp,
                                   tensor::DimOp, arith::ConstantOp>(inner);
                      });
}

/// The rows that the first matmul of the chain multiplies.
static Value createGather(OpBuilder &builder, Location loc,
                          grouped::TasksOp tasks) {
  Value all = tasks.getInputArg(0);
  SmallVector<OpFoldResult> sizes = getSizes(builder, loc, all);
  sizes.front() = tasks.getCountArg();
  Value empty = createEmpty(
      builder, loc, cast<RankedTensorType>(all.getType()).getElementType(),
      sizes);
  return grouped::GatherOp::create(builder, loc, empty.getType(), all,
                                   tasks.getRowsArg(), empty)
      ->getResult(0);
}

/// One matmul of the chain: of gathered rows, or of `rows`, the one before.
static Value createLinkInto(OpBuilder &builder, const ExpertBody &body,
                            const MatmulGroup &group, const Plan &plan,
                            Value rows, Value init, const Blocks &blocks) {
  Location loc = group.getRoot().getLoc();
  TasksOperands operands;
  operands.offsets = plan.offsets;
  operands.rows = plan.rows;
  if (rows) {
    operands.blocks = {rows};
  } else {
    auto arg = cast<BlockArgument>(group.products.front().getRows());
    operands.inputs = {body.op.getUnits()[arg.getArgNumber()]};
  }
  for (const Contraction &product : group.products)
    operands.panels.push_back(body.getOuterWeights(product.getWeights()));
  for (const MatmulGroup::With &with : group.with)
    operands.panels.push_back(body.getOuterWeights(with.value));
  operands.inits = {init};
  int64_t numColumns = cast<RankedTensorType>(init.getType()).getDimSize(1);
  grouped::TasksOp tasks = createTasks(builder, loc, operands, blocks.rows,
                                       blocks.getColumnBlock(numColumns));

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&tasks.getBody().front());
  Value lhs =
      rows ? Value(tasks.getBlockArg(0)) : createGather(builder, loc, tasks);
  SmallVector<Value> parts;
  for (unsigned i = 0; i < operands.panels.size(); ++i)
    parts.push_back(tasks.getPanelArg(i));
  auto matmul = createMatmul(builder, loc, group, lhs,
                             ArrayRef(parts).take_front(group.products.size()),
                             ArrayRef(parts).drop_front(group.products.size()),
                             tasks.getInitArg(0));
  grouped::YieldOp::create(builder, loc, matmul->getResults());
  return tasks->getResult(0);
}

Value createLink(OpBuilder &builder, const ExpertBody &body, unsigned number,
                 const Plan &plan, Value rows, Value init,
                 const Blocks &blocks) {
  const MatmulGroup &group = body.groups[number];
  Value target = init;
  if (number + 1 < body.groups.size()) {
    auto type = cast<RankedTensorType>(group.getResult().getType());
    Location loc = group.getRoot().getLoc();
    Value weights = body.getOuterWeights(group.products.front().getWeights());
    target = createEmpty(builder, loc, type.getElementType(),
                         {getSizes(builder, loc, plan.rows).front(),
                          getSizes(builder, loc, weights).back()});
  }
  return createLinkInto(builder, body, group, plan, rows, target, blocks);
}

} // namespace mlir::moe
