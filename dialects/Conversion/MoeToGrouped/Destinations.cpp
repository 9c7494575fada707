//===- Destinations.cpp - Write results where they end up -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A matmul computes a matrix; a reshape between it and its destination would
// make eliminate-empty-tensors give up, and the result would be copied. So the
// destination is reshaped instead. What cannot be written in place all the same
// is copied by an op of its own: copies that are meant can be seen.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"
#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

using bufferization::MaterializeInDestinationOp;

/// Whether `dest`, collapsed, is still known to lie in one piece. What a task
/// writes is a part of a whole: its strides are known only where the sizes
/// behind them are.
static bool canCollapse(Value dest, tensor::ExpandShapeOp expand) {
  auto arg = dyn_cast<BlockArgument>(dest);
  if (!arg || !isa<grouped::TasksOp>(arg.getOwner()->getParentOp()))
    return true;
  return llvm::all_of(
      expand.getReassociationIndices(), [&](ArrayRef<int64_t> group) {
        return llvm::none_of(group.drop_front(), [&](int64_t dim) {
          return expand.getResultType().isDynamicDim(dim);
        });
      });
}

/// materialize(expand(x)) in dest => materialize(x) in collapse(dest)
static void sinkReshape(IRRewriter &rewriter, MaterializeInDestinationOp op) {
  auto expand = op.getSource().getDefiningOp<tensor::ExpandShapeOp>();
  if (!expand || !canCollapse(op.getDest(), expand))
    return;
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  auto groups = expand.getReassociationIndices();
  if (isa<MemRefType>(op.getDest().getType())) {
    Value dest =
        memref::CollapseShapeOp::create(rewriter, loc, op.getDest(), groups);
    MaterializeInDestinationOp::create(rewriter, loc, /*result=*/Type(),
                                       expand.getSrc(), dest, op.getRestrict(),
                                       op.getWritable());
    rewriter.eraseOp(op);
    return;
  }
  Value dest = tensor::CollapseShapeOp::create(
      rewriter, loc, expand.getSrcType(), op.getDest(), groups);
  auto written = MaterializeInDestinationOp::create(
      rewriter, loc, expand.getSrcType(), expand.getSrc(), dest);
  rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(
      op, expand.getResultType(), written.getResult(), groups,
      expand.getMixedOutputShape());
}

/// The first op that writes into the tensor.empty behind `value`; null if the
/// value was not made from one.
static Operation *getFirstWrite(Value value) {
  Operation *first = nullptr;
  while (auto op = value.getDefiningOp<DestinationStyleOpInterface>()) {
    first = op;
    value =
        op.getDpsInitOperand(cast<OpResult>(value).getResultNumber())->get();
  }
  return value.getDefiningOp<tensor::EmptyOp>() ? first : nullptr;
}

/// Whether `dest` exists before `op`, or can be made there: of an empty tensor
/// and what was joined in it before.
static bool existsBefore(Value dest, Operation *op) {
  Operation *source = dest.getDefiningOp();
  if (!source || source->getBlock() != op->getBlock())
    return dest.getParentRegion()->isAncestor(op->getParentRegion());
  if (source->isBeforeInBlock(op))
    return true;
  return isa<tensor::EmptyOp, tensor::InsertSliceOp>(source) &&
         llvm::all_of(source->getOperands(),
                      [&](Value operand) { return existsBefore(operand, op); });
}

/// A copy of `value`, made in front of `op`.
static Value createCopy(IRRewriter &rewriter, Operation *op, Value value) {
  rewriter.setInsertionPoint(op);
  Value empty = createEmptyLike(rewriter, op->getLoc(), value);
  return linalg::CopyOp::create(rewriter, op->getLoc(), value, empty)
      .getResult(0);
}

/// Whether a loop carries state: memory that it changes where it is.
static bool carriesState(scf::ForOp loop, unsigned number) {
  Value init = loop.getInitArgs()[number];
  if (auto outer = init.getDefiningOp<scf::ForOp>())
    return carriesState(outer, cast<OpResult>(init).getResultNumber());
  while (auto insert = init.getDefiningOp<tensor::InsertSliceOp>())
    init = insert.getDest();
  return isa<BlockArgument>(init) ||
         init.getDefiningOp<bufferization::ToTensorOp>();
}

/// Values that lie somewhere else already: parts of others, inputs, and what a
/// loop has made.
static bool liesElsewhere(Value value) {
  if (isa<BlockArgument>(value))
    return true;
  if (auto loop = value.getDefiningOp<scf::ForOp>())
    return !carriesState(loop, cast<OpResult>(value).getResultNumber());
  return isa<tensor::ExtractSliceOp, tensor::CollapseShapeOp,
             tensor::ExpandShapeOp, tensor::CastOp, arith::ConstantOp>(
      value.getDefiningOp());
}

/// A join is made in its destination from the start. eliminate-empty-tensors of
/// LLVM 22 loses the parts of a join whose whole it puts elsewhere.
static void joinInPlace(IRRewriter &rewriter, MaterializeInDestinationOp op) {
  auto join = op.getSource().getDefiningOp<tensor::InsertSliceOp>();
  if (!join || !isa<BlockArgument>(op.getDest()) ||
      !isa<MemRefType>(op.getDest().getType()))
    return;
  while (auto earlier = join.getDest().getDefiningOp<tensor::InsertSliceOp>())
    join = earlier;
  auto empty = join.getDest().getDefiningOp<tensor::EmptyOp>();
  if (!empty)
    return;
  rewriter.setInsertionPoint(empty);
  join.getDestMutable().assign(bufferization::ToTensorOp::create(
      rewriter, op.getLoc(), empty.getType(), op.getDest(), /*restrict=*/true,
      /*writable=*/true));
}

void finishDestinations(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  function.walk([&](MaterializeInDestinationOp op) {
    joinInPlace(rewriter, op);
    sinkReshape(rewriter, op);
  });
  function.walk([&](Operation *op) {
    if (auto write = dyn_cast<MaterializeInDestinationOp>(op)) {
      if (liesElsewhere(write.getSource()) &&
          write.getSource() != write.getDest())
        write.getSourceMutable().assign(
            createCopy(rewriter, op, write.getSource()));
    } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      Operation *first = getFirstWrite(insert.getSource());
      if (!first || !existsBefore(insert.getDest(), first))
        insert.getSourceMutable().assign(
            createCopy(rewriter, op, insert.getSource()));
    }
  });
}

} // namespace mlir::moe
