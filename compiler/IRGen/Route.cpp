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
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"

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
    return result;
  SmallVector<ReassociationIndices> groups =
      unitGroups(units.size(), result.dims.size());
  mlir::Type type = tensorType(result.dims, x.element);
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
    return result;
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
    unit->isBounded |= dim->isBounded;
    unit->size *= dim->size;
    product.args.push_back(dim->formula);
  }
  if (units.size() == 1)
    product = units[0]->formula;
  unit->formula = product;
  if (unit->isBounded && units.size() == 1)
    sizes[unit] = sizeValue(units[0]);
  return unit;
}

bool Generator::checkRoute(const Route &route) {
  auto refuse = [&](SourceLocation location, const char *what) {
    diags.report(message::laterRelease, location, what);
    failed = true;
    return false;
  };
  bool isFine = true;
  for (const Scope &scope : scopes)
    if (!scope.layer)
      isFine = refuse(route.location, "a route inside of an expert");
  if (route.kinds.size() != 1 || !route.kinds[0].callee.instance)
    isFine = refuse(route.location, "several kinds of experts");
  else
    for (const Input &input : route.kinds[0].callee.instance->inputs)
      for (const Dimension *dim : input.type.dims)
        if (dim->name == "Rows")
          isFine = refuse(route.location, "an expert with `Rows`");
  if (route.combine != Combine::Sum)
    isFine = refuse(route.location, "this `combine`");
  return isFine;
}

/// Where units have no dims, not even such as callers brought along.
bool Generator::checkUnits(const Route &route, DimsRef units) {
  if (!units.empty())
    return true;
  diags.report(message::laterRelease, route.location,
               "a route of one single unit");
  failed = true;
  return false;
}

/// Passes what the region uses from outside: constants are made anew in it,
/// the rest are operands that every expert gets whole.
static SmallVector<Value> isolate(MLIRContext *context, Region &region,
                                  unsigned numUnits) {
  llvm::SetVector<Value> captured;
  region.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (!region.isAncestor(operand.getParentRegion()))
        captured.insert(operand);
  });
  Block &block = region.front();
  // The region belongs to no op yet, so it cannot be asked.
  OpBuilder inner(context);
  inner.setInsertionPointToStart(&block);
  SmallVector<Value> whole;
  for (Value value : captured) {
    Value inside;
    Operation *op = value.getDefiningOp();
    if (op && op->hasTrait<OpTrait::ConstantLike>())
      inside = inner.clone(*op)->getResult(0);
    else {
      inside = block.insertArgument(numUnits + whole.size(), value.getType(),
                                    value.getLoc());
      whole.push_back(value);
    }
    value.replaceUsesWithIf(inside, [&](OpOperand &use) {
      return region.isAncestor(use.getOwner()->getParentRegion());
    });
  }
  return whole;
}

