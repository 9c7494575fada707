//===- MicroKernel.cpp - A tile of a matmul in registers ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One loop over k with all accumulators of a tile as 1-D vectors, then the
// epilogue on them. Every accumulator starts at 0 and takes its products with k
// ascending, so the bits are those of the plain loops.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToVector/MicroKernel.h"

#include "dialects/Conversion/GroupedToLoops/Bf16Dot.h"
#include "dialects/Conversion/LinalgToVector/VectorBody.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::grouped {

SmallVector<Value> KernelArguments::flat() const {
  SmallVector<Value> values = {steps, lhs, lhsBase};
  values.append(rhs);
  values.append({rhsBase, out, row, column, columnEnd, fetch, fetchStep});
  values.append(with);
  values.append(captured);
  return values;
}

int64_t KernelArguments::numRight(const MatmulKind &kind) {
  return kind.isPacked ? kind.turns() : kind.sides;
}

KernelArguments KernelArguments::fromFlat(const MatmulKind &kind,
                                          ValueRange values) {
  auto next = [&] {
    Value value = values.front();
    values = values.drop_front();
    return value;
  };
  KernelArguments a;
  a.steps = next();
  a.lhs = next();
  a.lhsBase = next();
  for (int64_t i = 0; i < numRight(kind); ++i)
    a.rhs.push_back(next());
  a.rhsBase = next();
  a.out = next();
  a.row = next();
  a.column = next();
  a.columnEnd = next();
  a.fetch = next();
  a.fetchStep = next();
  for ([[maybe_unused]] Value with : MatmulOp(kind.op).getWith())
    a.with.push_back(next());
  a.captured.assign(values.begin(), values.end());
  return a;
}

SmallVector<Type> KernelArguments::types(const MatmulKind &kind) {
  MatmulOp op = kind.op;
  Type index = IndexType::get(op.getContext());
  SmallVector<Type> types = {index, flatType(kind.packedElement()), index};
  types.append(numRight(kind),
               kind.isPacked ? flatType(kind.right) : rowsType(kind.right));
  Type out = cast<MemRefType>(op.getInit().getType()).getElementType();
  types.append({index, rowsType(out), index, index, index, index, index});
  for (Value with : op.getWith()) {
    Type element = cast<MemRefType>(with.getType()).getElementType();
    types.push_back(MatmulOp::isColumns(with) ? flatType(element)
                                              : rowsType(element));
  }
  for (Value captured : kind.captured)
    types.push_back(captured.getType());
  return types;
}

bool fetchesAhead(const MatmulKind &kind, TileShape shape) {
  // Matrices have strides that are no stream at all. Few rows wait for memory
  // alone, which the hardware's own streams keep busy best.
  if (!kind.isPacked)
    return false;
  if (kind.target.is512())
    return shape.rows >= 6 && shape.panels == 1;
  return shape.rows > 1 || shape.panels == 1;
}

namespace {
/// Builds one kernel.
class KernelBuilder {
public:
  KernelBuilder(const MatmulKind &kind, TileShape shape, OpBuilder &b,
                Location loc, ValueRange arguments)
      : kind(kind), op(kind.op), shape(shape), l{b, loc}, b(b), loc(loc),
        lanes(kind.lanes()), a(KernelArguments::fromFlat(kind, arguments)) {}

  void build();

private:
  /// Vectors of columns of one row, sides included.
  int64_t numVectors() const { return 2 * shape.panels; }
  /// Vectors of columns of the result.
  int64_t numResults() const { return numVectors() / kind.sides; }
  VectorType vectorOf(Type element) const {
    return VectorType::get(lanes, element);
  }
  Value column(int64_t result) const { return l.add(a.column, result * lanes); }
  Value load(Value memref, ValueRange at, Value mask);
  Value loadPanel(Value step, int64_t turn, int64_t vector);
  Value loadPair(Value memref, Value step, Value column, Value mask);
  Value loadMatrix(Value step, int64_t vector);
  Value widen(Value vector, int64_t neighbour);
  Value loadLeft(Value at);
  Value loadRight(Value step, int64_t turn, int64_t vector);
  Value addProduct(Value left, Value right, Value sum);
  void multiplyRow(SmallVector<Value> &sums, Value base, Value step);
  void multiplyRows(SmallVector<Value> &sums, Value base, Value step);
  void prefetch(Value step);
  SmallVector<Value> accumulate();
  Value loadWith(Value with, Value row, int64_t result);
  Value finish(ArrayRef<Value> sums, Value row, int64_t result);

  const MatmulKind &kind;
  MatmulOp op;
  TileShape shape;
  IndexBuilder l;
  OpBuilder &b;
  Location loc;
  int64_t lanes;
  KernelArguments a;
  SmallVector<Value> masks; // of results; empty where all columns exist
};
} // namespace

Value KernelBuilder::load(Value memref, ValueRange at, Value mask) {
  VectorType type =
      vectorOf(cast<MemRefType>(memref.getType()).getElementType());
  if (!mask)
    return vector::LoadOp::create(b, loc, type, memref, at);
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, loc, type, memref, at, mask, zero);
}

