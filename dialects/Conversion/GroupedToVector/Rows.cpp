//===- Rows.cpp - Gathering and combining rows by vectors -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The last dimension of a row is walked by several vectors, then by one, then
// by a masked one. A combination takes the choices of a unit in order of rank,
// with one fused multiply-add for each, as the plain loops do.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToVector/Rows.h"

#include "dialects/Conversion/GroupedToVector/KernelFunction.h"
#include "dialects/Spex/Target/VectorTarget.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::grouped {
namespace {
/// Neighbouring vectors of a row, the last of them masked where the row ends.
struct Piece {
  Value column;
  int64_t numVectors;
  Value mask;
};

/// Loads and stores vectors of rows.
struct RowBuilder {
  OpBuilder &b;
  IndexBuilder l;
  VectorType type;

  int64_t lanes() const { return type.getDimSize(0); }

  SmallVector<Value> at(ArrayRef<Value> row, const Piece &piece, int64_t i) {
    SmallVector<Value> indices(row);
    indices.push_back(l.add(piece.column, i * lanes()));
    return indices;
  }
  Value load(Value memref, ArrayRef<Value> row, const Piece &piece, int64_t i) {
    SmallVector<Value> indices = at(row, piece, i);
    if (!piece.mask)
      return vector::LoadOp::create(b, l.loc, type, memref, indices);
    Value zero = arith::ConstantOp::create(b, l.loc, b.getZeroAttr(type));
    return vector::MaskedLoadOp::create(b, l.loc, type, memref, indices,
                                        piece.mask, zero);
  }
  void store(Value vector, Value memref, ArrayRef<Value> row,
             const Piece &piece, int64_t i) {
    SmallVector<Value> indices = at(row, piece, i);
    if (piece.mask)
      vector::MaskedStoreOp::create(b, l.loc, memref, indices, piece.mask,
                                    vector);
    else
      vector::StoreOp::create(b, l.loc, vector, memref, indices);
  }
  /// body(piece) over a row of `size` elements.
  void forPieces(Value size, llvm::function_ref<void(const Piece &)> body);
};
} // namespace

void RowBuilder::forPieces(Value size,
                           llvm::function_ref<void(const Piece &)> body) {
  constexpr int64_t many = 4;
  APInt known;
  bool isKnown = matchPattern(size, m_ConstantInt(&known));
  int64_t n = isKnown ? known.getSExtValue() : -1;
  Value wide = l.mul(l.div(size, many * lanes()), many * lanes());
  Value whole = l.mul(l.div(size, lanes()), lanes());
  l.loop(l.constant(0), wide, many * lanes(), [&](Value column) {
    body({column, many, Value()});
  });
  if (!isKnown || n % (many * lanes()) >= lanes())
    l.loop(wide, whole, lanes(), [&](Value column) {
      body({column, 1, Value()});
    });
  if (isKnown && n % lanes() == 0)
    return;
  // Not a branch but a loop of at most one round: scf.if would do as well.
  l.loop(whole, size, lanes(), [&](Value column) {
    Value mask = vector::CreateMaskOp::create(
        b, l.loc, VectorType::get(lanes(), b.getI1Type()), l.sub(size, column));
    body({column, 1, mask});
  });
}

/// Loops over all dimensions of `memref` between the first and the last.
static void forInnerDims(const IndexBuilder &l, Value memref,
                         SmallVector<Value> row,
                         llvm::function_ref<void(ArrayRef<Value>)> body) {
  int64_t rank = cast<MemRefType>(memref.getType()).getRank();
  int64_t next = row.size();
  if (next >= rank - 1)
    return body(row);
  l.loop(l.constant(0), l.dim(memref, next), 1, [&](Value i) {
    SmallVector<Value> longer = row;
    longer.push_back(i);
    forInnerDims(l, memref, longer, body);
  });
}

static bool hasUnitRows(Value buffer) {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  if (!type || type.getRank() < 2)
    return false;
  auto [strides, offset] = type.getStridesAndOffset();
  return strides.back() == 1;
}

static SmallVector<Value> withFirst(ArrayRef<Value> row, Value first) {
  SmallVector<Value> other(row);
  other.front() = first;
  return other;
}

LogicalResult lowerToVectors(GatherOp op) {
  if (!hasUnitRows(op.getSource()) || !hasUnitRows(op.getInit()))
    return failure();
  OpBuilder b(op);
  IndexBuilder l{b, op.getLoc()};
  auto type = cast<MemRefType>(op.getInit().getType());
  Type element = type.getElementType();
  RowBuilder rows{
      b, l,
      VectorType::get(spex::VectorTarget::of(op).lanes(element), element)};
  Value size = l.dim(op.getInit(), type.getRank() - 1);
  l.loop(l.constant(0), l.dim(op.getInit(), 0), 1, [&](Value i) {
    Value from = l.toIndex(memref::LoadOp::create(b, l.loc, op.getRows(), i));
    forInnerDims(l, op.getInit(), {i}, [&](ArrayRef<Value> row) {
      SmallVector<Value> source = withFirst(row, from);
      rows.forPieces(size, [&](const Piece &piece) {
        for (int64_t v = 0; v < piece.numVectors; ++v)
          rows.store(rows.load(op.getSource(), source, piece, v), op.getInit(),
                     row, piece, v);
      });
    });
  });
  return success();
}

