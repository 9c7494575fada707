//===- Rational.h - Exact numbers of a program ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers and sizes are exact until they meet a tensor. 128 bits on either
// side of the line are enough for every size the language allows; what does
// not fit is no value, and the caller says so.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_RATIONAL_H
#define COMPILER_SEMA_RATIONAL_H

#include <cstdint>
#include <optional>
#include <string>

namespace spex {

/// A fraction in lowest terms, with a denominator above zero.
class Rational {
public:
  using Wide = __int128;

  Rational(int64_t value = 0) : top(value) {}
  /// No value if `bottom` is zero.
  static std::optional<Rational> make(Wide top, Wide bottom);
  /// A number as written: digits, `_`, a point, an exponent.
  static std::optional<Rational> parse(const std::string &text);
  /// The exact value of a double, where it fits.
  static std::optional<Rational> fromDouble(double value);

  Wide numerator() const { return top; }
  Wide denominator() const { return bottom; }
  bool isWhole() const { return bottom == 1; }
  bool isZero() const { return top == 0; }
  bool isNegative() const { return top < 0; }
  std::optional<int64_t> asInteger() const;
  double toDouble() const;
  /// As a person would write it: `12`, `2.5`.
  std::string str() const;

  Rational floor() const;
  Rational ceil() const;
  Rational roundHalfEven() const;
  Rational negate() const;
  static std::optional<Rational> add(const Rational &a, const Rational &b);
  static std::optional<Rational> subtract(const Rational &a, const Rational &b);
  static std::optional<Rational> multiply(const Rational &a, const Rational &b);
  static std::optional<Rational> divide(const Rational &a, const Rational &b);
  /// Below, equal, above: -1, 0, 1.
  static int compare(const Rational &a, const Rational &b);

  friend bool operator==(const Rational &a, const Rational &b) {
    return a.top == b.top && a.bottom == b.bottom;
  }
  friend bool operator<(const Rational &a, const Rational &b) {
    return compare(a, b) < 0;
  }
  friend bool operator!=(const Rational &a, const Rational &b) {
    return !(a == b);
  }

private:
  Wide top, bottom = 1;
};

} // namespace spex

#endif // COMPILER_SEMA_RATIONAL_H
