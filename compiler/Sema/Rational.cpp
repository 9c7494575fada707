//===- Rational.cpp - Exact numbers of a program --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every operation checks for overflow of its 128 bits.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Rational.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace spex {

using Wide = Rational::Wide;

static constexpr Wide smallest = Wide(1) << 127;

static Wide greatestCommonDivisor(Wide a, Wide b) {
  if (a < 0)
    a = -a;
  while (b != 0) {
    Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

std::optional<Rational> Rational::make(Wide top, Wide bottom) {
  // The smallest number has no negation.
  if (bottom == 0 || bottom == smallest || top == smallest)
    return std::nullopt;
  if (bottom < 0) {
    top = -top;
    bottom = -bottom;
  }
  Wide divisor = greatestCommonDivisor(top, bottom);
  Rational result;
  result.top = divisor ? top / divisor : top;
  result.bottom = divisor ? bottom / divisor : bottom;
  return result;
}

std::optional<Rational> Rational::parse(const std::string &text) {
  Wide digits = 0, scale = 1;
  long exponent = 0;
  bool isAfterPoint = false;
  size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '_')
      continue;
    if (text[i] == '.') {
      isAfterPoint = true;
      continue;
    }
    if (text[i] < '0' || text[i] > '9' ||
        __builtin_mul_overflow(digits, Wide(10), &digits) ||
        __builtin_add_overflow(digits, Wide(text[i] - '0'), &digits))
      return std::nullopt;
    exponent -= isAfterPoint;
  }
  if (i + 1 < text.size())
    exponent += std::strtol(text.c_str() + i + 1, nullptr, 10);
  if (digits == 0)
    return Rational(0);
  if (exponent > 38 || exponent < -76)
    return std::nullopt;
  for (long n = std::labs(exponent); n > 0; --n)
    if (__builtin_mul_overflow(scale, Wide(10), &scale))
      return std::nullopt;
  if (exponent < 0)
    return make(digits, scale);
  if (__builtin_mul_overflow(digits, scale, &digits))
    return std::nullopt;
  return make(digits, 1);
}

std::optional<Rational> Rational::fromDouble(double value) {
  if (!std::isfinite(value))
    return std::nullopt;
  int exponent = 0;
  // A double is a whole number of 53 bits times a power of two.
  Wide top = Wide(std::ldexp(std::frexp(value, &exponent), 53));
  exponent -= 53;
  while (top != 0 && top % 2 == 0 && exponent < 0) {
    top /= 2;
    ++exponent;
  }
  if (exponent > 70 || exponent < -120)
    return std::nullopt;
  return exponent >= 0 ? make(top * (Wide(1) << exponent), 1)
                       : make(top, Wide(1) << -exponent);
}

std::optional<int64_t> Rational::asInteger() const {
  if (bottom != 1 || top > INT64_MAX || top < INT64_MIN)
    return std::nullopt;
  return int64_t(top);
}

double Rational::toDouble() const {
  const Wide exact = Wide(1) << 53;
  if (top < exact && top > -exact && bottom < exact)
    return double(int64_t(top)) / double(int64_t(bottom));
  return double((long double)(top) / (long double)(bottom));
}

std::string Rational::str() const {
  if (std::optional<int64_t> whole = asInteger())
    return std::to_string(*whole);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", toDouble());
  return buffer;
}

Rational Rational::floor() const {
  Wide down = top / bottom;
  Rational result;
  result.top = top % bottom != 0 && top < 0 ? down - 1 : down;
  return result;
}

Rational Rational::ceil() const { return negate().floor().negate(); }

Rational Rational::roundHalfEven() const {
  Rational down = floor();
  Wide rest = top - down.top * bottom;
  // Compares rest / bottom with one half without doubling either.
  Wide other = bottom - rest;
  bool isUp = rest > other || (rest == other && down.top % 2 != 0);
  down.top += isUp ? 1 : 0;
  return down;
}

Rational Rational::negate() const {
  Rational result = *this;
  result.top = -top;
  return result;
}

std::optional<Rational> Rational::add(const Rational &a, const Rational &b) {
  Wide left = 0, right = 0, sum = 0, bottom = 0;
  if (__builtin_mul_overflow(a.top, b.bottom, &left) ||
      __builtin_mul_overflow(b.top, a.bottom, &right) ||
      __builtin_add_overflow(left, right, &sum) ||
      __builtin_mul_overflow(a.bottom, b.bottom, &bottom))
    return std::nullopt;
  return make(sum, bottom);
}

std::optional<Rational> Rational::subtract(const Rational &a,
                                           const Rational &b) {
  return add(a, b.negate());
}

std::optional<Rational> Rational::multiply(const Rational &a,
                                           const Rational &b) {
  // Crosswise reduction first keeps 128 bits enough for longer.
  Wide first = greatestCommonDivisor(a.top, b.bottom);
  Wide second = greatestCommonDivisor(b.top, a.bottom);
  Wide top = 0, bottom = 0;
  if (__builtin_mul_overflow(a.top / first, b.top / second, &top) ||
      __builtin_mul_overflow(a.bottom / second, b.bottom / first, &bottom))
    return std::nullopt;
  return make(top, bottom);
}

std::optional<Rational> Rational::divide(const Rational &a, const Rational &b) {
  std::optional<Rational> inverse = make(b.bottom, b.top);
  return inverse ? multiply(a, *inverse) : std::nullopt;
}

int Rational::compare(const Rational &a, const Rational &b) {
  if (std::optional<Rational> difference = subtract(a, b))
    return difference->top < 0 ? -1 : difference->top > 0;
  double left = a.toDouble(), right = b.toDouble();
  return left < right ? -1 : left > right;
}

} // namespace spex
