//===- SizeArithmetic.cpp - Sizes while they are checked ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Polynomials in normal form. Growth is limited: a program that needs more
// terms than any real one is refused by its caller.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/SizeArithmetic.h"

#include <algorithm>

namespace spex {

static constexpr size_t maxTerms = 64;
static constexpr unsigned maxPower = 16;
static constexpr size_t maxUnknowns = 4096;
static constexpr size_t maxWeight = 1024;

static Polynomial number(const Rational &value) {
  Polynomial result;
  if (!value.isZero())
    result[{}] = value;
  return result;
}

static bool isOne(const Polynomial &p) {
  return p.size() == 1 && p.begin()->first.empty() &&
         p.begin()->second == Rational(1);
}

static std::optional<Polynomial> add(Polynomial a, const Polynomial &b,
                                     bool isNegated = false) {
  for (const auto &[monomial, coefficient] : b) {
    auto [place, isNew] = a.try_emplace(monomial, Rational(0));
    std::optional<Rational> sum = Rational::add(
        place->second, isNegated ? coefficient.negate() : coefficient);
    if (!sum)
      return std::nullopt;
    if (sum->isZero())
      a.erase(place);
    else
      place->second = *sum;
  }
  return a.size() <= maxTerms ? std::optional(std::move(a)) : std::nullopt;
}

static std::optional<Monomial> multiply(const Monomial &a, const Monomial &b) {
  std::map<unsigned, unsigned> powers(a.begin(), a.end());
  for (auto [unknown, power] : b)
    if ((powers[unknown] += power) > maxPower)
      return std::nullopt;
  return Monomial(powers.begin(), powers.end());
}

static std::optional<Polynomial> multiply(const Polynomial &a,
                                          const Polynomial &b) {
  Polynomial result;
  for (const auto &[left, leftFactor] : a)
    for (const auto &[right, rightFactor] : b) {
      std::optional<Monomial> monomial = multiply(left, right);
      std::optional<Rational> factor =
          Rational::multiply(leftFactor, rightFactor);
      if (!monomial || !factor)
        return std::nullopt;
      std::optional<Polynomial> sum =
          add(std::move(result), Polynomial{{*monomial, *factor}});
      if (!sum)
        return std::nullopt;
      result = std::move(*sum);
    }
  return result;
}

/// Divides by a number or a single product wherever that comes out whole, so
/// that `S * S / S` is `S`.
static std::optional<Size> reduce(Polynomial top, Polynomial bottom) {
  if (bottom.empty())
    return std::nullopt;
  if (top.empty())
    return Size{{}, number(1)};
  Monomial shared = bottom.begin()->first;
  auto keepShared = [&](const Polynomial &p) {
    for (const auto &[monomial, factor] : p)
      for (auto &[unknown, power] : shared) {
        unsigned here = 0;
        for (auto [other, otherPower] : monomial)
          here = other == unknown ? otherPower : here;
        power = std::min(power, here);
      }
  };
  keepShared(top);
  keepShared(bottom);
  Rational scale = bottom.rbegin()->second;
  auto divideAll = [&](const Polynomial &p) -> std::optional<Polynomial> {
    Polynomial result;
    for (const auto &[monomial, factor] : p) {
      std::map<unsigned, unsigned> powers(monomial.begin(), monomial.end());
      for (auto [unknown, power] : shared)
        if (power && (powers[unknown] -= power) == 0)
          powers.erase(unknown);
      std::optional<Rational> scaled = Rational::divide(factor, scale);
      if (!scaled)
        return std::nullopt;
      result[Monomial(powers.begin(), powers.end())] = *scaled;
    }
    return result;
  };
  std::optional<Polynomial> a = divideAll(top), b = divideAll(bottom);
  if (!a || !b)
    return std::nullopt;
  if (*a == *b)
    return Size{number(1), number(1)};
  return Size{std::move(*a), std::move(*b)};
}

std::optional<Rational> Size::constant() const {
  if (!isOne(bottom))
    return std::nullopt;
  if (top.empty())
    return Rational(0);
  if (top.size() == 1 && top.begin()->first.empty())
    return top.begin()->second;
  return std::nullopt;
}

Size SizeArithmetic::constant(const Rational &value) {
  return {number(value), number(1)};
}

Size SizeArithmetic::base(const Dimension *dim) {
  for (unsigned i = 0; i < unknowns.size(); ++i)
    if (unknowns[i].kind == Unknown::Kind::Base && unknowns[i].dim == dim)
      return {{{Monomial{{i, 1}}, Rational(1)}}, number(1)};
  Unknown made;
  made.dim = dim;
  unknowns.push_back(made);
  return {{{Monomial{{unsigned(unknowns.size() - 1), 1}}, Rational(1)}},
          number(1)};
}

static std::optional<Size> addSizes(const Size &a, const Size &b,
                                    bool isNegated) {
  std::optional<Polynomial> left = multiply(a.top, b.bottom);
  std::optional<Polynomial> right = multiply(b.top, a.bottom);
  std::optional<Polynomial> bottom = multiply(a.bottom, b.bottom);
  if (!left || !right || !bottom)
    return std::nullopt;
  std::optional<Polynomial> top = add(std::move(*left), *right, isNegated);
  return top ? reduce(std::move(*top), std::move(*bottom)) : std::nullopt;
}

std::optional<Size> SizeArithmetic::add(const Size &a, const Size &b) {
  return addSizes(a, b, false);
}

std::optional<Size> SizeArithmetic::subtract(const Size &a, const Size &b) {
  return addSizes(a, b, true);
}

std::optional<Size> SizeArithmetic::multiply(const Size &a, const Size &b) {
  std::optional<Polynomial> top = spex::multiply(a.top, b.top);
  std::optional<Polynomial> bottom = spex::multiply(a.bottom, b.bottom);
  return top && bottom ? reduce(std::move(*top), std::move(*bottom))
                       : std::nullopt;
}

std::optional<Size> SizeArithmetic::divide(const Size &a, const Size &b) {
  if (b.top.empty())
    return std::nullopt;
  return multiply(a, Size{b.bottom, b.top});
}

bool SizeArithmetic::areEqual(const Size &a, const Size &b) {
  std::optional<Polynomial> left = spex::multiply(a.top, b.bottom);
  std::optional<Polynomial> right = spex::multiply(b.top, a.bottom);
  return left && right && *left == *right;
}

bool SizeArithmetic::makeWhole(Polynomial &a, Polynomial &b) {
  Rational scale(1);
  for (const Polynomial *p : {&a, &b})
    for (const auto &[monomial, factor] : *p) {
      std::optional<Rational> scaled = Rational::multiply(factor, scale);
      std::optional<Rational> missing =
          scaled ? Rational::make(scaled->denominator(), 1) : std::nullopt;
      std::optional<Rational> next =
          missing ? Rational::multiply(scale, *missing) : std::nullopt;
      if (!next)
        return false;
      scale = *next;
    }
  for (Polynomial *p : {&a, &b})
    for (auto &[monomial, factor] : *p) {
      std::optional<Rational> scaled = Rational::multiply(factor, scale);
      if (!scaled)
        return false;
      factor = *scaled;
    }
  return true;
}

std::optional<SizeFormula> SizeArithmetic::sign(const Size &size,
                                                bool isStrict) const {
  // p / q has the sign of p q, also times what makes it whole. Unknowns are
  // whole, so that above 0 is 1 or more.
  std::optional<Polynomial> product =
      isOne(size.bottom) ? size.top : spex::multiply(size.top, size.bottom);
  Polynomial none;
  if (!product || !makeWhole(*product, none))
    return std::nullopt;
  std::optional<Size> rest = Size{std::move(*product), number(1)};
  if (isStrict)
    rest = subtract(*rest, constant(1));
  return rest ? formula(*rest) : std::nullopt;
}

static bool isWholePolynomial(const Polynomial &p) {
  return std::all_of(p.begin(), p.end(),
                     [](const auto &term) { return term.second.isWhole(); });
}

size_t SizeArithmetic::weightOf(const Polynomial &polynomial) const {
  size_t weight = 0;
  for (const auto &[monomial, factor] : polynomial)
    for (auto [index, power] : monomial)
      weight += power * unknowns[index].weight;
  return weight + polynomial.size();
}

std::optional<Size> SizeArithmetic::unknown(Unknown::Kind kind, Polynomial a,
                                            Polynomial b) {
  unsigned i = 0;
  while (i < unknowns.size() &&
         !(unknowns[i].kind == kind && kind != Unknown::Kind::Base &&
           unknowns[i].a == a && unknowns[i].b == b))
    ++i;
  if (i == unknowns.size()) {
    size_t weight = weightOf(a) + weightOf(b) + 1;
    if (weight > maxWeight || i >= maxUnknowns)
      return std::nullopt;
    unknowns.push_back({kind, nullptr, std::move(a), std::move(b), weight});
  }
  return Size{{{Monomial{{i, 1}}, Rational(1)}}, number(1)};
}

std::optional<Size> SizeArithmetic::floor(const Size &a) {
  if (std::optional<Rational> value = a.constant())
    return constant(value->floor());
  Polynomial top = a.top, bottom = a.bottom;
  if (isOne(bottom) && isWholePolynomial(top))
    return a;
  if (!makeWhole(top, bottom))
    return std::nullopt;
  return unknown(Unknown::Kind::Floor, std::move(top), std::move(bottom));
}

std::optional<Size> SizeArithmetic::ceil(const Size &a) {
  // -floor(-a): one kind of unknown is enough to compare them.
  std::optional<Size> negative = subtract(constant(0), a);
  std::optional<Size> down = negative ? floor(*negative) : std::nullopt;
  return down ? subtract(constant(0), *down) : std::nullopt;
}

std::optional<Size> SizeArithmetic::round(const Size &a) {
  if (std::optional<Rational> value = a.constant())
    return constant(value->roundHalfEven());
  const Size half = constant(*Rational::make(1, 2));
  std::optional<Size> above = add(a, half), below = subtract(a, half);
  std::optional<Size> up = above ? floor(*above) : std::nullopt;
  std::optional<Size> down = below ? ceil(*below) : std::nullopt;
  if (!up || !down)
    return std::nullopt;
  // The two differ, by one, at halves only: then the even one counts, which is
  // `up` less the product of (up - down) and (up mod 2).
  std::optional<Size> halved = multiply(*up, half);
  std::optional<Size> pairs = halved ? floor(*halved) : std::nullopt;
  std::optional<Size> even = pairs ? multiply(*pairs, constant(2)) : std::nullopt;
  std::optional<Size> odd = even ? subtract(*up, *even) : std::nullopt;
  std::optional<Size> isTie = subtract(*up, *down);
  std::optional<Size> less =
      odd && isTie ? multiply(*isTie, *odd) : std::nullopt;
  return less ? subtract(*up, *less) : std::nullopt;
}

std::optional<Size> SizeArithmetic::roundUp(const Size &a,
                                            const Size &multiple) {
  std::optional<Size> quotient = divide(a, multiple);
  std::optional<Size> up = quotient ? ceil(*quotient) : std::nullopt;
  return up ? multiply(*up, multiple) : std::nullopt;
}

std::optional<Size> SizeArithmetic::extreme(bool isMin, const Size &a,
                                            const Size &b) {
  std::optional<Rational> left = a.constant(), right = b.constant();
  if (left && right)
    return (Rational::compare(*left, *right) < 0) == isMin ? a : b;
  if (areEqual(a, b))
    return a;
  // min(p / q, r / s) = min(p s, r q) / (q s), with sizes above zero.
  std::optional<Polynomial> first = spex::multiply(a.top, b.bottom);
  std::optional<Polynomial> second = spex::multiply(b.top, a.bottom);
  std::optional<Polynomial> bottom = spex::multiply(a.bottom, b.bottom);
  if (!first || !second || !bottom)
    return std::nullopt;
  // One factor makes both arguments whole; the divisor takes it out again.
  Polynomial scaleFirst = *first, scaleSecond = *second;
  if (!makeWhole(scaleFirst, scaleSecond))
    return std::nullopt;
  std::optional<Rational> factor =
      first->empty() ? Rational::divide(scaleSecond.begin()->second,
                                        second->begin()->second)
                     : Rational::divide(scaleFirst.begin()->second,
                                        first->begin()->second);
  if (!factor)
    return std::nullopt;
  if (scaleSecond < scaleFirst)
    std::swap(scaleFirst, scaleSecond);
  std::optional<Size> chosen =
      unknown(isMin ? Unknown::Kind::Min : Unknown::Kind::Max,
              std::move(scaleFirst), std::move(scaleSecond));
  std::optional<Polynomial> scaledBottom =
      spex::multiply(*bottom, number(*factor));
  return chosen && scaledBottom ? reduce(chosen->top, *scaledBottom)
                                : std::nullopt;
}

std::optional<Size> SizeArithmetic::min(const Size &a, const Size &b) {
  return extreme(true, a, b);
}

std::optional<Size> SizeArithmetic::max(const Size &a, const Size &b) {
  return extreme(false, a, b);
}

} // namespace spex
