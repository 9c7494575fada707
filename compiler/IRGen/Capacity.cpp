//===- Capacity.cpp - Which of the chosen pairs find a place --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `keep`, `capacity`, `order` and `overflow`. The op sees groups as rows behind
// one another; where `over` lists the units in another order, the choices are
// brought into that order and back.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"

using namespace mlir;

namespace spex::irgen {

Value Generator::numberOfGroups(const RouteValues &values) {
  return values.groups.empty() ? indexConstant(1)
                               : sizeValue(unitDimension(values.groups));
}

/// Rows of a `capacity` or `pick`, as Sema writes them.
Value Generator::rowCount(const Expr &rows) {
  return rows.kind == Expr::Kind::DimSize
             ? sizeValue(rows.dims[0])
             : indexConstant(static_cast<int64_t>(rows.number));
}

/// The units with groups behind one another, in the order of their places.
Dims Generator::placeOrder(const RouteValues &values) {
  return unite(values.groups, values.group);
}

/// `x` of [U, ...], with the units in the order of their places.
Value Generator::inPlaceOrder(const RouteValues &values, const Tensor &x) {
  Dims order = placeOrder(values);
  if (order == values.units)
    return x.value;
  Tensor expandedUnits = expandUnits(here, x, values.units, values.unit);
  return collapseUnits(here, makeLeaf(here, expandedUnits), order, values.unit)
      .value;
}

/// The choices that `keep` leaves.
Value Generator::keepPairs(const Route &route, RouteValues &values) {
  NodeRef isKept = emitPicked(*route.keep, route, values);
  here = locate(route.keep->location);
  NodeRef ids = makeLeaf(here, choicesOf(values, values.ids));
  NodeRef left = select(convert(isKept, ElementType::Bool), ids,
                        makeConstant(here, -1, ElementType::Int));
  return materialize(left, {values.unit, values.choice}).value;
}

/// The choices that find a place, with the units as they are.
Value Generator::limitInOrder(const Route &route, RouteValues &values) {
  Location loc = here;
  // Numbers are compared as f64, which holds every other type exactly.
  auto compared = [&](const NodeRef &node, const Dimension *across) {
    NodeRef wide = expanded(convert(node, ElementType::F64),
                            {values.unit, across});
    return inPlaceOrder(values, materialize(wide, {values.unit, across}));
  };
  Value order, by, selected, layer;
  UnitAttr isFirst;
  IntegerAttr rounds;
  StringAttr strictRoute;
  if (route.order) {
    NodeRef node = emitPicked(*route.order, route, values);
    here = loc;
    order = compared(node, values.choice);
    if (llvm::is_contained(route.order->type.dims, route.experts))
      isFirst = builder.getUnitAttr();
  }
  if (route.overflow == Overflow::Next) {
    Dims all = values.units;
    all.push_back(route.experts);
    Tensor table = collapseUnits(loc, expanded(values.by, all), values.units,
                                 values.unit);
    by = compared(makeLeaf(loc, table), route.experts);
    selected = inPlaceOrder(values, choicesOf(values, values.ids));
    rounds = builder.getI64IntegerAttr(route.overflowRounds);
  }
  if (route.overflow == Overflow::Error) {
    strictRoute = builder.getStringAttr(pathBelow(route.name));
    layer = layerNumber();
  }
  Value wanted = inPlaceOrder(values, choicesOf(values, values.wanted));
  Tensor kept = choicesOf(
      values,
      moe::LimitOp::create(builder, loc, wanted.getType(), wanted,
                           builder.getI64IntegerAttr(route.experts->size),
                           numberOfGroups(values), rowCount(*route.capacity),
                           order, isFirst, rounds, by, selected, strictRoute,
                           layer)
          .getKept());
  Dims places = placeOrder(values);
  if (places != values.units)
    kept = collapseUnits(
        loc, makeLeaf(loc, expandUnits(loc, kept, places, values.unit)),
        values.units, values.unit);
  return kept.value;
}

void Generator::limit(const Route &route, RouteValues &values) {
  values.wanted = values.kept = values.at = values.ids;
  if (!route.keep && !route.capacity)
    return;
  if (route.keep)
    values.wanted = values.kept = keepPairs(route, values);
  values.mayBeDropped = true;
  if (route.capacity) {
    here = locate(route.capacity->location);
    values.kept = limitInOrder(route, values);
  }
  values.kept = observe(route, values, values.kept, /*isKept=*/true);
  if (route.capacity && route.overflow == Overflow::Next) {
    values.mayMove = true;
    values.at = values.kept;
  }
}

/// `overflow = pass`: what a unit gives back in the place of an expert's
/// `result`, or nothing.
Tensor Generator::ownInput(const Route &route, const RouteValues &values,
                           const Tensor &result) {
  if (!route.capacity || route.overflow != Overflow::Pass)
    return {};
  NodeRef input = values.args[0];
  here = locate(route.location);
  Dims order = unite(values.units, without(result.dims, {values.unit}));
  Tensor own = materialize(expanded(convert(input, result.element), order),
                           order);
  return collapseUnits(here, makeLeaf(here, own), values.units, values.unit);
}

} // namespace spex::irgen
