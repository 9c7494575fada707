//===- LoopBuilder.h - Scalar loops at one place ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Index arithmetic, loads, stores and loop nests, in few words. Used by the
// plain lowering of the grouped ops and by the lowering to runtime calls.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOLOOPS_LOOPBUILDER_H
#define DIALECTS_CONVERSION_GROUPEDTOLOOPS_LOOPBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::grouped {
struct LoopBuilder {
  OpBuilder &b;
  Location loc;

  Value index(int64_t v) { return arith::ConstantIndexOp::create(b, loc, v); }
  Value zero(Type type) {
    return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  }
  Value dim(Value memref, int64_t i) {
    return b.createOrFold<memref::DimOp>(loc, memref, i);
  }
  Value load(Value memref, ValueRange at) {
    return memref::LoadOp::create(b, loc, memref, at);
  }
  void store(Value value, Value memref, ValueRange at) {
    memref::StoreOp::create(b, loc, value, memref, at);
  }
  /// A float of another width.
  Value convert(Value value, Type type) {
    unsigned from = value.getType().getIntOrFloatBitWidth();
    unsigned to = type.getIntOrFloatBitWidth();
    if (from < to)
      return arith::ExtFOp::create(b, loc, type, value);
    if (from > to)
      return arith::TruncFOp::create(b, loc, type, value);
    return value;
  }
  Value toIndex(Value v) {
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), v);
  }

  /// for i < size: state = body(i, state)
  SmallVector<Value>
  loop(Value size, ValueRange start,
       llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
    auto loop = scf::ForOp::create(
        b, loc, index(0), size, index(1), start,
        [&](OpBuilder &, Location, Value i, ValueRange state) {
          scf::YieldOp::create(b, loc, body(i, state));
        });
    return loop.getResults();
  }

  /// body(indices) for every element of `memref` whose first indices are
  /// `prefix`.
  void forEach(Value memref, SmallVector<Value> prefix,
               llvm::function_ref<void(ArrayRef<Value>)> body) {
    auto type = cast<MemRefType>(memref.getType());
    if (static_cast<int64_t>(prefix.size()) == type.getRank())
      return body(prefix);
    loop(dim(memref, prefix.size()), {}, [&](Value i, ValueRange) {
      SmallVector<Value> next = prefix;
      next.push_back(i);
      forEach(memref, next, body);
      return SmallVector<Value>();
    });
  }
};
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOLOOPS_LOOPBUILDER_H
