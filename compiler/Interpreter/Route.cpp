//===- Route.cpp - Routes: clauses in order, and the record ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// language.md, section 9. Runs the clauses of a route in the order in which
// they stand, and gives the words inside of them and the fields after them.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Rounding.h"
#include "compiler/Interpreter/RouteState.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace spex::interpreter {

RouteState *Evaluator::stateOf(const Route *route, Frame &frame) {
  auto found = frame.routes.find(route);
  if (found != frame.routes.end())
    return found->second.get();
  fail("a route is read before it runs");
  return nullptr;
}

/// Numbers units, groups and places, row-major.
static void numberUnits(RouteState &state) {
  DimList groupDims;
  for (const Dimension *dim : state.route->group)
    if (contains(state.unitDims, dim))
      groupDims.push_back(dim);
  Tensor groups, places;
  SizeList groupSizes;
  for (size_t i = 0; i < state.unitDims.size(); ++i)
    if (!contains(groupDims, state.unitDims[i])) {
      state.outerDims.push_back(state.unitDims[i]);
      state.outerSizes.push_back(state.unitSizes[i]);
      state.groups *= state.unitSizes[i];
    }
  for (const Dimension *dim : groupDims)
    for (size_t i = 0; i < state.unitDims.size(); ++i)
      if (state.unitDims[i] == dim)
        groupSizes.push_back(state.unitSizes[i]);
  // Offsets into tensors of just those dims are the numbers looked for.
  groups = Tensor::make(ElementType::Int, state.outerDims, state.outerSizes);
  places = Tensor::make(ElementType::Int, groupDims, groupSizes);
  state.groupSize = places.count();
  state.groupOf = offsetsOver(groups, state.unitDims, state.unitSizes);
  state.placeOf = offsetsOver(places, state.unitDims, state.unitSizes);
}

std::vector<std::vector<int32_t>> unitsOfGroups(const RouteState &state) {
  std::vector<std::vector<int32_t>> members(
      state.groups, std::vector<int32_t>(state.groupSize));
  for (int64_t unit = 0; unit < state.units; ++unit)
    members[state.groupOf[unit]][state.placeOf[unit]] = unit;
  return members;
}

void Evaluator::runRoute(const Route &route, Frame &frame) {
  auto owner = std::make_shared<RouteState>();
  RouteState &state = *owner;
  frame.routes[&route] = owner;
  state.route = &route;
  state.path = frame.path.empty() ? route.name : frame.path + "." + route.name;
  state.layer = frame.layer;
  state.experts = sizeOf(route.experts);
  state.unitDims = frame.extraDims;
  addMissing(state.unitDims, route.units);
  state.unitSizes = frame.extraSizes;
  for (size_t i = frame.extraDims.size(); i < state.unitDims.size(); ++i)
    state.unitSizes.push_back(sizeOf(state.unitDims[i]));
  for (int64_t size : state.unitSizes)
    state.units *= size;
  numberUnits(state);
  DimList dims = state.unitDims;
  SizeList sizes = state.unitSizes;
  std::vector<uint64_t> numbers = elementNumbers(dims, sizes, frame);
  for (int64_t at : offsetsOver(Tensor::make(ElementType::Int, dims, sizes),
                                state.unitDims, state.unitSizes))
    state.unitNumbers.push_back(numbers[at]);

  RouteState *outerClause = frame.clause;
  frame.clause = &state;
  for (auto [clause, slot] : {std::pair{route.score.get(), route.scoreSlot},
                              std::pair{route.prob.get(), route.probSlot}}) {
    if (!clause || failed())
      continue;
    Tensor value = evaluateTensor(*clause, frame);
    if (!failed() && slot >= 0)
      frame.locals[slot] = {
          rounded(value, frame.instance->locals[slot].type.element)};
  }
  if (!failed())
    choose(state, frame);
  if (!failed()) {
    // The record's own numbers are f32, unless the formula is wider.
    ElementType element = route.weight->type.element == ElementType::F64
                              ? ElementType::F64
                              : ElementType::F32;
    state.weight = clauseValue(*route.weight, state, frame, element, true);
  }
  frame.clause = outerClause;
}

