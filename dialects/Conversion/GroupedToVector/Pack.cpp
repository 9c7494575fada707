//===- Pack.cpp - Rows of the left-hand side, tile by tile ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A square of rows by columns is turned in registers: one vector of each row
// goes in, one vector of each column comes out, and is stored over the unused
// end of the one before it.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToVector/Pack.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::grouped {
namespace {
/// Builds the body of one packing function.
struct PackBuilder {
  spex::VectorTarget target;
  OpBuilder &b;
  IndexBuilder l;
  PackedForm form;
  int64_t lanes; // each an element as it is multiplied, or a pair
  Value count, k, source, destination, rows;
  Value rowSize; // elements of a packed row

  Type from() const { return getElementTypeOrSelf(source.getType()); }
  Value sourceRow(Value i);
  Value loadVector(Value row, Value column);
  SmallVector<Value> loadElements(Value row, Value column);
  void storeElements(ValueRange elements, Value at);
  void tile(Value firstRow, Value numRows);
  void columns(ArrayRef<Value> from, Value column, Value base, Value numRows);
  void rest(Value whole, Value firstRow, Value numRows, Value base);
  void singleRow();
  void tiles();
  void build();
};
} // namespace

Value PackBuilder::sourceRow(Value i) {
  if (!rows)
    return i;
  return l.toIndex(memref::LoadOp::create(b, l.loc, rows, i));
}

/// Neighbouring elements of a row, or pairs, in 32 bits each.
Value PackBuilder::loadVector(Value row, Value column) {
  auto type = VectorType::get(lanes * form.pair(), from());
  Value x =
      vector::LoadOp::create(b, l.loc, type, source, ValueRange{row, column});
  if (form.isPairs)
    return vector::BitCastOp::create(b, l.loc,
                                     VectorType::get(lanes, b.getI32Type()), x);
  if (from() == form.element)
    return x;
  return arith::ExtFOp::create(b, l.loc, type.clone(form.element), x);
}

/// One element of a row, or a pair, whose second one may not exist: -0, so that
/// products with the 0 it meets change no sum.
SmallVector<Value> PackBuilder::loadElements(Value row, Value column) {
  Value x = memref::LoadOp::create(b, l.loc, source, ValueRange{row, column});
  if (!form.isPairs) {
    if (from() != form.element)
      x = arith::ExtFOp::create(b, l.loc, form.element, x);
    return {x};
  }
  Value last = l.sub(k, l.constant(1)), next = l.add(column, 1);
  Value y = memref::LoadOp::create(b, l.loc, source,
                                   ValueRange{row, l.min(next, last)});
  Value exists =
      arith::CmpIOp::create(b, l.loc, arith::CmpIPredicate::ule, next, last);
  Value none =
      arith::ConstantOp::create(b, l.loc, b.getFloatAttr(form.element, -0.0));
  return {x, arith::SelectOp::create(b, l.loc, exists, y, none)};
}

void PackBuilder::storeElements(ValueRange elements, Value at) {
  for (auto [i, x] : llvm::enumerate(elements))
    memref::StoreOp::create(b, l.loc, x, destination,
                            l.add(at, static_cast<int64_t>(i)));
}

/// The transposed square, by exchanging halves of ever larger blocks.
static void transpose(OpBuilder &b, Location loc,
                      SmallVectorImpl<Value> &square) {
  int64_t size = square.size();
  for (int64_t half = 1; half < size; half *= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t j = 0; j < size; ++j) {
      low.push_back(j & half ? size + j - half : j);
      high.push_back(j & half ? size + j : j + half);
    }
    for (int64_t i = 0; i < size; ++i) {
      if (i & half)
        continue;
      Value upper = square[i], lower = square[i + half];
      square[i] = vector::ShuffleOp::create(b, loc, upper, lower, low);
      square[i + half] = vector::ShuffleOp::create(b, loc, upper, lower, high);
    }
  }
}

/// A square of rows by lanes, from `column` on.
void PackBuilder::columns(ArrayRef<Value> from, Value column, Value base,
                          Value numRows) {
  SmallVector<Value> square;
  for (Value row : from)
    square.push_back(loadVector(row, column));
  // Rows that no tile has: anything will do.
  while (static_cast<int64_t>(square.size()) < lanes)
    square.push_back(square.back());
  transpose(b, l.loc, square);
  Value at = l.add(base, l.mul(column, numRows));
  auto stored = VectorType::get(lanes * form.pair(), form.element);
  for (Value vector : square) {
    if (form.isPairs)
      vector = vector::BitCastOp::create(b, l.loc, stored, vector);
    vector::StoreOp::create(b, l.loc, vector, destination, at);
    at = l.add(at, l.mul(numRows, form.pair()));
  }
}

