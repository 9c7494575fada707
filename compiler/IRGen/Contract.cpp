//===- Contract.cpp - Sums of products ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `@`, `dot` and `outer`. A contraction is one linalg.generic whose body is a
// fused multiply-add: that, and the order of its reduction loops, is what later
// phases turn into a grouped.matmul.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace spex::irgen {

/// The result has the shared dims that stay, then the rest of a, then of b.
NodeRef Generator::contract(Location loc, NodeRef a, NodeRef b, DimsRef summed,
                            bool sharedFirst, ElementType element) {
  // Operands are rounded, so they are values of their own, whatever made them.
  Tensor left = materialize(a);
  Tensor right = materialize(b);
  Dims kept;
  if (sharedFirst)
    for (const Dimension *dim : left.dims)
      if (contains(right.dims, dim) && !contains(summed, dim))
        kept.push_back(dim);
  kept = unite(kept, without(left.dims, summed));
  kept = unite(kept, without(right.dims, summed));
  Dims loops = unite(kept, summed);

  ElementType type = isFloat(element) ? program.numerics.accumulate : element;
  if (isFloat(left.element) && isFloat(right.element))
    type = wider(type, wider(left.element, right.element));
  Value init = filledTensor(loc, kept, type, constantAttr(0, type));
  Tensor result = writeLoops(
      loc, loops, kept, type,
      {convert(makeLeaf(loc, left), type), convert(makeLeaf(loc, right), type)},
      init, [&](Scalars &s, ArrayRef<Value> x, Value out) -> Value {
        if (isFloat(type))
          return math::FmaOp::create(s.builder, s.loc, x[0], x[1], out);
        Value product = arith::MulIOp::create(s.builder, s.loc, x[0], x[1]);
        return arith::AddIOp::create(s.builder, s.loc, out, product);
      });
  return makeLeaf(loc, result);
}

/// `a @ w` and `dot[C](a, b)`: operands round to their own types.
NodeRef Generator::emitContraction(const Expr &expr) {
  bool isDot = expr.kind == Expr::Kind::Call;
  NodeRef a = convert(emit(*expr.args[0]), expr.args[0]->type.element);

  // The sum runs in the order of the brackets, or of the weight's declaration.
  Dims summed;
  if (isDot) {
    summed.assign(expr.dims.begin(), expr.dims.end());
  } else {
    for (const Dimension *dim : expr.args[1]->type.dims)
      if (contains(expr.dims, dim))
        summed.push_back(dim);
  }
  here = locate(expr.location);
  const Expr &other = *expr.args[1];
  if (NodeRef product =
          contractOfPairs(here, a, other, summed, expr.type.element))
    return product;
  NodeRef b = convert(emit(other), other.type.element);
  here = locate(expr.location);
  return contract(here, a, b, summed, isDot, expr.type.element);
}

} // namespace spex::irgen
