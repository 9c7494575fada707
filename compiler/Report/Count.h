//===- Count.h - Numbers that do not overflow -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Costs at the bounds of a program can be larger than 2^64. Counts stop at the
// largest number they hold rather than wrap.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_REPORT_COUNT_H
#define COMPILER_REPORT_COUNT_H

#include <cstdint>
#include <string>

namespace spex {

/// A whole number from 0 to 2^120.
class Count {
public:
  Count() = default;
  /// A negative number counts as 0.
  explicit Count(int64_t value) : value(value < 0 ? 0 : value) {}

  Count operator+(Count other) const { return limited(value + other.value); }
  Count operator*(Count other) const;
  /// value * numerator / denominator, rounded down; a denominator of 0 is 1.
  Count scaled(Count numerator, Count denominator) const;
  Count &operator+=(Count other) { return *this = *this + other; }
  Count &operator*=(Count other) { return *this = *this * other; }
  bool operator<(Count other) const { return value < other.value; }
  bool isZero() const { return value == 0; }

  std::string str() const;
  double toDouble() const { return double(value); }

private:
  using Wide = unsigned __int128;
  static constexpr Wide largest = Wide(1) << 120;
  static Count limited(Wide value) {
    Count result;
    result.value = value > largest ? largest : value;
    return result;
  }
  Wide value = 0;
};

/// A part of a whole, as 2 of 8 experts.
struct Share {
  Count numerator{1}, denominator{1};

  Share operator*(const Share &other) const {
    return {numerator * other.numerator, denominator * other.denominator};
  }
  Count of(Count whole) const { return whole.scaled(numerator, denominator); }
};

} // namespace spex

#endif // COMPILER_REPORT_COUNT_H
