//===- Types.cpp - Declared types, element types, casts -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 5: widening is silent, narrowing happens only where a
// declared type without element type asks for it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

static ElementType elementOf(ast::ElementWord word, ElementType compute) {
  switch (word) {
  case ast::ElementWord::None:
    return compute;
  case ast::ElementWord::F64:
    return ElementType::F64;
  case ast::ElementWord::F32:
    return ElementType::F32;
  case ast::ElementWord::BF16:
    return ElementType::BF16;
  case ast::ElementWord::F16:
    return ElementType::F16;
  case ast::ElementWord::Int:
    return ElementType::Int;
  case ast::ElementWord::Bool:
    return ElementType::Bool;
  case ast::ElementWord::Index:
    return ElementType::Index;
  }
  return compute;
}

std::optional<Type> Checker::declared(const ast::Type &type, Body &body) {
  Type result;
  result.element = elementOf(type.element, program.numerics.compute);
  bool isGood = true;
  for (const ast::Identifier &name : type.dims) {
    const Dimension *dim = dimension(name, body);
    if (dim && has(result.dims, dim)) {
      diags.report(message::dimensionTwice, name.location, name.text)
          .help("declare another of the same size: `dim Other = {}`",
                name.text);
      isGood = false;
    }
    isGood &= dim != nullptr;
    result.dims.push_back(dim);
  }
  if (!type.target.empty()) {
    result.target = dimension(type.target, body);
    isGood &= result.target != nullptr;
  }
  return isGood ? std::optional(std::move(result)) : std::nullopt;
}

std::string Checker::spell(const Type &type) const {
  std::string text;
  if (type.element != program.numerics.compute)
    text = spelling(type.element);
  if (type.target)
    text += "<" + type.target->name + ">";
  text += "[";
  for (size_t i = 0; i < type.dims.size(); ++i)
    text += (i ? ", " : "") + type.dims[i]->name;
  return text + "]";
}

std::string Checker::spell(const Value &value) const {
  switch (value.kind) {
  case Value::Kind::Tensor:
    return spell(value.type());
  case Value::Kind::Record: {
    std::string text = "(";
    for (const auto &[name, meaning] : value.fields)
      text += (text.size() > 1 ? ", " : "") + name + ": " + spell(meaning.type);
    return text + ")";
  }
  case Value::Kind::Route:
    return "a route";
  case Value::Kind::Part:
    return "a part";
  case Value::Kind::Error:
    break;
  }
  return "unknown";
}

Value Checker::folded(const Exact &literal, SourceLocation location) {
  Type type;
  type.element = program.numerics.compute;
  ExprPtr expr = makeExpr(Expr::Kind::Number, location, type);
  expr->number = literal.nearest;
  Value result = tensor(std::move(expr), {});
  result.meaning.isNumber = true;
  result.meaning.literal = literal;
  result.meaning.facts.isWhole = literal.value && literal.value->isWhole();
  return result;
}

Value Checker::toElement(Value value, ElementType element) {
  if (!value.isTensor() || value.type().element == element)
    return value;
  value.meaning.type.element = element;
  if (value.expr->kind == Expr::Kind::Number) {
    value.expr->type.element = element;
    return value;
  }
  ExprPtr cast = makeExpr(Expr::Kind::Cast, value.expr->location,
                          value.meaning.type);
  adopt(*cast, std::move(value.expr));
  value.expr = std::move(cast);
  value.meaning.facts.isParameter = false;
  return value;
}

Value Checker::expandTo(Value value,
                        const std::vector<const Dimension *> &dims) {
  if (!value.isTensor())
    return value;
  std::vector<const Dimension *> missing;
  for (const Dimension *dim : dims)
    if (!has(value.type().dims, dim))
      missing.push_back(dim);
  if (missing.empty())
    return value;
  Type type = value.type();
  type.dims.insert(type.dims.end(), missing.begin(), missing.end());
  ExprPtr expr = makeExpr(Expr::Kind::Call, value.expr->location, type);
  expr->builtin = Builtin::Expand;
  expr->dims = missing;
  adopt(*expr, std::move(value.expr));
  value.expr = std::move(expr);
  value.meaning.type = std::move(type);
  value.meaning.isNumber = false;
  value.meaning.literal.reset();
  value.meaning.facts.isParameter = false;
  return value;
}

