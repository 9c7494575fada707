//===- Operators.cpp - Arithmetic, comparison, contraction ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 6. Nothing is broadcast silently: one operand must have
// the dimensions of all others.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

using ast::BinaryOperator;

static bool isComparison(BinaryOperator op) {
  return ast::precedence(op) == ast::precedence(BinaryOperator::Less);
}

static bool isLogical(BinaryOperator op) {
  return op == BinaryOperator::And || op == BinaryOperator::Or;
}

static BinaryOp treeOf(BinaryOperator op) {
  switch (op) {
  case BinaryOperator::Or:
    return BinaryOp::Or;
  case BinaryOperator::And:
    return BinaryOp::And;
  case BinaryOperator::Less:
    return BinaryOp::Lt;
  case BinaryOperator::LessEqual:
    return BinaryOp::Le;
  case BinaryOperator::Greater:
    return BinaryOp::Gt;
  case BinaryOperator::GreaterEqual:
    return BinaryOp::Ge;
  case BinaryOperator::Equal:
    return BinaryOp::Eq;
  case BinaryOperator::NotEqual:
    return BinaryOp::Ne;
  case BinaryOperator::Subtract:
    return BinaryOp::Sub;
  case BinaryOperator::Multiply:
    return BinaryOp::Mul;
  case BinaryOperator::Divide:
    return BinaryOp::Div;
  case BinaryOperator::Add:
  case BinaryOperator::Contract:
    return BinaryOp::Add;
  }
  return BinaryOp::Add;
}

bool Checker::widest(const std::string &op, SourceLocation location,
                     const std::vector<const Value *> &values,
                     std::vector<const Dimension *> &dims) {
  const Value *best = values[0];
  for (const Value *value : values)
    if (value->type().dims.size() > best->type().dims.size())
      best = value;
  dims = best->type().dims;
  for (const Value *value : values) {
    std::string stray, only;
    for (const Dimension *dim : value->type().dims)
      if (!has(dims, dim))
        stray += (stray.empty() ? "" : ", ") + dim->name;
    if (stray.empty())
      continue;
    for (const Dimension *dim : dims)
      if (!has(value->type().dims, dim))
        only += (only.empty() ? "" : ", ") + dim->name;
    // In the order in which they stand.
    bool isBestFirst = std::find(values.begin(), values.end(), best) <
                       std::find(values.begin(), values.end(), value);
    const Value &first = isBestFirst ? *best : *value;
    const Value &second = isBestFirst ? *value : *best;
    diags.report(message::silentOuter, location, op, spell(first),
                 spell(second))
        .help("only one has {}; only the other has {}", stray, only)
        .help("write `outer(a, b)`, `dot[...](a, b)` or `expand[...](a)` if "
              "that is meant; `@` binds tighter than `*`");
    return false;
  }
  return true;
}

Value Checker::evaluateUnary(const ast::UnaryExpr &expr, Body &body) {
  Value value = evaluateTensor(*expr.operand, body);
  bool isNot = expr.op == ast::UnaryOperator::Not;
  if (value.isError() || !(isNot ? isBool(value, expr.location, "not")
                                 : isNumeric(value, expr.location, "-")))
    return {};
  if (!isNot && value.meaning.literal) {
    Exact literal = *value.meaning.literal;
    literal.nearest = -literal.nearest;
    if (literal.value)
      literal.value = literal.value->negate();
    return folded(literal, expr.location);
  }
  ExprPtr made = makeExpr(Expr::Kind::Unary, expr.location, value.type());
  made->unary = isNot ? UnaryOp::Not : UnaryOp::Neg;
  adopt(*made, std::move(value.expr));
  value.expr = std::move(made);
  value.meaning.facts.isParameter = false;
  if (isNot)
    value.meaning.facts.triangle.clear();
  return value;
}

