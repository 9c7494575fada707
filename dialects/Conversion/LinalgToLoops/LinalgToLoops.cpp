//===- LinalgToLoops.cpp - Scalar loops with the language's sums ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The -O0 lowering of every linalg op, and the place where "16 lanes, then a
// halving tree" is defined for scalars. Upstream's lowering adds in another
// order, so nothing else may lower a reduction without vectors.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/LinalgToLoops/Passes.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace spex {
#define GEN_PASS_DEF_CONVERTLINALGTOSCALARLOOPSPASS
#include "dialects/Conversion/LinalgToLoops/Passes.h.inc"

namespace {
constexpr int64_t numLanes = 16;

/// One output of an op, and how its elements are accumulated.
struct Output {
  OpOperand *operand;
  BlockArgument before;     // its element as the body sees it
  Operation *sum = nullptr; // the addition of a sum over lanes
  bool isRead;              // what it holds at the start counts
  Value lanes;              // memref<16x…> of a sum

  /// The value that is added to a lane.
  Value term() const {
    return sum->getOperand(sum->getOperand(0) == before ? 1 : 0);
  }
};

/// The loops of one op.
class LoopNest {
public:
  LoopNest(linalg::LinalgOp op, OpBuilder &b)
      : op(op), b(b), loc(op.getLoc()), counters(op.getNumLoops()) {}

  void lower();

private:
  Value index(int64_t v) { return arith::ConstantIndexOp::create(b, loc, v); }
  void classifyOutputs(bool inPlace);
  Value makeLanes(Type type);
  SmallVector<Value> indices(OpOperand *operand);
  Value load(OpOperand *operand);
  void store(Value value, const Output &output);
  SmallVector<Value> step(ArrayRef<Value> before);
  SmallVector<Value> reduce(ArrayRef<unsigned> dims, ValueRange state);
  SmallVector<Value> innermost(ValueRange state);
  Value halvingTree(const Output &output);
  void reduceElement(ArrayRef<unsigned> dims, ArrayRef<Value> start);

  linalg::LinalgOp op;
  OpBuilder &b;
  Location loc;
  SmallVector<Value> sizes;
  SmallVector<Value> counters; // of each dimension, once its loop is open
  SmallVector<Output> outputs;
};

/// Whether an element of `map`'s result moves with a reduction dimension.
bool movesWithReduction(linalg::LinalgOp op, AffineMap map) {
  for (auto [dim, type] : llvm::enumerate(op.getIteratorTypesArray()))
    if (type == utils::IteratorType::reduction && map.isFunctionOfDim(dim))
      return true;
  return false;
}
} // namespace

void LoopNest::classifyOutputs(bool inPlace) {
  Operation *yield = op.getBlock()->getTerminator();
  for (OpOperand &operand : op.getDpsInitsMutable()) {
    Output out;
    out.operand = &operand;
    out.before = op.getMatchingBlockArgument(&operand);
    out.isRead = op.payloadUsesValueFromOperand(&operand);
    Value after = yield->getOperand(outputs.size());
    auto sum = after.getDefiningOp<arith::AddFOp>();
    // Both sides being the accumulator is doubling, not a sum.
    if (!inPlace && op.getNumReductionLoops() > 0 && sum && after.hasOneUse() &&
        out.before.hasOneUse() &&
        (sum.getLhs() == out.before) != (sum.getRhs() == out.before)) {
      out.sum = sum;
      out.lanes = makeLanes(after.getType());
    }
    outputs.push_back(out);
  }
}

/// Lanes on the stack of the function, or of the task that becomes one: an
/// alloca in a loop would grow the stack with every element.
Value LoopNest::makeLanes(Type type) {
  OpBuilder::InsertionGuard guard(b);
  Operation *scope = op->getParentWithTrait<OpTrait::IsIsolatedFromAbove>();
  b.setInsertionPointToStart(&scope->getRegion(0).front());
  return memref::AllocaOp::create(b, loc, MemRefType::get({numLanes}, type));
}

SmallVector<Value> LoopNest::indices(OpOperand *operand) {
  AffineMap map = op.getMatchingIndexingMap(operand);
  SmallVector<Value> result;
  for (AffineExpr expr : map.getResults())
    result.push_back(affine::expandAffineExpr(b, loc, expr, counters, {}));
  return result;
}

Value LoopNest::load(OpOperand *operand) {
  if (!isa<MemRefType>(operand->get().getType()))
    return operand->get();
  return memref::LoadOp::create(b, loc, operand->get(), indices(operand));
}

void LoopNest::store(Value value, const Output &output) {
  memref::StoreOp::create(b, loc, value, output.operand->get(),
                          indices(output.operand));
}

/// The body at the current counters: for each output the element after this
/// step, for a sum over lanes the term to add.
SmallVector<Value> LoopNest::step(ArrayRef<Value> before) {
  IRMapping mapping;
  for (OpOperand *input : op.getDpsInputOperands())
    mapping.map(op.getMatchingBlockArgument(input), load(input));
  DenseSet<Operation *> sums;
  for (auto [output, value] : llvm::zip(outputs, before)) {
    if (value)
      mapping.map(output.before, value);
    if (output.sum)
      sums.insert(output.sum);
  }
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (auto position = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(position.getResult(), counters[position.getDim()]);
    else if (!sums.contains(&inner))
      b.clone(inner, mapping);
  }
  SmallVector<Value> after;
  Operation *yield = op.getBlock()->getTerminator();
  for (auto [i, output] : llvm::enumerate(outputs))
    after.push_back(mapping.lookupOrDefault(output.sum ? output.term()
                                                       : yield->getOperand(i)));
  return after;
}

