//===- Constants.cpp - Numbers known before the program runs --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exact evaluation of sizes, constants and capacities. Bounded dimensions stay
// in it as unknowns.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Sections.h"

#include <cmath>

namespace spex::sema {

using ast::BinaryOperator;

std::nullopt_t Checker::notConstant(SourceLocation location) {
  diags.report(message::notConstant, location)
      .help("use numbers, dimensions, constants, + - * /, floor, ceil, round, "
            "round_up, min, max, sqrt, log, log2 and match");
  return std::nullopt;
}

const Exact *Checker::constValue(const std::string &name) {
  auto known = here->consts.find(name);
  if (known != here->consts.end())
    return known->second ? &*known->second : nullptr;
  auto decl = here->constDecls.find(name);
  if (decl == here->constDecls.end())
    return nullptr;
  here->consts[name] = std::nullopt; // while it is computed
  auto given = options.sets.find(name);
  std::optional<Exact> value;
  if (given != options.sets.end() && !here->isImported) {
    const std::string &text = given->second;
    bool isNegative = !text.empty() && text[0] == '-';
    std::optional<Rational> number =
        Rational::parse(isNegative ? text.substr(1) : text);
    if (number && !text.empty())
      value = Exact(isNegative ? number->negate() : *number);
    else
      diags.reportGlobal(message::badSetting, name, text)
          .help("a constant is a number, as `--set {}=0.5`", name);
  } else {
    value = number(*decl->second->value, nullptr);
  }
  here->consts[name] = value ? value : std::optional<Exact>(Exact(Rational(1)));
  return &*here->consts[name];
}

std::optional<Size> Checker::constantName(const std::string &name,
                                          SourceLocation location, Body *body) {
  if (name == "tokens" && tokens)
    return *tokens;
  if (body) {
    auto bound = body->bindings.find(name);
    if (bound != body->bindings.end()) {
      bound->second.isUsed = true;
      const Value &value = bound->second.value;
      if (value.isError())
        return std::nullopt;
      if (value.meaning.literal && value.meaning.literal->value)
        return SizeArithmetic::constant(*value.meaning.literal->value);
      return notConstant(location);
    }
  }
  if (here->constDecls.count(name)) {
    const Exact *value = constValue(name);
    if (value && value->value)
      return SizeArithmetic::constant(*value->value);
    return notConstant(location);
  }
  if (name == "tokens" || name == "rank" || name == "selected" ||
      name == "kept" || name == "each") {
    diags.report(message::wordMeaningless, location, name)
        .help("it belongs to the clauses of a route");
    return std::nullopt;
  }
  std::vector<std::string> known;
  for (const auto &[other, decl] : here->constDecls)
    known.push_back(other);
  diags.report(message::unknownName, location, name).helpNearest(name, known);
  return std::nullopt;
}

static bool holds(BinaryOperator op, const Rational &difference) {
  int order = Rational::compare(difference, Rational(0));
  switch (op) {
  case BinaryOperator::Less:
    return order < 0;
  case BinaryOperator::LessEqual:
    return order <= 0;
  case BinaryOperator::Greater:
    return order > 0;
  default:
    return order >= 0;
  }
}

/// Whether each bounded dimension occurs in every term at most once, and
/// nothing else does: then the extremes are at the ends of the dimensions.
static bool isLinearInEach(const Size &size,
                           const std::vector<const Size *> &bases) {
  if (size.bottom.size() != 1 || !size.bottom.begin()->first.empty())
    return false;
  std::set<unsigned> known;
  for (const Size *base : bases)
    for (const auto &[monomial, factor] : base->top)
      for (const auto &[unknown, power] : monomial)
        known.insert(unknown);
  for (const auto &[monomial, factor] : size.top)
    for (const auto &[unknown, power] : monomial)
      if (power != 1 || !known.count(unknown))
        return false;
  return true;
}

std::optional<bool> Checker::compareSizes(BinaryOperator op, const Size &a,
                                          const Size &b) {
  if (isBroken(a) || isBroken(b))
    return true;
  if (op == BinaryOperator::Equal || op == BinaryOperator::NotEqual) {
    bool areSame = SizeArithmetic::areEqual(a, b);
    return areSame == (op == BinaryOperator::Equal);
  }
  std::optional<Size> difference = SizeArithmetic::subtract(a, b);
  if (!difference)
    return std::nullopt;
  if (std::optional<Rational> value = difference->constant())
    return holds(op, *value);
  std::vector<const Dimension *> dims = arithmetic.bases(*difference);
  std::vector<const Size *> bases;
  for (const Dimension *dim : dims)
    bases.push_back(&sizeOf(dim));
  if (dims.size() > 6 || !isLinearInEach(*difference, bases))
    return std::nullopt;
  unsigned numTrue = 0, corners = 1u << dims.size();
  for (unsigned corner = 0; corner < corners; ++corner) {
    std::optional<Rational> value = arithmetic.evaluate(
        *difference, [&](const Dimension *dim) -> int64_t {
          size_t i = size_t(std::find(dims.begin(), dims.end(), dim) -
                            dims.begin());
          return corner >> i & 1 ? dim->size : 1;
        });
    if (!value)
      return std::nullopt;
    numTrue += holds(op, *value);
  }
  if (numTrue != 0 && numTrue != corners)
    return std::nullopt;
  return numTrue != 0;
}

std::optional<Size> Checker::applyOperator(BinaryOperator op, const Size &a,
                                           const Size &b) {
  switch (op) {
  case BinaryOperator::Add:
    return SizeArithmetic::add(a, b);
  case BinaryOperator::Subtract:
    return SizeArithmetic::subtract(a, b);
  case BinaryOperator::Multiply:
    return SizeArithmetic::multiply(a, b);
  case BinaryOperator::Divide:
    return SizeArithmetic::divide(a, b);
  case BinaryOperator::Or:
  case BinaryOperator::And:
  case BinaryOperator::Contract:
    return std::nullopt;
  default: {
    // A comparison is 1 or 0; one that only a run can decide is no number.
    std::optional<bool> isTrue = compareSizes(op, a, b);
    if (!isTrue)
      return std::nullopt;
    return SizeArithmetic::constant(*isTrue ? 1 : 0);
  }
  }
}

std::optional<Size> Checker::constantChain(const ast::ChainExpr &expr,
                                           Body *body) {
  std::optional<Size> result = constantUnlimited(*expr.operands[0], body);
  for (size_t i = 1; i < expr.operands.size(); ++i) {
    std::optional<Size> right = constantUnlimited(*expr.operands[i], body);
    if (!result || !right)
      return std::nullopt;
    auto [op, location] = expr.operators[i - 1];
    result = applyOperator(op, *result, *right);
    if (!result)
      return notConstant(location);
  }
  return result;
}

static std::optional<Rational> applyRoot(const std::string &name,
                                     const Rational &x) {
  double value = x.toDouble();
  if (x.isNegative() || (x.isZero() && name != "sqrt"))
    return std::nullopt;
  if (name == "sqrt") {
    // Exact for squares, which is what sizes usually are.
    std::optional<Rational> root = Rational::make(
        Rational::Wide(std::llround(std::sqrt(double(x.numerator())))),
        Rational::Wide(std::llround(std::sqrt(double(x.denominator())))));
    std::optional<Rational> square =
        root ? Rational::multiply(*root, *root) : std::nullopt;
    if (square && *square == x)
      return root;
    return Rational::fromDouble(std::sqrt(value));
  }
  return Rational::fromDouble(name == "log" ? std::log(value)
                                            : std::log2(value));
}

std::optional<Size> Checker::constantCall(const ast::CallExpr &expr,
                                          Body *body) {
  const std::string &name = expr.callee.name.text;
  std::vector<Size> args;
  static const std::set<std::string> one = {"floor", "ceil", "round",
                                            "sqrt",  "log",  "log2"};
  static const std::set<std::string> two = {"min", "max", "round_up"};
  bool isKnown = !expr.hasBrackets && (one.count(name) || two.count(name));
  if (!isKnown)
    return notConstant(expr.location);
  size_t wanted = one.count(name) ? 1 : 2;
  for (const ast::Argument &arg : expr.args) {
    if (!arg.name.empty()) {
      diags.report(message::noArgument, arg.name.location, name, arg.name.text)
          .help("give the value without a name");
      return std::nullopt;
    }
    std::optional<Size> value = constantUnlimited(*arg.value, body);
    if (!value)
      return std::nullopt;
    args.push_back(std::move(*value));
  }
  if (args.size() != wanted) {
    diags.report(message::wrongArguments, expr.location, name,
                 wanted == 1 ? "1 value" : "2 values");
    return std::nullopt;
  }
  std::optional<Size> result;
  if (name == "floor")
    result = arithmetic.floor(args[0]);
  else if (name == "ceil")
    result = arithmetic.ceil(args[0]);
  else if (name == "round")
    result = arithmetic.round(args[0]);
  else if (name == "min")
    result = arithmetic.min(args[0], args[1]);
  else if (name == "max")
    result = arithmetic.max(args[0], args[1]);
  else if (name == "round_up")
    result = arithmetic.roundUp(args[0], args[1]);
  else if (isBroken(args[0]))
    result = args[0];
  else if (std::optional<Rational> value = args[0].constant())
    if (std::optional<Rational> applied = applyRoot(name, *value))
      result = SizeArithmetic::constant(*applied);
  return result ? result : notConstant(expr.location);
}

std::optional<Size> Checker::constantUnlimited(const ast::Expr &expr,
                                               Body *body) {
  spend(1, expr.location);
  switch (expr.kind) {
  case ast::Expr::Kind::Number: {
    std::optional<Rational> value =
        Rational::parse(ast::as<ast::NumberExpr>(expr).text);
    if (!value)
      return notConstant(expr.location);
    return SizeArithmetic::constant(*value);
  }
  case ast::Expr::Kind::Dimension: {
    const std::string &name = ast::as<ast::DimensionExpr>(expr).name;
    if (const Dimension *dim = findDimension(name, body)) {
      if (brokenDims.count(dim))
        return std::nullopt;
      return sizeOf(dim);
    }
    if (here->fileDims.count(name))
      return notConstant(expr.location); // it is computed from itself
    reportUnknownDimension({name, expr.location}, body);
    return std::nullopt;
  }
  case ast::Expr::Kind::Name:
    return constantName(ast::as<ast::NameExpr>(expr).name, expr.location, body);
  case ast::Expr::Kind::Unary: {
    const auto &unary = ast::as<ast::UnaryExpr>(expr);
    std::optional<Size> value = constantUnlimited(*unary.operand, body);
    if (!value || unary.op == ast::UnaryOperator::Not)
      return value ? notConstant(expr.location) : std::nullopt;
    return SizeArithmetic::subtract(SizeArithmetic::constant(0), *value);
  }
  case ast::Expr::Kind::List:
    diags.report(message::notConstant, expr.location)
        .help("labels of a dimension stand in braces: `{ first, second }`");
    return std::nullopt;
  case ast::Expr::Kind::Chain:
    return constantChain(ast::as<ast::ChainExpr>(expr), body);
  case ast::Expr::Kind::Call:
    return constantCall(ast::as<ast::CallExpr>(expr), body);
  case ast::Expr::Kind::Match:
    if (const ast::Expr *chosen = arm(ast::as<ast::MatchExpr>(expr)))
      return constantUnlimited(*chosen, body);
    return std::nullopt;
  case ast::Expr::Kind::Phase: {
    if (!tokens)
      return notConstant(expr.location);
    const ast::Arguments &args = ast::as<ast::PhaseExpr>(expr).args;
    if (args.size() != 2 || args[0].name.text != "train" ||
        args[1].name.text != "infer") {
      diags.report(message::wrongArguments, expr.location, "phase",
                   "`train:` and `infer:`")
          .help("write `phase(train: ..., infer: ...)`");
      return std::nullopt;
    }
    std::optional<Size> train = constantUnlimited(*args[0].value, body);
    std::optional<Size> infer = constantUnlimited(*args[1].value, body);
    return train ? infer : std::nullopt;
  }
  case ast::Expr::Kind::Invalid:
    return std::nullopt;
  default:
    return notConstant(expr.location);
  }
}

std::optional<Size> Checker::constant(const ast::Expr &expr, Body *body) {
  return constantUnlimited(expr, body);
}

std::optional<Exact> Checker::number(const ast::Expr &expr, Body *body) {
  if (expr.kind == ast::Expr::Kind::Number) {
    const auto &literal = ast::as<ast::NumberExpr>(expr);
    Exact result(literal.value);
    result.value = Rational::parse(literal.text);
    return result;
  }
  std::optional<Size> size = constant(expr, body);
  if (!size)
    return std::nullopt;
  std::optional<Rational> value = atBounds(*size);
  if (!value)
    return notConstant(expr.location);
  return Exact(*value);
}

template <typename Arms>
int Checker::armIndex(const ast::Identifier &name, SourceLocation location,
                      const Arms &arms) {
  auto found = here->variants.find(name.text);
  if (found == here->variants.end()) {
    std::vector<std::string> known;
    for (const auto &[other, variant] : here->variants)
      known.push_back(other);
    diags.report(message::notAVariant, name.location, name.text)
        .helpNearest(name.text, known)
        .help(known.empty() ? "this file declares no variant"
                            : "variants of this file: " + joined(known));
    return -1;
  }
  std::vector<std::string> choices;
  std::string listed;
  for (const ast::Identifier &choice : found->second.item->choices) {
    choices.push_back(choice.text);
    listed += (listed.empty() ? "" : ", ") + choice.text;
  }
  std::set<std::string> seen;
  int result = -1;
  bool isGood = true;
  for (size_t i = 0; i < arms.size(); ++i) {
    const ast::Identifier &choice = arms[i];
    if (std::find(choices.begin(), choices.end(), choice.text) ==
        choices.end()) {
      diags.report(message::noChoice, choice.location, name.text, choice.text)
          .help("choices: {}", listed);
      isGood = false;
    } else if (!seen.insert(choice.text).second) {
      diags.report(message::choiceTwice, choice.location, choice.text);
      isGood = false;
    }
    if (choice.text == found->second.chosen)
      result = int(i);
  }
  std::string missing;
  for (const std::string &choice : choices)
    if (!seen.count(choice))
      missing += (missing.empty() ? "" : ", ") + choice;
  if (!missing.empty() && isGood)
    diags.report(message::matchIncomplete, location, missing)
        .help("choices: {}", listed);
  return result;
}

const ast::Expr *Checker::arm(const ast::MatchExpr &expr) {
  std::vector<ast::Identifier> names;
  for (const ast::Argument &arm : expr.arms)
    names.push_back(arm.name);
  int index = armIndex(expr.variant, expr.location, names);
  return index < 0 ? nullptr : expr.arms[size_t(index)].value.get();
}

PhaseSelection Checker::settle(const ast::Selection &selection) {
  using Kind = ast::Selection::Kind;
  if (selection.kind == Kind::Match) {
    std::vector<ast::Identifier> names;
    for (const auto &[name, arm] : selection.arms)
      names.push_back(name);
    int index = armIndex(selection.variant, selection.location, names);
    if (index < 0)
      return {};
    return settle(*selection.arms[size_t(index)].second);
  }
  if (selection.kind == Kind::Phase && selection.arms.size() == 2)
    return {settle(*selection.arms[0].second).train,
            settle(*selection.arms[1].second).infer};
  return {&selection, &selection};
}

} // namespace spex::sema