/// Runs the experts on the rows that chose them: [U, K, ...] of each result.
Values Generator::runExperts(const Route &route, RouteValues &values) {
  const ExpertKind &kind = route.kinds[0];
  const Instance &callee = *kind.callee.instance;
  Location loc = here = locate(route.location);
  SmallVector<NodeRef> inputs = bindInputs(callee, route.args);
  here = loc;

  auto region = std::make_unique<Region>();
  Block &block = region->emplaceBlock();
  Dimension *rows = makeDimension("Rows", values.unit->size);
  rows->isBounded = true;
  SmallVector<Value> units;
  for (NodeRef &input : inputs) {
    if (without(values.units, input->dims).size() == values.units.size())
      continue; // has no dim of the units: every expert gets it whole
    Tensor x = collapseUnits(loc, input, values.units, values.unit);
    units.push_back(x.value);
    x.dims[0] = rows;
    x.value = block.addArgument(tensorType(x.dims, x.element), loc);
    input = makeLeaf(loc, x);
  }

  Values each;
  SmallVector<Value> weights;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&block);
    sizes[rows] =
        tensor::DimOp::create(builder, loc, block.getArgument(0), 0);
    Scope &scope = scopes.emplace_back();
    scope.dim = route.experts;
    scope.block = &block;
    Values results =
        inlineBody(callee, pathBelow(kind.callee.label), inputs);
    here = loc;
    SmallVector<Value> yielded;
    for (Tensor &result : results) {
      Dims order = unite(DimsRef{rows}, result.dims);
      result = placeable(materialize(makeLeaf(loc, result), order));
      yielded.push_back(result.value);
      Tensor outer = result;
      outer.dims[0] = values.choice;
      outer.dims.insert(outer.dims.begin(), values.unit);
      each.push_back(outer);
    }
    moe::YieldOp::create(builder, loc, yielded);
    weights = scopes.back().operands;
    scopes.pop_back();
  }
  SmallVector<Value> whole = isolate(builder.getContext(), *region, units.size());
  SmallVector<mlir::Type> types;
  for (const Tensor &result : each)
    types.push_back(tensorType(result.dims, result.element));
  auto experts =
      moe::ExpertsOp::create(builder, loc, types, values.kept,
                             route.experts->size, units, whole, weights);
  experts.getBodyRegion().takeBody(*region);
  for (unsigned i = 0; i < each.size(); ++i)
    each[i].value = experts.getResult(i);
  return each;
}

/// What decides the choices, and by its dims what a unit is.
static const Expr *askedBy(const Selection &selection) {
  return selection.by ? selection.by.get() : selection.where.get();
}

void Generator::emitRoute(const Route &route) {
  here = locate(route.location);
  RouteValues &values = frame->routes[&route];
  if (route.score)
    frame->trees[route.scoreSlot] =
        bound(emit(*route.score), route.score->type);
  if (route.prob)
    frame->trees[route.probSlot] = bound(emit(*route.prob), route.prob->type);
  if (!checkRoute(route)) {
    placeholderResults(route, values);
    return;
  }
  // What callers bring along is routed, too.
  const Expr *asked = askedBy(route.select);
  NodeRef by = asked ? emit(*asked) : nullptr;
  values.units = routedUnits(route, by);
  if (!checkUnits(route, values.units)) {
    placeholderResults(route, values);
    return;
  }
  values.unit = unitDimension(values.units);
  // What callers bring along makes groups of its own.
  values.group.assign(route.group.begin(), route.group.end());
  values.groups = without(values.units, values.group);
  values.by = by;
  choose(route, values, by);
  limit(route, values);
  if (!route.isResultUsed)
    return; // only its numbers are read
  values.weight = routeWeight(route, values);
  if (!values.each.empty())
    return combineEach(route, values);
  Values each = runExperts(route, values);

  Location loc = here = locate(route.location);
  for (const Tensor &result : each) {
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
        scaled.value, values.kept, own, own ? values.wanted : Value());
    values.results.push_back(expandUnits(loc, sum, values.units, values.unit));
  }
}

/// The units, and the extra dims of this call in front of them.
Dims Generator::routedUnits(const Route &route, const NodeRef &by) {
  const Expr *value = askedBy(route.select);
  NodeRef node = by;
  for (auto [expr, slot] : {std::pair(route.prob.get(), route.probSlot),
                            std::pair(route.score.get(), route.scoreSlot)})
    if (!value && expr) {
      value = expr;
      node = frame->trees[slot];
    }
  Dims units(route.units.begin(), route.units.end());
  if (!value)
    return units;
  DimsRef declared(value->type.dims.data(), value->type.dims.size());
  return unite(without(without(node->dims, declared), units), units);
}

void Generator::placeholderResults(const Route &route, RouteValues &values) {
  for (const Type &type : route.resultTypes) {
    Tensor result;
    result.dims.assign(type.dims.begin(), type.dims.end());
    result.element = type.element;
    result.value = emptyTensor(here, result.dims, result.element);
    values.results.push_back(result);
  }
}

} // namespace spex::irgen
