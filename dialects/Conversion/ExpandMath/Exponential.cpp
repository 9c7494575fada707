//===- Exponential.cpp - exp and what follows from it ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// exp, exp2, expm1 and tanh as arithmetic.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/MathBuilder.h"

using namespace mlir;

namespace spex {

/// (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2.
static Value expTail(const MathBuilder &m, Value r) {
  if (!m.isF64())
    return m.polynomial(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
                            4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1});
  // Taylor's series: the first term left out is below 2^-58.
  SmallVector<double> coefficients;
  double factorial = 1;
  for (int n = 2; n <= 13; ++n) {
    factorial *= n;
    coefficients.push_back(1 / factorial);
  }
  return m.polynomial(r, SmallVector<double>(llvm::reverse(coefficients)));
}

/// x = n ln(2) + r.
struct Reduced {
  Value n, r;
};
static Reduced reduce(const MathBuilder &m, Value x) {
  auto [number, n] = m.roundProduct(x, m.number(1.44269504088896340736));
  // The high part of ln(2) has so few bits that its products are exact.
  bool f64 = m.isF64();
  Value r = m.fma(
      number, m.number(f64 ? -6.93147180369123816490e-01 : -0.693359375), x);
  r = m.fma(
      number,
      m.number(f64 ? -1.90821492927058770002e-10 : 2.12194440054690583e-4), r);
  return {n, r};
}

ExpParts expParts(const MathBuilder &m, Value x) {
  auto [n, r] = reduce(m, x);
  return {m.fma(expTail(m, r), m.mul(r, r), r), n};
}

Value expandExp(const MathBuilder &m, Value x) {
  // Beyond these the result is 0 or infinite all the same.
  x = m.isF64() ? m.clamp(x, -760, 720) : m.clamp(x, -104.5, 89);
  auto [p, n] = expParts(m, x);
  return m.scale(m.add(p, m.number(1)), n);
}

Value expandExp2(const MathBuilder &m, Value x) {
  x = m.clamp(x, -151, 129);
  auto [number, n] = m.roundProduct(x, m.number(1));
  Value r = m.mul(m.sub(x, number), m.number(0.693147180559945309417));
  Value p = m.fma(expTail(m, r), m.mul(r, r), r);
  return m.scale(m.add(p, m.number(1)), n);
}

Value expandExpM1(const MathBuilder &m, Value x) {
  x = m.isF64() ? m.clamp(x, -760, 720) : m.clamp(x, -104, 89);
  auto [p, n] = expParts(m, x);
  // 2^n p + (2^n - 1), at half its size: 2^128 is no f32, 2^1024 no f64.
  Value power = m.scale(m.number(0.5), n);
  Value half = m.fma(power, p, m.sub(power, m.number(0.5)));
  return m.add(half, half);
}

Value expandTanh(const MathBuilder &m, Value x) {
  if (m.isF64()) {
    // Beyond 20 the result is 1.
    Value e = expandExpM1(m, m.clamp(m.mul(m.abs(x), m.number(2)), 0, 40));
    return m.copySign(m.div(e, m.add(e, m.number(2))), x);
  }
  Value size = m.abs(x), square = m.mul(x, x);
  Value tail = m.polynomial(square, {-5.70498872745e-3, 2.06390887954e-2,
                                     -5.37397155531e-2, 1.33314422036e-1,
                                     -3.33332819422e-1});
  Value small = m.fma(m.mul(tail, square), x, x);
  Value exp = expandExp(m, m.add(size, size));
  Value one = m.number(1);
  Value large = m.sub(one, m.div(m.number(2), m.add(exp, one)));
  return m.select(m.less(size, m.number(0.625)), small, m.copySign(large, x));
}

} // namespace spex