Value Checker::evaluateChain(const ast::ChainExpr &expr, Body &body) {
  Value result = evaluateTensor(*expr.operands[0], body);
  for (size_t i = 1; i < expr.operands.size(); ++i) {
    Value right = evaluateTensor(*expr.operands[i], body);
    if (result.isError() || right.isError()) {
      result = {};
      continue; // the other operands are still looked at
    }
    auto [op, location] = expr.operators[i - 1];
    result = op == BinaryOperator::Contract
                 ? contract(location, std::move(result), std::move(right))
                 : binary(op, location, std::move(result), std::move(right));
  }
  return result;
}

static Exact foldNumbers(BinaryOperator op, const Exact &a, const Exact &b) {
  std::optional<Rational> exact;
  double nearest = 0;
  switch (op) {
  case BinaryOperator::Add:
    nearest = a.nearest + b.nearest;
    if (a.value && b.value)
      exact = Rational::add(*a.value, *b.value);
    break;
  case BinaryOperator::Subtract:
    nearest = a.nearest - b.nearest;
    if (a.value && b.value)
      exact = Rational::subtract(*a.value, *b.value);
    break;
  case BinaryOperator::Multiply:
    nearest = a.nearest * b.nearest;
    if (a.value && b.value)
      exact = Rational::multiply(*a.value, *b.value);
    break;
  default:
    nearest = a.nearest / b.nearest;
    if (a.value && b.value)
      exact = Rational::divide(*a.value, *b.value);
    break;
  }
  if (exact)
    return Exact(*exact);
  Exact result(nearest);
  result.value.reset();
  return result;
}

static bool compareNumbers(BinaryOperator op, const Exact &a, const Exact &b) {
  int order = a.value && b.value ? Rational::compare(*a.value, *b.value)
              : a.nearest < b.nearest ? -1
                                      : a.nearest > b.nearest;
  switch (op) {
  case BinaryOperator::Less:
    return order < 0;
  case BinaryOperator::LessEqual:
    return order <= 0;
  case BinaryOperator::Greater:
    return order > 0;
  case BinaryOperator::GreaterEqual:
    return order >= 0;
  case BinaryOperator::Equal:
    return order == 0;
  default:
    return order != 0;
  }
}

bool Checker::areOperands(BinaryOperator op, SourceLocation location,
                          Value &left, Value &right) {
  const char *name = ast::spelling(op);
  if (isLogical(op))
    return isBool(left, location, name) && isBool(right, location, name);
  if (op == BinaryOperator::Equal || op == BinaryOperator::NotEqual) {
    for (Value *side : {&left, &right}) {
      Value &other = side == &left ? right : left;
      // A whole number below the size adapts to an index.
      if (side->type().element == ElementType::Index &&
          other.meaning.literal &&
          sameKind(other, side->type(), true, location, name)) {
        other = toElement(std::move(other), ElementType::Index);
        other.meaning.type.target = other.expr->type.target =
            side->type().target;
      }
    }
    if (left.type().element == right.type().element &&
        left.type().target == right.type().target)
      return true;
  }
  return isNumeric(left, location, name) && isNumeric(right, location, name);
}

ElementType Checker::resultElement(BinaryOperator op, const Value &left,
                                   const Value &right) const {
  if (isComparison(op) || isLogical(op))
    return ElementType::Bool;
  bool areWhole = left.meaning.facts.isWhole && right.meaning.facts.isWhole;
  if (left.meaning.isNumber && right.meaning.isNumber)
    return areWhole && op != BinaryOperator::Divide
               ? ElementType::Int
               : program.numerics.accumulate;
  ElementType element = joinElements({&left, &right});
  return element == ElementType::Int && op == BinaryOperator::Divide
             ? ElementType::F32
             : element;
}

