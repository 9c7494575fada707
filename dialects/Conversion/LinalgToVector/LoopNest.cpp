//===- LoopNest.cpp - Loops over vectors for one linalg op ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops themselves: elementwise ops, contractions in blocks of rows, and
// reductions along or across the vectors.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/LinalgToVector/LoopNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace spex {

/// The lanes of every sum: language.md 11.
static constexpr int64_t sumLanes = 16;

LoopNest::LoopNest(linalg::LinalgOp op, const Schedule &schedule, int64_t lanes,
                   OpBuilder &builder)
    : op(op), schedule(schedule), numLanes(lanes), b(builder), loc(op.getLoc()),
      counters(op.getNumLoops()) {
  for (const Range &range : op.createLoopRanges(b, loc))
    sizes.push_back(getValueOrCreateConstantIndexOp(b, loc, range.size));
}

Value LoopNest::index(int64_t v) {
  return arith::ConstantIndexOp::create(b, loc, v);
}
Value LoopNest::add(Value x, Value y) {
  return b.createOrFold<arith::AddIOp>(loc, x, y);
}
Value LoopNest::zero(Type type) {
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
}
VectorType LoopNest::vectorOf(int64_t count, Type element) {
  return VectorType::get(count, element);
}
bool LoopNest::isReduction(unsigned dim) {
  return op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction;
}

LoopNest::Values LoopNest::loop(Value from, Value to, int64_t step,
                                ValueRange state,
                                Function<Values(Value, ValueRange)> body) {
  auto loop =
      scf::ForOp::create(b, loc, from, to, index(step), state,
                         [&](OpBuilder &, Location, Value i, ValueRange inner) {
                           scf::YieldOp::create(b, loc, body(i, inner));
                         });
  return loop.getResults();
}

LoopNest::Values
LoopNest::forPieces(int64_t count, int64_t many, ValueRange state,
                    Function<Values(const Piece &, ValueRange)> body) {
  Value size = sizes[schedule.vectorDim];
  std::optional<int64_t> known = getConstantIntValue(size);
  auto multiple = [&](int64_t of) {
    Value number = b.createOrFold<arith::DivUIOp>(loc, size, index(of));
    return b.createOrFold<arith::MulIOp>(loc, number, index(of));
  };
  Value from = index(0);
  Values current(state);
  for (int64_t width : {many, int64_t(1)}) {
    int64_t step = width * count;
    if (known && *known < step)
      continue;
    Value to = multiple(step);
    current = loop(from, to, step, current, [&](Value begin, ValueRange s) {
      Piece piece;
      for (int64_t i = 0; i < width; ++i)
        piece.push_back({count, add(begin, index(i * count)), {}, {}});
      return body(piece, s);
    });
    from = to;
    if (many == 1)
      break;
  }
  if (known && *known % count == 0)
    return current;
  // At most one round.
  return loop(from, size, count, current, [&](Value begin, ValueRange s) {
    Value valid = b.createOrFold<arith::SubIOp>(loc, size, begin);
    Value mask = vector::CreateMaskOp::create(
        b, loc, vectorOf(count, b.getI1Type()), valid);
    return body({Lanes{count, begin, mask, valid}}, s);
  });
}

void LoopNest::openParallelLoops() {
  for (unsigned dim = 0; dim < counters.size(); ++dim) {
    if (isReduction(dim) || dim == schedule.vectorDim || dim == schedule.rowDim)
      continue;
    auto loop = scf::ForOp::create(b, loc, index(0), sizes[dim], index(1));
    b.setInsertionPointToStart(loop.getBody());
    counters[dim] = loop.getInductionVar();
  }
}

LoopNest::Values LoopNest::reduce(ArrayRef<unsigned> dims, ValueRange state,
                                  Function<Values(ValueRange)> step) {
  if (dims.empty())
    return step(state);
  return loop(index(0), sizes[dims.front()], 1, state,
              [&](Value i, ValueRange inner) {
                counters[dims.front()] = i;
                return reduce(dims.drop_front(), inner, step);
              });
}

void LoopNest::elementwise() {
  openParallelLoops();
  forPieces(numLanes, 1, {}, [&](const Piece &piece, ValueRange) {
    const Lanes &lanes = piece.front();
    counters[schedule.vectorDim] = lanes.begin;
    Values before;
    for (OpOperand &init : op.getDpsInitsMutable())
      before.push_back(op.payloadUsesValueFromOperand(&init) ? load(init, lanes)
                                                             : Value());
    Values after = evaluate(lanes, before);
    for (auto [init, value] : llvm::zip(op.getDpsInitsMutable(), after))
      store(value, init, lanes);
    return Values();
  });
}

/// Rows from the current counter of the row dimension on, all columns.
void LoopNest::orderedRows(int64_t numRows) {
  OpOperand &init = *op.getDpsInitOperand(0);
  SmallVector<unsigned> dims;
  op.getReductionDims(dims);
  Value firstRow = schedule.rowDim ? counters[*schedule.rowDim] : Value();
  forPieces(numLanes, 2, {}, [&](const Piece &piece, ValueRange) {
    auto forTile = [&](Function<void(const Lanes &)> body) {
      for (int64_t row = 0; row < numRows; ++row) {
        if (schedule.rowDim)
          counters[*schedule.rowDim] = add(firstRow, index(row));
        for (const Lanes &lanes : piece) {
          counters[schedule.vectorDim] = lanes.begin;
          body(lanes);
        }
      }
    };
    Values sums;
    forTile([&](const Lanes &lanes) { sums.push_back(load(init, lanes)); });
    sums = reduce(dims, sums, [&](ValueRange state) {
      Values next;
      forTile([&](const Lanes &lanes) {
        next.push_back(evaluate(lanes, state[next.size()]).front());
      });
      return next;
    });
    Value *sum = sums.begin();
    forTile([&](const Lanes &lanes) { store(*sum++, init, lanes); });
    return Values();
  });
}

