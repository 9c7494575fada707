//===- ParseRoute.cpp - Routes, clauses, selections -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules `route` to `select` of language.md, section 3, with the errors on
// words of routes that need nothing but the grammar: E0201 to E0203, E0205.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ParserImpl.h"

#include "llvm/ADT/StringSwitch.h"

#include <algorithm>

namespace spex {

using namespace ast;

static constexpr const char *clauseOrder =
    "clauses, in order: score prob select keep capacity order overflow weight "
    "combine";

std::unique_ptr<Route> Parser::parseRoute() {
  auto route = std::make_unique<Route>();
  size_t depth = openBrackets.size();
  route->name = small("the name of a route");
  expect("=");
  route->dim = capital("the dimension of the experts");
  if (!is("of"))
    expected("`of`").help("a route begins like `route y = E of Ffn(x)`");
  expect("of");
  route->hasKindList = is("(");
  if (route->hasKindList) {
    open('(');
    listedUntil(')', [&] { route->kinds.push_back(parseExpertKind()); });
    close(')');
  } else {
    ExpertKind only;
    only.callee = parseCallee();
    route->kinds.push_back(std::move(only));
  }
  route->args = parseArguments();
  if (accept("over")) {
    route->hasOver = true;
    open('[');
    listedUntil(']', [&] { route->over.push_back(capital("a dimension")); });
    close(']');
  }
  if (accept("with")) {
    route->hasPolicy = true;
    route->policy = parseCallee();
    route->policyArgs = parseArguments();
  } else {
    recoverAtBrace(depth);
    route->clauses = parseClauses();
  }
  return route;
}

ExpertKind Parser::parseExpertKind() {
  ExpertKind kind;
  kind.count = parseChain(precedence(BinaryOperator::Multiply));
  if (is(":", 1)) {
    kind.name = small("the name of a kind of expert");
    expect(":");
  }
  kind.callee = parseCallee();
  return kind;
}

std::vector<Clause> Parser::parseClauses() {
  std::vector<Clause> clauses;
  braced(Unit::Clause, [&] { parseClause(clauses); });
  return clauses;
}

void Parser::parseClause(std::vector<Clause> &clauses) {
  countNode();
  Clause clause;
  clause.location = place();
  Identifier name = word("a clause of the route");
  std::optional<ClauseKind> kind =
      llvm::StringSwitch<std::optional<ClauseKind>>(name.text)
          .Case("score", ClauseKind::Score)
          .Case("prob", ClauseKind::Prob)
          .Case("select", ClauseKind::Select)
          .Case("keep", ClauseKind::Keep)
          .Case("capacity", ClauseKind::Capacity)
          .Case("order", ClauseKind::Order)
          .Case("overflow", ClauseKind::Overflow)
          .Case("weight", ClauseKind::Weight)
          .Case("combine", ClauseKind::Combine)
          .Default(std::nullopt);
  if (isPanicking)
    return;
  if (!kind) {
    diags.report(message::notAClause, clause.location, name.text)
        .helpNearest(name.text, {"score", "prob", "select", "keep", "capacity",
                                 "order", "overflow", "weight", "combine"})
        .help(clauseOrder);
    return panic();
  }
  clause.kind = *kind;
  checkClauseOrder(clauses, clause);
  expect("=");
  if (*kind == ClauseKind::Select)
    clause.selection = parseSelection();
  else if (*kind == ClauseKind::Overflow || *kind == ClauseKind::Combine)
    parseClauseWord(clause);
  else
    clause.value = parseExpr();
  separator();
  if (!isPanicking)
    clauses.push_back(std::move(clause));
}

void Parser::checkClauseOrder(const std::vector<Clause> &clauses,
                              const Clause &clause) {
  auto later =
      std::find_if(clauses.begin(), clauses.end(), [&](const Clause &before) {
        return before.kind >= clause.kind;
      });
  if (later == clauses.end())
    return;
  if (later->kind == clause.kind)
    diags.report(message::clauseTwice, clause.location, spelling(clause.kind))
        .help("each clause stands at most once");
  else
    diags
        .report(message::clauseOrder, clause.location, spelling(clause.kind),
                spelling(later->kind))
        .help(clauseOrder);
}

/// The word after `overflow =` and `combine =`.
void Parser::parseClauseWord(Clause &clause) {
  bool isOverflow = clause.kind == ClauseKind::Overflow;
  clause.word = word("a word");
  if (isPanicking)
    return;
  bool isKnown = isOverflow
                     ? llvm::StringSwitch<bool>(clause.word.text)
                           .Cases({"drop", "pass", "error", "next"}, true)
                           .Default(false)
                     : llvm::StringSwitch<bool>(clause.word.text)
                           .Cases({"sum", "inputs", "merge"}, true)
                           .Default(false);
  if (!isKnown) {
    std::vector<std::string> known =
        isOverflow ? std::vector<std::string>{"drop", "pass", "error", "next"}
                   : std::vector<std::string>{"sum", "inputs", "merge"};
    diags
        .report(message::mustBeOneOf, clause.word.location,
                spelling(clause.kind),
                isOverflow ? "drop, pass, error, next" : "sum, inputs, merge")
        .helpNearest(clause.word.text, known)
        .help(isOverflow ? "`drop` adds nothing, `pass` the unit's own input, "
                           "`next(n)` tries other experts, `error` stops"
                         : "`sum` weighs the results, `inputs` the inputs, "
                           "`merge` the parameters");
    return panic();
  }
  if (isOverflow && clause.word.text == "next" && is("(")) {
    Nesting nested(*this);
    open('(');
    clause.rounds = parseExpr();
    close(')');
  }
}

std::unique_ptr<Selection> Parser::parseSelection() {
  countNode();
  auto selection = std::make_unique<Selection>();
  selection->location = place();
  using Kind = Selection::Kind;
  using MaybeKind = std::optional<Kind>;
  MaybeKind kind = llvm::StringSwitch<MaybeKind>(isWord() ? text() : "")
                       .Case("all", Kind::All)
                       .Case("top", Kind::Top)
                       .Case("pick", Kind::Pick)
                       .Case("sample", Kind::Sample)
                       .Case("balanced", Kind::Balanced)
                       .Case("at", Kind::At)
                       .Case("match", Kind::Match)
                       .Case("phase", Kind::Phase)
                       .Default(std::nullopt);
  Identifier name = word("a selection");
  if (isPanicking)
    return selection;
  if (!kind) {
    diags.report(message::notASelection, selection->location, name.text)
        .helpNearest(name.text,
                     {"all", "top", "pick", "sample", "balanced", "at"})
        .help("selections: all, top k by v, sample k by p, pick c by v, "
              "balanced by v, at i");
    panic();
    return selection;
  }
  selection->kind = *kind;
  if (*kind == Kind::Match || *kind == Kind::Phase) {
    parseSelectionArms(*selection);
    return selection;
  }
  if (*kind == Kind::Top || *kind == Kind::Pick || *kind == Kind::Sample)
    selection->count = parseExpr();
  if (*kind != Kind::All && *kind != Kind::At)
    expect("by");
  if (*kind != Kind::All)
    selection->by = parseExpr();
  bool mayHaveWhere = *kind != Kind::Balanced && *kind != Kind::At;
  if (mayHaveWhere && accept("where"))
    selection->where = parseExpr();
  return selection;
}

/// What follows `match` and `phase`.
void Parser::parseSelectionArms(Selection &selection) {
  Nesting nested(*this);
  if (selection.kind == Selection::Kind::Match) {
    selection.variant = word("the name of a variant");
    parseArms([&](Identifier choice) {
      selection.arms.push_back({std::move(choice), parseSelection()});
    });
    return;
  }
  open('(');
  for (const char *phase : {"train", "infer"}) {
    if (!is(phase))
      expected("`" + std::string(phase) + ":`")
          .help("write `phase(train: .., infer: ..)`");
    Identifier name = word(phase);
    expect(":");
    selection.arms.push_back({std::move(name), parseSelection()});
    if (selection.arms.size() == 1)
      expect(",");
    else
      accept(",");
  }
  close(')');
}

} // namespace spex
