//===- RouteWarnings.cpp - Routes that do not do what they seem to --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// W0205 to W0207: capacities that no size of a call makes matter, or that always
// drop, and experts that no value of `at` can name. Said only where it is so at
// every size that a call may have, as far as sizes are tried.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

/// Sizes of one dimension to try: all small ones, then fewer and fewer.
static std::vector<int64_t> sizesToTry(const Dimension *dim) {
  std::vector<int64_t> sizes;
  const int64_t small = 32;
  for (int64_t size = 1; size < dim->size; size += size < small ? 1 : size / 4)
    sizes.push_back(size);
  sizes.push_back(dim->size);
  return sizes;
}

/// Whether `holds` at all tried sizes of the dimensions that `sizes` depend on.
static bool
holdsAtAllSizes(const SizeArithmetic &arithmetic,
                const std::vector<Size> &sizes,
                const std::function<bool(const std::vector<Rational> &)> &holds) {
  std::vector<const Dimension *> bases;
  for (const Size &size : sizes)
    for (const Dimension *dim : arithmetic.bases(size))
      if (std::find(bases.begin(), bases.end(), dim) == bases.end())
        bases.push_back(dim);
  std::vector<std::vector<int64_t>> choices;
  size_t total = 1;
  const size_t most = 200'000;
  for (const Dimension *dim : bases) {
    choices.push_back(sizesToTry(dim));
    total *= choices.back().size();
    if (total > most)
      return false; // not worth a warning
  }
  for (size_t number = 0; number < total; ++number) {
    std::map<const Dimension *, int64_t> at;
    size_t rest = number;
    for (size_t i = 0; i < bases.size(); ++i) {
      at[bases[i]] = choices[i][rest % choices[i].size()];
      rest /= choices[i].size();
    }
    std::vector<Rational> values;
    for (const Size &size : sizes) {
      std::optional<Rational> value = arithmetic.evaluate(
          size, [&](const Dimension *dim) { return at.at(dim); });
      if (!value)
        return false;
      values.push_back(*value);
    }
    if (!holds(values))
      return false;
  }
  return true;
}

void Checker::warnCapacity(const RouteState &state, const Size &limit,
                           SourceLocation location) {
  std::optional<Size> units = product(state.group);
  if (!units)
    return;
  const std::vector<Size> sizes = {limit, *units};
  auto never = [](const std::vector<Rational> &v) { return !(v[0] < v[1]); };
  if (holdsAtAllSizes(arithmetic, sizes, never)) {
    diags.report(message::capacityNeverBinds, location)
        .help("a unit is at most one row of an expert; leave `capacity` and "
              "`overflow` out, or lower it");
    return;
  }
  const Selection &select = state.route->select;
  bool hasAll = select.kind == Selection::Kind::Top ||
                select.kind == Selection::Kind::Sample;
  if (!hasAll || select.where || state.route->keep)
    return; // how many pairs there are depends on values
  Rational experts(state.route->experts->size), chosen(select.count);
  auto always = [&](const std::vector<Rational> &v) {
    std::optional<Rational> places = Rational::multiply(v[0], experts);
    std::optional<Rational> pairs = Rational::multiply(v[1], chosen);
    return places && pairs && *places < *pairs;
  };
  if (holdsAtAllSizes(arithmetic, sizes, always))
    diags.report(message::capacityAlwaysDrops, location,
                 state.route->experts->name, select.count)
        .help("evenly shared out, an expert gets {} * tokens / {} rows",
              select.count, state.route->experts->name);
}

/// Of `all where`: a comparison of values of a narrow type.
void Checker::warnNarrowThreshold(const Expr &condition,
                                  SourceLocation location) {
  bool isComparison = condition.kind == Expr::Kind::Binary &&
                      condition.binary >= BinaryOp::Lt &&
                      condition.binary <= BinaryOp::Ne;
  if (!isComparison) {
    for (const ExprPtr &arg : condition.args)
      if (arg->type.element == ElementType::Bool)
        warnNarrowThreshold(*arg, location);
    return;
  }
  for (const ExprPtr &arg : condition.args)
    if (!isFloat(arg->type.element) || width(arg->type.element) >= 32)
      return;
  diags.report(message::narrowChoice, location,
               sema::spelling(condition.args[0]->type.element))
      .help("compute the score in f32: `f32(...)`");
}

/// How many different numbers an index can be, at most.
static std::optional<int64_t> countValues(const Expr &index,
                                          const Instance &instance) {
  switch (index.kind) {
  case Expr::Kind::Local:
    for (const Statement &statement : instance.body)
      if (statement.kind == Statement::Kind::Let &&
          statement.slot == index.slot)
        return countValues(*statement.value, instance);
    return std::nullopt;
  case Expr::Kind::Lookup: {
    // A table of the program has as many values as entries.
    const Expr &table = *index.args[0];
    if (table.kind != Expr::Kind::Parameter)
      return std::nullopt;
    int64_t entries = 1;
    for (const Dimension *dim : table.type.dims)
      if (__builtin_mul_overflow(entries, dim->size, &entries))
        return std::nullopt;
    return entries;
  }
  case Expr::Kind::Call:
    break;
  default:
    return std::nullopt;
  }
  if (index.builtin == Builtin::Range)
    return index.dims[0]->size;
  if (index.builtin != Builtin::ToIndex)
    return std::nullopt;
  // `to_index[E](int(range[S]()))`, or of one number.
  const Expr *value = index.args[0].get();
  while (value->kind == Expr::Kind::Cast)
    value = value->args[0].get();
  if (value->kind == Expr::Kind::Number)
    return 1;
  return countValues(*value, instance);
}

void Checker::warnUnreached(const RouteState &state, const Expr &index,
                            SourceLocation location, const Body &body) {
  std::optional<int64_t> count = countValues(index, *body.instance);
  int64_t experts = state.route->experts->size;
  if (count && *count < experts)
    diags.report(message::expertsUnreached, location, experts - *count, experts)
        .help("the index has at most {} value{}", *count,
              *count == 1 ? "" : "s");
}

} // namespace spex::sema
