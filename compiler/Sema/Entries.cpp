//===- Entries.cpp - Rename, pick, look up --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three forms in brackets behind a value (language.md, section 6).
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

Value Checker::evaluateRename(const ast::RenameExpr &expr, Body &body) {
  Value value = evaluateTensor(*expr.value, body);
  const Dimension *from = dimension(expr.from, body);
  if (!from)
    return {};
  const Dimension *to = renamed(expr.to, from, body);
  if (value.isError())
    return {};
  const Type &type = value.type();
  if (!has(type.dims, from) && type.target != from) {
    diags.report(message::nothingToRename, expr.from.location, from->name,
                 spell(value))
        .help("rename a dimension that the value has");
    return {};
  }
  if (has(type.dims, to)) {
    diags.report(message::dimensionWouldBeTwice, expr.to.location, to->name)
        .help("the value is {} already", spell(value));
    return {};
  }
  if (!agree(sizeOf(from), sizeOf(to))) {
    diags.report(message::sizesDiffer, expr.from.location, from->name,
                 spell(sizeOf(from)), to->name, spell(sizeOf(to)))
        .help("a dimension keeps its size when it is renamed");
    return {};
  }
  auto swap = [&](const Dimension *dim) { return dim == from ? to : dim; };
  Type result = type;
  for (const Dimension *&dim : result.dims)
    dim = swap(dim);
  result.target = swap(result.target);
  Facts facts = std::move(value.meaning.facts);
  for (auto &[position, looked] : facts.triangle) {
    position = swap(position);
    looked = swap(looked);
  }
  facts.isParameter = false;
  ExprPtr made = makeExpr(Expr::Kind::Rename, expr.location, result);
  made->dims = {from, to};
  adopt(*made, std::move(value.expr));
  return tensor(std::move(made), std::move(facts));
}

Value Checker::evaluatePick(const ast::PickExpr &expr, Body &body) {
  Value value = evaluateTensor(*expr.value, body);
  const Dimension *dim = dimension(expr.dim, body);
  if (!dim || value.isError())
    return {};
  if (!has(value.type().dims, dim)) {
    diags.report(message::nothingToPick, expr.dim.location, dim->name,
                 spell(value));
    return {};
  }
  int64_t index = 0;
  if (expr.isNumber()) {
    std::optional<Rational> number = Rational::parse(expr.entry.text);
    std::optional<int64_t> whole = number ? number->asInteger() : std::nullopt;
    if (!whole || *whole >= INT32_MAX ||
        (*whole >= dim->size && !isBroken(sizeOf(dim)))) {
      diags.report(message::entryOutside, expr.entry.location, dim->name,
                   dim->size)
          .help("they are counted from 0");
      return {};
    }
    index = *whole;
  } else if (!unknownDims.count(dim)) { // an unknown one may have any label
    auto found = std::find(dim->labels.begin(), dim->labels.end(),
                           expr.entry.text);
    if (found == dim->labels.end()) {
      std::string listed;
      for (const std::string &label : dim->labels)
        listed += (listed.empty() ? "" : ", ") + label;
      InFlight report = diags.report(message::noLabel, expr.entry.location,
                                     dim->name, expr.entry.text);
      if (dim->labels.empty())
        report.help("`{}` has no labels; use a number", dim->name);
      else
        report.help("labels: {}", listed);
      return {};
    }
    index = found - dim->labels.begin();
  }
  Type type = value.type();
  type.dims.erase(std::find(type.dims.begin(), type.dims.end(), dim));
  Facts facts = std::move(value.meaning.facts);
  // One entry of a bounded dimension is seen by all positions.
  if (dim->isBounded)
    facts.full.add(root(dim), inBothPhases);
  facts.isParameter = false;
  facts.triangle.erase(std::remove_if(facts.triangle.begin(),
                                      facts.triangle.end(),
                                      [&](const auto &pair) {
                                        return pair.first == dim ||
                                               pair.second == dim;
                                      }),
                       facts.triangle.end());
  ExprPtr made = makeExpr(Expr::Kind::PickEntry, expr.location, type);
  made->dims = {dim};
  made->index = int(index);
  adopt(*made, std::move(value.expr));
  return tensor(std::move(made), std::move(facts));
}

Value Checker::evaluateLookup(const ast::LookupExpr &expr, Body &body) {
  Value table = evaluateTensor(*expr.table, body);
  Value index = evaluateTensor(*expr.index, body);
  if (table.isError() || index.isError())
    return {};
  const Dimension *target = index.type().target;
  if (index.type().element != ElementType::Index ||
      !has(table.type().dims, target)) {
    std::string wanted;
    for (const Dimension *dim : table.type().dims)
      wanted += (wanted.empty() ? "" : ", ") + dim->name;
    diags.report(message::mustBeIndex, expr.index->location, wanted,
                 spell(index))
        .help("the value is {}; rename the index with `x[A as B]` where sizes "
              "agree",
              spell(table));
    return {};
  }
  Type type = table.type();
  type.dims = index.type().dims;
  for (const Dimension *dim : table.type().dims)
    if (dim != target && !has(type.dims, dim))
      type.dims.push_back(dim);
  Facts facts;
  facts.inherit(table.meaning.facts);
  reduceFacts(facts, {target}, type.dims, false);
  facts.inherit(index.meaning.facts);
  ExprPtr made = makeExpr(Expr::Kind::Lookup, expr.location, type);
  made->dims = {target};
  adopt(*made, std::move(table.expr));
  adopt(*made, std::move(index.expr));
  return tensor(std::move(made), std::move(facts));
}

} // namespace spex::sema