ElementType
Checker::joinElements(const std::vector<const Value *> &values) const {
  // The widest float; a number takes the type of the other side.
  const Value *best = nullptr;
  bool hasFraction = false, isInt = false, isBool = false, isIndex = false;
  ElementType other = program.numerics.compute;
  for (const Value *value : values) {
    if (value->meaning.isNumber) {
      hasFraction |= !value->meaning.facts.isWhole;
      continue;
    }
    ElementType element = value->type().element;
    if (isFloat(element)) {
      if (!best || width(element) > width(best->type().element))
        best = value;
      continue;
    }
    isInt |= element == ElementType::Int;
    isBool |= element == ElementType::Bool;
    isIndex |= element == ElementType::Index;
    other = element;
  }
  if (best)
    return best->type().element;
  if (isInt && hasFraction)
    return ElementType::F32;
  return isInt || isBool || isIndex ? other : program.numerics.compute;
}

bool Checker::isNumeric(const Value &value, SourceLocation location,
                        const std::string &what) {
  if (!value.isTensor())
    return false;
  ElementType element = value.type().element;
  if (element != ElementType::Bool && element != ElementType::Index)
    return true;
  diags.report(message::needsNumbers, location, what, spell(value))
      .help(element == ElementType::Bool
                ? "`f32(x)` turns true and false into 1 and 0"
                : "`int(x)` makes a number of an index, `onehot(x)` a row of 0 "
                  "and 1");
  return false;
}

bool Checker::isBool(const Value &value, SourceLocation location,
                     const std::string &what) {
  if (!value.isTensor())
    return false;
  if (value.type().element == ElementType::Bool)
    return true;
  diags.report(message::needsBools, location, what, spell(value))
      .help("compare, as in `x > 0`");
  return false;
}

/// A result is called by its component, anything else by its own name.
static std::string phrase(const std::string &what) {
  bool isComponent = !what.empty() && what[0] >= 'A' && what[0] <= 'Z';
  return (isComponent ? "the result of `" : "`") + what + "`";
}

bool Checker::sameKind(const Value &value, const Type &want, bool isWritten,
                       SourceLocation location, const std::string &what) {
  const Type &type = value.type();
  auto isIndexOf = [&] {
    return type.element == ElementType::Index && type.target == want.target;
  };
  if (want.element == ElementType::Index && value.meaning.literal &&
      value.meaning.literal->value) {
    // A whole number below the size adapts to an index.
    std::optional<int64_t> entry = value.meaning.literal->value->asInteger();
    if (entry && *entry >= 0 && (*entry < want.target->size || isBroken(sizeOf(want.target))))
      return true;
  }
  if (want.element == ElementType::Index) {
    if (isIndexOf())
      return true;
    diags.report(message::mustBeIndex, location, want.target->name,
                 spell(value))
        .help("an index belongs to the dimension it points into; `x[A as B]` "
              "renames it where both have one size");
    return false;
  }
  if (want.element == ElementType::Bool)
    return isBool(value, location, what);
  if (!isNumeric(value, location, what))
    return false;
  if (value.meaning.isNumber &&
      (want.element != ElementType::Int || value.meaning.facts.isWhole))
    return true;
  bool isNarrower =
      want.element == ElementType::Int
          ? type.element != ElementType::Int
          : isWritten && (width(type.element) > width(want.element) ||
                          (width(type.element) == width(want.element) &&
                           type.element != want.element));
  if (!isNarrower)
    return true;
  diags.report(message::wouldNarrow, location, phrase(what),
               std::string(spelling(want.element)), spell(value))
      .help("write `{}(...)` if that is meant", spelling(want.element));
  return false;
}

static std::string namesOf(const std::vector<const Dimension *> &dims,
                           const std::vector<const Dimension *> &without) {
  std::string text;
  for (const Dimension *dim : dims)
    if (!has(without, dim))
      text += (text.empty() ? "" : ", ") + dim->name;
  return text;
}

Value Checker::fits(Value value, const Type &want, bool isWritten,
                    SourceLocation location, const std::string &what) {
  value = toTensor(std::move(value), location);
  if (value.isError())
    return value;
  if (value.type().dims.empty() &&
      (value.meaning.isNumber || isFloat(value.type().element)) &&
      isFloat(want.element))
    value = expandTo(toElement(std::move(value), want.element), want.dims);
  std::string extra = namesOf(value.type().dims, want.dims);
  std::string lacking = namesOf(want.dims, value.type().dims);
  if (!extra.empty() || !lacking.empty()) {
    InFlight report = diags.report(message::typeDiffers, location,
                                   phrase(what), spell(want), spell(value));
    if (!extra.empty())
      report.help("not declared: {}", extra);
    if (!lacking.empty())
      report.help("missing: {}", lacking);
    return {};
  }
  if (!sameKind(value, want, isWritten, location, what))
    return {};
  value = toElement(std::move(value), want.element);
  value.meaning.type.target = want.target;
  value.expr->type.target = want.target;
  value.meaning.isNumber = false;
  value.meaning.literal.reset();
  return value;
}

} // namespace spex::sema
