//===- ExpertCopies.cpp - Experts that run for all units ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two sorts of experts cannot be sent rows: those inside of a merged expert,
// whose parameters are other ones for every unit, and those that keep something
// from step to step, which must see every step whatever is chosen. The body is
// written once for all of them, with the experts as a dim of its parameters;
// choices then read the results of all.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

/// Whether what is being written is such a body, or one merged of all.
bool Generator::isInCopies() const {
  return llvm::any_of(scopes, [](const Scope &scope) {
    return scope.isCopies || scope.shares.value;
  });
}

/// Whether some of the experts see all their rows.
bool Generator::haveRows(ArrayRef<ExpertKind> kinds) const {
  return llvm::any_of(kinds,
                      [&](const ExpertKind &kind) { return takesRows(kind); });
}

/// The results of the experts of one kind, which are `own`. An input that has
/// the dim of all experts is another one for each of them.
Values Generator::runKindCopies(const ExpertCall &call, const ExpertKind &kind,
                                const Dimension *own, int64_t first,
                                const RouteValues *chosenBy) {
  Location loc = locate(call.location);
  SmallVector<NodeRef> inputs = inputsOfKind(call, kind);
  here = loc;
  for (NodeRef &input : inputs) {
    if (contains(input->dims, call.experts)) {
      Tensor x = materialize(input);
      unsigned axis = llvm::find(x.dims, call.experts) - x.dims.begin();
      input = makeLeaf(loc,
                       sliceOf(loc, x, axis, builder.getIndexAttr(first), own));
    }
    input = expanded(input, {own});
  }
  if (kind.free != ExpertKind::Free::None)
    return freeResults(kind, inputs[0], call);
  Scope &scope = scopes.emplace_back();
  scope.dim = own;
  scope.isCopies = true;
  scope.chosenBy = chosenBy;
  scope.firstExpert = first;
  repeats.push_back(
      {Value(), own->size, convert(index(own), ElementType::Int)});
  Values results =
      inlineBody(*kind.callee.instance, pathBelow(kind.callee.label), inputs);
  scopes.pop_back();
  repeats.pop_back();
  here = loc;
  return results;
}

/// The results of all experts, with these in front; `chosenBy` are the choices
/// that will be read, if not all.
Values Generator::runCopies(const ExpertCall &call,
                            const RouteValues *chosenBy) {
  Location loc = locate(call.location);
  SmallVector<Values> ofKinds;
  Dims owns;
  int64_t first = 0;
  for (const ExpertKind &kind : call.kinds) {
    owns.push_back(makeDimension(call.experts->name, kind.count));
    ofKinds.push_back(runKindCopies(call, kind, owns.back(), first, chosenBy));
    first += kind.count;
  }
  Values all;
  for (size_t field = 0; field < ofKinds[0].size(); ++field) {
    // Kinds that are free may lack dims that others have.
    Dims rest;
    for (auto [results, own] : llvm::zip(ofKinds, owns))
      rest = unite(rest, without(results[field].dims, {own}));
    SmallVector<Tensor> parts;
    for (auto [results, own] : llvm::zip(ofKinds, owns)) {
      NodeRef part =
          convert(makeLeaf(loc, results[field]), call.results[field].element);
      parts.push_back(materialize(part, unite({own}, rest)));
    }
    all.push_back(joinCopies(loc, parts, call.experts));
  }
  return all;
}

/// The results of several kinds behind one another, as of `experts`.
Tensor Generator::joinCopies(Location loc, ArrayRef<Tensor> parts,
                             const Dimension *experts) {
  Tensor all = parts[0];
  all.dims[0] = experts;
  if (parts.size() == 1)
    return all;
  all.value = emptyTensor(loc, all.dims, all.element);
  int64_t first = 0;
  for (const Tensor &part : parts) {
    SmallVector<OpFoldResult> offsets(part.dims.size(),
                                      builder.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(part.dims.size(),
                                      builder.getIndexAttr(1));
    SmallVector<OpFoldResult> extents;
    for (const Dimension *dim : part.dims)
      extents.push_back(size(dim));
    offsets[0] = builder.getIndexAttr(first);
    all.value = tensor::InsertSliceOp::create(
        builder, loc, part.value, all.value, offsets, extents, strides);
    first += part.dims[0]->size;
  }
  return all;
}

/// [U, K, ...] of each result: what was chosen of the results of all experts.
Values Generator::runAndChoose(const ExpertCall &call, RouteValues &values) {
  values.run = values.kept;
  for (const ExpertKind &kind : call.kinds)
    if (kind.callee.instance && draws(*kind.callee.instance))
      refuse(call.location, "a random function inside of experts that remember, "
                            "or of a merged expert");
  Values all = runCopies(call, &values);
  Location loc = here = locate(call.location);
  NodeRef at = makeLeaf(loc, expandUnits(loc, choicesOf(values, values.kept),
                                         values.units, values.unit));
  NodeRef zero = makeConstant(loc, 0, ElementType::Int);
  // Nobody's choice reads expert 0, so that every read is in bounds.
  at = select(binary(BinaryOp::Ge, at, zero), at, zero);
  Values results;
  for (const Tensor &result : all)
    results.push_back(collapseUnits(loc, gather(loc, result, at, call.experts),
                                    values.units, values.unit));
  return results;
}

} // namespace spex::irgen
