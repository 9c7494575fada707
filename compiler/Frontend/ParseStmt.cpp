//===- ParseStmt.cpp - Statements of a body -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules `block` and `stmt` of language.md, section 3.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ParserImpl.h"

#include "llvm/ADT/StringSwitch.h"

namespace spex {

using namespace ast;

Block Parser::parseBlock() {
  Block block;
  block.open = place();
  braced(Unit::Statement, [&] {
    Stmt statement = parseStatement();
    expectLineEnd();
    if (!isPanicking)
      block.statements.push_back(std::move(statement));
  });
  block.close = placeSince({});
  block.close.offset = block.close.offset + block.close.length - 1;
  block.close.length = 1;
  block.close.file = fileIndex;
  return block;
}

/// Takes the word that says what the statement is; a value has none.
Stmt::Kind Parser::parseStatementKind() {
  Stmt::Kind kind = llvm::StringSwitch<Stmt::Kind>(text())
                        .Case("param", Stmt::Kind::Param)
                        .Case("state", Stmt::Kind::State)
                        .Case("fixed", Stmt::Kind::Fixed)
                        .Case("part", Stmt::Kind::Part)
                        .Case("dim", Stmt::Kind::Dim)
                        .Case("allow", Stmt::Kind::Allow)
                        .Case("route", Stmt::Kind::Route)
                        .Case("aux", Stmt::Kind::Aux)
                        .Case("update", Stmt::Kind::Update)
                        .Case("next", Stmt::Kind::Next)
                        .Case("emit", Stmt::Kind::Emit)
                        .Case("return", Stmt::Kind::Return)
                        .Default(Stmt::Kind::Let);
  // `state = 1` is a word of the language used as a name.
  if (!isWord() || is("=", 1))
    return Stmt::Kind::Let;
  if (kind != Stmt::Kind::Let) {
    advance();
    return kind;
  }
  if (isReservedWord(text())) {
    expected("a statement");
    return kind;
  }
  if (!isLineEnd(1) && peek(1).kind == TokenKind::Word) {
    std::string word(text());
    advance();
    expected("`=`").helpNearest(word, {"param", "state", "fixed", "part", "dim",
                                       "allow", "route", "aux", "update",
                                       "next", "emit", "return"});
  }
  return kind;
}

Stmt Parser::parseStatement() {
  countNode();
  Stmt statement;
  statement.location = place();
  statement.doc = docBefore(position);
  statement.kind = parseStatementKind();

  auto names = [&](const char *what) {
    listed([&] { statement.names.push_back(small(what)); });
  };
  auto binding = [&](const char *what) {
    statement.names.push_back(small(what));
    expect("=");
    statement.value = parseExpr();
  };
  switch (statement.kind) {
  case Stmt::Kind::Param:
  case Stmt::Kind::State:
    names(statement.kind == Stmt::Kind::Param ? "the name of a parameter"
                                              : "the name of a state");
    expect(":");
    statement.type = parseType();
    if (!is("init"))
      expected("`init`").help(
          "each parameter has an initial value: `init normal(std: 0.02)`");
    expect("init");
    statement.value = parseExpr();
    break;
  case Stmt::Kind::Fixed:
    statement.names.push_back(small("the name of a fixed value"));
    expect(":");
    statement.type = parseType();
    expect("=");
    statement.value = parseExpr();
    break;
  case Stmt::Kind::Part:
    names("the name of a part");
    expect(":");
    statement.callee = parseCallee();
    break;
  case Stmt::Kind::Dim:
    statement.dims = parseDims();
    break;
  case Stmt::Kind::Allow:
    statement.names.push_back(word("the code of a warning"));
    break;
  case Stmt::Kind::Route:
    statement.route = parseRoute();
    statement.route->location = statement.location;
    break;
  case Stmt::Kind::Aux:
    binding("the name of an auxiliary loss");
    break;
  case Stmt::Kind::Update:
    binding("the name of a state");
    break;
  case Stmt::Kind::Next:
    statement.bindings = parseBindings("the name of a carried value");
    break;
  case Stmt::Kind::Emit:
  case Stmt::Kind::Return:
    statement.value = parseExpr();
    break;
  case Stmt::Kind::Let:
    binding("the name of a value");
    break;
  }
  return statement;
}

} // namespace spex
