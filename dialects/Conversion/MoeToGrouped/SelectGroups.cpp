//===- SelectGroups.cpp - Selections that look at a whole group -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// moe.take, balance, sinkhorn and draw get destinations.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

static void convert(IRRewriter &rewriter, TakeOp op) {
  Location loc = op.getLoc();
  Value empty = createEmpty(rewriter, loc, rewriter.getI32Type(),
                            getSizes(rewriter, loc, op.getValues()));
  auto newOp = grouped::TakeOp::create(
      rewriter, loc, TypeRange(empty.getType()), op.getValues(), op.getMask(),
      op.getGroups(), op.getCount(), empty);
  rewriter.replaceOp(op, newOp->getResults());
}

static void convert(IRRewriter &rewriter, BalanceOp op) {
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> sizes = getSizes(rewriter, loc, op.getValues());
  sizes.back() = rewriter.getIndexAttr(1);
  Value empty = createEmpty(rewriter, loc, rewriter.getI32Type(), sizes);
  auto newOp =
      grouped::BalanceOp::create(rewriter, loc, TypeRange(empty.getType()),
                                 op.getValues(), op.getGroups(), empty);
  rewriter.replaceOp(op, newOp->getResults());
}

static void convert(IRRewriter &rewriter, SinkhornOp op) {
  Value empty = createEmptyLike(rewriter, op.getLoc(), op.getScores());
  auto newOp = grouped::SinkhornOp::create(
      rewriter, op.getLoc(), TypeRange(empty.getType()), op.getScores(),
      op.getToleranceAttr(), op.getLimitAttr(), empty);
  rewriter.replaceOp(op, newOp->getResults());
}

static void convert(IRRewriter &rewriter, DrawOp op) {
  Location loc = op.getLoc();
  Value empty = tensor::EmptyOp::create(rewriter, loc, op.getType(),
                                        op.getSizes());
  auto newOp = grouped::DrawOp::create(
      rewriter, loc, TypeRange(empty.getType()),
      rewriter.getI64IntegerAttr(static_cast<int64_t>(op.getKind())),
      op.getBound(), op.getPathAttr(), op.getStatementAttr(),
      op.getCallAttr(), op.getCopyNumber(), op.getSeedAttr(), op.getNumbers(),
      op.getCopies(), op.getShapes(), empty);
  rewriter.replaceOp(op, newOp->getResults());
}

void convertSelectionsOfGroups(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  function.walk([&](Operation *op) {
    rewriter.setInsertionPoint(op);
    if (auto take = dyn_cast<TakeOp>(op))
      convert(rewriter, take);
    else if (auto balance = dyn_cast<BalanceOp>(op))
      convert(rewriter, balance);
    else if (auto sinkhorn = dyn_cast<SinkhornOp>(op))
      convert(rewriter, sinkhorn);
    else if (auto draw = dyn_cast<DrawOp>(op))
      convert(rewriter, draw);
  });
}

} // namespace mlir::moe
