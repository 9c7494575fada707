//===- PrintStmt.cpp - Statements and routes to pieces --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One line for each statement; blocks and clauses have lines of their own.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/PrinterImpl.h"

namespace spex {

using namespace ast;

void Printer::print(const Block &block) {
  out.openBlock();
  for (const Stmt &stmt : block.statements) {
    out.beginLine();
    out.line().doc = stmt.doc;
    print(stmt);
  }
  out.closeBlock();
}

void Printer::print(const std::vector<DimDecl> &dims) {
  listed(dims, [&](const DimDecl &dim) {
    out.word(dim.name.text);
    out.word(dim.kind == DimDecl::Kind::Bound ? "<=" : "=");
    if (dim.kind != DimDecl::Kind::Labels)
      return print(*dim.value);
    out.openBracket("{", true);
    out.keepBlank();
    names(dim.labels);
    out.closeBracket("}", /*hasBlank=*/true);
  });
}

void Printer::print(const std::vector<Binding> &bindings) {
  listed(bindings, [&](const Binding &binding) {
    out.word(binding.name.text);
    out.word("=");
    print(*binding.value);
  });
}

/// The word that a statement begins with, or "".
static const char *firstWord(Stmt::Kind kind) {
  static constexpr const char *words[] = {
      "param", "state",  "fixed", "part", "dim",    "allow", "route",
      "aux",   "update", "next",  "emit", "return", ""};
  return words[static_cast<int>(kind)];
}

void Printer::print(const Stmt &stmt) {
  if (stmt.kind != Stmt::Kind::Let)
    out.word(firstWord(stmt.kind));
  names(stmt.names);
  switch (stmt.kind) {
  case Stmt::Kind::Param:
  case Stmt::Kind::State:
    out.colon();
    print(stmt.type);
    out.word("init");
    return print(*stmt.value);
  case Stmt::Kind::Fixed:
    out.colon();
    print(stmt.type);
    break;
  case Stmt::Kind::Part:
    out.colon();
    return print(stmt.callee);
  case Stmt::Kind::Dim:
    return print(stmt.dims);
  case Stmt::Kind::Next:
    return print(stmt.bindings);
  case Stmt::Kind::Route:
    return print(*stmt.route);
  case Stmt::Kind::Allow:
    return;
  case Stmt::Kind::Emit:
  case Stmt::Kind::Return:
    return print(*stmt.value);
  case Stmt::Kind::Aux:
  case Stmt::Kind::Update:
  case Stmt::Kind::Let:
    break;
  }
  printEquals();
  print(*stmt.value);
}

void Printer::printEquals() {
  // Better broken inside the first bracket than here.
  constexpr unsigned dear = 31;
  out.word("=");
  out.allowBreak(dear);
}

void Printer::print(const Route &route) {
  out.word(route.name.text);
  out.word("=");
  out.word(route.dim.text);
  out.word("of");
  if (route.hasKindList)
    out.openBracket("(", true);
  listed(route.kinds, [&](const ExpertKind &kind) {
    if (kind.count)
      print(*kind.count);
    if (!kind.name.empty()) {
      out.word(kind.name.text);
      out.colon();
    }
    print(kind.callee);
  });
  if (route.hasKindList)
    out.closeBracket(")");
  print(route.args);
  if (route.hasOver) {
    out.allowBreak(1);
    out.word("over");
    out.openBracket("[", true);
    dims(route.over);
    out.closeBracket("]");
  }
  if (!route.hasPolicy)
    return print(route.clauses);
  out.allowBreak(1);
  out.word("with");
  print(route.policy);
  print(route.policyArgs);
}

void Printer::print(const std::vector<Clause> &clauses) {
  out.openBlock();
  unsigned clauseRun = out.newRun();
  for (const Clause &clause : clauses) {
    out.beginLine();
    out.word(spelling(clause.kind));
    out.align(clauseRun, /*isStrict=*/true);
    printEquals();
    print(clause);
  }
  out.closeBlock();
}

void Printer::print(const Clause &clause) {
  if (clause.selection)
    return print(*clause.selection);
  if (clause.value)
    return print(*clause.value);
  out.word(clause.word.text);
  if (clause.rounds) {
    out.openBracket("(", false);
    print(*clause.rounds);
    out.closeBracket(")");
  }
}

void Printer::print(const Selection &selection) {
  static constexpr const char *words[] = {"all",      "top", "pick",  "sample",
                                          "balanced", "at",  "match", "phase"};
  out.word(words[static_cast<int>(selection.kind)]);
  auto arm = [&](const std::pair<Identifier, std::unique_ptr<Selection>> &one) {
    bool isMatch = selection.kind == Selection::Kind::Match;
    if (isMatch)
      out.beginEntry();
    out.word(one.first.text);
    out.colon();
    if (isMatch)
      out.alignEntry();
    print(*one.second);
  };
  if (selection.kind == Selection::Kind::Match) {
    out.word(selection.variant.text);
    out.beginGroup(/*keepsCommas=*/true);
    listed(selection.arms, arm);
    return out.endGroup();
  }
  if (selection.kind == Selection::Kind::Phase) {
    out.openBracket("(", false);
    listed(selection.arms, arm);
    return out.closeBracket(")");
  }
  if (selection.count)
    print(*selection.count);
  if (selection.by) {
    if (selection.kind != Selection::Kind::At)
      out.word("by");
    print(*selection.by);
  }
  if (selection.where) {
    out.word("where");
    print(*selection.where);
  }
}

} // namespace spex