/// Vector `vector` of a step, as it lies in panels.
Value KernelBuilder::loadPanel(Value step, int64_t turn, int64_t vector) {
  int64_t panel = vector / 2, part = vector % 2;
  // A step is two vectors in every panel; panels are all steps apart.
  if (panel)
    step = l.add(step, l.mul(a.steps, panel));
  Value at = l.add(a.rhsBase, l.mul(step, kind.stepElements()));
  return vector::LoadOp::create(
      b, loc, VectorType::get(lanes * kind.depth, kind.right), a.rhs[turn],
      l.add(at, part * lanes * kind.depth));
}

/// Two rows of a matrix as pairs; the second one is 0 where it does not exist.
Value KernelBuilder::loadPair(Value memref, Value step, Value column,
                              Value mask) {
  Value first = l.mul(step, 2), second = l.add(first, 1);
  Value last = l.sub(l.dim(memref, 0), l.constant(1));
  Value x = load(memref, {first, column}, mask);
  Value y = load(memref, {l.min(second, last), column}, mask);
  Value exists =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule, second, last);
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(y.getType()));
  y = arith::SelectOp::create(b, loc, exists, y, zero);
  return vector::InterleaveOp::create(b, loc, x, y);
}

/// Vector `vector` of a step, from matrices.
Value KernelBuilder::loadMatrix(Value step, int64_t vector) {
  int64_t side = kind.sides == 2 ? vector % 2 : 0;
  int64_t result = kind.sides == 2 ? vector / 2 : vector;
  Value column = l.add(a.rhsBase, result * lanes);
  Value mask = masks.empty() ? Value() : masks[result];
  if (kind.depth == 2)
    return loadPair(a.rhs[side], step, column, mask);
  return load(a.rhs[side], {step, column}, mask);
}

/// What is multiplied: of pairs one neighbour, by a shift or a mask, in the
/// type of the accumulators.
Value KernelBuilder::widen(Value vector, int64_t neighbour) {
  if (kind.isDot || kind.right == kind.element)
    return vector;
  VectorType type = vectorOf(kind.element);
  if (kind.depth == 1)
    return arith::ExtFOp::create(b, loc, type, vector);
  VectorType bits = vectorOf(b.getI32Type());
  auto constant = [&](int32_t value) {
    return arith::ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(bits, Attribute(b.getI32IntegerAttr(value))));
  };
  Value pairs = vector::BitCastOp::create(b, loc, bits, vector);
  Value one =
      neighbour == 0
          ? arith::ShLIOp::create(b, loc, pairs, constant(16)).getResult()
          : arith::AndIOp::create(b, loc, pairs, constant(-0x10000))
                .getResult();
  return arith::BitcastOp::create(b, loc, type, one);
}

/// An element of packed rows, or a pair, in all lanes.
Value KernelBuilder::loadLeft(Value at) {
  if (!kind.isDot) {
    Value x = memref::LoadOp::create(b, loc, a.lhs, at);
    return vector::BroadcastOp::create(b, loc, vectorOf(kind.element), x);
  }
  Value pair =
      vector::LoadOp::create(b, loc, VectorType::get(2, kind.right), a.lhs, at);
  Value bits = vector::BitCastOp::create(
      b, loc, VectorType::get(1, b.getI32Type()), pair);
  Value all = vector::BroadcastOp::create(
      b, loc, vectorOf(b.getI32Type()),
      vector::ExtractOp::create(b, loc, bits, int64_t(0)));
  return vector::BitCastOp::create(b, loc,
                                   VectorType::get(2 * lanes, kind.right), all);
}

/// Vector `vector` of one neighbour of a step, as it is multiplied.
Value KernelBuilder::loadRight(Value step, int64_t turn, int64_t vector) {
  return widen(kind.isPacked ? loadPanel(step, turn, vector)
                             : loadMatrix(step, vector),
               turn);
}

Value KernelBuilder::addProduct(Value left, Value right, Value sum) {
  return kind.isDot ? createBf16Dot(b, loc, sum, left, right)
                    : math::FmaOp::create(b, loc, left, right, sum).getResult();
}

/// A step of a single row, from `base` on: no vector is used twice, so each is
/// taken as it comes.
void KernelBuilder::multiplyRow(SmallVector<Value> &sums, Value base,
                                Value step) {
  SmallVector<Value> left;
  for (int64_t turn = 0; turn < kind.turns(); ++turn)
    left.push_back(loadLeft(l.add(base, turn)));
  for (int64_t j = 0; j < numVectors(); ++j)
    for (int64_t turn = 0; turn < kind.turns(); ++turn)
      sums[j] = addProduct(left[turn], loadRight(step, turn, j), sums[j]);
}

/// A step of several rows.
void KernelBuilder::multiplyRows(SmallVector<Value> &sums, Value base,
                                 Value step) {
  for (int64_t turn = 0; turn < kind.turns(); ++turn) {
    SmallVector<Value> right;
    for (int64_t j = 0; j < numVectors(); ++j)
      right.push_back(loadRight(step, turn, j));
    for (int64_t i = 0; i < shape.rows; ++i) {
      Value left =
          loadLeft(l.add(base, turn * shape.rows + i * kind.packedDepth()));
      for (int64_t j = 0; j < numVectors(); ++j) {
        Value &sum = sums[i * numVectors() + j];
        sum = addProduct(left, right[j], sum);
      }
    }
  }
}