/// A clause as numbers over units (and experts), row-major.
Tensor Evaluator::clauseValue(const Expr &expr, RouteState &state, Frame &frame,
                              ElementType element, bool withExperts) {
  Tensor value = evaluateTensor(expr, frame);
  if (failed())
    return {};
  DimList dims = state.unitDims;
  SizeList sizes = state.unitSizes;
  if (withExperts) {
    dims.push_back(state.route->experts);
    sizes.push_back(state.experts);
  }
  value = rounded(value, element);
  value = expandTo(value, dims, sizes);
  if (value.dims.size() != dims.size()) {
    fail("a clause of the route `" + state.route->name +
         "` has a dimension that the choice lacks");
    return {};
  }
  return value.permuted(dims).contiguous();
}

/// A table over units and experts: 1 where the pair is among `ids`.
Tensor Evaluator::pairTable(const RouteState &state,
                            const std::vector<int32_t> &ids,
                            ElementType element) {
  DimList dims = state.unitDims;
  SizeList sizes = state.unitSizes;
  dims.push_back(state.route->experts);
  sizes.push_back(state.experts);
  Tensor table = Tensor::make(element, dims, sizes);
  double *out = table.data();
  for (size_t i = 0; i < ids.size(); ++i)
    if (ids[i] >= 0)
      out[i / state.choices * state.experts + ids[i]] = 1;
  return table;
}

Tensor Evaluator::routeWord(const Expr &expr, Frame &frame) {
  RouteState &state = *frame.clause;
  switch (expr.word) {
  case RouteWord::Selected:
    return pairTable(state, state.ids, ElementType::Bool);
  case RouteWord::Kept:
    return pairTable(state, state.runs, ElementType::Bool);
  case RouteWord::Tokens:
    return Tensor::number(state.groupSize, ElementType::Int);
  case RouteWord::Rank: {
    Tensor table = pairTable(state, {}, ElementType::Int);
    double *out = table.data();
    std::copy(state.ranks.begin(), state.ranks.end(), out);
    return table;
  }
  }
  return {};
}

/// `sum[selected](v)` and the like: over the experts of each unit.
Tensor Evaluator::chosen(const Expr &expr, Frame &frame) {
  RouteState &state = *frame.clause;
  Tensor value = evaluateTensor(*expr.args[0], frame);
  if (failed())
    return {};
  Tensor among =
      pairTable(state, expr.word == RouteWord::Kept ? state.runs : state.ids,
                ElementType::Bool);
  const Dimension *experts = state.route->experts;
  Shape shape = unionOf({&among, &value});
  value = expandTo(value, shape.dims, shape.sizes);
  among = expandTo(among, shape.dims, shape.sizes);
  if (expr.builtin == Builtin::Softmax)
    return maskedSoftmax(value, &among, nullptr, {experts}, false);

  // The values of the others are left out before the fibre is reduced.
  DimList outer = without(shape.dims, {experts});
  DimList order = outer;
  order.push_back(experts);
  Tensor flatValue = value.permuted(order).contiguous();
  Tensor flatAmong = among.permuted(order).contiguous();
  Tensor result = Tensor::make(expr.type.element, outer,
                               interpreter::sizesOf(value, outer));
  std::vector<double> terms;
  for (int64_t i = 0; i < result.count(); ++i) {
    terms.clear();
    for (int64_t e = 0; e < state.experts; ++e)
      if (flatAmong.data()[i * state.experts + e] != 0)
        terms.push_back(flatValue.data()[i * state.experts + e]);
    result.data()[i] = reduceTerms(expr.builtin, terms);
  }
  return result;
}

