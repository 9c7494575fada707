//===- Route.cpp - Sparse experts -----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A route in the order of its clauses: score and prob are values as all
// others; choices, experts and their combination are ops of the moe dialect on
// units flattened to one dimension.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

/// Which axes become one where units are flattened: the first `numUnits`, and
/// each of the others alone. `rank` is that of the flattened tensor.
static SmallVector<ReassociationIndices> unitGroups(unsigned numUnits,
                                                    unsigned rank) {
  SmallVector<ReassociationIndices> groups(rank);
  for (unsigned i = 0; i < numUnits; ++i)
    groups[0].push_back(i);
  for (unsigned axis = 1; axis < rank; ++axis)
    groups[axis].push_back(axis + numUnits - 1);
  return groups;
}

/// The same between no units at all and one: an axis of size 1 in front. `rank`
/// is that with the axis.
static SmallVector<ReassociationIndices> singleGroups(unsigned rank) {
  SmallVector<ReassociationIndices> groups;
  for (unsigned axis = 1; axis < rank; ++axis)
    groups.push_back({axis});
  if (!groups.empty())
    groups.front().insert(groups.front().begin(), 0);
  return groups;
}

/// `units` and the rest, with the units in one dimension in front.
Tensor Generator::collapseUnits(Location loc, const NodeRef &node,
                                DimsRef units, const Dimension *unit) {
  Dims order(units.begin(), units.end());
  order = unite(order, node->dims);
  Tensor x = materialize(node, order);
  Tensor result = x;
  result.dims.assign(1, unit);
  result.dims.append(order.begin() + units.size(), order.end());
  if (units.size() == 1)
    return renamedTo(loc, result, units[0], unit);
  auto type = tensorType(result.dims, x.element);
  if (units.empty()) {
    SmallVector<OpFoldResult> shape;
    for (const Dimension *dim : result.dims)
      shape.push_back(size(dim));
    result.value = tensor::ExpandShapeOp::create(
        builder, loc, type, x.value, singleGroups(type.getRank()), shape);
    return result;
  }
  SmallVector<ReassociationIndices> groups =
      unitGroups(units.size(), result.dims.size());
  result.value =
      tensor::CollapseShapeOp::create(builder, loc, type, x.value, groups);
  return result;
}

Tensor Generator::expandUnits(Location loc, const Tensor &x, DimsRef units,
                              const Dimension *unit) {
  Tensor result = x;
  result.dims.assign(units.begin(), units.end());
  result.dims.append(x.dims.begin() + 1, x.dims.end());
  if (units.size() == 1)
    return renamedTo(loc, result, unit, units[0]);
  if (units.empty()) {
    result.value = tensor::CollapseShapeOp::create(
        builder, loc, tensorType(result.dims, x.element), x.value,
        singleGroups(x.dims.size()));
    return result;
  }
  SmallVector<ReassociationIndices> groups =
      unitGroups(units.size(), x.dims.size());
  SmallVector<OpFoldResult> shape;
  for (const Dimension *dim : result.dims)
    shape.push_back(size(dim));
  result.value = tensor::ExpandShapeOp::create(
      builder, loc, tensorType(result.dims, x.element), x.value, groups,
      shape);
  return result;
}

/// A dimension for all units of a route, as large as they are together.
const Dimension *Generator::unitDimension(DimsRef units) {
  Dimension *unit = makeDimension("U", 1);
  SizeFormula product;
  product.op = SizeFormula::Op::Mul;
  for (const Dimension *dim : units) {
    // `Rows` has a size, but no formula of its own.
    if (dim == program.rows && rowsAre)
      dim = rowsAre;
    unit->isBounded |= dim->isBounded;
    unit->size *= dim->size;
    product.args.push_back(dim->formula);
  }
  // A product of nothing is the 1 that a dimension starts with.
  if (units.empty())
    return unit;
  if (units.size() == 1)
    product = product.args[0];
  unit->formula = product;
  if (unit->isBounded && (units.size() == 1 || isOfRows(product)))
    sizes[unit] =
        units.size() == 1 ? sizeValue(units[0]) : formulaValue(product);
  return unit;
}

bool Generator::checkRoute(const Route &route) {
  bool isRefused = route.select.kind == Selection::Kind::Sample && isInRows();
  if (isRefused)
    refuse(route.location,
           "`sample` inside of an expert that computes across `Rows`");
  return !isRefused;
}

/// What decides the choices, and by its dims what a unit is.
static const Expr *askedBy(const Selection &selection) {
  return selection.by ? selection.by.get() : selection.where.get();
}

