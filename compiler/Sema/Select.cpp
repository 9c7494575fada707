//===- Select.cpp - Which experts a unit is sent to -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `select` clause: its forms, the units it decides for, its counts.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

using Kind = ast::Selection::Kind;

static const char *spelling(Kind kind) {
  switch (kind) {
  case Kind::All:
    return "all";
  case Kind::Top:
    return "top";
  case Kind::Pick:
    return "pick";
  case Kind::Sample:
    return "sample";
  case Kind::Balanced:
    return "balanced";
  case Kind::At:
    return "at";
  case Kind::Match:
    return "match";
  case Kind::Phase:
    return "phase";
  }
  return "";
}

static std::string listed(const std::vector<const Dimension *> &dims) {
  std::string text = "[";
  for (const Dimension *dim : dims)
    text += (text.size() > 1 ? ", " : "") + dim->name;
  return text + "]";
}

bool Checker::setUnits(RouteState &state,
                       std::vector<const Dimension *> units,
                       SourceLocation location) {
  auto within = [](const std::vector<const Dimension *> &a,
                   const std::vector<const Dimension *> &b) {
    return std::all_of(a.begin(), a.end(),
                       [&](const Dimension *dim) { return has(b, dim); });
  };
  if (state.hasUnits && !within(units, state.units) &&
      !within(state.units, units)) {
    diags.report(message::phasesDiffer, location, listed(state.units),
                 listed(units));
    return false;
  }
  if (!state.hasUnits || units.size() > state.units.size())
    state.units = std::move(units);
  state.hasUnits = true;
  return true;
}

bool Checker::readBy(RouteState &state, const ast::Selection &selection,
                     unsigned phases, Selection &made,
                     std::vector<const Dimension *> &units, Body &body) {
  const Dimension *experts = state.route->experts;
  Value by = evaluateTensor(*selection.by, body);
  if (by.isError())
    return false;
  SourceLocation location = selection.by->location;
  if (selection.kind == Kind::At) {
    if (!sameKind(by, Type{ElementType::Index, experts, {}}, true, location,
                  "at"))
      return false;
    by = toElement(std::move(by), ElementType::Index);
    by.expr->type.target = experts;
    units = by.type().dims;
    warnUnreached(state, *by.expr, location, body);
  } else {
    if (!has(by.type().dims, experts)) {
      diags.report(message::notPerExpert, location, spelling(selection.kind),
                   spell(by))
          .help("it chooses by one value for each of `{}`", experts->name);
      return false;
    }
    if (!isNumeric(by, location, spelling(selection.kind)))
      return false;
    for (const Dimension *dim : by.type().dims)
      if (dim != experts)
        units.push_back(dim);
    ElementType element = by.type().element;
    if (isFloat(element) && width(element) < 32)
      diags.report(message::narrowChoice, location, sema::spelling(element))
          .help("compute the score in f32: `f32(...)`");
  }
  if (by.meaning.facts.isFromExperts) {
    diags.report(message::choiceByExperts, selection.location,
                 spelling(selection.kind))
        .help("every expert must run before the value exists, so nothing is "
              "saved; use `select = all`");
    return false;
  }
  state.choice.inherit(by.meaning.facts, phases);
  made.by = std::move(by.expr);
  return true;
}

bool Checker::readCount(RouteState &state, const ast::Selection &selection,
                        Selection &made, Body &body) {
  if (selection.kind != Kind::Top && selection.kind != Kind::Sample)
    return true;
  const ast::Expr &written = *selection.count;
  std::optional<Size> count = constant(written, &body);
  if (!count)
    return false;
  std::optional<Rational> value = knownValue(*count);
  if (!value)
    return notConstant(written.location), false;
  std::optional<int64_t> whole = value->asInteger();
  int64_t size = state.route->experts->size;
  if (!whole || *whole < 1 ||
      (*whole > size && !isBroken(sizeOf(state.route->experts)))) {
    diags.report(message::topOutside, written.location, value->str(), size)
        .help("`{}` is {}", state.route->experts->name, size);
    return false;
  }
  made.count = *whole;
  state.count = *whole;
  if (written.kind == ast::Expr::Kind::Dimension)
    state.choices =
        findDimension(ast::as<ast::DimensionExpr>(written).name, &body);
  return true;
}