namespace {
/// The sums of one piece of one unit's row, choice after choice.
struct PieceSums {
  CombineOp op;
  RowBuilder &rows;
  ArrayRef<Value> row;
  const Piece &piece;
  VectorType type; ///< of the sums

  OpBuilder &b() { return rows.b; }
  Location loc() { return rows.l.loc; }

  /// sums + weight of choice k * `source`[from]
  SmallVector<Value> add(Value k, ValueRange sums, Value source, Value from) {
    SmallVector<Value> at = withFirst(row, from);
    Value weight = memref::LoadOp::create(b(), loc(), op.getWeights(),
                                          ValueRange{row.front(), k});
    Value weights = vector::BroadcastOp::create(b(), loc(), type, weight);
    SmallVector<Value> next;
    for (auto [v, sum] : llvm::enumerate(sums)) {
      Value each = rows.load(source, at, piece, v);
      if (type != rows.type)
        each = arith::ExtFOp::create(b(), loc(), type, each);
      next.push_back(math::FmaOp::create(b(), loc(), weights, each, sum));
    }
    return next;
  }
  /// `then(id)` where `ids`[unit][k] is somebody's, else `otherwise()`.
  SmallVector<Value>
  ifSomebody(Value ids, Value k,
             llvm::function_ref<SmallVector<Value>(Value)> then,
             llvm::function_ref<SmallVector<Value>()> otherwise) {
    Value id = memref::LoadOp::create(b(), loc(), ids,
                                      ValueRange{row.front(), k});
    Value none =
        arith::ConstantOp::create(b(), loc(), b().getZeroAttr(id.getType()));
    Value isSomebody = arith::CmpIOp::create(
        b(), loc(), arith::CmpIPredicate::sge, id, none);
    auto choice = scf::IfOp::create(
        b(), loc(), isSomebody,
        [&](OpBuilder &, Location) {
          scf::YieldOp::create(b(), loc(), then(id));
        },
        [&](OpBuilder &, Location) {
          scf::YieldOp::create(b(), loc(), otherwise());
        });
    return SmallVector<Value>(choice.getResults());
  }
  SmallVector<Value> addChoice(Value k, ValueRange state) {
    SmallVector<Value> sums(state);
    auto same = [&] { return sums; };
    return ifSomebody(
        op.getPlace(), k,
        [&](Value place) {
          return add(k, sums, op.getEach(), rows.l.toIndex(place));
        },
        [&] {
          if (!op.getOwn())
            return sums;
          return ifSomebody(
              op.getWanted(), k,
              [&](Value) { return add(k, sums, op.getOwn(), row.front()); },
              same);
        });
  }
  SmallVector<Value> afterAll() {
    Value zero =
        arith::ConstantOp::create(b(), loc(), b().getZeroAttr(type));
    SmallVector<Value> start(piece.numVectors, zero);
    auto loop = scf::ForOp::create(
        b(), loc(), rows.l.constant(0), rows.l.dim(op.getPlace(), 1),
        rows.l.constant(1), start,
        [&](OpBuilder &, Location, Value k, ValueRange state) {
          scf::YieldOp::create(b(), loc(), addChoice(k, state));
        });
    return SmallVector<Value>(loop.getResults());
  }
};
} // namespace

LogicalResult lowerToVectors(CombineOp op) {
  if (!hasUnitRows(op.getEach()) || !hasUnitRows(op.getInit()) ||
      (op.getOwn() && !hasUnitRows(op.getOwn())))
    return failure();
  auto type = cast<MemRefType>(op.getInit().getType());
  Type element = type.getElementType();
  Type sum = cast<MemRefType>(op.getWeights().getType()).getElementType();
  if (!sum.isF32())
    return failure();
  OpBuilder b(op);
  IndexBuilder l{b, op.getLoc()};
  RowBuilder rows{
      b, l, VectorType::get(spex::VectorTarget::of(op).lanes(sum), element)};
  Value size = l.dim(op.getInit(), type.getRank() - 1);
  l.loop(l.constant(0), l.dim(op.getInit(), 0), 1, [&](Value unit) {
    forInnerDims(l, op.getInit(), {unit}, [&](ArrayRef<Value> row) {
      rows.forPieces(size, [&](const Piece &piece) {
        PieceSums sums{op, rows, row, piece,
                       VectorType::get(rows.lanes(), sum)};
        for (auto [v, value] : llvm::enumerate(sums.afterAll())) {
          if (element != sum)
            value = arith::TruncFOp::create(b, l.loc, rows.type, value);
          rows.store(value, op.getInit(), row, piece, v);
        }
      });
    });
  });
  return success();
}

} // namespace mlir::grouped