Value Checker::binary(BinaryOperator op, SourceLocation location, Value left,
                      Value right) {
  if (!areOperands(op, location, left, right))
    return {};
  const char *name = ast::spelling(op);
  if (left.meaning.literal && right.meaning.literal) {
    const Exact &a = *left.meaning.literal, &b = *right.meaning.literal;
    if (!isComparison(op))
      return folded(foldNumbers(op, a, b), location);
    Type type;
    type.element = ElementType::Bool;
    ExprPtr made = makeExpr(Expr::Kind::Number, location, type);
    made->number = compareNumbers(op, a, b);
    return tensor(std::move(made), {});
  }
  Type type;
  if (!widest(name, location, {&left, &right}, type.dims))
    return {};
  type.element = resultElement(op, left, right);
  bool isNumber = left.meaning.isNumber && right.meaning.isNumber;
  Facts facts;
  facts.inherit(left.meaning.facts);
  facts.inherit(right.meaning.facts);
  const auto &a = left.meaning.facts.triangle, &b = right.meaning.facts.triangle;
  bool takesEither = op == BinaryOperator::And || op == BinaryOperator::Multiply;
  bool takesBoth = op == BinaryOperator::Or || op == BinaryOperator::Add ||
                   op == BinaryOperator::Subtract;
  for (const auto &pair : a)
    if (takesEither || op == BinaryOperator::Divide ||
        (takesBoth && std::find(b.begin(), b.end(), pair) != b.end()))
      facts.triangle.push_back(pair);
  for (const auto &pair : b)
    if (takesEither && std::find(a.begin(), a.end(), pair) == a.end())
      facts.triangle.push_back(pair);
  facts.isWhole = left.meaning.facts.isWhole && right.meaning.facts.isWhole &&
                  op != BinaryOperator::Divide && !isComparison(op);
  // An int that meets a float becomes one; no digits of it are lost.
  ElementType work = isComparison(op) ? joinElements({&left, &right})
                                      : type.element;
  for (Value *side : {&left, &right}) {
    bool isInt = side->type().element == ElementType::Int;
    if (side->meaning.literal && side->type().element != ElementType::Index)
      *side = toElement(std::move(*side), work);
    else if (isInt && isFloat(work))
      *side = toElement(std::move(*side), program.numerics.accumulate);
  }
  ExprPtr made = makeExpr(Expr::Kind::Binary, location, type);
  made->binary = treeOf(op);
  adopt(*made, std::move(left.expr));
  adopt(*made, std::move(right.expr));
  Value result = tensor(std::move(made), std::move(facts));
  result.meaning.isNumber = isNumber && !isComparison(op) && !isLogical(op);
  return result;
}

Value Checker::contract(SourceLocation location, Value left, Value right) {
  if (!isNumeric(left, location, "@") || !isNumeric(right, location, "@"))
    return {};
  std::vector<const Dimension *> shared;
  std::string names;
  for (const Dimension *dim : right.type().dims)
    if (has(left.type().dims, dim)) {
      shared.push_back(dim);
      names += (names.empty() ? "" : ", ") + dim->name;
    }
  if (!right.meaning.facts.isParameter) {
    diags.report(message::notAParameter, location)
        .help("between computed tensors say what is summed: `dot[{}](a, b)`",
              names.empty() ? "..." : names);
    return {};
  }
  if (shared.empty()) {
    diags.report(message::nothingToContract, location, spell(left),
                 spell(right))
        .help("the two must share a dimension");
    return {};
  }
  Type type;
  type.element = joinElements({&left, &right});
  if (!isFloat(type.element))
    type.element = program.numerics.compute;
  for (const Value *side : {&left, &right})
    for (const Dimension *dim : side->type().dims)
      if (!has(shared, dim))
        type.dims.push_back(dim);
  Facts facts;
  facts.triangle = left.meaning.facts.triangle;
  facts.inherit(left.meaning.facts);
  facts.inherit(right.meaning.facts);
  reduceFacts(facts, shared, type.dims, false);
  for (Value *side : {&left, &right})
    if (side->type().element == ElementType::Int)
      *side = toElement(std::move(*side), type.element);
  ExprPtr made = makeExpr(Expr::Kind::Contract, location, type);
  made->dims = shared;
  adopt(*made, std::move(left.expr));
  adopt(*made, std::move(right.expr));
  return tensor(std::move(made), std::move(facts));
}

} // namespace spex::sema
