//===- Order.cpp - Positions and ranks along one dim ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// argmax, in_top, sort, cumsum and shift: what depends on the order of entries
// along a dim. All are loops over pairs of positions, without any state from
// one to the next; the dims they are used on (experts, groups) are short.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

/// The lowest position of the largest (smallest) value: the least of those
/// positions whose value is the extreme.
NodeRef Generator::argMax(const Expr &expr, const NodeRef &x) {
  bool smallest = expr.builtin == Builtin::ArgMin;
  const Dimension *dim = expr.dims[0];
  NodeRef values = makeLeaf(here, materialize(x));
  NodeRef extreme = maximum(here, values, {dim}, smallest);
  NodeRef isExtreme = binary(BinaryOp::Eq, values, extreme);
  NodeRef last = makeConstant(here, dim->size - 1, ElementType::Index);
  NodeRef at = select(isExtreme, place(dim),
                      convert(last, ElementType::Int));
  NodeRef lowest = maximum(here, at, {dim}, /*smallest=*/true);
  Tensor result = materialize(lowest);
  result.element = ElementType::Index;
  result.target = dim;
  return makeLeaf(here, result);
}

/// The same values along a second dim of the same size.
std::pair<NodeRef, const Dimension *>
Generator::pairedWith(const Tensor &values, const Dimension *dim) {
  Dimension *other = makeDimension(dim->name, dim->size);
  other->isBounded = dim->isBounded;
  if (dim->isBounded)
    sizes[other] = sizeValue(dim);
  Tensor others = values;
  for (const Dimension *&axis : others.dims)
    if (axis == dim)
      axis = other;
  return {makeLeaf(here, others), other};
}

/// How many entries along `dim` come before each: larger (smaller) ones, and
/// of equals those at lower positions.
NodeRef Generator::rankAlong(const Tensor &values, const Dimension *dim,
                             bool ascending) {
  auto [theirs, other] = pairedWith(values, dim);
  NodeRef mine = makeLeaf(here, values);
  NodeRef isAhead =
      binary(ascending ? BinaryOp::Lt : BinaryOp::Gt, theirs, mine);
  NodeRef isLower = binary(BinaryOp::Lt, place(other), place(dim));
  NodeRef isTied = binary(BinaryOp::Eq, theirs, mine);
  NodeRef before = binary(BinaryOp::Or, isAhead,
                          binary(BinaryOp::And, isTied, isLower));
  return sum(here, convert(before, ElementType::Int), {other});
}

/// Where the loops stand along `dim`, from 0 in every call.
NodeRef Generator::place(const Dimension *dim) {
  return makeApply(here, ElementType::Int, {dim}, {},
                   [=](Scalars &s, ArrayRef<Value>) -> Value {
                     return arith::IndexCastOp::create(
                         s.builder, s.loc, s.builder.getI32Type(),
                         s.index(dim));
                   });
}

/// True for the k largest along a dim.
NodeRef Generator::inTop(const Expr &expr, const NodeRef &x, const NodeRef &k) {
  return binary(BinaryOp::Lt,
                rankAlong(materialize(x), expr.dims[0], /*ascending=*/false),
                convert(k, ElementType::Int));
}

/// Entry r is the value whose rank is r.
NodeRef Generator::sorted(const Tensor &values, const Dimension *dim) {
  Tensor ranks = materialize(rankAlong(values, dim, /*ascending=*/true));
  auto [theirs, other] = pairedWith(values, dim);
  for (const Dimension *&axis : ranks.dims)
    if (axis == dim)
      axis = other;
  NodeRef isMine = binary(BinaryOp::Eq, makeLeaf(here, ranks), place(dim));
  // One term is not 0.
  NodeRef term = select(isMine, theirs, constantLike(0, theirs));
  return makeLeaf(here, materialize(sum(here, term, {other}), values.dims));
}

/// Entry s is the value n entries before, 0 outside.
NodeRef Generator::shifted(const Tensor &values, const Dimension *dim,
                           const NodeRef &by) {
  NodeRef from = binary(BinaryOp::Sub, place(dim), by);
  NodeRef zero = makeConstant(here, 0, ElementType::Int);
  NodeRef size = dimensionSize(dim);
  NodeRef isInside = binary(BinaryOp::And, binary(BinaryOp::Le, zero, from),
                            binary(BinaryOp::Lt, from, size));
  NodeRef source = select(isInside, from, zero);
  NodeRef read = gather(here, values, source, dim);
  // The order of the value itself, whatever the read has.
  NodeRef result = select(isInside, read, constantLike(0, read));
  return makeLeaf(here, materialize(result, values.dims));
}

/// The sum of the entries up to each, inclusive.
Tensor Generator::runningSum(const Tensor &values, const Dimension *dim) {
  auto [theirs, other] = pairedWith(values, dim);
  NodeRef isSoFar = binary(BinaryOp::Le, place(other), place(dim));
  NodeRef terms = select(isSoFar, theirs, constantLike(0, theirs));
  return materialize(sum(here, terms, {other}), values.dims);
}

NodeRef Generator::emitOrdered(const Expr &expr) {
  NodeRef x = emit(*expr.args[0]);
  NodeRef by;
  if (const Expr *given = expr.findNamed("by"))
    by = convert(emit(*given), ElementType::Int);
  here = locate(expr.location);
  const Dimension *dim = expr.dims[0];
  if (dim == entry.stepAlong)
    return unsupported(expr, "`" + spellingOf(expr.builtin) +
                                 "` along the dimension of steps");
  Tensor values = materialize(expanded(x, {dim}));
  if (expr.builtin == Builtin::Sort)
    return sorted(values, dim);
  if (expr.builtin == Builtin::Shift)
    return shifted(values, dim, by);
  return makeLeaf(here, runningSum(values, dim));
}

} // namespace spex::irgen
