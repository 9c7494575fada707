//===- BuiltinShapes.cpp - Functions that change dimensions ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dot, expand, split, merge, concat, slice, windows. Sizes must agree as
// formulas of the bounded dimensions.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

static std::vector<Value> single(Value value) {
  std::vector<Value> values;
  values.push_back(std::move(value));
  return values;
}

Value Checker::dotBuiltin(BuiltinCall &call, Body &body) {
  std::vector<Value> values;
  for (const ast::Expr *arg : call.arguments.values)
    values.push_back(evaluateTensor(*arg, body));
  for (size_t i = 0; i < 2; ++i)
    if (values[i].isError() ||
        !isNumeric(values[i], call.arguments.values[i]->location, "dot") ||
        !hasDims(call, values[i], call.dims))
      return {};
  if (call.dims.empty())
    return wrongForm(call, "say what is summed: `dot[D](a, b)`");
  Type type;
  type.element = joinElements({&values[0], &values[1]});
  for (const Value &value : values)
    for (const Dimension *dim : value.type().dims)
      if (!has(call.dims, dim) && !has(type.dims, dim))
        type.dims.push_back(dim);
  Facts facts;
  for (const Value &value : values) {
    facts.inherit(value.meaning.facts);
    for (const auto &pair : value.meaning.facts.triangle)
      facts.triangle.push_back(pair);
  }
  reduceFacts(facts, call.dims, type.dims, false);
  return callExpr(call, std::move(values), std::move(type), std::move(facts));
}

Value Checker::expandBuiltin(BuiltinCall &call, Body &body) {
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError() || !freshDims(call, value.type().dims, call.dims))
    return {};
  if (call.dims.empty())
    return wrongForm(call, "write `expand[P](x)`");
  Type type = value.type();
  type.dims.insert(type.dims.end(), call.dims.begin(), call.dims.end());
  Facts facts = std::move(value.meaning.facts);
  return callExpr(call, single(std::move(value)), std::move(type),
                  std::move(facts));
}

Value Checker::splitBuiltin(BuiltinCall &call, Body &body) {
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError())
    return {};
  if (call.dims.size() != 1 || call.toDims.size() < 2)
    return wrongForm(call, "write `split[D -> H, A](x)`");
  if (!hasDims(call, value, call.dims))
    return {};
  std::optional<Size> parts = product(call.toDims);
  const Size &whole = sizeOf(call.dims[0]);
  if (!parts || !agree(*parts, whole)) {
    diags.report(message::sizesDoNotMultiply, call.expr.location, "split",
                 spell(whole), parts ? spell(*parts) : "too large");
    return {};
  }
  Type type = value.type();
  auto at = std::find(type.dims.begin(), type.dims.end(), call.dims[0]);
  at = type.dims.erase(at);
  if (!freshDims(call, type.dims, call.toDims))
    return {};
  type.dims.insert(at, call.toDims.begin(), call.toDims.end());
  Facts facts = std::move(value.meaning.facts);
  facts.triangle.clear();
  if (call.dims[0]->isBounded)
    seesAll(facts, call.dims);
  return callExpr(call, single(std::move(value)), std::move(type),
                  std::move(facts));
}

Value Checker::mergeBuiltin(BuiltinCall &call, Body &body) {
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError())
    return {};
  if (call.toDims.size() != 1 || call.dims.size() < 2)
    return wrongForm(call, "write `merge[H, A -> D](x)`");
  if (!hasDims(call, value, call.dims))
    return {};
  std::optional<Size> parts = product(call.dims);
  const Size &whole = sizeOf(call.toDims[0]);
  if (!parts || !agree(*parts, whole)) {
    diags.report(message::sizesDoNotMultiply, call.expr.location, "merge",
                 parts ? spell(*parts) : "too large", spell(whole));
    return {};
  }
  Type type = value.type();
  type.dims.clear();
  bool isPlaced = false;
  for (const Dimension *dim : value.type().dims) {
    if (!has(call.dims, dim))
      type.dims.push_back(dim);
    else if (!isPlaced)
      type.dims.push_back(call.toDims[0]);
    isPlaced |= has(call.dims, dim);
  }
  if (std::count(type.dims.begin(), type.dims.end(), call.toDims[0]) != 1)
    return freshDims(call, value.type().dims, call.toDims), Value();
  Facts facts = std::move(value.meaning.facts);
  facts.triangle.clear();
  for (const Dimension *dim : call.dims)
    if (dim->isBounded)
      seesAll(facts, {dim});
  return callExpr(call, single(std::move(value)), std::move(type),
                  std::move(facts));
}

