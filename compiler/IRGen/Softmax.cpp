//===- Softmax.cpp - softmax, log_softmax, cross_entropy ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A softmax is four steps: the largest value, exp(x - largest), their sum, and
// a division that its user goes on with. Masks are computed where they are
// needed; no tensor of a mask is made.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include <limits>

using namespace mlir;

namespace spex::irgen {

NodeRef Generator::softmax(Location loc, NodeRef x, DimsRef dims, NodeRef mask,
                           NodeRef sink, bool logarithm) {
  x = convert(x, arithmeticType({x}));
  x = makeLeaf(loc, materialize(expanded(x, dims)));
  const double infinity = std::numeric_limits<double>::infinity();
  NodeRef zero = constantLike(0, x), low = constantLike(-infinity, x);

  NodeRef largest =
      maximum(loc, mask ? select(mask, x, low) : x, dims);
  if (sink) {
    sink = convert(sink, x->element);
    // The sink may exceed every value, and exp must not overflow.
    NodeRef isLarger = binary(BinaryOp::Gt, sink, largest);
    largest = makeLeaf(loc, materialize(select(isLarger, sink, largest)));
  }
  NodeRef shifted = binary(BinaryOp::Sub, x, largest);
  NodeRef exps = unary(shifted, Builtin::Exp);
  if (mask)
    exps = select(mask, exps, zero);
  if (!logarithm)
    exps = makeLeaf(loc, materialize(exps));
  NodeRef total = sum(loc, exps, dims);
  if (sink)
    total = binary(
        BinaryOp::Add, total,
        unary(binary(BinaryOp::Sub, sink, largest), Builtin::Exp));

  if (logarithm) {
    NodeRef result =
        binary(BinaryOp::Sub, shifted, unary(total, Builtin::Log));
    return mask ? select(mask, result, zero) : result;
  }
  NodeRef result = binary(BinaryOp::Div, exps, total);
  if (!mask)
    return result;
  // Without any true entry the sum is 0, and so is the row.
  return select(binary(BinaryOp::Gt, total, zero), result, zero);
}

NodeRef Generator::emitSoftmax(const Expr &expr) {
  DimsRef dims(expr.dims.data(), expr.dims.size());
  NodeRef x = emit(*expr.args[0]);
  NodeRef mask, sink;
  if (const Expr *given = expr.findNamed("mask"))
    mask = convert(emit(*given), ElementType::Bool);
  if (const Expr *given = expr.findNamed("sink"))
    sink = emit(*given);
  NodeRef at = expr.builtin == Builtin::CrossEntropy ? emit(*expr.args[1])
                                                     : nullptr;
  here = locate(expr.location);
  if (!at)
    return softmax(here, x, dims, mask, sink,
                   expr.builtin == Builtin::LogSoftmax);
  Tensor logs = materialize(softmax(here, x, dims, nullptr, nullptr, true));
  return negate(gather(here, logs, at, dims[0]));
}

} // namespace spex::irgen