bool Checker::readSelection(RouteState &state, const ast::Selection &selection,
                            unsigned phases, Body &body) {
  static const Selection::Kind kinds[] = {
      Selection::Kind::All,    Selection::Kind::Top,
      Selection::Kind::Pick,   Selection::Kind::Sample,
      Selection::Kind::Balanced, Selection::Kind::At};
  if (selection.kind == Kind::Match || selection.kind == Kind::Phase)
    return false; // settled before; only a tree with errors comes here
  Selection made;
  made.kind = kinds[int(selection.kind)];
  made.location = selection.location;
  std::vector<const Dimension *> units;
  bool isGood = true;
  bool hasBy = selection.kind != Kind::All;
  if (hasBy) {
    isGood = readBy(state, selection, phases, made, units, body);
    isGood &= readCount(state, selection, made, body);
  }
  if (selection.where) {
    SourceLocation location = selection.where->location;
    Value where = evaluateTensor(*selection.where, body);
    isGood &= !where.isError() && isBool(where, location, "where");
    if (isGood && !hasBy) {
      made.kind = Selection::Kind::AllWhere;
      warnNarrowThreshold(*where.expr, location);
      if (!has(where.type().dims, state.route->experts)) {
        diags.report(message::notPerExpert, location, "where", spell(where));
        isGood = false;
      }
      for (const Dimension *dim : where.type().dims)
        if (dim != state.route->experts)
          units.push_back(dim);
      hasBy = true;
    }
    if (isGood)
      for (const Dimension *dim : where.type().dims)
        if (dim != state.route->experts && !has(units, dim)) {
          diags.report(message::dimsChoiceLacks, location, "where", dim->name);
          isGood = false;
        }
    state.choice.inherit(where.meaning.facts, phases);
    made.where = std::move(where.expr);
  }
  if (selection.kind == Kind::Sample) {
    made.drawNumber = body.draws.next++;
    state.choice.random |= phases;
  }
  if (isGood && hasBy)
    isGood = setUnits(state, std::move(units), selection.location);
  if (!isGood)
    return false;
  if (phases & atInference) {
    state.route->select = std::move(made);
    return true;
  }
  // Training alone sees these, and their parameters.
  for (ExprPtr *expr : {&made.by, &made.where})
    if (*expr)
      body.info->beside.push_back(std::move(*expr));
  return true;
}

void Checker::readSelect(RouteState &state, const ast::Clause &clause,
                         Body &body) {
  PhaseSelection settled = state.selections;
  if (!settled.train || !settled.infer) {
    state.isFailed = true;
    return;
  }
  bool isGood = true;
  if (settled.train != settled.infer) {
    isGood = readSelection(state, *settled.train, inTraining, body);
    isGood &= readSelection(state, *settled.infer, atInference, body);
  } else {
    isGood = readSelection(state, *settled.infer, inBothPhases, body);
  }
  if (!isGood) {
    state.isFailed = true;
    return;
  }
  if (state.scope.isSoft)
    return; // units come from the weight
  settleGroup(state);
  Value chosen;
  chosen.kind = Value::Kind::Tensor;
  chosen.meaning.type.element = ElementType::Bool;
  chosen.meaning.type.dims = state.units;
  chosen.meaning.type.dims.push_back(state.route->experts);
  chosen.meaning.facts = state.choice;
  Value rank = withoutTree(chosen);
  rank.meaning.type.element = ElementType::Int;
  rank.meaning.facts.isWhole = true;
  state.scope.words["selected"] = std::move(chosen);
  state.scope.words["rank"] = std::move(rank);
  for (const ast::Selection *selection : {settled.train, settled.infer})
    if (selection->kind == Kind::Pick) {
      needGroup(state, "pick");
      std::optional<Size> count = rows(*selection->count, state, body, "pick");
      if (count && selection == settled.infer)
        state.route->select.capacity =
            sizeExpr(*count, "capacity", selection->count->location);
    }
}

} // namespace spex::sema
