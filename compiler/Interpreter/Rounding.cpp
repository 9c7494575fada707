//===- Rounding.cpp - Values of the element types in f64 ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One description of each float format: digits and exponent range.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Rounding.h"

#include <algorithm>
#include <cmath>

namespace spex::interpreter {
namespace {
/// `digits` counts the leading one; `lowest` is the exponent of the smallest
/// normal number, `highest` that of the largest, both as in 1.x * 2^exponent.
struct Format {
  int digits, lowest, highest;
};
} // namespace

static Format formatOf(ElementType type) {
  switch (type) {
  case ElementType::F32:
    return {24, -126, 127};
  case ElementType::BF16:
    return {8, -126, 127};
  case ElementType::F16:
    return {11, -14, 15};
  default:
    return {53, -1022, 1023};
  }
}

/// The exponent of the last place that `type` keeps of a finite value.
static int lastPlace(const Format &format, double value) {
  int exponent = format.lowest;
  if (value != 0)
    exponent = std::max(exponent, std::ilogb(value));
  return exponent - (format.digits - 1);
}

double roundTo(ElementType type, double value) {
  if (type == ElementType::F32)
    return static_cast<float>(value);
  if (!isFloat(type) || type == ElementType::F64 || !std::isfinite(value))
    return value;
  Format format = formatOf(type);
  int place = lastPlace(format, value);
  // nearbyint rounds halves to even in the default rounding mode.
  double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -place)), place);
  if (rounded != 0 && std::ilogb(rounded) > format.highest)
    return std::copysign(HUGE_VAL, value);
  return rounded;
}

double unitInLastPlace(ElementType type, double value) {
  if (!isFloat(type) || !std::isfinite(value))
    return 0;
  return std::ldexp(1.0, lastPlace(formatOf(type), value));
}

double smallestNormal(ElementType type) {
  if (!isFloat(type))
    return 0;
  // Narrower types are computed in f32.
  Format format =
      formatOf(type == ElementType::F64 ? type : ElementType::F32);
  return std::ldexp(1.0, format.lowest);
}

double unitRoundoff(ElementType type) {
  return std::ldexp(1.0, -formatOf(type).digits);
}

} // namespace spex::interpreter