/// Loops over `dims`. The state is the number of this step, then one value for
/// each output with a single accumulator.
SmallVector<Value> LoopNest::reduce(ArrayRef<unsigned> dims, ValueRange state) {
  if (dims.empty())
    return innermost(state);
  auto loop = scf::ForOp::create(b, loc, index(0), sizes[dims.front()],
                                 index(1), state);
  OpBuilder::InsertionGuard guard(b);
  // Without state the terminator is already there.
  b.setInsertionPointToStart(loop.getBody());
  counters[dims.front()] = loop.getInductionVar();
  SmallVector<Value> next = reduce(dims.drop_front(), loop.getRegionIterArgs());
  scf::YieldOp::create(b, loc, next);
  return loop.getResults();
}

SmallVector<Value> LoopNest::innermost(ValueRange state) {
  SmallVector<Value> before;
  ValueRange accumulators = state.drop_front();
  for (const Output &output : outputs) {
    before.push_back(output.sum ? Value() : accumulators.front());
    if (!output.sum)
      accumulators = accumulators.drop_front();
  }
  SmallVector<Value> after = step(before);
  SmallVector<Value> next = {
      arith::AddIOp::create(b, loc, state.front(), index(1))};
  Value lane =
      arith::AndIOp::create(b, loc, state.front(), index(numLanes - 1));
  for (auto [output, value] : llvm::zip(outputs, after)) {
    if (!output.sum) {
      next.push_back(value);
      continue;
    }
    Value held = memref::LoadOp::create(b, loc, output.lanes, lane);
    Value sum = arith::AddFOp::create(b, loc, held, value);
    memref::StoreOp::create(b, loc, sum, output.lanes, lane);
  }
  return next;
}

Value LoopNest::halvingTree(const Output &output) {
  SmallVector<Value> lanes;
  for (int64_t i = 0; i < numLanes; ++i)
    lanes.push_back(memref::LoadOp::create(b, loc, output.lanes, index(i)));
  for (int64_t half = numLanes / 2; half > 0; half /= 2)
    for (int64_t i = 0; i < half; ++i)
      lanes[i] = arith::AddFOp::create(b, loc, lanes[i], lanes[i + half]);
  return lanes.front();
}

/// One element of every output, reduced over `dims`.
void LoopNest::reduceElement(ArrayRef<unsigned> dims, ArrayRef<Value> start) {
  SmallVector<Value> state = {index(0)};
  for (auto [output, value] : llvm::zip(outputs, start)) {
    if (!output.sum) {
      state.push_back(value);
      continue;
    }
    Type type = output.before.getType();
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
    for (int64_t i = 0; i < numLanes; ++i)
      memref::StoreOp::create(b, loc, zero, output.lanes, index(i));
  }
  SmallVector<Value> results = reduce(dims, state);
  ArrayRef<Value> accumulators = ArrayRef(results).drop_front();
  for (auto [output, value] : llvm::zip(outputs, start)) {
    if (output.sum) {
      Value sum = halvingTree(output);
      store(arith::AddFOp::create(b, loc, value, sum), output);
      continue;
    }
    store(accumulators.front(), output);
    accumulators = accumulators.drop_front();
  }
}

void LoopNest::lower() {
  bool inPlace = llvm::any_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    return movesWithReduction(op, op.getMatchingIndexingMap(&init));
  });
  classifyOutputs(inPlace);
  for (const Range &range : op.createLoopRanges(b, loc))
    sizes.push_back(getValueOrCreateConstantIndexOp(b, loc, range.size));

  SmallVector<unsigned> reductions;
  for (auto [dim, type] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (type == utils::IteratorType::reduction && !inPlace) {
      reductions.push_back(dim);
      continue;
    }
    auto loop = scf::ForOp::create(b, loc, index(0), sizes[dim], index(1));
    b.setInsertionPointToStart(loop.getBody());
    counters[dim] = loop.getInductionVar();
  }

  SmallVector<Value> start;
  for (const Output &output : outputs) {
    // A single accumulator needs a value to start from, read or not.
    bool isNeeded = output.isRead || !reductions.empty();
    start.push_back(isNeeded ? load(output.operand) : Value());
  }
  if (!reductions.empty())
    return reduceElement(reductions, start);
  SmallVector<Value> after = step(start);
  for (auto [output, value] : llvm::zip(outputs, after))
    store(value, output);
}

namespace {
struct ConvertLinalgToScalarLoopsPass final
    : impl::ConvertLinalgToScalarLoopsPassBase<ConvertLinalgToScalarLoopsPass> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    bool allOnBuffers = true;
    for (linalg::LinalgOp op : ops) {
      if (!op.hasPureBufferSemantics()) {
        op.emitOpError("has to be on buffers to become loops");
        allOnBuffers = false;
        continue;
      }
      OpBuilder builder(op);
      LoopNest(op, builder).lower();
      op->erase();
    }
    if (!allOnBuffers)
      signalPassFailure();
  }
};
} // namespace
} // namespace spex
