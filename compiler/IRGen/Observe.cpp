//===- Observe.cpp - Which layer of a route a choice is shown as ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statistics, records and replays know a route by its path and a layer. Every
// stack and every experts around it count, from outside in. What loops around a
// route is one number for all its units; experts that are written side by side,
// and what is inside of them, are a number for each unit.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace spex::irgen {

/// The number at one place of a joined one: `number / below` modulo `size`.
static NodeRef digitOf(Location loc, const NodeRef &number, int64_t below,
                       int64_t size) {
  return makeApply(
      loc, ElementType::Int, number->dims, {number},
      [=](Scalars &s, ArrayRef<Value> v) -> Value {
        auto constant = [&](int64_t value) -> Value {
          return arith::ConstantIntOp::create(s.builder, s.loc, value, 32);
        };
        Value above =
            arith::DivSIOp::create(s.builder, s.loc, v[0], constant(below));
        return arith::RemSIOp::create(s.builder, s.loc, above, constant(size));
      });
}

/// The number of the copy that each unit stands for; -1 where the unit did not
/// choose that expert, which runs for it all the same.
NodeRef Generator::copyOfUnits(const Scope &scope) {
  NodeRef number = convert(index(scope.dim), ElementType::Int);
  if (!scope.chosenBy)
    return number;
  const RouteValues &route = *scope.chosenBy;
  Tensor ids =
      expandUnits(here, choicesOf(route, route.kept), route.units, route.unit);
  NodeRef first = makeConstant(here, scope.firstExpert, ElementType::Int);
  NodeRef isOwn = binary(BinaryOp::Eq, makeLeaf(here, ids),
                         binary(BinaryOp::Add, number, first));
  NodeRef isChosen =
      maximum(here, convert(isOwn, ElementType::Int), {route.choice});
  return select(binary(BinaryOp::Gt, isChosen, constantLike(0, isChosen)),
                number, makeConstant(here, -1, ElementType::Int));
}

/// What experts side by side, and what is around and inside of them, add to the
/// layer: one number for each unit.
NodeRef Generator::outerLayer(const RouteValues &values, size_t firstScope,
                              int64_t &numOuter) {
  auto constant = [&](int64_t value) {
    return makeConstant(here, value, ElementType::Int);
  };
  const Scope *pairs = enclosingPairs();
  NodeRef joined = pairs ? outerExpert(values) : nullptr;
  NodeRef all, isSomebody;
  int64_t numJoined = 1; // experts of the pairs so far
  numOuter = 1;
  for (const Scope &scope : llvm::drop_begin(scopes, firstScope)) {
    NodeRef number = joined, digit;
    int64_t size = scope.dim->size;
    if (scope.layer) {
      number = digit = numberNode(scope.layer);
    } else if (scope.pair) {
      size /= numJoined;
      numJoined = scope.dim->size;
      digit = digitOf(here, joined, pairs->dim->size / numJoined, size);
    } else if (scope.isCopies) {
      number = digit = makeLeaf(here, collapseUnits(here, copyOfUnits(scope),
                                                    values.units, values.unit));
    } else {
      continue; // merged of all: one expert
    }
    NodeRef isOne = binary(BinaryOp::Ge, number, constant(0));
    isSomebody = isSomebody ? binary(BinaryOp::And, isSomebody, isOne) : isOne;
    all = all ? binary(BinaryOp::Add,
                       binary(BinaryOp::Mul, all, constant(size)), digit)
              : digit;
    numOuter *= size;
  }
  return all ? select(isSomebody, all, constant(-1)) : nullptr;
}

/// Shows the choices to the runtime.
Value Generator::observe(const Route &route, const RouteValues &values,
                         Value ids, bool isKept) {
  auto isOfUnits = [](const Scope &scope) {
    return scope.pair || scope.isCopies;
  };
  size_t first = llvm::find_if(scopes, isOfUnits) - scopes.begin();
  bool hasLoops = llvm::any_of(llvm::drop_begin(scopes, first),
                               [](const Scope &scope) { return scope.layer; });
  int64_t count = numOuterExperts();
  NodeRef number;
  // Experts of experts are one number already.
  if (enclosingPairs() && !hasLoops)
    number = outerExpert(values);
  else
    number = outerLayer(values, first, count);
  Value outer;
  IntegerAttr numOuter;
  if (number) {
    outer = materialize(number, {values.unit}).value;
    numOuter = builder.getI64IntegerAttr(count);
  }
  return moe::ObserveOp::create(builder, here, ids, pathBelow(route.name),
                                route.experts->size, layerNumber(first), outer,
                                numOuter, isKept);
}

/// The route and how many layers it has, for the manifest.
void Generator::noteRoute(const std::string &path, int64_t experts,
                          int64_t choices) {
  int64_t layers = numOuterExperts();
  for (const Scope &scope : scopes)
    if (scope.layer || scope.isCopies)
      layers *= scope.dim->size;
  auto number = [&](llvm::StringRef name, int64_t value) {
    return named(name, builder.getI64IntegerAttr(value));
  };
  routeAttrs.push_back(builder.getDictionaryAttr(
      {named("path", builder.getStringAttr(path)), number("experts", experts),
       number("choices", choices), number("layers", layers)}));
}

} // namespace spex::irgen
