//===- RouteFields.cpp - What a finished route tells about itself ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `y.index`, `y.weight`, `y.load` and the other fields of the record, made of
// the choices by ordinary loops: tables over units and experts, and counts of
// the pairs in each group.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"

using namespace mlir;

namespace spex::irgen {

/// The choices as `y.index` gives them.
NodeRef Generator::routeIndex(const Expr &expr, const RouteValues &values) {
  Tensor ids;
  ids.value = values.ids;
  ids.element = ElementType::Index;
  ids.target = expr.route->experts;
  ids.dims = {values.unit, values.choice};
  ids = expandUnits(here, ids, values.units, values.unit);
  // Of one choice the type has no dim; else it has the declared one.
  if (expr.type.dims.size() == expr.route->units.size())
    return pickEntry(here, ids, values.choice, builder.getIndexAttr(0));
  for (const Dimension *dim : expr.type.dims)
    if (!contains(ids.dims, dim))
      ids.dims.back() = dim;
  return makeLeaf(here, ids);
}

/// Where a choice is expert e: over `all`, the dims of the choices and e's.
NodeRef Generator::isExpert(const Tensor &ids, const Dimension *experts,
                            DimsRef all) {
  return binary(BinaryOp::Eq, expanded(makeLeaf(here, ids), all),
                convert(index(experts), ElementType::Int));
}

/// `value` of the choice that is expert e, or 0: from [U, K] back to [U, E].
NodeRef Generator::spreadOverExperts(const Dimension *experts,
                                     RouteValues &values, const Tensor &ids,
                                     const NodeRef &value) {
  NodeRef chosen =
      isExpert(ids, experts, {values.unit, experts, values.choice});
  NodeRef terms = select(chosen, value, constantLike(0, value));
  // An expert is chosen once at most, so the sum has one term.
  Tensor spread =
      materialize(sum(here, terms, {values.choice}), {values.unit, experts});
  return makeLeaf(here, expandUnits(here, spread, values.units, values.unit));
}

/// A value inside of the experts that ran: [units, E, ...], or 0.
NodeRef Generator::tappedResult(const Expr &expr, RouteValues &values) {
  const Route &route = *expr.route;
  size_t first = route.resultTypes.size() - route.numTapped;
  if (expr.index - first >= values.tapped.size())
    return unsupported(expr, "a value inside of these experts");
  const Tensor &each = values.tapped[expr.index - first];
  Tensor ids = expandUnits(here, choicesOf(values, values.kept), values.units,
                           values.unit);
  NodeRef all = makeConstant(here, 0, each.element);
  for (int64_t rank = 0; rank < values.choice->size; ++rank) {
    NodeRef x = tappedOfRank(values, each, rank);
    NodeRef id =
        pickEntry(here, ids, values.choice, builder.getIndexAttr(rank));
    NodeRef isChosen = binary(BinaryOp::Eq, id,
                              convert(index(route.experts), ElementType::Int));
    Dims order = unite(unite(values.units, {route.experts}), x->dims);
    all = makeLeaf(here, materialize(select(isChosen, x, all), order));
  }
  return all;
}

/// What one choice of each unit gave, [units, ...]; of nobody's 0. Results of
/// experts exist as rows, which only a combination reads: here of one choice,
/// with the weight 1.
NodeRef Generator::tappedOfRank(RouteValues &values, const Tensor &each,
                                int64_t rank) {
  if (!contains(each.dims, values.unit))
    return pickEntry(here, each, values.choice, builder.getIndexAttr(rank));
  NodeRef isRank =
      binary(BinaryOp::Eq, convert(index(values.choice), ElementType::Int),
             makeConstant(here, rank, ElementType::Int));
  ElementType type = wider(ElementType::F32, each.element);
  Tensor weights = materialize(
      select(isRank, makeConstant(here, 1, type), makeConstant(here, 0, type)),
      {values.unit, values.choice});
  Tensor one;
  one.element = each.element;
  one.dims = without(each.dims, {values.choice});
  one.value = moe::CombineOp::create(
      builder, here, tensorType(one.dims, one.element), each.value,
      weights.value, values.run, Value(), Value());
  return makeLeaf(here, expandUnits(here, one, values.units, values.unit));
}

/// How many pairs each expert has, in each group.
NodeRef Generator::pairsOfExperts(const Expr &expr, const RouteValues &values,
                                  const Tensor &ids) {
  const Dimension *experts = expr.route->experts;
  Dims kept = unite(values.groups, {experts});
  Dims counted = unite(values.group, {values.choice});
  NodeRef chosen = isExpert(expandUnits(here, ids, values.units, values.unit),
                            experts, unite(kept, counted));
  NodeRef count = sum(here, convert(chosen, ElementType::Int), counted);
  return makeLeaf(here, materialize(count, kept));
}

NodeRef Generator::emitRouteField(const Expr &expr) {
  RouteValues &values = frame->routes[expr.route];
  if (expr.routeField == RouteField::Each &&
      expr.route->select.kind != Selection::Kind::All)
    return tappedResult(expr, values);
  if (expr.routeField == RouteField::Each) {
    const Values &each = resultsOfEach(*expr.route);
    here = locate(expr.location);
    if (!each.empty())
      return makeLeaf(here, each[expr.index]);
  }
  if (!values.ids)
    return unsupported(expr, "a field of this route");
  // Shares of the selected pairs: 0 where nothing is selected.
  auto share = [&](NodeRef part, NodeRef all) {
    all = convert(all, ElementType::F32);
    NodeRef none = makeConstant(here, 0, ElementType::F32);
    NodeRef quotient =
        binary(BinaryOp::Div, convert(part, ElementType::F32), all);
    return select(binary(BinaryOp::Gt, all, none), quotient, none);
  };
  const Dimension *experts = expr.route->experts;
  NodeRef one = makeConstant(here, 1, ElementType::Int);
  auto choices = [&](Value value) {
    Tensor ids;
    ids.value = value;
    ids.dims = {values.unit, values.choice};
    ids.element = ElementType::Int;
    return ids;
  };
  Tensor selected = choices(values.ids), kept = choices(values.kept);
  switch (expr.routeField) {
  case RouteField::Index:
    return routeIndex(expr, values);
  case RouteField::Weight: {
    if (!values.weight.value)
      values.weight = routeWeight(*expr.route, values);
    here = locate(expr.location);
    return spreadOverExperts(experts, values, kept,
                             makeLeaf(here, values.weight));
  }
  case RouteField::Selected:
    return convert(spreadOverExperts(experts, values, selected, one),
                   ElementType::Bool);
  case RouteField::Kept:
    return convert(spreadOverExperts(experts, values, kept, one),
                   ElementType::Bool);
  case RouteField::Count:
    return pairsOfExperts(expr, values, kept);
  case RouteField::Load: {
    NodeRef pairs = pairsOfExperts(expr, values, selected);
    return share(pairs, sum(here, pairs, {experts}));
  }
  case RouteField::Dropped: {
    NodeRef all = sum(here, pairsOfExperts(expr, values, selected), {experts});
    NodeRef left = sum(here, pairsOfExperts(expr, values, kept), {experts});
    return share(binary(BinaryOp::Sub, all, left), all);
  }
  default:
    return unsupported(expr, "this field of a route");
  }
}

} // namespace spex::irgen
