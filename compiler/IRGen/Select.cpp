//===- Select.cpp - Which experts each unit gets --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `select` of a route. Every selection ends as ids [U, K], -1 for nobody, so
// that capacity, weights, experts and combine need not know which it was. Where
// experts choose (`all where`, `pick`) K is the number of experts, and column e
// holds e or nobody: choices stand in the order of the experts.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"

using namespace mlir;

namespace spex::irgen {

/// A value of a clause, [U, E], with the units in `order`.
Value Generator::atExperts(const Route &route, const RouteValues &values,
                           DimsRef order, const NodeRef &given) {
  Dims dims(order.begin(), order.end());
  dims.push_back(route.experts);
  NodeRef node = expanded(given, dims);
  return collapseUnits(here, makeLeaf(here, materialize(node, dims)), order,
                       values.unit)
      .value;
}

/// What `by` compares, in a type that loses nothing.
NodeRef Generator::compared(const NodeRef &by) {
  return convert(by, by->element == ElementType::F64 ? ElementType::F64
                                                     : ElementType::F32);
}

Value Generator::maskOf(const Route &route, RouteValues &values,
                        DimsRef order) {
  if (!route.select.where)
    return nullptr;
  Location loc = here;
  NodeRef mask = convert(emit(*route.select.where), ElementType::Bool);
  here = loc;
  values.mayBeNobody = true;
  return atExperts(route, values, order, mask);
}

/// Choices of units that stand in `order`, as of the units as they are.
Value Generator::inUnitOrder(const RouteValues &values, DimsRef order,
                             Value chosen) {
  if (order == DimsRef(values.units))
    return chosen;
  Tensor ids;
  ids.value = chosen;
  ids.dims = {values.unit, values.choice};
  ids.element = ElementType::Int;
  NodeRef apart =
      makeLeaf(here, expandUnits(here, ids, order, values.unit));
  return collapseUnits(here, apart, values.units, values.unit).value;
}

/// Every unit has all experts, in their order.
Value Generator::chooseAll(const RouteValues &values) {
  NodeRef number = expanded(index(values.choice), {values.unit});
  return materialize(number, {values.unit, values.choice}).value;
}

Value Generator::chooseAllWhere(const Route &route, RouteValues &values,
                                const NodeRef &isChosen) {
  values.mayBeNobody = true;
  NodeRef mask = convert(isChosen, ElementType::Bool);
  NodeRef number = convert(index(route.experts), ElementType::Int);
  NodeRef nobody = makeConstant(here, -1, ElementType::Int);
  return atExperts(route, values, values.units, select(mask, number, nobody));
}

/// The largest of `by`; to sample is to add noise to the logarithms.
Value Generator::chooseTop(const Route &route, RouteValues &values,
                           NodeRef by) {
  const Selection &selection = route.select;
  if (selection.kind == Selection::Kind::Sample) {
    Dims dims = values.units;
    dims.push_back(route.experts);
    NodeRef noise = draw({Draw::Gumbel, dims, route.name,
                          selection.drawNumber, nullptr});
    NodeRef logarithm = unary(convert(by, arithmeticType({by})), Builtin::Log);
    by = convert(binary(BinaryOp::Add, expanded(logarithm, dims), noise),
                 by->element);
  }
  Value mask = maskOf(route, values, values.units);
  mlir::Type type =
      tensorType({values.unit, values.choice}, ElementType::Index);
  return moe::TopKOp::create(builder, here, type,
                             atExperts(route, values, values.units, by), mask,
                             selection.count);
}

/// Each expert takes its units, in every group.
Value Generator::choosePick(const Route &route, RouteValues &values,
                            const NodeRef &by) {
  values.mayBeNobody = true;
  // One group behind the other; ties go by the number of the unit.
  Dims order = unite(values.groups, values.units);
  Value mask = maskOf(route, values, order);
  Value taken = moe::TakeOp::create(
      builder, here, atExperts(route, values, order, compared(by)), mask,
      numberOfGroups(values), rowCount(*route.select.capacity));
  return inUnitOrder(values, order, taken);
}

Value Generator::chooseBalanced(const Route &route, RouteValues &values,
                                const NodeRef &by) {
  Dims order = unite(values.groups, values.group);
  Value chosen = moe::BalanceOp::create(
      builder, here, atExperts(route, values, order, compared(by)),
      numberOfGroups(values));
  return inUnitOrder(values, order, chosen);
}

static int64_t numChoices(const Route &route) {
  switch (route.select.kind) {
  case Selection::Kind::All:
  case Selection::Kind::AllWhere:
  case Selection::Kind::Pick:
    return route.experts->size;
  case Selection::Kind::At:
  case Selection::Kind::Balanced:
    return 1;
  case Selection::Kind::Top:
  case Selection::Kind::Sample:
    return route.select.count;
  }
  llvm_unreachable("all selections are listed");
}

/// The choices of all units: [U, K], in rank order.
void Generator::choose(const Route &route, RouteValues &values,
                       const NodeRef &by) {
  here = locate(route.select.location);
  int64_t choices = numChoices(route);
  values.choice = makeDimension("K", choices);
  switch (route.select.kind) {
  case Selection::Kind::All:
    values.ids = maskedByPairs(values, chooseAll(values));
    values.mayBeNobody = enclosingPairs();
    return; // nothing is chosen, and nothing to observe
  case Selection::Kind::AllWhere:
    values.ids = chooseAllWhere(route, values, by);
    break;
  case Selection::Kind::At:
    values.ids = asOnlyChoice(
        here, collapseUnits(here, by, values.units, values.unit), values);
    break;
  case Selection::Kind::Top:
  case Selection::Kind::Sample:
    values.ids = chooseTop(route, values, by);
    break;
  case Selection::Kind::Pick:
    values.ids = choosePick(route, values, by);
    break;
  case Selection::Kind::Balanced:
    values.ids = chooseBalanced(route, values, by);
    break;
  }
  if (enclosingPairs()) {
    values.ids = maskedByPairs(values, values.ids);
    values.mayBeNobody = true;
  }
  values.ids = observe(route, values, values.ids, /*isKept=*/false);
  noteRoute(pathBelow(route.name), route.experts->size, choices);
}

} // namespace spex::irgen
