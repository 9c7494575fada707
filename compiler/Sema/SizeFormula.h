//===- SizeFormula.h - Sizes as formulas of bounded dimensions --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The size of a derived dimension, exactly: a tree over whole numbers and the
// bounded base dimensions of the program. Static sizes are folded already.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_SIZEFORMULA_H
#define COMPILER_SEMA_SIZEFORMULA_H

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace spex {

struct Dimension;

/// `Div` is exact; `FloorDiv`, `CeilDiv` and `RoundUp` are what `floor(a / b)`,
/// `ceil(a / b)` and `round_up(a, b)` become.
struct SizeFormula {
  enum class Op { Constant, Dim, Add, Sub, Mul, Div, FloorDiv, CeilDiv, RoundUp, Min, Max };
  Op op = Op::Constant;
  int64_t constant = 0;
  const Dimension *dim = nullptr; ///< a bounded base dimension
  std::vector<SizeFormula> args;

  bool isConstant() const { return op == Op::Constant; }
  /// The size for given base sizes, or -1 where it overflows or does not divide.
  int64_t evaluate(const std::function<int64_t(const Dimension *)> &sizeOf) const;
};

} // namespace spex

#endif // COMPILER_SEMA_SIZEFORMULA_H
