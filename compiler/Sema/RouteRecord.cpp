//===- RouteRecord.cpp - Groups, units, and what a route leaves -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 9, The record and Causality.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/RouteClauses.h"

namespace spex::sema {

void Checker::settleGroup(RouteState &state) {
  const ast::Route &syntax = *state.syntax;
  state.group = state.units;
  if (!syntax.hasOver)
    return;
  state.group.clear();
  // A policy does not know the dims of the route that uses it.
  FileEntry entry(here, state.file);
  for (const ast::Identifier &name : syntax.over) {
    const Dimension *dim = dimension(name, *state.around);
    if (!dim) {
      state.isFailed = true;
      continue;
    }
    if (has(state.group, dim)) {
      diags.report(message::dimensionTwice, name.location, name.text)
          .help("each dimension is listed once");
      state.isFailed = true;
    } else if (!has(state.units, dim)) {
      std::string units;
      for (const Dimension *unit : state.units)
        units += (units.empty() ? "" : ", ") + unit->name;
      diags.report(message::notOfChoice, name.location, name.text)
          .help("the choice is made per [{}]", units);
      state.isFailed = true;
    }
    state.group.push_back(dim);
  }
}

void Checker::needGroup(RouteState &state, const char *clause) {
  if (state.syntax->hasOver || state.units.size() <= 1)
    return;
  std::string units;
  for (const Dimension *unit : state.units)
    units += (units.empty() ? "" : ", ") + unit->name;
  diags.report(message::groupNeedsOver, state.syntax->location,
               state.route->name, clause)
      .help("write `over [{}]`, in the order in which places are handed out",
            units);
}

void Checker::checkUnits(RouteState &state) {
  for (const Dimension *dim : state.units) {
    bool isThere = std::any_of(
        state.inputs.begin(), state.inputs.end(),
        [&](const Value &value) { return has(value.type().dims, dim); });
    if (isThere)
      continue;
    diags.report(message::choicePerUnknown, state.syntax->location, dim->name)
        .help("give the experts an input that has it, or choose without it");
    state.isFailed = true;
    return;
  }
  if (state.scope.isSoft)
    return;
  for (const Instance *instance : state.called) {
    if (!instance)
      continue;
    for (const Input &input : instance->inputs)
      for (const Dimension *dim : input.type.dims)
        if (has(state.units, dim)) {
          diags.report(message::expertMixes, state.syntax->location,
                       instance->name, dim->name)
              .help("use `select = all`, or choose once per sequence: "
                    "`mean[{}](score)`",
                    dim->name);
          state.isFailed = true;
          return;
        }
  }
}

static bool isOneChoice(const ast::Selection *selection, int64_t count) {
  return selection->kind == ast::Selection::Kind::At ||
         (selection->kind == ast::Selection::Kind::Top && count == 1);
}

static bool readsTokens(const Expr &expr) {
  bool isFound = expr.kind == Expr::Kind::RouteWord &&
                 expr.word == RouteWord::Tokens;
  for (const ExprPtr &arg : expr.args)
    isFound |= readsTokens(*arg);
  for (const auto &[name, arg] : expr.named)
    isFound |= readsTokens(*arg);
  return isFound;
}

void Checker::noteSight(RouteState &state, Body &body, Facts &seen) {
  seen = state.choice;
  // Where a formula knows how many units there are, each reaches all.
  for (const ExprPtr *clause : valueClauses(*state.route))
    if (*clause && readsTokens(**clause))
      for (const Dimension *dim : state.group)
        seen.full.add(root(dim), inBothPhases);
  for (auto [phase, selection] :
       {std::pair<unsigned, const ast::Selection *>(inTraining,
                                                    state.selections.train),
        {atInference, state.selections.infer}}) {
    bool isMixing = selection->kind == ast::Selection::Kind::Pick ||
                    selection->kind == ast::Selection::Kind::Balanced;
    for (const Dimension *dim : state.group)
      if (isMixing)
        seen.full.add(root(dim), phase);
    if (!(state.limitedPhases & phase))
      continue;
    // Places go by choice, then `order`, then position: with one choice and no
    // order a position waits for earlier ones alone, along the first dim.
    bool isByPosition =
        !state.route->order && isOneChoice(selection, state.count);
    for (size_t i = 0; i < state.group.size(); ++i)
      (i == 0 && isByPosition ? seen.past : seen.full)
          .add(root(state.group[i]), phase);
    if (isByPosition && !state.group.empty())
      seen.carried.add(root(state.group[0]), phase);
  }
  for (auto [dim, phases] : seen.full.all()) {
    unsigned fresh = phases;
    for (const Value &input : state.inputs)
      fresh &= ~input.meaning.facts.full.phases(dim);
    if (fresh)
      body.info->events.push_back(
          {state.syntax->location, dim, fresh, body.allowsLaterSight});
  }
}

void Checker::addField(RouteState &state, const std::string &name,
                       RouteField own, Type type, const Facts &facts) {
  RouteScope::Field field;
  field.name = name;
  field.kind = RouteScope::Field::Kind::Own;
  field.own = own;
  field.meaning.type = std::move(type);
  field.meaning.facts = facts;
  state.record->fields.push_back(std::move(field));
}

void Checker::addIndexField(RouteState &state, const Facts &facts) {
  using Kind = ast::Selection::Kind;
  std::vector<const Dimension *> dims = state.units;
  bool isSingle = true;
  for (const ast::Selection *selection :
       {state.selections.train, state.selections.infer}) {
    if (selection->kind == Kind::At || selection->kind == Kind::Balanced)
      continue;
    if (selection->kind != Kind::Top && selection->kind != Kind::Sample)
      return;
    isSingle &= state.count == 1;
  }
  if (!isSingle && !state.choices)
    return;
  if (state.choices)
    dims.push_back(state.choices);
  addField(state, "index", RouteField::Index,
           Type{ElementType::Index, state.route->experts, std::move(dims)},
           facts);
}

void Checker::addResults(RouteState &state, Body &body, const Facts &choice) {
  Route &route = *state.route;
  auto weighted = [&](const Meaning &meaning) {
    Meaning result = meaning;
    for (const Dimension *dim : state.units)
      if (!has(result.type.dims, dim))
        result.type.dims.push_back(dim);
    result.facts.inherit(state.weight.facts);
    result.facts.inherit(choice);
    result.facts.triangle.clear();
    result.facts.isParameter = false;
    result.facts.isWhole = false;
    result.facts.isFromExperts = false;
    return result;
  };
  auto add = [&](const std::string &name, const Meaning &meaning) {
    RouteScope::Field field;
    field.name = name;
    field.kind = RouteScope::Field::Kind::Result;
    field.index = int(route.resultTypes.size());
    field.meaning = weighted(meaning);
    route.resultTypes.push_back(field.meaning.type);
    for (const RouteScope::Field &other : state.record->fields)
      if (other.name == name && !name.empty())
        diags.report(message::fieldHidesRoute, state.syntax->location, name)
            .help("name the field of the experts' result otherwise");
    state.record->fields.push_back(std::move(field));
  };
  state.record->isSingle = !state.each.isRecord();
  if (state.each.isTensor())
    add("", state.each.meaning);
  for (const auto &[name, meaning] : state.each.fields) {
    route.fieldNames.push_back(name);
    add(name, meaning);
  }
}

void Checker::makeRecord(RouteState &state, Body &body) {
  Route &route = *state.route;
  route.units = state.units;
  route.group = state.group;
  state.record = std::make_unique<RouteScope>();
  state.record->route = &route;
  Facts choice;
  noteSight(state, body, choice);
  for (const auto &[name, meaning] : state.given) {
    RouteScope::Field field;
    field.name = name;
    field.kind = RouteScope::Field::Kind::Local;
    field.meaning = meaning;
    field.index = name == "score" ? route.scoreSlot : route.probSlot;
    state.record->fields.push_back(std::move(field));
  }
  Facts weighted = choice;
  weighted.inherit(state.weight.facts);
  weighted.isFromExperts = false;
  Type shape{ElementType::F32, nullptr, state.units};
  shape.dims.push_back(route.experts);
  addField(state, "weight", RouteField::Weight, shape, weighted);
  if (state.scope.isSoft) {
    state.record->fields.push_back(state.eachField);
  } else {
    shape.element = ElementType::Bool;
    addField(state, "selected", RouteField::Selected, shape, choice);
    addField(state, "kept", RouteField::Kept, shape, choice);
    Type counted{ElementType::F32, nullptr, {}};
    for (const Dimension *dim : state.units)
      if (!has(state.group, dim))
        counted.dims.push_back(dim);
    // A share over the group sees all of it.
    Facts shared = choice;
    for (const Dimension *dim : state.group)
      shared.full.add(root(dim), inBothPhases);
    addField(state, "dropped", RouteField::Dropped, counted, shared);
    counted.dims.push_back(route.experts);
    addField(state, "load", RouteField::Load, counted, shared);
    counted.element = ElementType::Int;
    addField(state, "count", RouteField::Count, counted, shared);
    addIndexField(state, choice);
  }
  addResults(state, body, choice);
}

} // namespace spex::sema
