//===- LoopNestBody.cpp - The body of a linalg op on vectors --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loads, stores and the arithmetic between them, for the lanes of one vector.
// What is not contiguous is loaded and stored lane by lane; the arithmetic is
// on vectors all the same.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/LinalgToVector/LoopNest.h"
#include "dialects/Conversion/LinalgToVector/VectorBody.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace spex {

LoopNest::Values LoopNest::indices(OpOperand &operand) {
  Values result;
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    result.push_back(affine::expandAffineExpr(b, loc, expr, counters, {}));
  return result;
}

/// A vector of what `loadLane` gives for each lane. Lanes that do not exist
/// take the last that does: their memory may not exist either.
Value LoopNest::gather(const Lanes &lanes, Type element,
                       Function<Value(Value, int64_t)> loadLane) {
  Values values;
  Value last;
  if (lanes.mask)
    last = arith::SubIOp::create(b, loc, lanes.valid, index(1));
  for (int64_t i = 0; i < lanes.count; ++i) {
    Value lane = index(i);
    if (last)
      lane = arith::MinUIOp::create(b, loc, lane, last);
    values.push_back(loadLane(lane, i));
  }
  return vector::FromElementsOp::create(b, loc, vectorOf(lanes.count, element),
                                        values);
}

Value LoopNest::load(OpOperand &operand, const Lanes &lanes) {
  Value memref = operand.get();
  auto type = dyn_cast<MemRefType>(memref.getType());
  if (!type)
    return memref;
  unsigned dim = schedule.vectorDim;
  Access access = accessAlong(op, operand, dim);
  if (access == Access::Uniform || lanes.count == 1)
    return memref::LoadOp::create(b, loc, memref, indices(operand));
  if (access == Access::Scattered)
    return gather(lanes, type.getElementType(), [&](Value lane, int64_t) {
      Value begin = counters[dim];
      counters[dim] = add(begin, lane);
      Value x = memref::LoadOp::create(b, loc, memref, indices(operand));
      counters[dim] = begin;
      return x;
    });
  VectorType vector = vectorOf(lanes.count, type.getElementType());
  if (!lanes.mask)
    return vector::LoadOp::create(b, loc, vector, memref, indices(operand));
  return vector::MaskedLoadOp::create(b, loc, vector, memref, indices(operand),
                                      lanes.mask, zero(vector));
}

void LoopNest::store(Value value, OpOperand &operand, const Lanes &lanes) {
  Value memref = operand.get();
  unsigned dim = schedule.vectorDim;
  Access access = accessAlong(op, operand, dim);
  if (access == Access::Uniform || lanes.count == 1) {
    memref::StoreOp::create(b, loc, value, memref, indices(operand));
    return;
  }
  if (!isa<VectorType>(value.getType()))
    value = vector::BroadcastOp::create(
        b, loc, vectorOf(lanes.count, value.getType()), value);
  if (access == Access::Contiguous) {
    if (lanes.mask)
      vector::MaskedStoreOp::create(b, loc, memref, indices(operand),
                                    lanes.mask, value);
    else
      vector::StoreOp::create(b, loc, value, memref, indices(operand));
    return;
  }
  Value begin = counters[dim];
  for (int64_t i = 0; i < lanes.count; ++i) {
    auto storeLane = [&] {
      counters[dim] = add(begin, index(i));
      Value x = vector::ExtractOp::create(b, loc, value, i);
      memref::StoreOp::create(b, loc, x, memref, indices(operand));
    };
    if (!lanes.mask) {
      storeLane();
      continue;
    }
    Value exists = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                         index(i), lanes.valid);
    scf::IfOp::create(b, loc, exists, [&](OpBuilder &, Location) {
      storeLane();
      scf::YieldOp::create(b, loc);
    });
  }
  counters[dim] = begin;
}

/// The number that `index` begins with if it grows by 1 from lane to lane.
static Value beginOfIndex(OpBuilder &b, Location loc, Value index, unsigned dim,
                          Value begin, const VectorBody &body) {
  if (auto position = index.getDefiningOp<linalg::IndexOp>())
    return position.getDim() == dim ? begin : Value();
  auto sum = index.getDefiningOp<arith::AddIOp>();
  if (!sum)
    return {};
  for (bool swap : {false, true}) {
    Value grows = sum->getOperand(swap), other = sum->getOperand(!swap);
    Value uniform = body.lookup(other);
    if (isa<VectorType>(uniform.getType()))
      continue;
    if (Value start = beginOfIndex(b, loc, grows, dim, begin, body))
      return b.createOrFold<arith::AddIOp>(loc, start, uniform);
  }
  return {};
}

