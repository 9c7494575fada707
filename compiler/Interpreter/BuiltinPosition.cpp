//===- BuiltinPosition.cpp - Positions, masks and transport ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that make their value from positions alone, and `sinkhorn`.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"

#include <cmath>

namespace spex::interpreter {

Tensor Evaluator::position(const Expr &expr, const std::vector<Tensor> &args) {
  SizeList sizes = sizesOf(expr.dims);
  if (failed())
    return {};
  Tensor result = Tensor::make(expr.type.element, expr.dims, sizes);
  double *out = result.data();
  int64_t count = result.count();
  if (expr.builtin == Builtin::Zeros)
    return result;
  if (expr.builtin == Builtin::Ones || expr.builtin == Builtin::Range) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = expr.builtin == Builtin::Ones ? 1 : i;
    return result;
  }

  // What is left is a bool over two dims.
  double width = args.empty() ? 1 : args[0].single();
  if (!args.empty() && !(width >= 1 && width == std::floor(width))) {
    fail("a mask needs a whole number of at least 1 [E0208]");
    return {};
  }
  for (int64_t s = 0; s < sizes[0]; ++s)
    for (int64_t z = 0; z < sizes[1]; ++z) {
      bool isSet = false;
      switch (expr.builtin) {
      case Builtin::Causal:
        isSet = z <= s;
        break;
      case Builtin::Window:
        isSet = std::abs(static_cast<double>(s - z)) < width;
        break;
      case Builtin::Chunk:
        isSet = std::floor(s / width) == std::floor(z / width);
        break;
      case Builtin::SameMask:
        isSet = s == z;
        break;
      default: // bits: bit z of the number s, lowest first
        isSet = z < 63 && ((s >> z) & 1) != 0;
        break;
      }
      *out++ = isSet;
    }
  return result;
}

/// systems.md, 4.3.5: rows share 1/rows each, columns 1/columns each.
Tensor Evaluator::sinkhorn(const Expr &expr, const Tensor &x, Frame &frame) {
  double tolerance = namedNumber(expr, "tol", 1e-4, frame);
  double limit = namedNumber(expr, "limit", 100, frame);
  if (failed())
    return {};
  DimList along = expr.dims;
  along.insert(along.end(), expr.toDims.begin(), expr.toDims.end());
  int64_t columns = 1;
  for (int64_t size : interpreter::sizesOf(x, expr.toDims))
    columns *= size;
  return rewriteFibres(
      expr.type.element, x, along,
      [&](const double *in, int64_t n, double *out) {
        int64_t rows = n / columns;
        double largest = in[0];
        for (int64_t i = 1; i < n; ++i)
          largest = maximum(largest, in[i]);
        for (int64_t i = 0; i < n; ++i)
          out[i] = std::exp(in[i] - largest);
        std::vector<double> rowScale(rows), columnScale(columns, 1), terms;
        double change = tolerance + 1;
        for (int64_t round = 0; round < limit && change > tolerance; ++round) {
          for (int64_t r = 0; r < rows; ++r) {
            terms.clear();
            for (int64_t c = 0; c < columns; ++c)
              terms.push_back(out[r * columns + c] * columnScale[c]);
            rowScale[r] = 1.0 / rows / (sumOf(terms.data(), columns) + 1e-8);
          }
          change = 0;
          for (int64_t c = 0; c < columns; ++c) {
            terms.clear();
            for (int64_t r = 0; r < rows; ++r)
              terms.push_back(out[r * columns + c] * rowScale[r]);
            double next = 1.0 / columns / (sumOf(terms.data(), rows) + 1e-8);
            change += std::abs(next - columnScale[c]) / columns;
            columnScale[c] = next;
          }
        }
        for (int64_t i = 0; i < n; ++i)
          out[i] *= rowScale[i / columns] * columnScale[i % columns];
      });
}

} // namespace spex::interpreter
