//===- KernelFunction.h - Private functions of kernels ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes the functions that kernels, blocks and packing live in, and the casts
// with which buffers are passed to them. Used by all files of this directory.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOVECTOR_KERNELFUNCTION_H
#define DIALECTS_CONVERSION_GROUPEDTOVECTOR_KERNELFUNCTION_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::grouped {

/// Index arithmetic at one place.
struct IndexBuilder {
  OpBuilder &b;
  Location loc;

  Value constant(int64_t v) const {
    return arith::ConstantIndexOp::create(b, loc, v);
  }
  Value add(Value x, Value y) const {
    return b.createOrFold<arith::AddIOp>(loc, x, y);
  }
  Value add(Value x, int64_t y) const { return y ? add(x, constant(y)) : x; }
  Value sub(Value x, Value y) const {
    return b.createOrFold<arith::SubIOp>(loc, x, y);
  }
  Value mul(Value x, Value y) const {
    return b.createOrFold<arith::MulIOp>(loc, x, y);
  }
  Value mul(Value x, int64_t y) const { return mul(x, constant(y)); }
  Value div(Value x, Value y) const {
    return b.createOrFold<arith::DivUIOp>(loc, x, y);
  }
  Value div(Value x, int64_t y) const { return div(x, constant(y)); }
  Value min(Value x, Value y) const {
    return b.createOrFold<arith::MinUIOp>(loc, x, y);
  }
  Value equal(Value x, Value y) const {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, x, y);
  }
  Value dim(Value memref, int64_t i) const {
    return b.createOrFold<memref::DimOp>(loc, memref, i);
  }
  Value toIndex(Value v) const {
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), v);
  }
  /// for i = from; i < to; i += step
  void loop(Value from, Value to, int64_t step,
            llvm::function_ref<void(Value)> body) const {
    scf::ForOp::create(b, loc, from, to, constant(step), ValueRange(),
                       [&](OpBuilder &, Location, Value i, ValueRange) {
                         body(i);
                         scf::YieldOp::create(b, loc);
                       });
  }
};

/// Rows of an unknown number of elements, at an unknown place: T[?][?].
MemRefType rowsType(Type element);
/// Elements behind one another: T[?].
MemRefType flatType(Type element);
/// `memref` as rowsType or flatType, whichever has its rank.
Value castToRows(const IndexBuilder &l, Value memref);
/// The buffer of `memref`, whatever its rank, from its first element on.
Value flatten(const IndexBuilder &l, Value memref);

/// A function of this name with an empty entry block, at the end of `module`;
/// the builder stands in it. `isLeaf`: never inlined, and buffers marked in
/// `noAlias` share no element with any other argument.
func::FuncOp createFunction(OpBuilder &b, ModuleOp module, StringRef name,
                            TypeRange arguments, bool isLeaf = false,
                            ArrayRef<unsigned> noAlias = {});

} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOVECTOR_KERNELFUNCTION_H