void KernelBuilder::prefetch(Value step) {
  if (!fetchesAhead(kind, shape))
    return;
  int64_t line = 512 / kind.right.getIntOrFloatBitWidth();
  Value first = l.add(a.fetch, l.mul(step, a.fetchStep));
  for (int64_t panel = 0; panel < shape.panels; ++panel) {
    Value at = panel ? l.add(first, l.mul(a.steps, panel * kind.stepElements()))
                     : first;
    for (int64_t i = 0; i < kind.stepElements(); i += line)
      memref::PrefetchOp::create(b, loc, a.rhs.front(), l.add(at, i),
                                 /*isWrite=*/false,
                                 /*localityHint=*/kind.target.is512() ? 2 : 3,
                                 /*isDataCache=*/true);
  }
}

SmallVector<Value> KernelBuilder::accumulate() {
  VectorType type = vectorOf(kind.element);
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  SmallVector<Value> start(shape.rows * numVectors(), zero);
  auto loop = scf::ForOp::create(
      b, loc, l.constant(0), a.steps, l.constant(1), start,
      [&](OpBuilder &, Location, Value step, ValueRange state) {
        SmallVector<Value> sums(state);
        Value base = l.add(a.lhsBase, l.mul(step, shape.rows * kind.depth));
        prefetch(step);
        if (shape.rows == 1)
          multiplyRow(sums, base, step);
        else
          multiplyRows(sums, base, step);
        scf::YieldOp::create(b, loc, sums);
      });
  return loop.getResults();
}

Value KernelBuilder::loadWith(Value with, Value row, int64_t result) {
  Value mask = masks.empty() ? Value() : masks[result];
  if (cast<MemRefType>(with.getType()).getRank() == 1)
    return load(with, column(result), mask);
  return load(with, {row, column(result)}, mask);
}

/// The epilogue on the accumulators of one vector of the result.
Value KernelBuilder::finish(ArrayRef<Value> sums, Value row, int64_t result) {
  if (!op.hasEpilogue())
    return sums.front();
  Block &epilogue = op.getEpilogue().front();
  spex::VectorBody body(b, lanes);
  SmallVector<Value> values(sums);
  for (Value with : a.with)
    values.push_back(loadWith(with, row, result));
  for (auto [argument, value] : llvm::zip(epilogue.getArguments(), values))
    body.map(argument, value);
  for (auto [outside, inside] : llvm::zip(kind.captured, a.captured))
    body.map(outside, inside);
  // Constants from outside the epilogue are rebuilt where they are used.
  for (Operation &inner : epilogue)
    for (Value operand : inner.getOperands()) {
      Operation *definition = operand.getDefiningOp();
      if (definition && definition->getBlock() != &epilogue &&
          !llvm::is_contained(kind.captured, operand))
        body.map(operand, b.clone(*definition)->getResult(0));
    }
  for (Operation &inner : epilogue.without_terminator())
    body.clone(&inner);
  return body.vector(loc, epilogue.getTerminator()->getOperand(0));
}

void KernelBuilder::build() {
  if (shape.isTail)
    for (int64_t r = 0; r < numResults(); ++r)
      masks.push_back(vector::CreateMaskOp::create(
          b, loc, vectorOf(b.getI1Type()), l.sub(a.columnEnd, column(r))));
  SmallVector<Value> sums = accumulate();
  for (int64_t i = 0; i < shape.rows; ++i) {
    Value row = l.add(a.row, i);
    for (int64_t r = 0; r < numResults(); ++r) {
      ArrayRef<Value> mine =
          ArrayRef(sums).slice(i * numVectors() + r * kind.sides, kind.sides);
      Value value = finish(mine, row, r);
      SmallVector<Value> at = {row, column(r)};
      if (masks.empty())
        vector::StoreOp::create(b, loc, value, a.out, at);
      else
        vector::MaskedStoreOp::create(b, loc, a.out, at, masks[r], value);
    }
  }
}

func::FuncOp buildMicroKernel(const MatmulKind &kind, TileShape shape,
                              ModuleOp module, StringRef name) {
  OpBuilder b(module.getContext());
  SmallVector<Type> types = KernelArguments::types(kind);
  // The packed rows are this worker's own, and nothing writes a right-hand
  // side. The destination may be an operand of `with`.
  SmallVector<unsigned> noAlias = {1};
  if (kind.isPacked || kind.sides == 1)
    for (int64_t i = 0; i < KernelArguments::numRight(kind); ++i)
      noAlias.push_back(3 + i);
  func::FuncOp function =
      createFunction(b, module, name, types, /*isLeaf=*/true, noAlias);
  KernelBuilder(kind, shape, b, module.getLoc(), function.getArguments())
      .build();
  return function;
}

} // namespace mlir::grouped
