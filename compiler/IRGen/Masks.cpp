//===- Masks.cpp - Positions, masks and constants -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is computed from positions alone. These are trees without tensors: a
// mask becomes a comparison of loop indices inside the loops that use it.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace spex::irgen {

NodeRef Generator::emitOneHot(const Expr &expr) {
  NodeRef i = emit(*expr.args[0]);
  here = locate(expr.location);
  const Dimension *target = expr.args[0]->type.target;
  Dims dims = i->dims;
  dims.push_back(target);
  // A plain count from 0: labels and experts do not move with the steps.
  NodeRef hit = binary(BinaryOp::Eq, expanded(i, dims),
                       convert(index(target), ElementType::Int));
  return convert(hit, expr.type.element);
}

/// The floor, limited to the positions there are.
NodeRef Generator::emitToIndex(const Expr &expr) {
  NodeRef x = emit(*expr.args[0]);
  here = locate(expr.location);
  NodeRef size = dimensionSize(expr.dims[0]);
  NodeRef one = makeConstant(here, 1, ElementType::Int);
  NodeRef zero = makeConstant(here, 0, ElementType::Int);
  NodeRef last = binary(BinaryOp::Sub, size, one);
  NodeRef low = unary(x, Builtin::Floor);
  // Limited before it is converted, where it might not fit.
  NodeRef limited = select(binary(BinaryOp::Lt, low, last), low, last);
  limited = select(binary(BinaryOp::Gt, limited, zero), limited, zero);
  NodeRef whole = convert(limited, ElementType::Int);
  return withTarget(convert(whole, ElementType::Index), expr.dims[0]);
}

NodeRef Generator::emitMask(const Expr &expr) {
  auto at = [&](unsigned i) {
    return convert(index(expr.dims[i]), ElementType::Int);
  };
  Dims dims(expr.dims.begin(), expr.dims.end());
  switch (expr.builtin) {
  case Builtin::Causal:
    return binary(BinaryOp::Le, at(1), expanded(at(0), dims));
  case Builtin::SameMask:
    return binary(BinaryOp::Eq, expanded(at(0), dims), at(1));
  case Builtin::Window: {
    NodeRef n = convert(emit(*expr.args[0]), ElementType::Int);
    here = locate(expr.location);
    NodeRef distance = binary(BinaryOp::Sub, expanded(at(0), dims), at(1));
    NodeRef least = binary(BinaryOp::Lt, negate(n), distance);
    return binary(BinaryOp::And, least, binary(BinaryOp::Lt, distance, n));
  }
  case Builtin::Chunk: {
    NodeRef n = convert(emit(*expr.args[0]), ElementType::Int);
    here = locate(expr.location);
    auto chunkOf = [&](const NodeRef &position) {
      return makeApply(here, ElementType::Int, position->dims, {position, n},
                       [](Scalars &s, ArrayRef<Value> x) -> Value {
                         return arith::DivSIOp::create(s.builder, s.loc, x[0],
                                                       x[1]);
                       });
    };
    return binary(BinaryOp::Eq, expanded(chunkOf(at(0)), dims),
                  chunkOf(at(1)));
  }
  case Builtin::Bits:
    // Bit n of the number e, the lowest first.
    return makeApply(here, ElementType::Bool, dims, {at(0), at(1)},
                     [](Scalars &s, ArrayRef<Value> x) -> Value {
                       Value shifted = arith::ShRUIOp::create(
                           s.builder, s.loc, x[0], x[1]);
                       return arith::TruncIOp::create(
                           s.builder, s.loc, s.builder.getI1Type(), shifted);
                     });
  case Builtin::Range:
    return withTarget(index(expr.dims[0]), expr.dims[0]);
  case Builtin::Zeros:
  case Builtin::Ones: {
    double value = expr.builtin == Builtin::Ones;
    return expanded(makeConstant(here, value, expr.type.element), dims);
  }
  case Builtin::OneHot:
    return emitOneHot(expr);
  default:
    return emitToIndex(expr);
  }
}

} // namespace spex::irgen
