//===- SizeValues.cpp - Sizes as numbers and as formulas ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a checked size is worth at given base sizes, and the formula that the
// compiled program evaluates for it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/SizeArithmetic.h"

#include <algorithm>

namespace spex {

std::optional<Rational>
SizeArithmetic::evaluate(const Polynomial &polynomial,
                         const SizeOfDimension &sizeOf) const {
  std::optional<Rational> sum = Rational(0);
  for (const auto &[monomial, factor] : polynomial) {
    std::optional<Rational> product = factor;
    for (auto [index, power] : monomial) {
      const Unknown &unknown = unknowns[index];
      std::optional<Rational> value;
      if (unknown.kind == Unknown::Kind::Base) {
        value = Rational(sizeOf(unknown.dim));
      } else {
        std::optional<Rational> a = evaluate(unknown.a, sizeOf);
        std::optional<Rational> b = evaluate(unknown.b, sizeOf);
        if (!a || !b)
          return std::nullopt;
        if (unknown.kind == Unknown::Kind::Floor) {
          value = Rational::divide(*a, *b);
          if (value)
            value = value->floor();
        } else {
          bool isFirst = (Rational::compare(*a, *b) < 0) ==
                         (unknown.kind == Unknown::Kind::Min);
          value = isFirst ? a : b;
        }
      }
      for (unsigned n = 0; n < power && product; ++n)
        product = value ? Rational::multiply(*product, *value) : std::nullopt;
    }
    if (product)
      sum = Rational::add(*sum, *product);
    if (!product || !sum)
      return std::nullopt;
  }
  return sum;
}

std::optional<Rational>
SizeArithmetic::evaluate(const Size &size,
                         const SizeOfDimension &sizeOf) const {
  std::optional<Rational> top = evaluate(size.top, sizeOf);
  std::optional<Rational> bottom = evaluate(size.bottom, sizeOf);
  return top && bottom ? Rational::divide(*top, *bottom) : std::nullopt;
}

static SizeFormula makeConstant(int64_t value) {
  SizeFormula result;
  result.constant = value;
  return result;
}

static SizeFormula make(SizeFormula::Op op, SizeFormula a, SizeFormula b) {
  SizeFormula result;
  result.op = op;
  result.args.push_back(std::move(a));
  result.args.push_back(std::move(b));
  return result;
}

std::optional<SizeFormula>
SizeArithmetic::formulaOf(const Unknown &unknown) const {
  if (unknown.kind == Unknown::Kind::Base) {
    SizeFormula result;
    result.op = SizeFormula::Op::Dim;
    result.dim = unknown.dim;
    return result;
  }
  std::optional<SizeFormula> a = formula(unknown.a), b = formula(unknown.b);
  if (!a || !b)
    return std::nullopt;
  SizeFormula::Op op = unknown.kind == Unknown::Kind::Floor
                           ? SizeFormula::Op::FloorDiv
                       : unknown.kind == Unknown::Kind::Min
                           ? SizeFormula::Op::Min
                           : SizeFormula::Op::Max;
  return make(op, std::move(*a), std::move(*b));
}

/// Of whole coefficients. Terms above zero come first, so that nothing is
/// negative on the way where the whole is not.
std::optional<SizeFormula>
SizeArithmetic::formula(const Polynomial &polynomial) const {
  std::optional<SizeFormula> result;
  for (bool isNegative : {false, true})
    for (const auto &[monomial, factor] : polynomial) {
      if (factor.isNegative() != isNegative)
        continue;
      Rational size = isNegative ? factor.negate() : factor;
      std::optional<int64_t> whole = size.asInteger();
      if (!whole)
        return std::nullopt;
      std::optional<SizeFormula> term;
      if (*whole != 1 || monomial.empty())
        term = makeConstant(*whole);
      for (auto [index, power] : monomial)
        for (unsigned n = 0; n < power; ++n) {
          std::optional<SizeFormula> next = formulaOf(unknowns[index]);
          if (!next)
            return std::nullopt;
          term = term ? make(SizeFormula::Op::Mul, std::move(*term),
                             std::move(*next))
                      : std::move(*next);
        }
      if (!result && isNegative)
        result = makeConstant(0);
      result = result ? make(isNegative ? SizeFormula::Op::Sub
                                        : SizeFormula::Op::Add,
                             std::move(*result), std::move(*term))
                      : std::move(*term);
    }
  return result ? std::move(result) : makeConstant(0);
}

std::optional<SizeFormula> SizeArithmetic::formula(const Size &size) const {
  Polynomial top = size.top, bottom = size.bottom;
  // Both sides by one factor: the quotient stays, coefficients become whole.
  if (!makeWhole(top, bottom))
    return std::nullopt;
  std::optional<SizeFormula> numerator = formula(top);
  if (!numerator)
    return std::nullopt;
  if (bottom.size() == 1 && bottom.begin()->first.empty() &&
      bottom.begin()->second == Rational(1))
    return numerator;
  std::optional<SizeFormula> denominator = formula(bottom);
  if (!denominator)
    return std::nullopt;
  return make(SizeFormula::Op::Div, std::move(*numerator),
              std::move(*denominator));
}

void SizeArithmetic::collectBases(
    const Polynomial &polynomial,
    std::vector<const Dimension *> &bases) const {
  for (const auto &[monomial, factor] : polynomial)
    for (auto [index, power] : monomial) {
      const Unknown &unknown = unknowns[index];
      if (unknown.kind != Unknown::Kind::Base) {
        collectBases(unknown.a, bases);
        collectBases(unknown.b, bases);
      } else if (std::find(bases.begin(), bases.end(), unknown.dim) ==
                 bases.end()) {
        bases.push_back(unknown.dim);
      }
    }
}

std::vector<const Dimension *> SizeArithmetic::bases(const Size &size) const {
  std::vector<const Dimension *> result;
  collectBases(size.top, result);
  collectBases(size.bottom, result);
  return result;
}

} // namespace spex
