//===- BuiltinSources.cpp - Masks, positions, constants, random numbers ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that make a tensor of dimensions rather than of a tensor.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

Value Checker::maskBuiltin(BuiltinCall &call, Body &body) {
  std::string name = call.info.name;
  if (call.dims.size() != 2)
    return wrongForm(call, call.info.builtin == Builtin::Bits
                               ? "write `bits[E, N]()`: bit n of the number e"
                               : "it takes two dimensions: a position, and the "
                                 "position that is looked at");
  bool comparesPositions = call.info.builtin != Builtin::Bits;
  if (comparesPositions &&
      !agree(sizeOf(call.dims[0]), sizeOf(call.dims[1]))) {
    diags.report(message::sizesDiffer, call.expr.location, call.dims[0]->name,
                 spell(sizeOf(call.dims[0])), call.dims[1]->name,
                 spell(sizeOf(call.dims[1])))
        .help("a mask compares positions of one dimension");
    return {};
  }
  std::vector<Value> values;
  for (const ast::Expr *arg : call.arguments.values) {
    Value value = evaluateTensor(*arg, body);
    if (value.isError())
      return {};
    bool isWholeNumber = value.meaning.literal && value.meaning.facts.isWhole;
    if (!isWholeNumber) {
      if (value.meaning.literal)
        diags.report(message::mustBeWhole, arg->location, name);
      else
        diags.report(message::needsNumbers, arg->location, name, spell(value))
            .help("it takes one whole number, known when compiling");
      return {};
    }
    value = toElement(std::move(value), ElementType::Int);
    values.push_back(std::move(value));
  }
  Type type;
  type.element = ElementType::Bool;
  type.dims = call.dims;
  Facts facts;
  if (call.info.builtin == Builtin::Causal) {
    facts.triangle.push_back({call.dims[0], call.dims[1]});
    facts.masks.push_back(root(call.dims[0]));
  }
  ExprPtr made = makeExpr(Expr::Kind::Call, call.expr.location, type);
  made->builtin = call.info.builtin;
  made->dims = call.dims;
  for (Value &value : values)
    adopt(*made, std::move(value.expr));
  return tensor(std::move(made), std::move(facts));
}

Value Checker::rangeBuiltin(BuiltinCall &call, Body &body) {
  Type type;
  type.element = ElementType::Index;
  if (call.info.builtin == Builtin::Range) {
    if (call.dims.size() != 1)
      return wrongForm(call, "write `range[S]()`");
    type.dims = call.dims;
    type.target = call.dims[0];
    return callExpr(call, {}, std::move(type), {});
  }
  if (call.info.builtin == Builtin::Bucket) {
    const ast::Expr &target = *call.arguments.values[0];
    if (call.dims.size() != 2 || target.kind != ast::Expr::Kind::Dimension)
      return wrongForm(call, "write `bucket[S, Z](N, limit: 128)`");
    type.target = dimension(
        {ast::as<ast::DimensionExpr>(target).name, target.location}, body);
    type.dims = call.dims;
    return type.target ? callExpr(call, {}, std::move(type), {}) : Value();
  }
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError() ||
      !isNumeric(value, call.arguments.values[0]->location, "to_index"))
    return {};
  if (call.dims.size() != 1)
    return wrongForm(call, "write `to_index[E](x)`");
  type.dims = value.type().dims;
  type.target = call.dims[0];
  Facts facts = std::move(value.meaning.facts);
  facts.triangle.clear();
  facts.isWhole = false;
  // As a number, whatever type it has: its floor is taken.
  if (value.meaning.isNumber)
    value = toElement(std::move(value), program.numerics.accumulate);
  std::vector<Value> values;
  values.push_back(std::move(value));
  return callExpr(call, std::move(values), std::move(type), std::move(facts));
}

Value Checker::constantBuiltin(BuiltinCall &call, Body &body) {
  Type type;
  type.element = program.numerics.compute;
  type.dims = call.dims;
  return callExpr(call, {}, std::move(type), {});
}

Value Checker::crossEntropyBuiltin(BuiltinCall &call, Body &body) {
  Value logits = evaluateTensor(*call.arguments.values[0], body);
  Value target = evaluateTensor(*call.arguments.values[1], body);
  if (logits.isError() || target.isError() ||
      !isNumeric(logits, call.arguments.values[0]->location, "cross_entropy"))
    return {};
  if (call.dims.size() != 1)
    return wrongForm(call, "write `cross_entropy[V](logits, index)`");
  if (!hasDims(call, logits, call.dims) ||
      !sameKind(target, Type{ElementType::Index, call.dims[0], {}}, true,
                call.arguments.values[1]->location, "cross_entropy"))
    return {};
  Value reduced = withoutTree(logits);
  Type &type = reduced.meaning.type;
  type.dims.erase(std::find(type.dims.begin(), type.dims.end(), call.dims[0]));
  std::vector<const Dimension *> dims;
  if (!widest("cross_entropy", call.expr.location, {&reduced, &target}, dims))
    return {};
  Type result = type;
  result.dims = dims;
  Facts facts = std::move(logits.meaning.facts);
  reduceFacts(facts, call.dims, dims, false);
  facts.inherit(target.meaning.facts);
  std::vector<Value> values;
  values.push_back(std::move(logits));
  values.push_back(std::move(target));
  return callExpr(call, std::move(values), std::move(result),
                  std::move(facts));
}

