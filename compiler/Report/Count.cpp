//===- Count.cpp - Numbers that do not overflow ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/Count.h"

#include <algorithm>

namespace spex {

Count Count::operator*(Count other) const {
  Wide product = 0;
  if (__builtin_mul_overflow(value, other.value, &product))
    return limited(largest);
  return limited(product);
}

Count Count::scaled(Count numerator, Count denominator) const {
  Wide divisor = std::max<Wide>(denominator.value, 1);
  // Whole parts first: the product of two large counts would not fit.
  Count whole = limited(value / divisor) * numerator;
  Count rest = limited(value % divisor) * numerator;
  return whole + limited(rest.value / divisor);
}

std::string Count::str() const {
  std::string digits;
  for (Wide rest = value; rest != 0; rest /= 10)
    digits += char('0' + int(rest % 10));
  std::reverse(digits.begin(), digits.end());
  return digits.empty() ? "0" : digits;
}

} // namespace spex
