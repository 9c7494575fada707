//===- Norms.cpp - rmsnorm, layernorm, l2norm -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A norm is a sum of squares, then a tree that whatever uses it goes on with:
// `rmsnorm[D](x) * w` is one sum and one elementwise generic.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

using namespace mlir;

namespace spex::irgen {

NodeRef Generator::emitNorm(const Expr &expr) {
  DimsRef dims(expr.dims.data(), expr.dims.size());
  NodeRef x = emit(*expr.args[0]);
  NodeRef eps = emit(*expr.findNamed("eps"));
  here = locate(expr.location);
  x = convert(x, arithmeticType({x}));
  // Read twice, so it is a value.
  x = makeLeaf(here, materialize(expanded(x, dims)));

  if (expr.builtin == Builtin::LayerNorm) {
    NodeRef mean = binary(BinaryOp::Div, sum(here, x, dims), count(dims));
    x = binary(BinaryOp::Sub, x, mean);
  }
  NodeRef squares = sum(here, binary(BinaryOp::Mul, x, x), dims);
  if (expr.builtin != Builtin::L2Norm)
    squares = binary(BinaryOp::Div, squares, count(dims));
  NodeRef norm = unary(binary(BinaryOp::Add, squares, eps), Builtin::Sqrt);
  return binary(BinaryOp::Div, x, norm);
}

} // namespace spex::irgen