/// A load inside the body: of one element, of neighbours, or lane by lane.
Value LoopNest::loadInBody(Operation *op, VectorBody &body,
                           const Lanes &lanes) {
  auto load = cast<memref::LoadOp>(op);
  Value memref = load.getMemRef();
  auto type = cast<MemRefType>(memref.getType());
  Values at;
  unsigned numVectors = 0;
  for (Value i : load.getIndices()) {
    at.push_back(body.lookup(i));
    numVectors += isa<VectorType>(at.back().getType());
  }
  if (numVectors == 0)
    return memref::LoadOp::create(b, loc, memref, at);
  auto [strides, offset] = type.getStridesAndOffset();
  bool isLastOnly = numVectors == 1 && isa<VectorType>(at.back().getType());
  if (isLastOnly && strides.back() == 1 && !type.getElementType().isInteger(1))
    if (Value begin = beginOfIndex(b, loc, load.getIndices().back(),
                                   schedule.vectorDim, lanes.begin, body)) {
      at.back() = begin;
      VectorType vector = vectorOf(lanes.count, type.getElementType());
      if (!lanes.mask)
        return vector::LoadOp::create(b, loc, vector, memref, at);
      return vector::MaskedLoadOp::create(b, loc, vector, memref, at,
                                          lanes.mask, zero(vector));
    }
  return gather(lanes, type.getElementType(), [&](Value lane, int64_t number) {
    Values mine = at;
    for (Value &i : mine)
      if (isa<VectorType>(i.getType()))
        i = lanes.mask ? Value(vector::ExtractOp::create(b, loc, i,
                                                         OpFoldResult(lane)))
                       : Value(vector::ExtractOp::create(b, loc, i, number));
    return memref::LoadOp::create(b, loc, memref, mine);
  });
}

LoopNest::Values LoopNest::evaluate(const Lanes &lanes,
                                    ArrayRef<Value> before) {
  VectorBody body(b, lanes.count);
  for (OpOperand *input : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(input);
    if (!argument.use_empty())
      body.map(argument, load(*input, lanes));
  }
  for (auto [init, value] : llvm::zip(op.getDpsInitsMutable(), before))
    if (value)
      body.map(op.getMatchingBlockArgument(&init), value);
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (&inner == schedule.step && !before.front())
      continue;
    if (auto position = dyn_cast<linalg::IndexOp>(inner)) {
      Value counter = counters[position.getDim()];
      if (position.getDim() == schedule.vectorDim && lanes.count > 1) {
        VectorType type = vectorOf(lanes.count, b.getIndexType());
        Value steps = vector::StepOp::create(b, loc, type);
        Value begin = vector::BroadcastOp::create(b, loc, type, counter);
        counter = arith::AddIOp::create(b, loc, begin, steps);
      }
      body.map(position.getResult(), counter);
    } else if (isa<memref::LoadOp>(inner)) {
      body.map(inner.getResult(0), loadInBody(&inner, body, lanes));
    } else {
      body.clone(&inner);
    }
  }
  Values after;
  if (schedule.step && !before.front())
    return {body.lookup(schedule.getTerm(op))};
  for (Value value : op.getBlock()->getTerminator()->getOperands())
    after.push_back(body.lookup(value));
  return after;
}

Value LoopNest::applyStep(Value accumulator, Value term) {
  OperationState state(loc, schedule.step->getName(), {accumulator, term},
                       accumulator.getType(), schedule.step->getAttrs());
  return b.create(state)->getResult(0);
}

Value LoopNest::halvingTree(Value vector) {
  int64_t count = cast<VectorType>(vector.getType()).getDimSize(0);
  for (int64_t half = count / 2; half > 0; half /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < half; ++i) {
      low.push_back(i);
      high.push_back(half + i);
    }
    vector = applyStep(vector::ShuffleOp::create(b, loc, vector, vector, low),
                       vector::ShuffleOp::create(b, loc, vector, vector, high));
  }
  return vector;
}

} // namespace spex
