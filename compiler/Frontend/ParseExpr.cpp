//===- ParseExpr.cpp - Expressions ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules `expr` to `postfix` and `args` of language.md, section 3.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ParserImpl.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>

namespace spex {

using namespace ast;

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
    // A number has no fields, and `1 .f` could not be printed.
    bool isNumber = NumberExpr::classof(value.get()) && !value->parentheses;
    if (is(".") && !isNumber)
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
  checkHeight(*call, heightOfAll(call->args) + 1);
  return call;
}

unsigned Parser::heightOfAll(const Arguments &arguments) {
  unsigned height = 0;
  for (const Argument &argument : arguments)
    if (argument.value)
      height = std::max<unsigned>(height, argument.value->height);
  return height;
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

} // namespace spex
