//===- TopK.cpp - The largest values of a unit, one after another ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order "larger value first, then lower number" is total once NaN counts as
// minus infinity. Each choice is therefore the first in that order behind the
// one before it, and nothing has to be marked as taken.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToLoops/Lowerings.h"

namespace mlir::grouped {
namespace {
using arith::CmpFPredicate;
using arith::CmpIPredicate;

/// Builds the choices of one op.
struct TopKLoops {
  TopKOp op;
  LoopBuilder &l;

  Value compare(CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(l.b, l.loc, predicate, a, b);
  }
  Value compare(CmpIPredicate predicate, Value a, Value b) {
    return arith::CmpIOp::create(l.b, l.loc, predicate, a, b);
  }
  Value both(Value a, Value b) {
    return arith::AndIOp::create(l.b, l.loc, a, b);
  }
  Value either(Value a, Value b) {
    return arith::OrIOp::create(l.b, l.loc, a, b);
  }
  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(l.b, l.loc, condition, a, b);
  }
  Value infinity(FloatType type, bool isNegative) {
    auto value = APFloat::getInf(type.getFloatSemantics(), isNegative);
    return arith::ConstantOp::create(l.b, l.loc, FloatAttr::get(type, value));
  }

  SmallVector<Value> considerExpert(Value unit, Value expert, ValueRange best,
                                    ValueRange previous);
  SmallVector<Value> chooseNext(Value unit, Value rank, ValueRange previous);
};
} // namespace

/// (value, number) of the better of `best` and `expert`, if that one stands
/// behind the previous choice at all.
SmallVector<Value> TopKLoops::considerExpert(Value unit, Value expert,
                                             ValueRange best,
                                             ValueRange previous) {
  Value value = l.load(op.getValues(), {unit, expert});
  Value isNan = compare(CmpFPredicate::UNO, value, value);
  value = select(isNan,
                 infinity(cast<FloatType>(value.getType()), /*negative=*/true),
                 value);
  // Behind the previous choice: smaller, or equal with a higher number.
  Value isLess = compare(CmpFPredicate::OLT, value, previous[0]);
  Value isEqual = compare(CmpFPredicate::OEQ, value, previous[0]);
  Value isLater = compare(CmpIPredicate::sgt, expert, previous[1]);
  Value isLeft = either(isLess, both(isEqual, isLater));
  if (Value mask = op.getMask()) {
    Value allowed = l.load(mask, {unit, expert});
    if (!allowed.getType().isInteger(1))
      allowed = compare(CmpIPredicate::ne, allowed, l.zero(allowed.getType()));
    isLeft = both(isLeft, allowed);
  }
  // Experts ascend, so the first of equals is the lower number.
  Value isFirst = compare(CmpIPredicate::slt, best[1], l.index(0));
  Value isMore = compare(CmpFPredicate::OGT, value, best[0]);
  Value isBetter = both(isLeft, either(isFirst, isMore));
  return {select(isBetter, value, best[0]), select(isBetter, expert, best[1])};
}

SmallVector<Value> TopKLoops::chooseNext(Value unit, Value rank,
                                         ValueRange previous) {
  auto type = cast<FloatType>(previous[0].getType());
  Value lowest = infinity(type, /*isNegative=*/true);
  Value numExperts = l.dim(op.getValues(), 1);
  SmallVector<Value> none = {lowest, l.index(-1)};
  SmallVector<Value> best =
      l.loop(numExperts, none, [&](Value expert, ValueRange state) {
        return considerExpert(unit, expert, state, previous);
      });
  Value id = arith::IndexCastOp::create(l.b, l.loc, l.b.getI32Type(), best[1]);
  l.store(id, op.getIds(), {unit, rank});
  // Nobody left: nothing stands behind (minus infinity, number of experts).
  Value isNobody = compare(CmpIPredicate::slt, best[1], l.index(0));
  return {best[0], select(isNobody, numExperts, best[1])};
}

void lowerToLoops(TopKOp op, LoopBuilder l) {
  auto valuesType = cast<MemRefType>(op.getValues().getType());
  auto type = cast<FloatType>(valuesType.getElementType());
  TopKLoops loops{op, l};
  l.loop(l.dim(op.getIds(), 0), {}, [&](Value unit, ValueRange) {
    SmallVector<Value> start = {loops.infinity(type, /*isNegative=*/false),
                                l.index(-1)};
    l.loop(l.dim(op.getIds(), 1), start, [&](Value rank, ValueRange state) {
      return loops.chooseNext(unit, rank, state);
    });
    return SmallVector<Value>();
  });
}
} // namespace mlir::grouped
