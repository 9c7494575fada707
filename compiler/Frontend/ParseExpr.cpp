//===- ParseExpr.cpp - Expressions ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules `expr` to `atom` and `args` of language.md, section 3.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ParserImpl.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

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

static unsigned heightOf(const Arguments &arguments) {
  unsigned height = 0;
  for (const Argument &argument : arguments)
    if (argument.value)
      height = std::max<unsigned>(height, argument.value->height);
  return height;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

ExprPtr Parser::parseExpr() {
  return parseChain(precedence(BinaryOperator::Or));
}

std::optional<BinaryOperator> Parser::peekOperator(int level) const {
  if (!isKind(TokenKind::Punctuation) && !isWord())
    return std::nullopt;
  std::optional<BinaryOperator> op =
      llvm::StringSwitch<std::optional<BinaryOperator>>(text())
          .Case("or", BinaryOperator::Or)
          .Case("and", BinaryOperator::And)
          .Case("<", BinaryOperator::Less)
          .Case("<=", BinaryOperator::LessEqual)
          .Case(">", BinaryOperator::Greater)
          .Case(">=", BinaryOperator::GreaterEqual)
          .Case("==", BinaryOperator::Equal)
          .Case("!=", BinaryOperator::NotEqual)
          .Case("+", BinaryOperator::Add)
          .Case("-", BinaryOperator::Subtract)
          .Case("*", BinaryOperator::Multiply)
          .Case("/", BinaryOperator::Divide)
          .Case("@", BinaryOperator::Contract)
          .Default(std::nullopt);
  if (op && precedence(*op) != level)
    return std::nullopt;
  return op;
}

/// What an operator of precedence `level` joins.
ExprPtr Parser::parseOperand(int level) {
  if (level == precedence(BinaryOperator::And) && is("not"))
    return parseUnary("not", UnaryOperator::Not);
  if (level < precedence(BinaryOperator::Contract))
    return parseChain(level + 1);
  if (is("-"))
    return parseUnary("-", UnaryOperator::Negate);
  return parsePostfix();
}

ExprPtr Parser::parseChain(int level) {
  constexpr size_t maxOperands = 4096;
  ExprPtr first = parseOperand(level);
  std::optional<BinaryOperator> op = peekOperator(level);
  if (!op)
    return first;

  auto chain = make<ChainExpr>(first->location);
  unsigned height = first->height;
  chain->operands.push_back(std::move(first));
  bool isComparison = level == precedence(BinaryOperator::Less);
  while (op) {
    if (chain->operands.size() == maxOperands) {
      diags.report(message::fileTooLarge, place(),
                   "a chain of operators has more than 4,096 operands");
      panic();
      break;
    }
    chain->operators.push_back({*op, place()});
    advance();
    chain->operands.push_back(parseOperand(level));
    height = std::max<unsigned>(height, chain->operands.back()->height);
    op = peekOperator(level);
    if (op && isComparison) {
      expected("`and` or `or`").help("write `a < b and b < c`");
      break;
    }
  }
  chain->location = placeSince(chain->location);
  checkHeight(*chain, height);
  return chain;
}

ExprPtr Parser::parseUnary(std::string_view word, UnaryOperator op) {
  auto unary = make<UnaryExpr>(place());
  unary->op = op;
  Nesting nested(*this);
  expect(word);
  unary->operand = parseOperand(op == UnaryOperator::Not
                                    ? precedence(BinaryOperator::And)
                                    : precedence(BinaryOperator::Contract));
  checkHeight(*unary, unary->operand->height + 1);
  return unary;
}

//===----------------------------------------------------------------------===//
// Postfix
//===----------------------------------------------------------------------===//

ExprPtr Parser::parsePostfix() {
  ExprPtr value = parseAtom();
  while (!isPanicking) {
    if (is("."))
      value = parseFieldOrMember(std::move(value));
    else if (is("["))
      value = parseSubscript(std::move(value));
    else if (is("(")) {
      diags
          .report(message::cannotBeCalled, value->location,
                  std::string_view(file.text).substr(
                      value->location.offset,
                      std::min(value->location.length, 40u)))
          .help("functions, components and parts can be called");
      panic();
    } else
      break;
  }
  return value;
}

/// `.field`, or `.Component` if `value` names an import.
ExprPtr Parser::parseFieldOrMember(ExprPtr value) {
  expect(".");
  if (isCapital() && NameExpr::classof(value.get()) && !value->parentheses) {
    Identifier module{as<NameExpr>(*value).name, value->location};
    Callee callee = parseCallee();
    callee.module = module;
    callee.location.length += callee.location.offset - module.location.offset;
    callee.location.offset = module.location.offset;
    if (is("("))
      return parseCall(std::move(callee));
    auto result = make<CalleeExpr>(callee.location);
    result->callee = std::move(callee);
    return result;
  }
  auto field = make<FieldExpr>(place());
  field->field = word("the name of a field");
  unsigned height = value->height + 1;
  field->value = std::move(value);
  checkHeight(*field, height);
  return field;
}

/// `[S as Z]`, `[G = i]` or `[index]` after a value.
ExprPtr Parser::parseSubscript(ExprPtr value) {
  SourceLocation location = place();
  Nesting nested(*this);
  open('[');
  unsigned height = value->height;
  ExprPtr result;
  if (isWord() && is("as", 1)) {
    auto rename = make<RenameExpr>(location);
    rename->from = capital("a dimension");
    expect("as");
    rename->to = capital("a dimension");
    rename->value = std::move(value);
    result = std::move(rename);
  } else if (isWord() && is("=", 1)) {
    auto pick = make<PickExpr>(location);
    pick->dim = capital("a dimension");
    expect("=");
    pick->entry =
        isKind(TokenKind::Number) ? take() : word("a label or a number");
    pick->value = std::move(value);
    result = std::move(pick);
  } else {
    auto lookup = make<LookupExpr>(location);
    lookup->index = parseExpr();
    height = std::max<unsigned>(height, lookup->index->height);
    lookup->table = std::move(value);
    result = std::move(lookup);
  }
  close(']');
  result->location = placeSince(location);
  checkHeight(*result, height + 1);
  return result;
}

/// At `f[`: words, commas and an arrow up to `](`.
bool Parser::isBracketCallAhead() const {
  for (unsigned ahead = 2; position + ahead < list.tokens.size(); ++ahead) {
    const Token &token = peek(ahead);
    if (token.kind == TokenKind::Word || text(ahead) == "," ||
        text(ahead) == "->")
      continue;
    const Token &after = peek(ahead + 1);
    return text(ahead) == "]" && after.text(file) == "(" &&
           (!after.startsLine || isInsideBrackets());
  }
  return false;
}

ExprPtr Parser::parseBracketCall(const Identifier &name) {
  Callee callee;
  callee.location = name.location;
  callee.name = name;
  std::vector<Identifier> dims, toDims;
  open('[');
  listedUntil(']', [&] {
    if (!is("->"))
      dims.push_back(word("a dimension"));
  });
  bool hasArrow = accept("->");
  if (hasArrow)
    listedUntil(']', [&] { toDims.push_back(capital("a dimension")); });
  close(']');
  if (!is("("))
    expected("`(`").help("`{}[...]` is a function and needs its arguments",
                         name.text);
  ExprPtr result = parseCall(std::move(callee));
  auto &call = static_cast<CallExpr &>(*result);
  call.hasBrackets = true;
  call.hasArrow = hasArrow;
  call.dims = std::move(dims);
  call.toDims = std::move(toDims);
  return result;
}

ExprPtr Parser::parseCall(Callee callee) {
  auto call = make<CallExpr>(callee.location);
  call->callee = std::move(callee);
  call->args = parseArguments();
  checkHeight(*call, heightOf(call->args) + 1);
  return call;
}

Argument Parser::parseArgument() {
  Argument argument;
  countNode();
  if (isWord() && is(":", 1)) {
    argument.name = take();
    expect(":");
  }
  argument.value = parseExpr();
  return argument;
}

Arguments Parser::parseArguments() {
  Arguments arguments;
  Nesting nested(*this);
  open('(');
  listedUntil(')', [&] { arguments.push_back(parseArgument()); });
  close(')');
  return arguments;
}

//===----------------------------------------------------------------------===//
// Atoms
//===----------------------------------------------------------------------===//

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
    checkHeight(*phase, heightOf(phase->args) + 1);
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
  if (isReservedWord(text()) && !isValue) {
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
    checkHeight(*record, heightOf(record->fields) + 1);
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
  checkHeight(*match, heightOf(match->arms) + 1);
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
  checkHeight(*repeat, heightOf(repeat->args) + 1);
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
