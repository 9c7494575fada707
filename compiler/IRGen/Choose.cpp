//===- Choose.cpp - Formulas over chosen experts --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A weight is written for all experts and needed for the chosen ones. So the
// values it is made of are picked first, and the formula runs over [U, K]: a
// sum over the selected is a sum over the choices.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <limits>
#include <utility>

using namespace mlir;

namespace spex::irgen {

/// Whether a choice is an expert's at all, or null where all are.
NodeRef Generator::isSomebody(const RouteValues &values, bool amongKept) {
  if (!values.mayBeNobody && !(amongKept && values.mayBeDropped))
    return nullptr;
  Tensor ids;
  ids.value = amongKept ? values.kept : values.ids;
  ids.dims = {values.unit, values.choice};
  ids.element = ElementType::Int;
  return binary(BinaryOp::Ge, makeLeaf(here, ids),
                makeConstant(here, 0, ElementType::Int));
}

/// With `overflow = next`: whether a choice is run by the expert selected.
NodeRef Generator::isAsSelected(const RouteValues &values) {
  Tensor ids;
  ids.value = values.ids;
  ids.dims = {values.unit, values.choice};
  ids.element = ElementType::Int;
  Tensor kept = ids;
  kept.value = values.kept;
  return binary(BinaryOp::Eq, makeLeaf(here, ids), makeLeaf(here, kept));
}

/// A value that is no formula: picked if it has one number per expert.
NodeRef Generator::pickAtChoices(const Expr &expr, const Route &route,
                                 RouteValues &values) {
  const Route *outer = std::exchange(clause, &route);
  NodeRef node = emit(expr);
  clause = outer;
  here = locate(expr.location);
  if (node->kind == Node::Kind::Constant || node->dims.empty())
    return node;
  Dims known = values.units;
  known.push_back(route.experts);
  if (!without(node->dims, known).empty())
    return unsupported(expr, "a weight with other dimensions");
  bool hasExperts = contains(node->dims, route.experts);
  Dims order = values.units;
  if (hasExperts)
    order.push_back(route.experts);
  Tensor x = materialize(node, order);
  for (const RouteValues::Picked &picked : values.picked)
    if (picked.value == x.value && picked.at == values.at)
      return makeLeaf(here, picked.result);

  Tensor result = collapseUnits(here, makeLeaf(here, x), values.units,
                                values.unit);
  if (hasExperts) {
    result.dims = {values.unit, values.choice};
    result.value = moe::PickOp::create(builder, here,
                                       tensorType(result.dims, x.element),
                                       result.value, values.at);
  }
  values.picked.push_back({x.value, values.at, result});
  return makeLeaf(here, result);
}

/// `sum[selected](v)`, `sum[kept](v)` and their like, over the choices of a
/// unit.
NodeRef Generator::emitChosen(const Expr &expr, const Route &route,
                              RouteValues &values) {
  bool amongKept = expr.word == RouteWord::Kept;
  Value outer = values.at;
  if (values.mayMove)
    values.at = amongKept ? values.kept : values.ids;
  NodeRef x = emitPicked(*expr.args[0], route, values);
  values.at = outer;
  here = locate(expr.location);
  x = expanded(convert(x, arithmeticType({x})), {values.unit, values.choice});
  NodeRef valid = isSomebody(values, amongKept);
  auto masked = [&](double value) {
    return valid ? select(valid, x, constantLike(value, x)) : x;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  switch (expr.builtin) {
  case Builtin::Sum:
    return sum(here, masked(0), {values.choice});
  case Builtin::Mean: {
    NodeRef number = count({values.choice});
    if (valid) {
      number = sum(here, convert(valid, x->element), {values.choice});
      // A mean of nothing is 0.
      NodeRef one = constantLike(1, number);
      number = select(binary(BinaryOp::Ge, number, one), number, one);
    }
    return binary(BinaryOp::Div, sum(here, masked(0), {values.choice}), number);
  }
  case Builtin::Max:
    return maximum(here, masked(-infinity), {values.choice});
  case Builtin::Min:
    return maximum(here, masked(infinity), {values.choice}, /*smallest=*/true);
  case Builtin::Softmax: {
    NodeRef share = softmax(here, x, {values.choice}, valid, nullptr, false);
    // Where an expert runs that was not selected, the share of it is 0.
    return values.mayMove && !amongKept && outer == values.kept
               ? select(isAsSelected(values), share, constantLike(0, share))
               : share;
  }
  default:
    return unsupported(expr, "this function of chosen experts");
  }
}

/// The value of a formula at [U, K].
NodeRef Generator::emitPicked(const Expr &expr, const Route &route,
                              RouteValues &values) {
  here = locate(expr.location);
  if (isElementwise(expr)) {
    SmallVector<NodeRef, 2> args;
    for (const ExprPtr &arg : expr.args)
      args.push_back(emitPicked(*arg, route, values));
    here = locate(expr.location);
    return emitElementwise(expr, args);
  }
  if (expr.kind == Expr::Kind::Chosen)
    return emitChosen(expr, route, values);
  if (expr.kind != Expr::Kind::RouteWord)
    return pickAtChoices(expr, route, values);
  return emitRouteWord(expr.word, values);
}

/// `selected`, `kept`, `rank` and `tokens` at the experts of `values.at`.
NodeRef Generator::emitRouteWord(RouteWord word, const RouteValues &values) {
  bool isAtKept = values.mayMove && values.at == values.kept;
  auto somebody = [&](bool amongKept) {
    NodeRef some = isSomebody(values, amongKept);
    return some ? some : makeConstant(here, 1, ElementType::Bool);
  };
  switch (word) {
  case RouteWord::Selected:
    return isAtKept ? binary(BinaryOp::And, somebody(true), isAsSelected(values))
                    : somebody(false);
  case RouteWord::Kept:
    return values.mayMove && !isAtKept
               ? binary(BinaryOp::And, somebody(true), isAsSelected(values))
               : somebody(true);
  case RouteWord::Rank: {
    NodeRef rank = convert(index(values.choice), ElementType::Int);
    // What is not selected comes behind all that is.
    NodeRef last = makeConstant(here, values.choice->size, ElementType::Int);
    return isAtKept ? select(isAsSelected(values), rank, last) : rank;
  }
  case RouteWord::Tokens:
    return dimensionSize(unitDimension(values.group));
  }
  llvm_unreachable("all words are listed");
}

Tensor Generator::routeWeight(const Route &route, RouteValues &values) {
  NodeRef weight = emitPicked(*route.weight, route, values);
  here = locate(route.weight->location);
  ElementType type =
      wider(ElementType::F32, isFloat(weight->element) ? weight->element
                                                       : ElementType::F32);
  weight = expanded(convert(weight, type), {values.unit, values.choice});
  return values.weight = materialize(weight, {values.unit, values.choice});
}

} // namespace spex::irgen
