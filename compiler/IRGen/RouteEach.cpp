//===- RouteEach.cpp - What every expert gives for every unit -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `each` of a route with `select = all`, and `y.each`: a route of its own whose
// units are the pairs of a unit and an expert, each with one choice. So the
// experts run as rows of one group each, as always.
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
Dims Generator::pairUnits(const Route &route) {
  const Instance &callee = *route.kinds[0].callee.instance;
  SmallVector<NodeRef> inputs = bindInputs(callee, route.args);
  Dims units;
  for (auto [input, declared] : llvm::zip(inputs, callee.inputs)) {
    DimsRef taken(declared.type.dims.data(), declared.type.dims.size());
    units = unite(units, without(input->dims, taken));
  }
  return units;
}

void Generator::emitEach(const Route &route, RouteValues &values) {
  Location loc = here = locate(route.location);
  RouteValues pairs;
  pairs.units = pairUnits(route);
  here = loc;
  if (!checkRoute(route) || !checkUnits(route, pairs.units))
    return;
  pairs.units.push_back(route.experts);
  pairs.unit = unitDimension(pairs.units);
  pairs.choice = makeDimension("K", 1);
  NodeRef number = expanded(index(route.experts), pairs.units);
  pairs.ids = pairs.kept = asOnlyChoice(
      loc, collapseUnits(loc, number, pairs.units, pairs.unit), pairs);
  for (const Tensor &result : runExperts(route, pairs)) {
    Tensor each;
    each.element = result.element;
    each.dims = without(result.dims, {pairs.choice});
    Value ones =
        filledTensor(loc, {pairs.unit, pairs.choice}, result.element,
                     constantAttr(1, result.element));
    each.value = moe::CombineOp::create(
        builder, loc, tensorType(each.dims, each.element), result.value, ones,
        pairs.ids, /*own=*/Value(), /*wanted=*/Value());
    values.each.push_back(expandUnits(loc, each, pairs.units, pairs.unit));
  }
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
  for (const Tensor &each : values.each) {
    NodeRef scaled = convert(makeLeaf(loc, weight), each.element);
    NodeRef sum = contract(loc, makeLeaf(loc, each), scaled, {route.experts},
                           /*sharedFirst=*/true, each.element);
    sum = convert(sum, each.element);
    Dims order = unite(values.units, sum->dims);
    values.results.push_back(materialize(sum, order));
  }
}

} // namespace spex::irgen
