//===- Matmul.cpp - A matmul as three loops -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One element after another, one accumulator for each right-hand side, fused
// multiply-adds with k ascending: the order every faster kernel has to keep. So
// is that of pairs of bf16, on targets that have an instruction for them.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToLoops/Bf16Dot.h"
#include "dialects/Conversion/GroupedToLoops/Lowerings.h"
#include "dialects/Spex/Target/VectorTarget.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::grouped {
namespace {
/// Element (k, j) of right-hand side `side`.
Value loadRightSide(MatmulOp op, LoopBuilder &l, int64_t side, Value k,
                    Value j) {
  if (!op.isPacked())
    return l.load(op.getRhs()[side], {k, j});
  Value panels = op.getRhs().front();
  Value width = l.dim(panels, 3);
  Value panel = arith::DivUIOp::create(l.b, l.loc, j, width);
  Value column = arith::RemUIOp::create(l.b, l.loc, j, width);
  int64_t depth = op.getPanelDepth();
  if (depth == 1)
    return l.load(panels, {panel, k, l.index(side), column});
  Value together = l.index(depth);
  Value step = arith::DivUIOp::create(l.b, l.loc, k, together);
  Value neighbour = arith::RemUIOp::create(l.b, l.loc, k, together);
  return l.load(panels, {panel, step, l.index(side), column, neighbour});
}

Value applyEpilogue(MatmulOp op, LoopBuilder &l, SmallVector<Value> arguments,
                    Value i, Value j) {
  Block &epilogue = op.getEpilogue().front();
  for (Value with : op.getWith())
    arguments.push_back(MatmulOp::isColumns(with) ? l.load(with, j)
                                                  : l.load(with, {i, j}));
  IRMapping mapping;
  mapping.map(epilogue.getArguments(), arguments);
  for (Operation &inner : epilogue.without_terminator())
    l.b.clone(inner, mapping);
  return mapping.lookupOrDefault(epilogue.getTerminator()->getOperand(0));
}

/// The sums of one element, by fused multiply-adds.
SmallVector<Value> sumProducts(MatmulOp op, LoopBuilder l, Value i, Value j) {
  Type type = op.getAccumulatorType();
  SmallVector<Value> start(op.getNumAccumulators(), l.zero(type));
  return l.loop(l.dim(op.getLhs(), 1), start, [&](Value k, ValueRange state) {
    Value x = l.convert(l.load(op.getLhs(), {i, k}), type);
    SmallVector<Value> next;
    for (auto [side, sum] : llvm::enumerate(state)) {
      Value w = l.convert(loadRightSide(op, l, side, k, j), type);
      next.push_back(math::FmaOp::create(l.b, l.loc, x, w, sum));
    }
    return next;
  });
}

/// Two of bf16 as every lane of a vector: the instruction for pairs knows no
/// scalars.
Value broadcastPair(LoopBuilder l, Value first, Value second) {
  Type i16 = l.b.getI16Type(), i32 = l.b.getI32Type();
  auto bits = [&](Value x) -> Value {
    return arith::ExtUIOp::create(l.b, l.loc, i32,
                                  arith::BitcastOp::create(l.b, l.loc, i16, x));
  };
  Value half = arith::ConstantOp::create(l.b, l.loc, l.b.getI32IntegerAttr(16));
  Value pair = arith::OrIOp::create(
      l.b, l.loc, bits(first),
      arith::ShLIOp::create(l.b, l.loc, bits(second), half));
  Value all =
      vector::BroadcastOp::create(l.b, l.loc, VectorType::get(16, i32), pair);
  return vector::BitCastOp::create(l.b, l.loc,
                                   VectorType::get(32, first.getType()), all);
}

/// The sums of one element, by products of pairs. A last one that has no
/// partner gets -0 and 0, whose product changes no sum.
SmallVector<Value> sumPairs(MatmulOp op, LoopBuilder l, Value i, Value j) {
  Type bf16 = l.b.getBF16Type();
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(l.b, l.loc, l.b.getFloatAttr(bf16, value));
  };
  Value size = l.dim(op.getLhs(), 1), one = l.index(1);
  Value last = arith::SubIOp::create(l.b, l.loc, size, one);
  Value numPairs = arith::CeilDivUIOp::create(l.b, l.loc, size, l.index(2));
  SmallVector<Value> start(
      op.getNumAccumulators(),
      l.zero(VectorType::get(16, op.getAccumulatorType())));
  SmallVector<Value> sums =
      l.loop(numPairs, start, [&](Value pair, ValueRange state) {
        Value k = arith::MulIOp::create(l.b, l.loc, pair, l.index(2));
        Value exists = arith::CmpIOp::create(
            l.b, l.loc, arith::CmpIPredicate::ult, k, last);
        Value next = arith::SelectOp::create(
            l.b, l.loc, exists, arith::AddIOp::create(l.b, l.loc, k, one), k);
        auto pairOf = [&](Value x, Value y, double missing) {
          y = arith::SelectOp::create(l.b, l.loc, exists, y, constant(missing));
          return broadcastPair(l, x, y);
        };
        Value x = pairOf(l.load(op.getLhs(), {i, k}),
                         l.load(op.getLhs(), {i, next}), -0.0);
        SmallVector<Value> after;
        for (auto [side, sum] : llvm::enumerate(state)) {
          Value w = pairOf(loadRightSide(op, l, side, k, j),
                           loadRightSide(op, l, side, next, j), 0.0);
          after.push_back(createBf16Dot(l.b, l.loc, sum, x, w));
        }
        return after;
      });
  for (Value &sum : sums)
    sum = vector::ExtractOp::create(l.b, l.loc, sum, int64_t(0));
  return sums;
}
} // namespace

void lowerToLoops(MatmulOp op, LoopBuilder l) {
  Type resultType = getElementTypeOrSelf(op.getInit());
  bool isDot = spex::VectorTarget::of(op).multipliesPairs(
      getElementTypeOrSelf(op.getLhs()),
      getElementTypeOrSelf(op.getRhs().front()), op.getAccumulatorType());
  l.forEach(op.getInit(), {}, [&](ArrayRef<Value> at) {
    Value i = at[0], j = at[1];
    SmallVector<Value> sums =
        isDot ? sumPairs(op, l, i, j) : sumProducts(op, l, i, j);
    Value result = op.hasEpilogue() ? applyEpilogue(op, l, sums, i, j)
                                    : l.convert(sums.front(), resultType);
    l.store(result, op.getInit(), at);
  });
}
} // namespace mlir::grouped
