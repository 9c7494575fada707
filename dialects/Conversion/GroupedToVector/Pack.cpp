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

namespace mlir::grouped {
namespace {
/// Builds the body of one packing function.
struct PackBuilder {
  spex::VectorTarget target;
  OpBuilder &b;
  IndexBuilder l;
  VectorType type;
  int64_t lanes;
  Value count, k, source, destination, rows;

  Value sourceRow(Value i);
  void tile(Value firstRow, Value numRows);
  void columns(ArrayRef<Value> from, Value column, Value base, Value numRows);
  void build();
};
} // namespace

Value PackBuilder::sourceRow(Value i) {
  if (!rows)
    return i;
  return l.toIndex(memref::LoadOp::create(b, l.loc, rows, i));
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

/// Columns `column` up to `column` + lanes of a tile.
void PackBuilder::columns(ArrayRef<Value> from, Value column, Value base,
                          Value numRows) {
  SmallVector<Value> square;
  for (Value row : from)
    square.push_back(vector::LoadOp::create(b, l.loc, type, source,
                                            ValueRange{row, column}));
  // Rows that no tile has: anything will do.
  while (static_cast<int64_t>(square.size()) < lanes)
    square.push_back(square.back());
  transpose(b, l.loc, square);
  Value at = l.add(base, l.mul(column, numRows));
  for (Value vector : square) {
    vector::StoreOp::create(b, l.loc, vector, destination, at);
    at = l.add(at, numRows);
  }
}

void PackBuilder::tile(Value firstRow, Value numRows) {
  Value base = l.mul(firstRow, k),
        last = l.add(l.sub(numRows, l.constant(1)), firstRow);
  SmallVector<Value> from;
  for (int64_t i = 0; i < target.tileRows(); ++i)
    from.push_back(sourceRow(l.min(l.add(firstRow, i), last)));
  Value whole = l.mul(l.div(k, lanes), lanes);
  l.loop(l.constant(0), whole, lanes,
         [&](Value column) { columns(from, column, base, numRows); });
  l.loop(whole, k, 1, [&](Value column) {
    l.loop(l.constant(0), numRows, 1, [&](Value i) {
      Value row = sourceRow(l.add(firstRow, i));
      Value x =
          memref::LoadOp::create(b, l.loc, source, ValueRange{row, column});
      Value at = l.add(base, l.add(l.mul(column, numRows), i));
      memref::StoreOp::create(b, l.loc, x, destination, at);
    });
  });
}

void PackBuilder::build() {
  int64_t most = target.tileRows();
  Value numTiles = l.div(l.add(count, most - 1), most);
  l.loop(l.constant(0), numTiles, 1, [&](Value t) {
    Value row = l.div(l.mul(t, count), numTiles);
    Value end = l.div(l.mul(l.add(t, l.constant(1)), count), numTiles);
    tile(row, l.sub(end, row));
  });
}

int64_t packedPadding(const spex::VectorTarget &target, Type element) {
  return target.lanes(element);
}

func::FuncOp buildPack(const spex::VectorTarget &target, Type element,
                       bool isGather, ModuleOp module, StringRef name) {
  OpBuilder b(module.getContext());
  Type index = b.getIndexType();
  SmallVector<Type> types = {index, index, rowsType(element),
                             flatType(element)};
  if (isGather)
    types.push_back(flatType(b.getI32Type()));
  func::FuncOp function = createFunction(b, module, name, types,
                                         /*isLeaf=*/true, /*noAlias=*/{3});
  ValueRange a = function.getArguments();
  int64_t lanes = target.lanes(element);
  PackBuilder{target,
              b,
              IndexBuilder{b, module.getLoc()},
              VectorType::get(lanes, element),
              lanes,
              a[0],
              a[1],
              a[2],
              a[3],
              isGather ? a[4] : Value()}
      .build();
  return function;
}

} // namespace mlir::grouped
