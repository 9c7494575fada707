//===- Select.cpp - Choices, and what is read at them ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Selections and plans get destinations; a pick becomes a loop that reads at
// the ids.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

static void convert(IRRewriter &rewriter, TopKOp op) {
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> sizes = getSizes(rewriter, loc, op.getValues());
  sizes.back() = rewriter.getIndexAttr(op.getNumChoices());
  Value empty = createEmpty(rewriter, loc, rewriter.getI32Type(), sizes);
  auto newOp =
      grouped::TopKOp::create(rewriter, loc, TypeRange(empty.getType()),
                              op.getValues(), op.getMask(), empty);
  rewriter.replaceOp(op, newOp->getResults());
}

static void convert(IRRewriter &rewriter, ObserveOp op) {
  Value empty = createEmptyLike(rewriter, op.getLoc(), op.getIds());
  auto newOp = grouped::ObserveOp::create(
      rewriter, op.getLoc(), TypeRange(empty.getType()), op.getIds(),
      op.getRouteAttr(), op.getNumExpertsAttr(), op.getLayer(), op.getOuter(),
      op.getNumOuterAttr(), op.getKeptAttr(), empty);
  rewriter.replaceOp(op, newOp->getResults());
}

static void convert(IRRewriter &rewriter, LimitOp op) {
  Value empty = createEmptyLike(rewriter, op.getLoc(), op.getIds());
  auto newOp = grouped::LimitOp::create(
      rewriter, op.getLoc(), TypeRange(empty.getType()), op.getIds(),
      op.getNumExpertsAttr(), op.getGroups(), op.getCapacity(), op.getOrder(),
      op.getOrderFirstAttr(), op.getRoundsAttr(), op.getBy(), op.getSelected(),
      op.getRouteAttr(), op.getLayer(), empty);
  rewriter.replaceOp(op, newOp->getResults());
}

static void convert(IRRewriter &rewriter, PlanOp op) {
  Plan plan = createPlan(rewriter, op.getLoc(), op.getIds(),
                         static_cast<int64_t>(op.getNumExperts()));
  rewriter.replaceOp(op, {plan.offsets, plan.rows, plan.place});
}

/// pick(values, ids)[u, k] = ids[u, k] < 0 ? 0 : values[u, ids[u, k]]
static void convert(IRRewriter &rewriter, PickOp op) {
  Location loc = op.getLoc();
  Type type = op.getType().getElementType();
  Value values = op.getValues();
  Value empty =
      createEmpty(rewriter, loc, type, getSizes(rewriter, loc, op.getIds()));
  auto body = [&](OpBuilder &b, Location at, ValueRange args) {
    Value unit = linalg::IndexOp::create(b, at, 0);
    Value zeroIndex = arith::ConstantIndexOp::create(b, at, 0);
    Value id = arith::IndexCastOp::create(b, at, b.getIndexType(), args[0]);
    Value isChosen =
        arith::CmpIOp::create(b, at, arith::CmpIPredicate::sge, id, zeroIndex);
    // Nobody's choice reads expert 0, so that every read is in bounds.
    Value expert = arith::SelectOp::create(b, at, isChosen, id, zeroIndex);
    Value read =
        tensor::ExtractOp::create(b, at, values, ValueRange{unit, expert});
    Value zero = arith::ConstantOp::create(b, at, b.getZeroAttr(type));
    Value picked = arith::SelectOp::create(b, at, isChosen, read, zero);
    linalg::YieldOp::create(b, at, picked);
  };
  AffineMap identity = rewriter.getMultiDimIdentityMap(2);
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      rewriter, loc, TypeRange(empty.getType()), ValueRange(op.getIds()),
      ValueRange(empty), {identity, identity}, iterators, body);
  rewriter.replaceOp(op, generic->getResults());
}

void convertSelections(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  function.walk([&](Operation *op) {
    rewriter.setInsertionPoint(op);
    if (auto topK = dyn_cast<TopKOp>(op))
      convert(rewriter, topK);
    else if (auto observe = dyn_cast<ObserveOp>(op))
      convert(rewriter, observe);
    else if (auto limit = dyn_cast<LimitOp>(op))
      convert(rewriter, limit);
    else if (auto pick = dyn_cast<PickOp>(op))
      convert(rewriter, pick);
    else if (auto plan = dyn_cast<PlanOp>(op))
      convert(rewriter, plan);
  });
}

} // namespace mlir::moe