Value Checker::transportBuiltin(BuiltinCall &call, Body &body) {
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError() ||
      !isNumeric(value, call.arguments.values[0]->location, call.info.name))
    return {};
  bool isSinkhorn = call.info.builtin == Builtin::Sinkhorn;
  if (isSinkhorn ? call.toDims.size() != 1 || call.dims.empty()
                 : call.dims.size() != 2)
    return wrongForm(call, isSinkhorn ? "write `sinkhorn[B, S -> E](score)`"
                                      : "write `best_match[R, K](x)`");
  std::vector<const Dimension *> all = call.dims;
  all.insert(all.end(), call.toDims.begin(), call.toDims.end());
  if (!hasDims(call, value, all))
    return {};
  Type type = value.type();
  Facts facts = std::move(value.meaning.facts);
  if (!isSinkhorn)
    type.dims.erase(std::remove_if(type.dims.begin(), type.dims.end(),
                                   [&](const Dimension *dim) {
                                     return has(all, dim);
                                   }),
                    type.dims.end());
  reduceFacts(facts, all, type.dims, isSinkhorn);
  facts.triangle.clear();
  std::vector<Value> values;
  values.push_back(std::move(value));
  Value result =
      callExpr(call, std::move(values), std::move(type), std::move(facts));
  bool isGood = addNumber(call, *result.expr, "tol", body);
  isGood &= addNumber(call, *result.expr, "limit", body);
  return isGood ? std::move(result) : Value();
}

Value Checker::randomBuiltin(BuiltinCall &call, Body &body) {
  Type type;
  type.element = program.numerics.compute;
  type.dims = call.dims;
  Facts facts;
  std::vector<Value> values;
  if (call.info.builtin == Builtin::DrawIndex) {
    const ast::Expr &target = *call.arguments.values[0];
    if (target.kind != ast::Expr::Kind::Dimension)
      return wrongForm(call, "write `draw_index[B](N)`");
    type.element = ElementType::Index;
    type.target = dimension(
        {ast::as<ast::DimensionExpr>(target).name, target.location}, body);
    if (!type.target)
      return {};
  }
  if (call.info.builtin == Builtin::Categorical) {
    Value chances = evaluateTensor(*call.arguments.values[0], body);
    if (chances.isError())
      return {};
    std::vector<const Dimension *> left;
    for (const Dimension *dim : chances.type().dims)
      if (!has(call.dims, dim))
        left.push_back(dim);
    if (left.size() != 1)
      return wrongForm(call, "`categorical[B](p)` needs one dimension of p to "
                             "choose from, and p is " +
                                 spell(chances));
    type.element = ElementType::Index;
    type.target = left[0];
    facts.inherit(chances.meaning.facts);
    values.push_back(std::move(chances));
  }
  // In a source, and in a `fixed`, randomness is the purpose.
  if (body.kind == Body::Kind::Component)
    facts.random |= inBothPhases;
  Value result =
      callExpr(call, std::move(values), std::move(type), std::move(facts));
  nameDraw(*result.expr, body);
  // Whole numbers, whatever the element type of the result is.
  for (const auto &[name, arg] : call.arguments.named) {
    std::optional<Exact> value = number(*arg->value, &body);
    if (!value)
      return {};
    std::optional<int64_t> whole =
        value->value ? value->value->asInteger() : std::nullopt;
    const Dimension *target = result.expr->type.target;
    if (name == "room" && (!whole || *whole < 1 || *whole > target->size)) {
      diags.report(message::entryOutside, arg->value->location, target->name,
                   target->size)
          .help("`room:` is how many entries follow from the one drawn: 1 to "
                "{}",
                target->size);
      return {};
    }
    Value given = toElement(folded(*value, arg->value->location),
                            ElementType::F64);
    result.expr->named.push_back({name, std::move(given.expr)});
  }
  return result;
}

/// The place of a random function, which its key is made of.
void Checker::nameDraw(Expr &call, Body &body) {
  call.statement = body.draws.statement;
  call.index = body.draws.next++;
}

Value Checker::fileBuiltin(BuiltinCall &call, Body &body) {
  const ast::Expr &name = *call.arguments.values[0];
  if (name.kind != ast::Expr::Kind::String) {
    diags.report(message::fileUnusable, name.location, call.info.name,
                 "needs a file name in quotes");
    return {};
  }
  const std::string &path = ast::as<ast::StringExpr>(name).text;
  bool leaves = path.empty() || path[0] == '/';
  for (size_t at = 0; at <= path.size();) {
    size_t end = std::min(path.find('/', at), path.size());
    leaves |= path.compare(at, end - at, "..") == 0;
    at = end + 1;
  }
  if (leaves) {
    diags.report(message::fileLeaves, name.location, path)
        .help("file names are relative to the folder given by `--data`");
    return {};
  }
  for (const auto &[key, arg] : call.arguments.named)
    if (key != "column" && evaluateTensor(*arg->value, body).isError())
      return {};
  Type type;
  type.element = program.numerics.compute;
  return callExpr(call, {}, std::move(type), {});
}

} // namespace spex::sema