double Evaluator::reduceTerms(Builtin builtin,
                              const std::vector<double> &terms) {
  double infinity = std::numeric_limits<double>::infinity();
  switch (builtin) {
  case Builtin::Max:
    return std::accumulate(terms.begin(), terms.end(), -infinity, maximum);
  case Builtin::Min:
    return std::accumulate(terms.begin(), terms.end(), infinity, minimum);
  case Builtin::Mean:
    return terms.empty() ? 0 : sumOf(terms.data(), terms.size()) / terms.size();
  default:
    return sumOf(terms.data(), terms.size());
  }
}

Tensor Evaluator::routeResult(const Expr &expr, Frame &frame) {
  RouteState *state = stateOf(expr.route, frame);
  if (!state)
    return {};
  if (!state->haveResults)
    runExperts(*state, frame);
  return failed() ? Tensor() : state->results[expr.index];
}

Tensor Evaluator::routeField(const Expr &expr, Frame &frame) {
  RouteState *state = stateOf(expr.route, frame);
  if (!state)
    return {};
  switch (expr.routeField) {
  case RouteField::Weight: {
    Tensor weight = state->weight;
    if (!state->hasChoices())
      return weight;
    Tensor kept = pairTable(*state, state->runs, ElementType::Bool);
    return mapElements(weight.element, weight, kept,
                       [](double w, double k) { return k != 0 ? w : 0; });
  }
  case RouteField::Selected:
    return pairTable(*state, state->ids, ElementType::Bool);
  case RouteField::Kept:
    return pairTable(*state, state->runs, ElementType::Bool);
  case RouteField::Index:
    return indexField(expr, *state);
  case RouteField::Load:
  case RouteField::Count:
  case RouteField::Dropped:
    return countField(expr, *state);
  case RouteField::Each:
    if (state->route->select.kind == Selection::Kind::All)
      runEach(*state, frame);
    else if (!state->haveResults)
      runExperts(*state, frame);
    return failed() ? Tensor() : state->each[expr.index];
  }
  return {};
}

Value Evaluator::eachResults(const Expr &expr, Frame &frame) {
  RouteState *state = stateOf(expr.route, frame);
  if (state)
    runEach(*state, frame);
  return failed() ? Value() : state->each;
}

/// `y.index`: over the units, and over the dimension of the choices if named.
Tensor Evaluator::indexField(const Expr &expr, RouteState &state) {
  DimList dims = state.unitDims;
  SizeList sizes = state.unitSizes;
  for (const Dimension *dim : without(expr.type.dims, state.unitDims)) {
    dims.push_back(dim);
    sizes.push_back(state.choices);
  }
  Tensor result = Tensor::make(ElementType::Index, dims, sizes);
  for (size_t i = 0; i < state.ids.size(); ++i)
    result.data()[i] = state.ids[i];
  return result;
}

/// Numbers about each group.
Tensor Evaluator::countField(const Expr &expr, RouteState &state) {
  bool isDropped = expr.routeField == RouteField::Dropped;
  DimList dims = state.outerDims;
  SizeList sizes = state.outerSizes;
  int64_t width = isDropped ? 1 : state.experts;
  if (!isDropped) {
    dims.push_back(state.route->experts);
    sizes.push_back(width);
  }
  Tensor result = Tensor::make(expr.type.element, dims, sizes);
  std::vector<double> selected(state.groups);
  double *out = result.data();
  for (int64_t unit = 0; unit < state.units; ++unit)
    for (int64_t rank = 0; rank < state.choices; ++rank) {
      int64_t pair = state.at(unit, rank), group = state.groupOf[unit];
      int32_t id = state.ids[pair], runs = state.runs[pair];
      selected[group] += id >= 0;
      if (isDropped)
        out[group] += id >= 0 && runs < 0;
      else if (expr.routeField == RouteField::Load && id >= 0)
        out[group * width + id] += 1;
      else if (expr.routeField == RouteField::Count && runs >= 0)
        out[group * width + runs] += 1;
    }
  if (expr.routeField != RouteField::Count)
    for (int64_t i = 0; i < result.count(); ++i)
      out[i] = selected[i / width] == 0 ? 0 : out[i] / selected[i / width];
  result.isRounded = false;
  return rounded(result, expr.type.element);
}

} // namespace spex::interpreter
