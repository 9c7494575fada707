//===- BuiltinPlain.cpp - Elementwise functions and casts -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions without brackets, and those that only training knows.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

#include <cmath>

namespace spex::sema {

/// The value of a function of exact numbers; none if it stays a call.
static std::optional<Exact> foldExact(Builtin builtin,
                                      const std::vector<Exact> &args) {
  const std::optional<Rational> &x = args[0].value;
  double value = args[0].nearest;
  switch (builtin) {
  case Builtin::Floor:
    return x ? Exact(x->floor()) : Exact(std::floor(value));
  case Builtin::Ceil:
    return x ? Exact(x->ceil()) : Exact(std::ceil(value));
  case Builtin::Round:
    return x ? Exact(x->roundHalfEven()) : Exact(std::nearbyint(value));
  case Builtin::Abs:
    return x ? Exact(x->isNegative() ? x->negate() : *x)
             : Exact(std::fabs(value));
  case Builtin::Square:
    if (std::optional<Rational> square =
            x ? Rational::multiply(*x, *x) : std::nullopt)
      return Exact(*square);
    return Exact(value * value);
  case Builtin::Sqrt: {
    double root = std::sqrt(value);
    return Exact(root);
  }
  case Builtin::Exp:
    return Exact(std::exp(value));
  case Builtin::Log:
    return Exact(std::log(value));
  case Builtin::Log2:
    return Exact(std::log2(value));
  case Builtin::Max:
    return args[1].nearest > value ? args[1] : args[0];
  case Builtin::Min:
    return args[1].nearest < value ? args[1] : args[0];
  case Builtin::Pow:
    return Exact(std::pow(value, args[1].nearest));
  case Builtin::RoundUp: {
    std::optional<Rational> quotient =
        x && args[1].value ? Rational::divide(*x, *args[1].value)
                           : std::nullopt;
    std::optional<Rational> result =
        quotient ? Rational::multiply(quotient->ceil(), *args[1].value)
                 : std::nullopt;
    return result ? std::optional<Exact>(Exact(*result)) : std::nullopt;
  }
  default:
    return std::nullopt;
  }
}

static bool keepsTriangle(Builtin builtin) {
  switch (builtin) {
  // Of zero they give zero.
  case Builtin::Relu:
  case Builtin::Gelu:
  case Builtin::Silu:
  case Builtin::Tanh:
  case Builtin::Abs:
  case Builtin::Square:
    return true;
  default:
    return false;
  }
}

static bool makesWhole(Builtin builtin, const std::vector<Value> &values) {
  switch (builtin) {
  case Builtin::Floor:
  case Builtin::Ceil:
  case Builtin::Round:
  case Builtin::RoundUp:
    return true;
  case Builtin::Max:
  case Builtin::Min:
  case Builtin::Clamp:
  case Builtin::Abs:
  case Builtin::Square:
  case Builtin::Sign:
    return std::all_of(values.begin(), values.end(), [](const Value &value) {
      return value.meaning.facts.isWhole;
    });
  default:
    return false;
  }
}

Value Checker::foldPlain(const BuiltinCall &call,
                         const std::vector<Value> &values) {
  std::vector<Exact> args;
  for (const Value &value : values) {
    if (!value.meaning.literal)
      return {};
    args.push_back(*value.meaning.literal);
  }
  std::optional<Exact> result = foldExact(call.info.builtin, args);
  return result ? folded(*result, call.expr.location) : Value();
}

Value Checker::plainBuiltin(BuiltinCall &call, Body &body) {
  std::vector<Value> values;
  bool isGood = true;
  for (const ast::Expr *arg : call.arguments.values) {
    values.push_back(evaluateTensor(*arg, body));
    isGood &= !values.back().isError();
  }
  if (!isGood)
    return {};
  Builtin builtin = call.info.builtin;
  if (builtin == Builtin::OneHot)
    return oneHotBuiltin(call, std::move(values[0]));
  if (builtin == Builtin::Where)
    return whereBuiltin(call, std::move(values));
  for (size_t i = 0; i < values.size(); ++i)
    if (!isNumeric(values[i], call.arguments.values[i]->location,
                   call.info.name))
      return {};
  if (builtin == Builtin::Outer)
    return outerBuiltin(call, std::move(values));
  Value number = foldPlain(call, values);
  if (!number.isError())
    return number;
  std::vector<const Value *> pointers;
  Facts facts;
  bool areNumbers = true;
  for (const Value &value : values) {
    pointers.push_back(&value);
    facts.inherit(value.meaning.facts);
    areNumbers &= value.meaning.isNumber;
  }
  Type type;
  if (!widest(call.info.name, call.expr.location, pointers, type.dims))
    return {};
  if (keepsTriangle(builtin))
    facts.triangle = values[0].meaning.facts.triangle;
  facts.isWhole = makesWhole(builtin, values);
  type.element = areNumbers ? program.numerics.accumulate
                            : joinElements(pointers);
  if (call.info.elements == BuiltinInfo::Elements::Float &&
      !isFloat(type.element))
    type.element = program.numerics.accumulate;
  if (call.info.elements == BuiltinInfo::Elements::Bool)
    type.element = ElementType::Bool;
  bool isDraw = builtin == Builtin::Chance || builtin == Builtin::Dirichlet;
  if (isDraw)
    facts.random |= inBothPhases;
  Value result =
      callExpr(call, std::move(values), std::move(type), std::move(facts));
  if (isDraw)
    nameDraw(*result.expr, body);
  result.meaning.isNumber = areNumbers;
  return result;
}

Value Checker::castBuiltin(BuiltinCall &call, Body &body) {
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError())
    return {};
  ElementType element = ElementType::Int;
  switch (call.info.builtin) {
  case Builtin::CastF64:
    element = ElementType::F64;
    break;
  case Builtin::CastF32:
    element = ElementType::F32;
    break;
  case Builtin::CastBF16:
    element = ElementType::BF16;
    break;
  case Builtin::CastF16:
    element = ElementType::F16;
    break;
  case Builtin::CastCompute:
    element = program.numerics.compute;
    break;
  default:
    break;
  }
  if (element != ElementType::Int &&
      value.type().element == ElementType::Index) {
    isNumeric(value, call.expr.location, call.info.name); // reports it
    return {};
  }
  // A cast is a value of its type, also of a number.
  Type type = value.type();
  type.element = element;
  type.target = nullptr;
  Facts facts = std::move(value.meaning.facts);
  facts.isParameter = false;
  facts.isWhole |= element == ElementType::Int;
  ExprPtr made = makeExpr(Expr::Kind::Cast, call.expr.location, type);
  adopt(*made, std::move(value.expr));
  return tensor(std::move(made), std::move(facts));
}

