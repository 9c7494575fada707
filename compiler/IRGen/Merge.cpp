//===- Merge.cpp - One expert made of all ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `combine = merge` mixes parameters, not results: each unit has one expert
// whose parameters are the sum of all experts' with its weights. A parameter is
// mixed once, before the body first uses it, and has the dims of the units in
// front; what it is multiplied with has them, too.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

using namespace mlir;

namespace spex::irgen {

/// One parameter for each unit: shares times the parameters of all experts.
/// Units of merged experts around it have parameters of their own already.
Tensor Generator::mergedParameter(Scope &scope, const Parameter &declaration,
                                  const Tensor &outer, size_t leading) {
  Location loc = locate(declaration.location);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(scope.block);
  if (scope.lastSlice)
    builder.setInsertionPointAfter(scope.lastSlice);
  Tensor all = outer;
  all.dims[leading] = scope.dim;
  NodeRef sum = contract(loc, makeLeaf(loc, scope.shares), makeLeaf(loc, all),
                         {scope.dim}, /*sharedFirst=*/false,
                         declaration.type.element);
  // Rounded to the type of the parameter, as if it had been stored.
  Dims units = without(scope.shares.dims, {scope.dim});
  Tensor result = materialize(convert(sum, declaration.type.element),
                              unite(units, sum->dims));
  scope.lastSlice = result.value.getDefiningOp();
  return result;
}

void Generator::runMerged(const Route &route, RouteValues &values) {
  Location loc = here = locate(route.location);
  const CallTarget &callee = route.kinds[0].callee;
  if (route.kinds[0].free != ExpertKind::Free::None) {
    // No parameters, and so nothing to mix.
    ExpertCall call = callOf(route, values);
    NodeRef input = inputsOfKind(call, route.kinds[0])[0];
    values.results = freeResults(route.kinds[0], input, call);
    return;
  }
  SmallVector<NodeRef> inputs =
      bindInputs(*callee.instance, emitArgs(route.args));
  here = loc;
  Scope &scope = scopes.emplace_back();
  // Another name than that of the experts: the body may know that one.
  scope.dim = makeDimension(route.experts->name, route.experts->size);
  Tensor shares = values.weight;
  shares.dims[1] = scope.dim;
  scope.shares = expandUnits(loc, shares, values.units, values.unit);
  scope.block = builder.getInsertionBlock();
  if (builder.getInsertionPoint() != scope.block->begin())
    scope.lastSlice = &*std::prev(builder.getInsertionPoint());
  values.results =
      inlineBody(*callee.instance, pathBelow(callee.label), inputs);
  scopes.pop_back();
}

} // namespace spex::irgen