/// One accumulator for each element: a block of rows by vectors in registers.
void LoopNest::ordered() {
  constexpr int64_t blockRows = 4;
  openParallelLoops();
  if (!schedule.rowDim)
    return orderedRows(1);
  Value size = sizes[*schedule.rowDim];
  Value blocks = b.createOrFold<arith::DivUIOp>(loc, size, index(blockRows));
  Value whole = b.createOrFold<arith::MulIOp>(loc, blocks, index(blockRows));
  auto rows = [&](Value from, Value to, int64_t count) {
    loop(from, to, count, {}, [&](Value row, ValueRange) {
      counters[*schedule.rowDim] = row;
      orderedRows(count);
      return Values();
    });
  };
  rows(index(0), whole, blockRows);
  rows(whole, size, 1);
}

/// Along the reduced dimension: lanes of one vector, then a halving tree.
void LoopNest::reduceLanes() {
  OpOperand &init = *op.getDpsInitOperand(0);
  bool isSum = schedule.reduction == Reduction::Sum;
  int64_t count = isSum ? sumLanes : numLanes;
  SmallVector<unsigned> outer;
  op.getReductionDims(outer);
  llvm::erase(outer, schedule.vectorDim);
  openParallelLoops();

  counters[schedule.vectorDim] = index(0);
  Value before = load(init, {1, index(0), {}, {}});
  VectorType type = vectorOf(count, before.getType());
  // Any number of the accumulator's own value does not change an extreme.
  Value start = isSum
                    ? zero(type)
                    : Value(vector::BroadcastOp::create(b, loc, type, before));
  Values lanes = reduce(outer, start, [&](ValueRange state) {
    return forPieces(count, 1, state, [&](const Piece &piece, ValueRange s) {
      const Lanes &at = piece.front();
      counters[schedule.vectorDim] = at.begin;
      Value term = evaluate(at, {Value()}).front();
      if (!isa<VectorType>(term.getType()))
        term = vector::BroadcastOp::create(b, loc, type, term);
      Value neutral = isSum ? zero(type) : s.front();
      if (at.mask)
        term = arith::SelectOp::create(b, loc, at.mask, term, neutral);
      return Values{applyStep(s.front(), term)};
    });
  });
  // A vector of one: the loop around this one may turn out to be innermost.
  Value first = vector::BroadcastOp::create(
      b, loc, vectorOf(1, before.getType()), before);
  Value result = applyStep(first, halvingTree(lanes.front()));
  counters[schedule.vectorDim] = index(0);
  store(vector::ExtractOp::create(b, loc, result, int64_t(0)), init,
        {1, index(0), {}, {}});
}

/// Across the vectors: each element of the result has its lanes in memory.
void LoopNest::reduceInMemory() {
  OpOperand &init = *op.getDpsInitOperand(0);
  Type element = cast<MemRefType>(init.get().getType()).getElementType();
  VectorType type = vectorOf(numLanes, element);
  SmallVector<unsigned> dims;
  op.getReductionDims(dims);
  Value memory;
  {
    // An alloca in a loop would grow the stack with every round.
    OpBuilder::InsertionGuard guard(b);
    Operation *scope = op->getParentWithTrait<OpTrait::IsIsolatedFromAbove>();
    b.setInsertionPointToStart(&scope->getRegion(0).front());
    memory = memref::AllocaOp::create(
        b, loc, MemRefType::get({sumLanes * numLanes}, element));
  }
  auto at = [&](Value lane) {
    return b.createOrFold<arith::MulIOp>(loc, lane, index(numLanes));
  };
  auto held = [&](Value lane) -> Value {
    return vector::LoadOp::create(b, loc, type, memory, at(lane));
  };
  openParallelLoops();
  forPieces(numLanes, 1, {}, [&](const Piece &piece, ValueRange) {
    const Lanes &lanes = piece.front();
    counters[schedule.vectorDim] = lanes.begin;
    for (int64_t i = 0; i < sumLanes; ++i)
      vector::StoreOp::create(b, loc, zero(type), memory, at(index(i)));
    reduce(dims, index(0), [&](ValueRange state) {
      Value lane =
          arith::AndIOp::create(b, loc, state.front(), index(sumLanes - 1));
      Value term = evaluate(lanes, {Value()}).front();
      if (!isa<VectorType>(term.getType()))
        term = vector::BroadcastOp::create(b, loc, type, term);
      vector::StoreOp::create(b, loc, applyStep(held(lane), term), memory,
                              at(lane));
      return Values{add(state.front(), index(1))};
    });
    Values sums;
    for (int64_t i = 0; i < sumLanes; ++i)
      sums.push_back(held(index(i)));
    for (int64_t half = sumLanes / 2; half > 0; half /= 2)
      for (int64_t i = 0; i < half; ++i)
        sums[i] = applyStep(sums[i], sums[i + half]);
    store(applyStep(load(init, lanes), sums.front()), init, lanes);
    return Values();
  });
}

void LoopNest::lower() {
  bool isAlong = isReduction(schedule.vectorDim);
  switch (schedule.reduction) {
  case Reduction::None:
    return elementwise();
  case Reduction::Sum:
    return isAlong ? reduceLanes() : reduceInMemory();
  case Reduction::Extreme:
    return isAlong ? reduceLanes() : ordered();
  case Reduction::Ordered:
    return ordered();
  }
}

} // namespace spex
