//===- Schedule.cpp - How the loops of a linalg op become vectors ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Schedule.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/LinalgToVector/Schedule.h"

#include "dialects/Conversion/LinalgToVector/VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace spex {

/// `expr` grows by exactly 1 from one element of `dim` to the next.
static bool growsByOne(AffineExpr expr, unsigned dim, unsigned numDims) {
  AffineExpr d = getAffineDimExpr(dim, expr.getContext());
  AffineExpr next = expr.replace(d, d + 1);
  auto difference = dyn_cast<AffineConstantExpr>(
      simplifyAffineExpr(next - expr, numDims, /*numSymbols=*/0));
  return difference && difference.getValue() == 1;
}

Access accessAlong(linalg::LinalgOp op, OpOperand &operand, unsigned dim) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (!map.isFunctionOfDim(dim))
    return Access::Uniform;
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type)
    return Access::Uniform;
  auto [strides, offset] = type.getStridesAndOffset();
  // A vector of i1 is packed in memory, a buffer of i1 is not.
  if (strides.empty() || strides.back() != 1 ||
      type.getElementType().isInteger(1))
    return Access::Scattered;
  for (AffineExpr expr : map.getResults().drop_back())
    if (expr.isFunctionOfDim(dim))
      return Access::Scattered;
  return growsByOne(map.getResults().back(), dim, map.getNumDims())
             ? Access::Contiguous
             : Access::Scattered;
}

Value Schedule::getTerm(linalg::LinalgOp op) const {
  BlockArgument before = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  return step->getOperand(step->getOperand(0) == before ? 1 : 0);
}

/// The op that alone uses the accumulator and gives the result, if it takes
/// the accumulator and a term.
static Operation *findStep(linalg::LinalgOp op) {
  BlockArgument before = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  Operation *step =
      op.getBlock()->getTerminator()->getOperand(0).getDefiningOp();
  if (!step || step->getBlock() != op.getBlock() ||
      step->getNumOperands() != 2 || !before.hasOneUse() ||
      !step->getResult(0).hasOneUse() ||
      (step->getOperand(0) == before) == (step->getOperand(1) == before))
    return nullptr;
  return step;
}

static bool isOrderFree(Operation *step) {
  return isa<arith::MaximumFOp, arith::MinimumFOp, arith::MaxSIOp,
             arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp, arith::AndIOp,
             arith::OrIOp>(step);
}

static void classifyReduction(linalg::LinalgOp op, Schedule &schedule) {
  if (op.getNumReductionLoops() == 0)
    return;
  schedule.reduction = Reduction::Ordered;
  Operation *step = findStep(op);
  if (!step)
    return;
  if (isa<arith::AddFOp>(step))
    schedule.reduction = Reduction::Sum;
  else if (isOrderFree(step))
    schedule.reduction = Reduction::Extreme;
  else
    return;
  schedule.step = step;
}

/// Every op of the body can be computed for several elements at once.
static bool hasVectorBody(linalg::LinalgOp op) {
  return llvm::all_of(op.getBlock()->without_terminator(),
                      [](Operation &inner) {
                        return isa<linalg::IndexOp, memref::LoadOp>(inner) ||
                               VectorBody::isElementwise(&inner);
                      });
}

namespace {
/// Compares dimensions by what vectors along them would cost.
struct Chooser {
  linalg::LinalgOp op;
  const Schedule &schedule;
  int64_t lanes;

  bool isReduction(unsigned dim) {
    return op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction;
  }
  bool isPossible(unsigned dim);
  int64_t cost(unsigned dim);
};
} // namespace

bool Chooser::isPossible(unsigned dim) {
  if (!isReduction(dim))
    return true;
  if (schedule.reduction != Reduction::Sum &&
      schedule.reduction != Reduction::Extreme)
    return false;
  if (schedule.reduction == Reduction::Extreme ||
      op.getNumReductionLoops() == 1)
    return true;
  // The lane is that of the flattened index: only the last dimension will do,
  // and only if all rounds through it begin at lane 0.
  SmallVector<unsigned> dims;
  op.getReductionDims(dims);
  int64_t size = op.getStaticLoopRanges()[dim];
  return dims.back() == dim && ShapedType::isStatic(size) && size % 16 == 0;
}

int64_t Chooser::cost(unsigned dim) {
  int64_t cost = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    Access access = accessAlong(op, operand, dim);
    cost += access == Access::Scattered ? 20 : access == Access::Contiguous;
  }
  // Loads of the body that depend on the dimension in any but the last index.
  op.getBlock()->walk([&](memref::LoadOp load) {
    for (Value index : load.getIndices().drop_back())
      if (auto position = index.getDefiningOp<linalg::IndexOp>())
        cost += position.getDim() == dim ? 20 : 0;
  });
  if (schedule.reduction == Reduction::Sum && !isReduction(dim))
    cost += 8; // lanes in memory
  int64_t size = op.getStaticLoopRanges()[dim];
  if (ShapedType::isStatic(size) && size < lanes)
    cost += 10 * (lanes - size) / lanes;
  return cost;
}

/// A parallel dimension along which what lies contiguous is used again.
static std::optional<unsigned> chooseRows(linalg::LinalgOp op,
                                          const Schedule &schedule) {
  if (schedule.reduction != Reduction::Ordered)
    return std::nullopt;
  auto types = op.getIteratorTypesArray();
  for (unsigned dim = types.size(); dim-- > 0;) {
    if (dim == schedule.vectorDim ||
        types[dim] != utils::IteratorType::parallel)
      continue;
    for (OpOperand *input : op.getDpsInputOperands())
      if (accessAlong(op, *input, schedule.vectorDim) == Access::Contiguous &&
          accessAlong(op, *input, dim) == Access::Uniform)
        return dim;
  }
  return std::nullopt;
}

std::optional<Schedule> chooseSchedule(linalg::LinalgOp op, int64_t lanes) {
  if (op.getNumLoops() == 0 || !hasVectorBody(op))
    return std::nullopt;
  Schedule schedule;
  classifyReduction(op, schedule);
  if (schedule.reduction != Reduction::None && op.getNumDpsInits() != 1)
    return std::nullopt;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    // i1 is stored byte by byte.
    if (cast<MemRefType>(init.get().getType()).getElementType().isInteger(1))
      return std::nullopt;
    // A running result (one that moves with what is reduced) has an order.
    AffineMap map = op.getMatchingIndexingMap(&init);
    for (auto [dim, type] : llvm::enumerate(op.getIteratorTypesArray()))
      if (type == utils::IteratorType::reduction && map.isFunctionOfDim(dim))
        return std::nullopt;
  }
  Chooser chooser{op, schedule, lanes};
  std::optional<unsigned> best;
  for (unsigned dim = op.getNumLoops(); dim-- > 0;)
    if (chooser.isPossible(dim) &&
        (!best || chooser.cost(dim) < chooser.cost(*best)))
      best = dim;
  if (!best)
    return std::nullopt;
  schedule.vectorDim = *best;
  schedule.rowDim = chooseRows(op, schedule);
  return schedule;
}

} // namespace spex