/// What fills no vector, and what the last step of k has too little.
void PackBuilder::rest(Value whole, Value firstRow, Value numRows, Value base) {
  auto place = [&](Value column, Value i) {
    return l.add(base, l.add(l.mul(column, numRows), l.mul(i, form.pair())));
  };
  l.loop(whole, k, form.pair(), [&](Value column) {
    l.loop(l.constant(0), numRows, 1, [&](Value i) {
      Value row = sourceRow(l.add(firstRow, i));
      storeElements(loadElements(row, column), place(column, i));
    });
  });
  if (form.depth == form.pair())
    return;
  Value none =
      arith::ConstantOp::create(b, l.loc, b.getFloatAttr(form.element, -0.0));
  l.loop(k, rowSize, 1, [&](Value column) {
    l.loop(l.constant(0), numRows, 1,
           [&](Value i) { storeElements(none, place(column, i)); });
  });
}

void PackBuilder::tile(Value firstRow, Value numRows) {
  Value base = l.mul(firstRow, rowSize),
        last = l.add(l.sub(numRows, l.constant(1)), firstRow);
  SmallVector<Value> from;
  for (int64_t i = 0; i < target.tileRows(); ++i)
    from.push_back(sourceRow(l.min(l.add(firstRow, i), last)));
  int64_t width = lanes * form.pair();
  Value whole = l.mul(l.div(k, width), width);
  l.loop(l.constant(0), whole, width,
         [&](Value column) { columns(from, column, base, numRows); });
  rest(whole, firstRow, numRows, base);
}

void PackBuilder::tiles() {
  int64_t most = target.tileRows();
  Value numTiles = l.div(l.add(count, most - 1), most);
  l.loop(l.constant(0), numTiles, 1, [&](Value t) {
    Value row = l.div(l.mul(t, count), numTiles);
    Value end = l.div(l.mul(l.add(t, l.constant(1)), count), numTiles);
    tile(row, l.sub(end, row));
  });
}

/// One row, which is in order: only its elements change.
void PackBuilder::singleRow() {
  Value row = sourceRow(l.constant(0));
  int64_t width = lanes * form.pair();
  Value whole = l.mul(l.div(k, width), width);
  auto stored = VectorType::get(width, form.element);
  l.loop(l.constant(0), whole, width, [&](Value column) {
    Value x = loadVector(row, column);
    if (form.isPairs)
      x = vector::BitCastOp::create(b, l.loc, stored, x);
    vector::StoreOp::create(b, l.loc, x, destination, column);
  });
  rest(whole, l.constant(0), l.constant(1), l.constant(0));
}

void PackBuilder::build() {
  rowSize = l.mul(l.div(l.add(k, form.depth - 1), form.depth), form.depth);
  // Rows that are multiplied as they lie never come here alone.
  if (from() == form.element && form.depth == 1)
    return tiles();
  scf::IfOp::create(
      b, l.loc, l.equal(count, l.constant(1)),
      [&](OpBuilder &, Location) {
        singleRow();
        scf::YieldOp::create(b, l.loc);
      },
      [&](OpBuilder &, Location) {
        tiles();
        scf::YieldOp::create(b, l.loc);
      });
}

int64_t packedPadding(const spex::VectorTarget &target,
                      const PackedForm &form) {
  return target.bits / form.element.getIntOrFloatBitWidth();
}

func::FuncOp buildPack(const spex::VectorTarget &target, Type source,
                       const PackedForm &form, bool isGather, ModuleOp module,
                       StringRef name) {
  OpBuilder b(module.getContext());
  Type index = b.getIndexType();
  SmallVector<Type> types = {index, index, rowsType(source),
                             flatType(form.element)};
  if (isGather)
    types.push_back(flatType(b.getI32Type()));
  func::FuncOp function = createFunction(b, module, name, types,
                                         /*isLeaf=*/true, /*noAlias=*/{3});
  ValueRange a = function.getArguments();
  PackBuilder{target,
              b,
              IndexBuilder{b, module.getLoc()},
              form,
              target.bits / 32,
              a[0],
              a[1],
              a[2],
              a[3],
              isGather ? a[4] : Value(),
              Value()}
      .build();
  return function;
}

} // namespace mlir::grouped
