//===- TopK.cpp - The largest values of a unit in one walk ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The experts are walked once; the best so far stand in order in the result. An
// expert that is better than the last of them moves in. Of many experts most
// are not, so a unit costs little more than one comparison for each.
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
  Value add(Value a, int64_t b) {
    return arith::AddIOp::create(l.b, l.loc, a, l.index(b));
  }
  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(l.b, l.loc, condition, a, b);
  }
  Value lowest() {
    auto type = cast<FloatType>(
        cast<MemRefType>(op.getValues().getType()).getElementType());
    auto value = APFloat::getInf(type.getFloatSemantics(), /*Negative=*/true);
    return arith::ConstantOp::create(l.b, l.loc, FloatAttr::get(type, value));
  }

  Value valueOf(Value unit, Value expert);
  Value isAllowed(Value unit, Value expert);
  void moveIn(Value unit, Value expert, Value value, Value place);
  SmallVector<Value> considerExpert(Value unit, Value expert, ValueRange state);
  void chooseForUnit(Value unit);
};
} // namespace

/// NaN counts as minus infinity.
Value TopKLoops::valueOf(Value unit, Value expert) {
  Value value = l.load(op.getValues(), {unit, expert});
  Value isNan = compare(CmpFPredicate::UNO, value, value);
  return select(isNan, lowest(), value);
}

Value TopKLoops::isAllowed(Value unit, Value expert) {
  Value mask = op.getMask();
  if (!mask)
    return arith::ConstantIntOp::create(l.b, l.loc, 1, 1);
  Value allowed = l.load(mask, {unit, expert});
  if (!allowed.getType().isInteger(1))
    allowed = compare(CmpIPredicate::ne, allowed, l.zero(allowed.getType()));
  return allowed;
}

/// Puts `expert` into the ids from `place` down to the first that is not worse;
/// those between move down by one. Experts come in ascending order, so one of
/// an equal value stays in front.
void TopKLoops::moveIn(Value unit, Value expert, Value value, Value place) {
  auto isWorse = [&](OpBuilder &, Location, ValueRange at) {
    Value isFirst = compare(CmpIPredicate::eq, at[0], l.index(0));
    auto check = scf::IfOp::create(
        l.b, l.loc, isFirst,
        [&](OpBuilder &, Location) {
          Value no = arith::ConstantIntOp::create(l.b, l.loc, 0, 1);
          scf::YieldOp::create(l.b, l.loc, no);
        },
        [&](OpBuilder &, Location) {
          Value other = l.toIndex(l.load(op.getIds(), {unit, add(at[0], -1)}));
          Value isLess =
              compare(CmpFPredicate::OLT, valueOf(unit, other), value);
          scf::YieldOp::create(l.b, l.loc, isLess);
        });
    scf::ConditionOp::create(l.b, l.loc, check.getResult(0), at[0]);
  };
  auto moveDown = [&](OpBuilder &, Location, ValueRange at) {
    Value before = add(at[0], -1);
    l.store(l.load(op.getIds(), {unit, before}), op.getIds(), {unit, at[0]});
    scf::YieldOp::create(l.b, l.loc, before);
  };
  auto walk = scf::WhileOp::create(l.b, l.loc, TypeRange(place), place, isWorse,
                                   moveDown);
  Value id = arith::IndexCastOp::create(l.b, l.loc, l.b.getI32Type(), expert);
  l.store(id, op.getIds(), {unit, walk.getResult(0)});
}

/// `state` is how many experts stand in the ids, and the value of the last one
/// once none is missing.
SmallVector<Value> TopKLoops::considerExpert(Value unit, Value expert,
                                             ValueRange state) {
  Value value = valueOf(unit, expert), numIds = l.dim(op.getIds(), 1);
  Value isRoom = compare(CmpIPredicate::ult, state[0], numIds);
  Value isMore = compare(CmpFPredicate::OGT, value, state[1]);
  Value isWanted = arith::OrIOp::create(l.b, l.loc, isRoom, isMore);
  Value isIn =
      arith::AndIOp::create(l.b, l.loc, isWanted, isAllowed(unit, expert));
  auto branch = scf::IfOp::create(
      l.b, l.loc, isIn,
      [&](OpBuilder &, Location) {
        Value place = select(isRoom, state[0], add(numIds, -1));
        moveIn(unit, expert, value, place);
        Value last = l.toIndex(l.load(op.getIds(), {unit, place}));
        scf::YieldOp::create(l.b, l.loc,
                             ValueRange{add(place, 1), valueOf(unit, last)});
      },
      [&](OpBuilder &, Location) { scf::YieldOp::create(l.b, l.loc, state); });
  return branch.getResults();
}

void TopKLoops::chooseForUnit(Value unit) {
  Value nobody = arith::ConstantIntOp::create(l.b, l.loc, -1, 32);
  l.loop(l.dim(op.getIds(), 1), {}, [&](Value rank, ValueRange) {
    l.store(nobody, op.getIds(), {unit, rank});
    return SmallVector<Value>();
  });
  SmallVector<Value> start = {l.index(0), lowest()};
  l.loop(l.dim(op.getValues(), 1), start, [&](Value expert, ValueRange state) {
    return considerExpert(unit, expert, state);
  });
}

void lowerToLoops(TopKOp op, LoopBuilder l) {
  l.loop(l.dim(op.getIds(), 0), {}, [&](Value unit, ValueRange) {
    TopKLoops{op, l}.chooseForUnit(unit);
    return SmallVector<Value>();
  });
}
} // namespace mlir::grouped
