//===- Reduce.cpp - Sums, extremes and what is made of them ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions over named dims. The elementwise tree they reduce is written into
// their body, so `sum[D](x * y)` makes no product tensor. Lowerings give every
// sum its 16 lanes; here it is only `acc + x`.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;

namespace spex::irgen {

NodeRef Generator::sum(Location loc, const NodeRef &x, DimsRef dims) {
  NodeRef wide = convert(x, arithmeticType({x}));
  Dims summed;
  for (const Dimension *dim : dims)
    if (contains(wide->dims, dim))
      summed.push_back(dim);
  bool floats = isFloat(wide->element);
  return makeLeaf(loc, reduce(loc, wide, summed, 0,
                              [=](Scalars &s, Value out, Value element) {
                                if (floats)
                                  return arith::AddFOp::create(
                                             s.builder, s.loc, out, element)
                                      .getResult();
                                return arith::AddIOp::create(s.builder, s.loc,
                                                             out, element)
                                    .getResult();
                              }));
}

NodeRef Generator::maximum(Location loc, const NodeRef &x, DimsRef dims,
                           bool smallest) {
  bool floats = isFloat(x->element);
  double initial = floats ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<int32_t>::max();
  if (!smallest)
    initial = floats ? -initial : std::numeric_limits<int32_t>::min();
  Dims removed;
  for (const Dimension *dim : dims)
    if (contains(x->dims, dim))
      removed.push_back(dim);
  return makeLeaf(
      loc, reduce(loc, x, removed, initial,
                  [=](Scalars &s, Value out, Value element) -> Value {
                    OpBuilder &b = s.builder;
                    if (floats && smallest)
                      return arith::MinimumFOp::create(b, s.loc, out, element);
                    if (floats)
                      return arith::MaximumFOp::create(b, s.loc, out, element);
                    if (smallest)
                      return arith::MinSIOp::create(b, s.loc, out, element);
                    return arith::MaxSIOp::create(b, s.loc, out, element);
                  }));
}

/// How many terms a sum over `dims` has.
NodeRef Generator::count(DimsRef dims) {
  NodeRef result = makeConstant(here, 1, ElementType::Int);
  for (const Dimension *dim : dims)
    result = binary(BinaryOp::Mul, result, dimensionSize(dim));
  return convert(result, program.numerics.accumulate);
}

NodeRef Generator::emitReduction(const Expr &expr) {
  NodeRef x = emit(*expr.args[0]);
  NodeRef k = expr.args.size() > 1 ? emit(*expr.args[1]) : nullptr;
  here = locate(expr.location);
  DimsRef dims(expr.dims.data(), expr.dims.size());
  // A number says nothing about the dims it stands for.
  x = expanded(x, dims);
  ElementType type = arithmeticType({x});
  if (!isFloat(type))
    type = program.numerics.accumulate;

  switch (expr.builtin) {
  case Builtin::Sum:
    return sum(here, x, dims);
  case Builtin::Mean:
    return binary(BinaryOp::Div, sum(here, convert(x, type), dims),
                  count(dims));
  case Builtin::Max:
  case Builtin::Min:
    return maximum(here, x, dims, expr.builtin == Builtin::Min);
  case Builtin::Prod:
    return makeLeaf(here, reduce(here, convert(x, type), dims, 1,
                                 [](Scalars &s, Value out, Value element) {
                                   return arith::MulFOp::create(
                                              s.builder, s.loc, out, element)
                                       .getResult();
                                 }));
  case Builtin::LogSumExp: {
    NodeRef values = makeLeaf(here, materialize(convert(x, type)));
    NodeRef top = maximum(here, values, dims);
    NodeRef total =
        sum(here, unary(binary(BinaryOp::Sub, values, top), Builtin::Exp),
            dims);
    return binary(BinaryOp::Add, unary(total, Builtin::Log), top);
  }
  case Builtin::Var: {
    NodeRef values = makeLeaf(here, materialize(convert(x, type)));
    NodeRef mean = binary(BinaryOp::Div, sum(here, values, dims), count(dims));
    NodeRef off = binary(BinaryOp::Sub, values, mean);
    return binary(BinaryOp::Div, sum(here, unary(off, Builtin::Square), dims),
                  count(dims));
  }
  case Builtin::Any:
  case Builtin::All:
    return convert(maximum(here, convert(x, ElementType::Int), dims,
                           expr.builtin == Builtin::All),
                   ElementType::Bool);
  case Builtin::ArgMax:
  case Builtin::ArgMin:
    return argMax(expr, x);
  case Builtin::InTop:
    return inTop(expr, x, k);
  case Builtin::TopSum: {
    NodeRef values = makeLeaf(here, materialize(x));
    return sum(here, select(inTop(expr, values, k), values,
                            makeConstant(here, 0, values->element)),
               dims);
  }
  case Builtin::Kth: {
    NodeRef values = makeLeaf(here, materialize(x));
    double high = std::numeric_limits<double>::infinity();
    if (!isFloat(values->element))
      high = std::numeric_limits<int32_t>::max();
    return maximum(here,
                   select(inTop(expr, values, k), values,
                          makeConstant(here, high, values->element)),
                   dims, /*smallest=*/true);
  }
  default:
    return unsupported(expr, spellingOf(expr.builtin));
  }
}

} // namespace spex::irgen