Value Checker::trainingBuiltin(BuiltinCall &call, Body &body) {
  std::vector<Value> values;
  for (const ast::Expr *arg : call.arguments.values)
    values.push_back(evaluateTensor(*arg, body));
  for (const auto &[name, arg] : call.arguments.named)
    values.push_back(evaluateTensor(*arg->value, body));
  std::vector<const Value *> pointers;
  for (const Value &value : values) {
    if (value.isError() ||
        !isNumeric(value, call.expr.location, call.info.name))
      return {};
    pointers.push_back(&value);
  }
  if (call.info.builtin == Builtin::DropPath &&
      !hasDims(call, values[0], call.dims))
    return {};
  std::vector<const Dimension *> dims;
  if (!widest(call.info.name, call.expr.location, pointers, dims))
    return {};
  bool isRandom = call.info.builtin == Builtin::Dropout ||
                  call.info.builtin == Builtin::DropPath ||
                  call.info.builtin == Builtin::Jitter ||
                  call.info.builtin == Builtin::Noise;
  Value result = std::move(values[0]);
  if (result.meaning.literal && dims.empty())
    return result;
  result = expandTo(std::move(result), dims);
  Facts &facts = result.meaning.facts;
  facts.isParameter = false;
  if (isRandom)
    facts.random |= inTraining;
  if (call.info.builtin == Builtin::Noise ||
      call.info.builtin == Builtin::Jitter)
    facts.triangle.clear();
  for (size_t i = 1; i < values.size(); ++i) {
    facts.inherit(values[i].meaning.facts, inTraining);
    seenInTraining(result, std::move(values[i].expr));
  }
  return result;
}

Value Checker::whereBuiltin(BuiltinCall &call, std::vector<Value> values) {
  if (!isBool(values[0], call.arguments.values[0]->location, "where"))
    return {};
  Value &yes = values[1], &no = values[2];
  Type type;
  if (!widest("where", call.expr.location, {&values[0], &yes, &no}, type.dims))
    return {};
  bool isPlain = !yes.meaning.isNumber && !no.meaning.isNumber;
  auto isOther = [](const Value &value) {
    return value.type().element == ElementType::Bool ||
           value.type().element == ElementType::Index;
  };
  const Value &typed = isOther(no) ? no : yes;
  if (isOther(typed)) {
    const Value &other = &typed == &yes ? no : yes;
    if (!sameKind(other, typed.type(), true, call.expr.location, "where"))
      return {};
    type.element = typed.type().element;
    type.target = typed.type().target;
  } else {
    type.element = joinElements({&yes, &no});
  }
  Facts facts;
  for (const Value &value : values)
    facts.inherit(value.meaning.facts);
  const auto &mask = values[0].meaning.facts.triangle;
  const auto &a = yes.meaning.facts.triangle, &b = no.meaning.facts.triangle;
  bool isZeroElse = no.meaning.literal && no.meaning.literal->nearest == 0;
  for (const auto &pair : a)
    if (isZeroElse || std::find(b.begin(), b.end(), pair) != b.end())
      facts.triangle.push_back(pair);
  for (const auto &pair : mask)
    if (isZeroElse &&
        std::find(a.begin(), a.end(), pair) == a.end())
      facts.triangle.push_back(pair);
  bool areNumbers = !isPlain && yes.meaning.isNumber && no.meaning.isNumber;
  if (areNumbers)
    type.element = program.numerics.compute;
  return callExpr(call, std::move(values), std::move(type), std::move(facts));
}

Value Checker::outerBuiltin(BuiltinCall &call, std::vector<Value> values) {
  Type type = values[0].type();
  if (!freshDims(call, type.dims, values[1].type().dims))
    return {};
  type.dims.insert(type.dims.end(), values[1].type().dims.begin(),
                   values[1].type().dims.end());
  type.element = joinElements({&values[0], &values[1]});
  Facts facts;
  facts.inherit(values[0].meaning.facts);
  facts.inherit(values[1].meaning.facts);
  return callExpr(call, std::move(values), std::move(type), std::move(facts));
}

Value Checker::oneHotBuiltin(BuiltinCall &call, Value value) {
  if (value.type().element != ElementType::Index) {
    diags.report(message::mustBeIndex, call.arguments.values[0]->location, "..",
                 spell(value))
        .help("`onehot` makes a row of 0 and 1 of an index");
    return {};
  }
  Type type = value.type();
  const Dimension *target = type.target;
  if (!freshDims(call, type.dims, {target}))
    return {};
  type.dims.push_back(target);
  type.target = nullptr;
  type.element = program.numerics.compute;
  Facts facts = std::move(value.meaning.facts);
  std::vector<Value> values;
  values.push_back(std::move(value));
  return callExpr(call, std::move(values), std::move(type), std::move(facts));
}

} // namespace spex::sema
