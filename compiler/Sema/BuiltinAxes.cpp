//===- BuiltinAxes.cpp - Functions along dimensions -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions, and functions that keep the shape: softmax, norms, rope, sorts.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

Value Checker::axisBuiltin(BuiltinCall &call, Body &body) {
  Builtin builtin = call.info.builtin;
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError())
    return {};
  if (call.dims.empty()) {
    std::string name = call.info.name;
    return wrongForm(call, "say over which dimensions: `" + name + "[...](x)`");
  }
  if (!hasDims(call, value, call.dims))
    return {};
  SourceLocation location = call.arguments.values[0]->location;
  bool isAnyKind = builtin == Builtin::Shift || builtin == Builtin::Sort ||
                   builtin == Builtin::Last;
  if (builtin == Builtin::Any || builtin == Builtin::All) {
    if (!isBool(value, location, call.info.name))
      return {};
  } else if (!isAnyKind && !isNumeric(value, location, call.info.name)) {
    return {};
  }
  if (call.info.dims == BuiltinInfo::Dims::Keep)
    return keepBuiltin(call, std::move(value), body);
  return reduceBuiltin(call, std::move(value), body);
}

bool Checker::checkCount(BuiltinCall &call, Expr &expr, Body &body) {
  if (call.arguments.values.size() != 2)
    return true;
  const ast::Expr &written = *call.arguments.values[1];
  std::optional<Size> count = constant(written, &body);
  std::optional<Size> entries = product(call.dims);
  if (!count || !entries)
    return false;
  std::optional<Rational> value = knownValue(*count);
  std::optional<Rational> size = atBounds(*entries);
  if (!value)
    return notConstant(written.location), false;
  if (!size || !value->isWhole() || Rational::compare(*value, 1) < 0 ||
      Rational::compare(*value, *size) > 0) {
    diags.report(message::countOutside, written.location, call.info.name,
                 value->str(), size ? size->str() : "many");
    return false;
  }
  Value number = toElement(folded(Exact(*value), written.location),
                           ElementType::Int);
  adopt(expr, std::move(number.expr));
  return true;
}

Value Checker::reduceBuiltin(BuiltinCall &call, Value value, Body &body) {
  Builtin builtin = call.info.builtin;
  Type type = value.type();
  type.dims.clear();
  for (const Dimension *dim : value.type().dims)
    if (!has(call.dims, dim))
      type.dims.push_back(dim);
  if (call.info.elements == BuiltinInfo::Elements::Float &&
      !isFloat(type.element))
    type.element = program.numerics.accumulate;
  if (builtin == Builtin::ArgMax || builtin == Builtin::ArgMin) {
    if (call.dims.size() != 1)
      return wrongForm(call, "it takes one dimension, the one it points into");
    type.element = ElementType::Index;
    type.target = call.dims[0];
  }
  if (builtin == Builtin::Last && call.dims.size() != 1)
    return wrongForm(call, "write `last[S](x)`");
  Facts facts = std::move(value.meaning.facts);
  reduceFacts(facts, call.dims, type.dims, false);
  std::vector<Value> values;
  values.push_back(std::move(value));
  Value result =
      callExpr(call, std::move(values), std::move(type), std::move(facts));
  return checkCount(call, *result.expr, body) ? std::move(result) : Value();
}

bool Checker::addNumber(BuiltinCall &call, Expr &expr, const std::string &name,
                        Body &body) {
  auto given = call.arguments.named.find(name);
  if (given == call.arguments.named.end())
    return true;
  const ast::Expr &written = *given->second->value;
  std::optional<Exact> value = number(written, &body);
  if (!value)
    return false;
  ElementType element =
      isFloat(expr.type.element) ? expr.type.element : program.numerics.compute;
  expr.named.push_back(
      {name, toElement(folded(*value, written.location), element).expr});
  return true;
}

bool Checker::addMask(BuiltinCall &call, Value &result, Body &body) {
  auto given = call.arguments.named.find("mask");
  if (given != call.arguments.named.end()) {
    const ast::Expr &written = *given->second->value;
    Value mask = evaluateTensor(written, body);
    if (mask.isError() || !isBool(mask, written.location, "mask"))
      return false;
    std::string stray;
    for (const Dimension *dim : mask.type().dims)
      if (!has(result.type().dims, dim))
        stray += (stray.empty() ? "" : ", ") + dim->name;
    if (!stray.empty()) {
      diags.report(message::silentOuter, written.location, "mask", spell(mask),
                   spell(result))
          .help("only the mask has {}", stray);
      return false;
    }
    for (const auto &pair : mask.meaning.facts.triangle)
      result.meaning.facts.triangle.push_back(pair);
    result.meaning.facts.inherit(mask.meaning.facts);
    result.expr->named.push_back({"mask", std::move(mask.expr)});
  }
  auto sink = call.arguments.named.find("sink");
  if (sink == call.arguments.named.end())
    return true;
  const ast::Expr &written = *sink->second->value;
  Value value = evaluateTensor(written, body);
  if (value.isError() || !isNumeric(value, written.location, "sink"))
    return false;
  for (const Dimension *dim : value.type().dims)
    if (!has(result.type().dims, dim) || has(call.dims, dim)) {
      diags.report(message::silentOuter, written.location, "sink", spell(value),
                   spell(result))
          .help("a sink is one number for each sum");
      return false;
    }
  if (value.meaning.literal)
    value = toElement(std::move(value), result.type().element);
  result.meaning.facts.inherit(value.meaning.facts);
  result.expr->named.push_back({"sink", std::move(value.expr)});
  return true;
}

