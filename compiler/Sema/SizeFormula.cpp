//===- SizeFormula.cpp - Evaluate sizes at given base sizes ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Overflow and inexact division are values (-1), not accidents: sizes come
// from whoever calls the compiled program.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/SizeFormula.h"

#include <algorithm>
#include <optional>

namespace spex {

using SizeOf = std::function<int64_t(const Dimension *)>;

/// Rounds towards minus infinity, unlike `/`.
static int64_t floorDivide(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

static std::optional<int64_t> divide(SizeFormula::Op op, int64_t a, int64_t b) {
  if (b == 0 || (b == -1 && a == INT64_MIN))
    return std::nullopt;
  int64_t down = floorDivide(a, b);
  bool isExact = a % b == 0;
  switch (op) {
  case SizeFormula::Op::Div:
    return isExact ? std::optional<int64_t>(down) : std::nullopt;
  case SizeFormula::Op::FloorDiv:
    return down;
  case SizeFormula::Op::CeilDiv:
    return isExact ? down : down + 1;
  default: { // RoundUp
    int64_t result = 0;
    if (__builtin_mul_overflow(isExact ? down : down + 1, b, &result))
      return std::nullopt;
    return result;
  }
  }
}

static std::optional<int64_t> combine(SizeFormula::Op op, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (op) {
  case SizeFormula::Op::Add:
    return __builtin_add_overflow(a, b, &result) ? std::nullopt
                                                 : std::optional(result);
  case SizeFormula::Op::Sub:
    return __builtin_sub_overflow(a, b, &result) ? std::nullopt
                                                 : std::optional(result);
  case SizeFormula::Op::Mul:
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt
                                                 : std::optional(result);
  case SizeFormula::Op::Min:
    return std::min(a, b);
  case SizeFormula::Op::Max:
    return std::max(a, b);
  default:
    return divide(op, a, b);
  }
}

static std::optional<int64_t> evaluateAt(const SizeFormula &formula,
                                         const SizeOf &sizeOf) {
  if (formula.op == SizeFormula::Op::Constant)
    return formula.constant;
  if (formula.op == SizeFormula::Op::Dim)
    return sizeOf(formula.dim);
  std::optional<int64_t> result;
  for (const SizeFormula &arg : formula.args) {
    std::optional<int64_t> value = evaluateAt(arg, sizeOf);
    if (!value)
      return std::nullopt;
    result = result ? combine(formula.op, *result, *value) : value;
    if (!result)
      return std::nullopt;
  }
  return result;
}

int64_t SizeFormula::evaluate(const SizeOf &sizeOf) const {
  return evaluateAt(*this, sizeOf).value_or(-1);
}

} // namespace spex
