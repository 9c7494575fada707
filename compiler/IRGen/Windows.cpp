//===- Windows.cpp - Sliding windows --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No tensor of windows is made where they are read inside other loops: each
// element is read where it lies, or is 0 outside.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

NodeRef Generator::emitWindows(const Expr &expr) {
  Tensor x = materialize(emit(*expr.args[0]));
  here = locate(expr.location);
  const Dimension *dim = expr.dims[0], *window = expr.toDims[0],
                  *offset = expr.toDims[1];
  int64_t stride = static_cast<int64_t>(namedNumber(expr, "stride", 1));
  int64_t pad = static_cast<int64_t>(namedNumber(expr, "pad", 0));
  Value size = sizeValue(dim), zero = indexConstant(0);
  Value step = indexConstant(stride), outside = indexConstant(pad);
  Dims dims;
  for (const Dimension *axis : x.dims) {
    dims.push_back(axis == dim ? window : axis);
    if (axis == dim)
      dims.push_back(offset);
  }
  auto read = [=](Scalars &s, ArrayRef<Value>) -> Value {
    OpBuilder &b = s.builder;
    Value start = arith::MulIOp::create(b, s.loc, s.index(window), step);
    Value at = arith::AddIOp::create(b, s.loc, start, s.index(offset));
    at = arith::SubIOp::create(b, s.loc, at, outside);
    // A number below zero is large without its sign.
    Value isInside = arith::CmpIOp::create(
        b, s.loc, arith::CmpIPredicate::ult, at, size);
    Value safe = arith::SelectOp::create(b, s.loc, isInside, at, zero);
    SmallVector<Value> indices;
    for (const Dimension *axis : x.dims)
      indices.push_back(axis == dim ? safe : s.index(axis));
    Value entry = tensor::ExtractOp::create(b, s.loc, x.value, indices);
    Value none = arith::ConstantOp::create(
        b, s.loc, b.getZeroAttr(entry.getType()));
    return arith::SelectOp::create(b, s.loc, isInside, entry, none);
  };
  return makeRead(here, x.element, dims, {}, read);
}

} // namespace spex::irgen