Value Checker::keepBuiltin(BuiltinCall &call, Value value, Body &body) {
  Builtin builtin = call.info.builtin;
  if (builtin == Builtin::Rope)
    return ropeBuiltin(call, std::move(value), body);
  if (builtin == Builtin::Shift)
    return shiftBuiltin(call, std::move(value), body);
  bool isAlong = builtin == Builtin::CumSum || builtin == Builtin::Sort;
  if (isAlong && call.dims.size() != 1)
    return wrongForm(call, "it takes one dimension");
  Type type = value.type();
  if (call.info.elements == BuiltinInfo::Elements::Float &&
      !isFloat(type.element))
    type.element = program.numerics.accumulate;
  if (call.info.elements == BuiltinInfo::Elements::Bool)
    type.element = ElementType::Bool;
  Facts facts = std::move(value.meaning.facts);
  std::vector<Value> values;
  values.push_back(std::move(value));
  Value result = callExpr(call, std::move(values), std::move(type), {});
  if (!checkCount(call, *result.expr, body))
    return {};
  result.meaning.facts = std::move(facts);
  if (builtin == Builtin::CumSum) {
    result.meaning.facts.past.add(root(call.dims[0]), inBothPhases);
    result.meaning.facts.carried.add(root(call.dims[0]), inBothPhases);
    result.meaning.facts.triangle.clear();
    result.meaning.facts.isParameter = false;
    return result;
  }
  bool isGood = addMask(call, result, body);
  isGood &= addNumber(call, *result.expr, "eps", body);
  if (!isGood)
    return {};
  reduceFacts(result.meaning.facts, call.dims, result.type().dims, true);
  // Only softmax and in_top leave zeros where the mask had them.
  if (builtin != Builtin::Softmax && builtin != Builtin::InTop)
    result.meaning.facts.triangle.clear();
  return result;
}

Value Checker::shiftBuiltin(BuiltinCall &call, Value value, Body &body) {
  const ast::Expr &written = *call.arguments.named.at("by")->value;
  std::optional<Size> by = constant(written, &body);
  std::optional<Rational> number = by ? knownValue(*by) : std::nullopt;
  if (!by)
    return {};
  if (!number || !number->isWhole() || call.dims.size() != 1) {
    diags.report(message::wrongArguments, written.location, "shift",
                 "one dimension and `by:`, a whole number");
    return {};
  }
  Facts facts = std::move(value.meaning.facts);
  Sight &seen = number->isNegative() ? facts.full : facts.past;
  seen.add(root(call.dims[0]), inBothPhases);
  facts.carried.add(root(call.dims[0]), inBothPhases);
  Type type = value.type();
  std::vector<Value> values;
  values.push_back(std::move(value));
  Value result =
      callExpr(call, std::move(values), std::move(type), std::move(facts));
  Value amount = toElement(folded(Exact(*number), written.location),
                           ElementType::Int);
  result.expr->named.push_back({"by", std::move(amount.expr)});
  return result;
}

Value Checker::ropeBuiltin(BuiltinCall &call, Value value, Body &body) {
  const ast::Argument &along = *call.arguments.named.at("along");
  if (along.value->kind != ast::Expr::Kind::Dimension) {
    diags.report(message::wrongArguments, along.value->location, "rope",
                 "`along:` with a dimension");
    return {};
  }
  const Dimension *position = dimension(
      {ast::as<ast::DimensionExpr>(*along.value).name, along.value->location},
      body);
  if (!position)
    return {};
  if (call.dims.size() != 1 || has(call.dims, position)) {
    diags.report(message::wrongArguments, along.value->location, "rope",
                 "one width in brackets, and other positions in `along:`")
        .help("`along:` names the positions, the brackets the width");
    return {};
  }
  if (!has(value.type().dims, position)) {
    diags.report(message::valueLacks, along.value->location, "rope",
                 call.dims[0]->name, spell(value), position->name)
        .help("`along:` names the dimension of positions, one of the value");
    return {};
  }
  std::optional<Rational> width = knownValue(sizeOf(call.dims[0]));
  if (!width || !width->asInteger() || *width->asInteger() % 2 != 0) {
    diags.report(message::wrongArguments, call.expr.location, "rope",
                 "an even width known when compiling")
        .help("it turns pairs, and `{}` is {}", call.dims[0]->name,
              spell(sizeOf(call.dims[0])));
    return {};
  }
  Facts facts = std::move(value.meaning.facts);
  facts.triangle.clear();
  Type type = value.type();
  if (!isFloat(type.element))
    type.element = program.numerics.accumulate;
  std::vector<Value> values;
  values.push_back(std::move(value));
  Value result =
      callExpr(call, std::move(values), std::move(type), std::move(facts));
  result.expr->along = position;
  for (const auto &[key, choices] :
       {std::pair<std::string, std::vector<std::string>>{"style",
                                                         {"half", "pairs"}},
        {"truncate", {"true", "false"}}}) {
    auto given = call.arguments.named.find(key);
    if (given == call.arguments.named.end())
      continue;
    const ast::Expr &word = *given->second->value;
    std::string text;
    if (word.kind == ast::Expr::Kind::Name)
      text = ast::as<ast::NameExpr>(word).name;
    if (word.kind == ast::Expr::Kind::Boolean)
      text = ast::as<ast::BooleanExpr>(word).value ? "true" : "false";
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      diags.report(message::wrongArguments, word.location, "rope",
                   "`" + key + ":` as one of: " + choices[0] + ", " +
                       choices[1])
          .help("write `{}: {}`", key, choices[0]);
      return {};
    }
    result.expr->words.push_back({key, text});
  }
  bool isGood = addNumber(call, *result.expr, "theta", body);
  isGood &= addNumber(call, *result.expr, "yarn", body);
  isGood &= addNumber(call, *result.expr, "original", body);
  return isGood ? std::move(result) : Value();
}

} // namespace spex::sema