Value Checker::concatBuiltin(BuiltinCall &call, Body &body) {
  std::vector<Value> values;
  bool isGood = true;
  for (const ast::Expr *arg : call.arguments.values) {
    values.push_back(evaluateTensor(*arg, body));
    isGood &= !values.back().isError();
  }
  if (!isGood)
    return {};
  if (call.dims.size() == 1)
    call.dims.assign(values.size(), call.dims[0]);
  if (call.toDims.size() != 1 || call.dims.size() != values.size())
    return wrongForm(call, "write `concat[A, B -> C](a, b)` or "
                           "`concat[A -> C](a, b, ...)`");
  Type type;
  std::optional<Size> total = SizeArithmetic::constant(0);
  std::vector<const Value *> pointers;
  Facts facts;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!has(values[i].type().dims, call.dims[i])) {
      diags.report(message::argumentLacks,
                   call.arguments.values[i]->location, "concat",
                   call.dims[i]->name)
          .help("it is {}", spell(values[i]));
      return {};
    }
    for (const Dimension *dim : values[i].type().dims)
      if (dim != call.dims[i] && !has(type.dims, dim))
        type.dims.push_back(dim);
    if (total)
      total = SizeArithmetic::add(*total, sizeOf(call.dims[i]));
    facts.inherit(values[i].meaning.facts);
    if (call.dims[i]->isBounded)
      seesAll(facts, {call.dims[i]});
    pointers.push_back(&values[i]);
    const Type &first = values[0].type(), &each = values[i].type();
    bool isOther = first.element == ElementType::Bool ||
                   first.element == ElementType::Index ||
                   each.element == ElementType::Bool ||
                   each.element == ElementType::Index;
    if (isOther && (first.element != each.element ||
                    first.target != each.target)) {
      diags.report(message::wrongFormBecause, call.expr.location, "concat",
                   "its arguments are " + spell(values[0]) + " and " +
                       spell(values[i]));
      return {};
    }
  }
  if (!freshDims(call, type.dims, call.toDims))
    return {};
  const Size &whole = sizeOf(call.toDims[0]);
  if (!total || !agree(*total, whole)) {
    diags.report(message::sizesDoNotAdd, call.expr.location, "concat",
                 total ? spell(*total) : "too large", spell(whole))
        .help("the sizes of the parts must give that of `{}`",
              call.toDims[0]->name);
    return {};
  }
  type.dims.push_back(call.toDims[0]);
  type.element = joinElements(pointers);
  type.target = values[0].type().target;
  return callExpr(call, std::move(values), std::move(type), std::move(facts));
}

