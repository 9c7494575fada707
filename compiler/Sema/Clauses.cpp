//===- Clauses.cpp - The clauses of a route -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Read in the order they stand, which is the order they run: each sees the
// words that those before it made.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Walk.h"

namespace spex::sema {

using ast::ClauseKind;

void Checker::readClauses(RouteState &state,
                          const std::vector<ast::Clause> &clauses,
                          Body &body) {
  FileEntry entry(here, state.home);
  state.scope.experts = state.route->experts;
  state.scope.route = state.route.get();
  if (!state.takesRows)
    state.scope.each = &state.eachField;
  for (const ast::Clause &clause : clauses)
    if (clause.kind == ClauseKind::Select && clause.selection)
      state.selections = settle(*clause.selection);
  auto isAll = [](const ast::Selection *selection) {
    return selection && selection->kind == ast::Selection::Kind::All &&
           !selection->where;
  };
  state.scope.isSoft =
      isAll(state.selections.train) && isAll(state.selections.infer);
  Value tokens;
  tokens.kind = Value::Kind::Tensor;
  tokens.meaning.type.element = ElementType::Int;
  tokens.meaning.facts.isWhole = true;
  state.scope.words["tokens"] = std::move(tokens);
  ClauseScope *outer = body.clause;
  body.clause = &state.scope;
  for (const ast::Clause &clause : clauses) {
    unsigned before = diags.errorCount();
    readClause(state, clause, body);
    if (diags.errorCount() != before) {
      state.isFailed = state.scope.isBroken = true;
      walk(clause, [&](const ast::Expr &expr) { useName(expr, body); });
    }
  }
  if (!state.isFailed && state.scope.isSoft) {
    for (const Dimension *dim : state.weight.type.dims)
      if (dim != state.route->experts)
        state.units.push_back(dim);
    state.hasUnits = true;
    settleGroup(state);
  }
  body.clause = outer;
}

void Checker::readClause(RouteState &state, const ast::Clause &clause,
                         Body &body) {
  bool isLimit = clause.kind == ClauseKind::Keep ||
                 clause.kind == ClauseKind::Capacity ||
                 clause.kind == ClauseKind::Order;
  if (isLimit && state.scope.isSoft) {
    diags.report(message::clauseMeaningless, clause.location,
                 ast::spelling(clause.kind))
        .help("with `select = all` every expert runs for every unit");
    return;
  }
  // After a failed `select` there are no words to read the others by.
  if (isLimit && !state.hasUnits)
    return;
  switch (clause.kind) {
  case ClauseKind::Score:
  case ClauseKind::Prob:
    return readScore(state, clause, body);
  case ClauseKind::Select:
    return readSelect(state, clause, body);
  case ClauseKind::Keep:
  case ClauseKind::Order:
    return readKeep(state, clause, body);
  case ClauseKind::Capacity:
    return readCapacity(state, clause, body);
  case ClauseKind::Overflow:
  case ClauseKind::Combine:
    return readWord(state, clause, body);
  case ClauseKind::Weight:
    return readWeight(state, clause, body);
  }
}

void Checker::readScore(RouteState &state, const ast::Clause &clause,
                        Body &body) {
  const char *name = ast::spelling(clause.kind);
  Value value = evaluateTensor(*clause.value, body);
  Binding failed;
  failed.isUsed = true;
  if (value.isError() || !isNumeric(value, clause.value->location, name)) {
    state.scope.values.emplace(name, std::move(failed));
    return;
  }
  if (!has(value.type().dims, state.route->experts)) {
    diags.report(message::notPerExpert, clause.value->location, name,
                 spell(value))
        .help("it must have `{}`", state.route->experts->name);
    state.scope.values.emplace(name, std::move(failed));
    return;
  }
  value.meaning.facts.isParameter = false;
  Binding binding;
  binding.source = Binding::Source::Local;
  binding.slot = newLocal(body, state.route->name + "." + name,
                          clause.location, value);
  bool isScore = clause.kind == ClauseKind::Score;
  (isScore ? state.route->score : state.route->prob) = std::move(value.expr);
  (isScore ? state.route->scoreSlot : state.route->probSlot) = binding.slot;
  state.given[name] = value.meaning;
  binding.value = std::move(value);
  state.scope.values.emplace(name, std::move(binding));
}

void Checker::readKeep(RouteState &state, const ast::Clause &clause,
                       Body &body) {
  const char *name = ast::spelling(clause.kind);
  bool isOrder = clause.kind == ClauseKind::Order;
  Value value = evaluateTensor(*clause.value, body);
  if (value.isError())
    return;
  SourceLocation location = clause.value->location;
  if (value.meaning.facts.isFromExperts) {
    diags.report(message::choiceByExperts, clause.location, name)
        .help("use `select = all`");
    return;
  }
  bool isKind = isOrder ? isNumeric(value, location, name)
                        : isBool(value, location, name);
  if (!isKind)
    return;
  for (const Dimension *dim : value.type().dims)
    if (dim != state.route->experts && !has(state.units, dim)) {
      diags.report(message::dimsChoiceLacks, location, name, dim->name);
      return;
    }
  if (isOrder) {
    if (!state.limitedPhases && !state.syntax->find(ClauseKind::Capacity) &&
        !state.syntax->hasPolicy) {
      diags.report(message::clauseMeaningless, clause.location, name)
          .help("it orders rows for a `capacity`");
      return;
    }
    state.route->order = std::move(value.expr);
    return;
  }
  if (state.route->select.kind == Selection::Kind::Pick) {
    diags.report(message::clauseMeaningless, clause.location, name)
        .help("`pick` has no choices of a unit to keep");
    return;
  }
  state.choice.inherit(value.meaning.facts);
  for (const char *word : {"selected", "rank"})
    state.scope.words[word].meaning.facts.inherit(value.meaning.facts);
  state.route->keep = std::move(value.expr);
}

void Checker::readWord(RouteState &state, const ast::Clause &clause,
                       Body &body) {
  const std::string &word = clause.word.text;
  const char *name = ast::spelling(clause.kind);
  bool isOverflow = clause.kind == ClauseKind::Overflow;
  std::vector<std::string> known =
      isOverflow ? std::vector<std::string>{"drop", "pass", "error", "next"}
                 : std::vector<std::string>{"sum", "inputs", "merge"};
  size_t at = size_t(std::find(known.begin(), known.end(), word) -
                     known.begin());
  if (at == known.size()) {
    std::string all;
    for (const std::string &each : known)
      all += (all.empty() ? "" : ", ") + each;
    diags.report(message::mustBeOneOf, clause.word.location, name, all)
        .helpNearest(word, known);
    return;
  }
  if (!isOverflow) {
    state.route->combine = Combine(int(at));
    bool isMerge = state.route->combine == Combine::Merge;
    if (isMerge && (!state.scope.isSoft || state.route->kinds.size() > 1))
      diags.report(message::mergeNeedsAll, clause.location)
          .help("it mixes the parameters of the experts");
    return;
  }
  if (state.limitedPhases & atInference)
    state.route->overflow = Overflow(int(at) + 1);
  if (clause.rounds) {
    std::optional<Size> rounds = constant(*clause.rounds, &body);
    std::optional<Rational> value =
        rounds ? knownValue(*rounds) : std::nullopt;
    std::optional<int64_t> whole = value ? value->asInteger() : std::nullopt;
    if (rounds && (!whole || *whole < 1 ||
                   *whole >= state.route->experts->size))
      diags.report(message::countOutside, clause.rounds->location, "next",
                   spell(*rounds), state.route->experts->size - 1);
    state.route->overflowRounds = whole.value_or(1);
  }
  bool isNext = known[at] == "next";
  if (isNext && state.route->select.kind == Selection::Kind::At)
    diags.report(message::clauseMeaningless, clause.location, "overflow = next")
        .help("`at` has no next best expert");
}

void Checker::readWeight(RouteState &state, const ast::Clause &clause,
                         Body &body) {
  auto selected = state.scope.words.find("selected");
  if (selected != state.scope.words.end())
    state.scope.words["kept"] = withoutTree(selected->second);
  Value value = evaluateTensor(*clause.value, body);
  if (value.isError() ||
      !isNumeric(value, clause.value->location, "weight"))
    return;
  if (value.meaning.facts.isFromExperts && !state.scope.isSoft) {
    if (state.isFailed)
      return; // said of the choice already
    diags.report(message::choiceByExperts, clause.location, "weight")
        .help("the experts may not have run; use `select = all`");
    return;
  }
  for (const Dimension *dim : value.type().dims)
    if (dim != state.route->experts && !state.scope.isSoft &&
        state.hasUnits && !has(state.units, dim)) {
      diags.report(message::dimsChoiceLacks, clause.value->location, "weight",
                   dim->name)
          .help("the choice is made per {}",
                state.units.empty() ? "program" : "unit");
      return;
    }
  if (value.meaning.isNumber || !isFloat(value.type().element))
    value = toElement(std::move(value), ElementType::F32);
  warnConstantWeight(state, clause);
  state.weight = value.meaning;
  state.route->weight = std::move(value.expr);
}

void Checker::warnConstantWeight(RouteState &state, const ast::Clause &clause) {
  if (state.count != 1 || state.scope.isSoft ||
      state.route->select.kind != Selection::Kind::Top)
    return;
  const ast::Expr &weight = *clause.value;
  bool isQuotient =
      weight.kind == ast::Expr::Kind::Chain &&
      ast::as<ast::ChainExpr>(weight).operators.back().first ==
          ast::BinaryOperator::Divide;
  bool isCall = weight.kind == ast::Expr::Kind::Call &&
                ast::as<ast::CallExpr>(weight).hasBrackets;
  bool hasSum = false;
  walk(weight, [&](const ast::Expr &expr) {
    if (expr.kind != ast::Expr::Kind::Call)
      return;
    const auto &call = ast::as<ast::CallExpr>(expr);
    hasSum |= call.hasBrackets && call.dims.size() == 1 &&
              call.dims[0].text == "selected";
  });
  if (hasSum && (isQuotient || isCall))
    diags.report(message::weightAlwaysOne, weight.location)
        .help("write `weight = prob`, or choose more experts");
}

Value Checker::evaluateChosen(const ast::CallExpr &expr, Body &body) {
  const std::string &word = expr.dims[0].text;
  const std::string &name = expr.callee.name.text;
  const BuiltinInfo *info = BuiltinInfo::find(name);
  bool isKnown = name == "sum" || name == "max" || name == "min" ||
                 name == "mean" || name == "softmax";
  bool isMade = body.clause && body.clause->words.count(word);
  if (body.clause && body.clause->isBroken && !isMade)
    return {};
  if (!isKnown || !info || expr.dims.size() != 1 || expr.hasArrow || !isMade) {
    InFlight report =
        diags.report(message::wordMeaningless, expr.dims[0].location, word);
    if (!isMade)
      report.help("`selected` exists after `select`, `kept` in `weight`");
    else
      report.help("write `sum[{}](prob)`; also max, mean, min and softmax",
                  word);
    return {};
  }
  if (expr.args.size() != 1 || !expr.args[0].name.empty()) {
    diags.report(message::wrongArguments, expr.location, name, "1 value");
    return {};
  }
  Value value = evaluateTensor(*expr.args[0].value, body);
  if (value.isError() || !isNumeric(value, expr.location, name))
    return {};
  const Dimension *experts = body.clause->experts;
  if (!has(value.type().dims, experts)) {
    diags.report(message::valueLacks, expr.location, name, word, spell(value),
                 experts->name)
        .help("the chosen are experts: give a value with one number for each");
    return {};
  }
  Type type = value.type();
  if (name != "softmax")
    type.dims.erase(std::find(type.dims.begin(), type.dims.end(), experts));
  if (!isFloat(type.element) && (name == "mean" || name == "softmax"))
    type.element = program.numerics.accumulate;
  Facts facts;
  facts.inherit(value.meaning.facts);
  facts.inherit(body.clause->words[word].meaning.facts);
  ExprPtr made = makeExpr(Expr::Kind::Chosen, expr.location, type);
  made->builtin = info->builtin;
  made->word = word == "kept" ? RouteWord::Kept : RouteWord::Selected;
  made->route = body.clause->route;
  adopt(*made, std::move(value.expr));
  return tensor(std::move(made), std::move(facts));
}

} // namespace spex::sema
