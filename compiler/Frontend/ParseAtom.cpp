//===- ParseAtom.cpp - Expressions without operators ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rule `atom` of language.md, section 3.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ParserImpl.h"

#include <algorithm>
#include <charconv>

namespace spex {

using namespace ast;

/// A function of the language, which `f[...]` calls and never looks up.
static bool isBuiltin(std::string_view name) {
  static constexpr std::string_view names[] = {
#define BUILTIN(enumerator, spelling, ...) spelling,
#include "compiler/Builtins.def"
  };
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

ExprPtr Parser::parseAtom() {
  if (isKind(TokenKind::Number))
    return parseNumber();
  if (isKind(TokenKind::String)) {
    auto result = make<StringExpr>(place());
    result->text = string("a string").text;
    return result;
  }
  if (is("("))
    return parseParenthesis();
  if (is("["))
    return parseList();
  if (is("match"))
    return parseMatch();
  if (is("phase")) {
    auto phase = make<PhaseExpr>(place());
    advance();
    phase->args = parseArguments();
    checkHeight(*phase, heightOfAll(phase->args) + 1);
    return phase;
  }
  if (is("stack") || (is("each") && isCapital(1)))
    return parseRepeat();
  if (is("scan"))
    return parseScan();
  if (isWord())
    return parseWordAtom();
  SourceLocation here = place();
  expected("an expression");
  return std::make_unique<InvalidExpr>(here);
}

ExprPtr Parser::parseNumber() {
  auto number = make<NumberExpr>(place());
  number->spelling = text();
  std::copy_if(number->spelling.begin(), number->spelling.end(),
               std::back_inserter(number->text),
               [](char c) { return c != '_'; });
  // The lexer has reported what this cannot read.
  std::from_chars(number->text.data(),
                  number->text.data() + number->text.size(), number->value);
  advance();
  return number;
}

ExprPtr Parser::parseWordAtom() {
  SourceLocation here = place();
  if (isCapital()) {
    if (is("(", 1) || isGenericsAhead(1)) {
      Callee callee = parseCallee();
      if (is("("))
        return parseCall(std::move(callee));
      auto result = make<CalleeExpr>(callee.location);
      result->callee = std::move(callee);
      return result;
    }
    auto result = make<DimensionExpr>(here);
    result->name = take().text;
    return result;
  }
  if (is("true") || is("false")) {
    auto result = make<BooleanExpr>(here);
    result->value = is("true");
    advance();
    return result;
  }
  if (accept("none"))
    return make<NoneExpr>(here);

  // Of the reserved words only these are values, or functions.
  bool isValue = isAnyOf({"tokens", "selected", "kept", "rank", "each"}) ||
                 (is("where") && is("(", 1));
  bool wasReported = misnamed.count(std::string(text())) != 0;
  if (isReservedWord(text()) && !isValue && !wasReported) {
    expected("an expression");
    return std::make_unique<InvalidExpr>(here);
  }
  bool isBracketCall =
      is("[", 1) && (isBuiltin(text()) || isBracketCallAhead());
  Identifier name = take();
  if (isBracketCall)
    return parseBracketCall(name);
  if (is("(")) {
    Callee callee;
    callee.location = here;
    callee.name = std::move(name);
    return parseCall(std::move(callee));
  }
  auto result = make<NameExpr>(here);
  result->name = std::move(name.text);
  return result;
}

/// `(a)`, `(a, b)` or `(y: a, s: b)`.
ExprPtr Parser::parseParenthesis() {
  SourceLocation location = place();
  Nesting nested(*this);
  open('(');
  if (isWord() && is(":", 1)) {
    auto record = make<RecordExpr>(location);
    listedUntil(')', [&] {
      Identifier name = word("the name of a field");
      expect(":");
      record->fields.push_back({std::move(name), parseExpr()});
    });
    close(')');
    record->location = placeSince(location);
    checkHeight(*record, heightOfAll(record->fields) + 1);
    return record;
  }
  ExprPtr first = parseExpr();
  if (!is(",")) {
    close(')');
    ++first->parentheses;
    checkHeight(*first, first->height + 1);
    return first;
  }
  auto tuple = make<TupleExpr>(location);
  unsigned height = first->height;
  tuple->values.push_back(std::move(first));
  expect(",");
  listedUntil(')', [&] {
    tuple->values.push_back(parseExpr());
    height = std::max<unsigned>(height, tuple->values.back()->height);
  });
  close(')');
  if (tuple->values.size() == 1) {
    // A comma after the last item means nothing.
    first = std::move(tuple->values.front());
    ++first->parentheses;
    checkHeight(*first, first->height + 1);
    return first;
  }
  tuple->location = placeSince(location);
  checkHeight(*tuple, height + 1);
  return tuple;
}

ExprPtr Parser::parseList() {
  auto result = make<ListExpr>(place());
  Nesting nested(*this);
  unsigned height = 0;
  open('[');
  listedUntil(']', [&] {
    result->values.push_back(parseExpr());
    height = std::max<unsigned>(height, result->values.back()->height);
  });
  close(']');
  result->location = placeSince(result->location);
  checkHeight(*result, height + 1);
  return result;
}

ExprPtr Parser::parseMatch() {
  auto match = make<MatchExpr>(place());
  expect("match");
  match->variant = word("the name of a variant");
  Nesting nested(*this);
  parseArms([&](Identifier choice) {
    match->arms.push_back({std::move(choice), parseExpr()});
  });
  checkHeight(*match, heightOfAll(match->arms) + 1);
  return match;
}

ExprPtr Parser::parseRepeat() {
  auto repeat = make<RepeatExpr>(place());
  repeat->isStack = is("stack");
  advance();
  repeat->dim = capital("a dimension");
  expect("of");
  // A part has a small name, and an import stands before a component.
  if (isSmall() && !is(".", 1)) {
    repeat->callee.location = place();
    repeat->callee.name = word("the name of a component or part");
  } else {
    repeat->callee = parseCallee();
  }
  repeat->args = parseArguments();
  checkHeight(*repeat, heightOfAll(repeat->args) + 1);
  return repeat;
}

ExprPtr Parser::parseScan() {
  auto scan = make<ScanExpr>(place());
  expect("scan");
  scan->dim = capital("a dimension");
  expect("over");
  open('(');
  listedUntil(')', [&] { scan->over.push_back(small("the name of a value")); });
  close(')');
  expect("carry");
  unsigned height = 0;
  Nesting nested(*this);
  open('(');
  listedUntil(')', [&] {
    Carry carry;
    carry.name = small("the name of a carried value");
    expect(":");
    carry.type = parseType();
    expect("=");
    carry.init = parseExpr();
    height = std::max<unsigned>(height, carry.init->height);
    scan->carries.push_back(std::move(carry));
  });
  close(')');
  // What is inside counts for what is around.
  unsigned before = tallest;
  tallest = height;
  scan->body = std::make_unique<Block>(parseBlock());
  checkHeight(*scan, tallest + 1);
  tallest = std::max(before, tallest);
  return scan;
}

} // namespace spex