Value Checker::sliceBuiltin(BuiltinCall &call, Body &body) {
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError())
    return {};
  if (call.dims.size() != 1 || call.toDims.size() != 1)
    return wrongForm(call, "write `slice[S -> P](x, from: 0)`");
  if (!hasDims(call, value, call.dims))
    return {};
  const Dimension *old = call.dims[0], *made = call.toDims[0];
  Value start;
  std::optional<Size> from = SizeArithmetic::constant(0);
  auto given = call.arguments.named.find("from");
  if (given != call.arguments.named.end()) {
    const ast::Expr &written = *given->second->value;
    start = evaluateTensor(written, body);
    if (start.isError())
      return {};
    if (start.type().element == ElementType::Index) {
      if (!sameKind(start, Type{ElementType::Index, old, {}}, true,
                    written.location, "from"))
        return {};
      from.reset();
    } else if (!(from = constant(written, &body))) {
      return {};
    }
  }
  if (from) {
    std::optional<Size> end = SizeArithmetic::add(*from, sizeOf(made));
    std::optional<Size> left =
        end ? SizeArithmetic::subtract(sizeOf(old), *end) : std::nullopt;
    std::optional<Rational> rest = left ? atBounds(*left) : std::nullopt;
    bool isUnknown = isBroken(sizeOf(old)) || isBroken(sizeOf(made));
    if (!isUnknown && (!rest || rest->isNegative())) {
      diags.report(message::sizesDoNotAdd, call.expr.location, "slice",
                   end ? spell(*end) : "too large", spell(sizeOf(old)))
          .help("it would read past the end of `{}`", old->name);
      return {};
    }
    start = toElement(folded(Exact(0), call.expr.location), ElementType::Int);
    if (std::optional<Rational> number = from->constant())
      start.expr->number = number->toDouble();
    else
      start.expr = sizeExpr(*from, "from", call.expr.location);
  }
  Type type = value.type();
  type.dims.erase(std::find(type.dims.begin(), type.dims.end(), old));
  if (!freshDims(call, type.dims, call.toDims))
    return {};
  type.dims = value.type().dims;
  std::replace(type.dims.begin(), type.dims.end(), old, made);
  Facts facts = std::move(value.meaning.facts);
  facts.inherit(start.meaning.facts);
  facts.triangle.clear();
  for (const Dimension *dim : start.type().dims)
    if (!has(type.dims, dim))
      type.dims.insert(type.dims.begin(), dim);
  if (roots[made] == made)
    roots[made] = root(old);
  Value result = callExpr(call, single(std::move(value)), std::move(type),
                          std::move(facts));
  result.expr->named.push_back({"from", std::move(start.expr)});
  return result;
}

Value Checker::windowsBuiltin(BuiltinCall &call, Body &body) {
  Value value = evaluateTensor(*call.arguments.values[0], body);
  if (value.isError())
    return {};
  if (call.dims.size() != 1 || call.toDims.size() != 2)
    return wrongForm(call, "write `windows[Y -> Y2, K](x, stride: 1, pad: 0)`");
  if (!hasDims(call, value, call.dims))
    return {};
  Type type = value.type();
  type.dims.erase(std::find(type.dims.begin(), type.dims.end(), call.dims[0]));
  if (!freshDims(call, type.dims, call.toDims))
    return {};
  type.dims.insert(type.dims.end(), call.toDims.begin(), call.toDims.end());
  Facts facts = std::move(value.meaning.facts);
  seesAll(facts, call.dims);
  Value result = callExpr(call, single(std::move(value)), std::move(type),
                          std::move(facts));
  std::optional<Size> stride = SizeArithmetic::constant(1);
  std::optional<Size> pad = SizeArithmetic::constant(0);
  for (auto [name, size] : {std::pair<std::string, std::optional<Size> *>(
                                "stride", &stride),
                            {"pad", &pad}}) {
    auto given = call.arguments.named.find(name);
    if (given != call.arguments.named.end())
      *size = constant(*given->second->value, &body);
    if (!*size || !addNumber(call, *result.expr, name, body))
      return {};
  }
  std::optional<Size> twice = SizeArithmetic::add(*pad, *pad);
  std::optional<Size> padded =
      twice ? SizeArithmetic::add(sizeOf(call.dims[0]), *twice) : std::nullopt;
  std::optional<Size> room =
      padded ? SizeArithmetic::subtract(*padded, sizeOf(call.toDims[1]))
             : std::nullopt;
  std::optional<Size> steps =
      room ? SizeArithmetic::divide(*room, *stride) : std::nullopt;
  std::optional<Size> down = steps ? arithmetic.floor(*steps) : std::nullopt;
  std::optional<Size> count =
      down ? SizeArithmetic::add(*down, SizeArithmetic::constant(1))
           : std::nullopt;
  const Size &want = sizeOf(call.toDims[0]);
  if (count && agree(*count, want))
    return result;
  diags.report(message::sizesDoNotAdd, call.expr.location, "windows",
               count ? spell(*count) : "too large", spell(want))
      .help("so many windows fit; make the dimension of windows that large");
  return {};
}

} // namespace spex::sema
