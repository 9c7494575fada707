//===- RouteEach.cpp - What every expert gives for every unit -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `each E of Net(x)`, `each` of a route with `select = all`, and `y.each`: a
// route of its own whose units are the pairs of a unit and an expert, each with
// one choice. So the experts run as rows of one group each, as always.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

/// One choice for each unit: [U] as [U, 1].
Value Generator::asOnlyChoice(Location loc, const Tensor &chosen,
                              const RouteValues &values) {
  SmallVector<ReassociationIndices> groups = {{0, 1}};
  SmallVector<OpFoldResult> shape = {size(values.unit),
                                     builder.getIndexAttr(1)};
  mlir::Type type =
      tensorType({values.unit, values.choice}, ElementType::Index);
  return tensor::ExpandShapeOp::create(builder, loc, type, chosen.value, groups,
                                       shape);
}

/// The dims that inputs have beyond what the experts take.
Dims Generator::unitsOfInputs(const ExpertCall &call) {
  Dims units;
  for (const ExpertKind &kind : call.kinds) {
    if (kind.free != ExpertKind::Free::None)
      continue;
    const Instance &callee = *kind.callee.instance;
    SmallVector<NodeRef> inputs = bindInputs(callee, call.args);
    for (auto [input, declared] : llvm::zip(inputs, callee.inputs)) {
      DimsRef taken(declared.type.dims.data(), declared.type.dims.size());
      units = unite(units, without(input->dims, taken));
    }
  }
  return units;
}

/// The results of every expert: [units..., ...], of which one is the experts'.
/// Those that see rows see all units of a group; `groups` are told apart.
Values Generator::runEach(const ExpertCall &call, Dims units, DimsRef groups) {
  Location loc = here = locate(call.location);
  RouteValues pairs;
  pairs.units = unite(units, {call.experts});
  if (const Scope *around = enclosingPairs())
    pairs.units = unite(pairs.units, {around->pair});
  pairs.unit = unitDimension(pairs.units);
  pairs.group = without(pairs.units, groups);
  pairs.groups = without(pairs.units, pairs.group);
  pairs.choice = makeDimension("K", 1);
  NodeRef number = expanded(index(call.experts), pairs.units);
  Value ids = asOnlyChoice(
      loc, collapseUnits(loc, number, pairs.units, pairs.unit), pairs);
  pairs.ids = pairs.kept = maskedByPairs(pairs, ids);
  return onlyChoices(loc, runExperts(call, pairs), pairs, {});
}

/// `combine = inputs` of all experts: an input times the weight of each of
/// them, if it is a float of each unit.
NodeRef Generator::weighedOfAll(const Route &route, const RouteValues &values,
                                const NodeRef &arg) {
  if (!arg || !isFloat(arg->element) ||
      without(arg->dims, values.units).size() == arg->dims.size())
    return arg;
  // Its weights would bring along what another input is mixed over.
  for (const Dimension *dim : without(values.units, arg->dims))
    for (const ExpertKind &kind : route.kinds)
      if (kind.callee.instance &&
          llvm::any_of(kind.callee.instance->inputs, [&](const Input &input) {
            return llvm::is_contained(input.type.dims, dim);
          })) {
        refuse(route.location, "`combine = inputs` of an input without `" +
                                   dim->name + "`, which the experts mix,");
        return arg;
      }
  Tensor weight = values.weight;
  weight.dims = {values.unit, route.experts};
  weight = expandUnits(here, weight, values.units, values.unit);
  NodeRef product = binary(BinaryOp::Mul, convert(arg, arithmeticType({arg})),
                           makeLeaf(here, weight));
  return makeLeaf(here, materialize(convert(product, arg->element)));
}

/// `each` of a route, and `y.each`.
void Generator::emitEach(const Route &route, RouteValues &values) {
  if (!checkRoute(route))
    return;
  ExpertCall call = callOf(route, values);
  SmallVector<NodeRef> weighed(call.args.begin(), call.args.end());
  if (route.combine == Combine::Inputs)
    for (NodeRef &arg : weighed)
      arg = weighedOfAll(route, values, arg);
  call.args = weighed;
  values.each = needsCopies(call) && !haveRows(call.kinds)
                    ? runCopies(call, nullptr)
                    : runEach(call, unitsOfInputs(call), values.groups);
}

/// `each E of Net(x)`: copy e works on slice e of what has E, and on all else.
Values Generator::emitEach(const Expr &expr) {
  ExpertKind kind;
  kind.count = expr.dims[0]->size;
  kind.callee = expr.callee;
  SmallVector<NodeRef> args = emitArgs(expr.args);
  ExpertCall call;
  call.location = expr.location;
  call.args = args;
  call.kinds = kind;
  call.experts = expr.dims[0];
  call.areCopies = true;
  call.results = expr.callee.instance->resultTypes;
  if (needsCopies(call) && !haveRows(call.kinds))
    return runCopies(call, nullptr);
  Values results = runEach(call, unitsOfInputs(call), {});
  for (Tensor &result : results)
    result = materialize(makeLeaf(here, result),
                         unite({call.experts}, result.dims));
  return results;
}

const Values &Generator::resultsOfEach(const Route &route) {
  RouteValues &values = frame->routes[&route];
  if (values.each.empty())
    emitEach(route, values);
  return values.each;
}

/// The results of a route that has them from every expert already.
void Generator::combineEach(const Route &route, RouteValues &values) {
  Location loc = here;
  Tensor weight = values.weight;
  weight.dims = {values.unit, route.experts};
  weight = expandUnits(loc, weight, values.units, values.unit);
  for (const Tensor &each : ArrayRef(values.each).drop_back(route.numTapped)) {
    NodeRef scaled = convert(makeLeaf(loc, weight), each.element);
    if (route.combine == Combine::Inputs)
      scaled = expanded(makeConstant(loc, 1, each.element), weight.dims);
    NodeRef sum = contract(loc, makeLeaf(loc, each), scaled, {route.experts},
                           /*sharedFirst=*/true, each.element);
    sum = convert(sum, each.element);
    Dims order = unite(values.units, sum->dims);
    values.results.push_back(materialize(sum, order));
  }
}

} // namespace spex::irgen