/// Whether an expert takes a dim of the units whole, other than as `Rows`. Then
/// it runs on all of them, and the weights choose among its results: only `all`
/// may (E0210).
static bool mixesUnits(const Route &route, const RouteValues &values,
                       const Dimension *rows) {
  return llvm::any_of(route.kinds, [&](const ExpertKind &kind) {
    return kind.callee.instance &&
           llvm::any_of(kind.callee.instance->inputs, [&](const Input &input) {
             return llvm::any_of(input.type.dims, [&](const Dimension *dim) {
               return dim != rows && contains(values.units, dim);
             });
           });
  });
}

void Generator::emitRoute(const Route &route) {
  here = locate(route.location);
  RouteValues &values = frame->routes[&route];
  // What callers bring along is routed, too, and makes groups of its own.
  DimsRef declared(route.units.data(), route.units.size());
  values.units = unite(dimsAround(), declared);
  values.group.assign(route.group.begin(), route.group.end());
  values.groups = without(values.units, values.group);
  if (route.score)
    frame->trees[route.scoreSlot] =
        bound(emit(*route.score), route.score->type);
  if (route.prob)
    frame->trees[route.probSlot] = bound(emit(*route.prob), route.prob->type);
  if (!checkRoute(route)) {
    refuseResults(route, values);
    return;
  }
  const Expr *asked = askedBy(route.select);
  NodeRef by = asked ? emit(*asked) : nullptr;
  values.unit = unitDimension(values.units);
  values.by = by;
  choose(route, values, by);
  limit(route, values);
  if (!route.isResultUsed)
    return; // only its numbers are read
  values.weight = routeWeight(route, values);
  // All units of a group are rows of every expert.
  bool isOfAll = route.select.kind == Selection::Kind::All &&
                 route.combine != Combine::Merge && haveRows(route.kinds);
  if (values.each.empty() &&
      (isOfAll || mixesUnits(route, values, program.rows))) {
    if (route.combine == Combine::Merge) {
      refuse(route.location,
             "`combine = merge` of experts that mix what is routed");
      return refuseResults(route, values);
    }
    emitEach(route, values);
  }
  if (!values.each.empty())
    return combineEach(route, values);
  if (route.combine == Combine::Merge)
    return runMerged(route, values);
  if (route.combine == Combine::Inputs)
    values.results = runWeighed(route, callOf(route, values), values);
  else
    combineChoices(route, values, runExperts(callOf(route, values), values));
}

ExpertCall Generator::callOf(const Route &route, RouteValues &values) {
  if (values.args.empty())
    values.args = emitArgs(route.args);
  // What several kinds read is computed once.
  if (route.kinds.size() > 1)
    for (NodeRef &arg : values.args)
      if (arg)
        arg = makeLeaf(arg->loc, materialize(arg));
  ExpertCall call;
  call.location = route.location;
  call.args = values.args;
  call.kinds = route.kinds;
  call.areCopies = route.select.kind == Selection::Kind::All;
  call.experts = route.experts;
  call.results = route.resultTypes;
  return call;
}

void Generator::combineChoices(const Route &route, RouteValues &values,
                               const Values &each) {
  Location loc = here = locate(route.location);
  values.tapped.assign(each.end() - route.numTapped, each.end());
  for (const Tensor &result : ArrayRef(each).drop_back(route.numTapped)) {
    // The sum is made in the type of the weights and rounds once.
    NodeRef weight = makeLeaf(loc, values.weight);
    ElementType accumulate = wider(ElementType::F32, result.element);
    Tensor scaled = materialize(convert(weight, accumulate));
    Tensor sum;
    sum.element = result.element;
    sum.dims = without(result.dims, {values.choice});
    Value own = ownInput(route, values, sum).value;
    sum.value = moe::CombineOp::create(
        builder, loc, tensorType(sum.dims, sum.element), result.value,
        scaled.value, values.run, own, own ? values.wanted : Value());
    values.results.push_back(expandUnits(loc, sum, values.units, values.unit));
  }
}

/// What a call brings along: dims of its inputs, and of the parameters of
/// experts that stand side by side or are merged.
Dims Generator::dimsAround() const {
  Dims leading = leadingDims(scopes.size());
  return unite(frame->extra, without(leading, {program.rows}));
}

void Generator::refuseResults(const Route &route, RouteValues &values) {
  for (const Type &type : route.resultTypes)
    values.results.push_back(standIn(type));
}

} // namespace spex::irgen
