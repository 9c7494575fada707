//===- ClauseTables.cpp - Words of a route for all of its experts ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A clause is computed at the chosen experts alone (Choose.cpp), unless a
// function in it reads all experts: `sum[E](f32(selected))`. There the words
// are tables over units and experts, and `sum[selected](v)` has a value for
// each unit.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

using namespace mlir;

namespace spex::irgen {

/// `selected`, `kept`, `rank` and `tokens` for every expert.
NodeRef Generator::emitWordOfAll(const Expr &expr) {
  assert(clause && "a word of a route outside of its clauses");
  here = locate(expr.location);
  RouteValues &values = frame->routes[clause];
  auto table = [&](Value ids, const NodeRef &value) {
    return spreadOverExperts(clause->experts, values, choicesOf(values, ids),
                             value);
  };
  NodeRef one = makeConstant(here, 1, ElementType::Int);
  switch (expr.word) {
  case RouteWord::Selected:
    return convert(table(values.ids, one), ElementType::Bool);
  case RouteWord::Kept:
    return convert(table(values.kept ? values.kept : values.ids, one),
                   ElementType::Bool);
  case RouteWord::Rank: {
    // What is not selected comes behind all that is: a table of how far each
    // is before the end.
    NodeRef end = makeConstant(here, values.choice->size, ElementType::Int);
    NodeRef rank = convert(index(values.choice), ElementType::Int);
    NodeRef before = binary(BinaryOp::Sub, end, rank);
    return binary(BinaryOp::Sub, end, table(values.ids, before));
  }
  case RouteWord::Tokens:
    return dimensionSize(unitDimension(values.group));
  }
  llvm_unreachable("all words are listed");
}

/// `sum[selected](v)` and its like where all experts are read.
NodeRef Generator::emitChosenOfAll(const Expr &expr) {
  assert(clause && "a sum over chosen experts outside of clauses");
  RouteValues &values = frame->routes[clause];
  NodeRef chosen = emitChosen(expr, *clause, values);
  here = locate(expr.location);
  if (contains(chosen->dims, values.choice)) {
    bool amongKept = expr.word == RouteWord::Kept && values.kept;
    Tensor ids = choicesOf(values, amongKept ? values.kept : values.ids);
    return spreadOverExperts(clause->experts, values, ids, chosen);
  }
  Tensor perUnit = materialize(chosen, {values.unit});
  return makeLeaf(here,
                  expandUnits(here, perUnit, values.units, values.unit));
}

} // namespace spex::irgen
