//===- ErrorFunction.cpp - erf and erfc as arithmetic ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// (a + k) exp(a^2) erfc(a) is a polynomial of q = (a - k) / (a + k), the
// variable of Shepherd and Laframboise (Mathematics of Computation 36, 1981, p.
// 249), which maps all a >= 0 to [-1, 1). So erfc keeps its digits until it
// underflows, which 1 - erf does not. The polynomials are minimax fits of ours.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/MathBuilder.h"

using namespace mlir;

namespace spex {

namespace {
/// What is high + low.
struct Parts {
  Value high, low;
};
} // namespace

/// exp(a^2) erfc(a) for 0.47 <= a, up to where erfc is 0.
static Parts scaledErfc(const MathBuilder &m, Value a) {
  bool f64 = m.isF64();
  Value one = m.number(1), k = m.number(f64 ? 4 : 2);
  // 1 / (a + k), then what r (a + k) lacks of 1; the same of (a - k) / (a + k).
  Value r = m.div(one, m.add(a, k));
  r = m.fma(r, m.fma(m.neg(r), a, m.fma(m.neg(r), k, one)), r);
  Value q = m.mul(m.sub(a, k), r);
  Value rest = m.fma(m.add(q, one), m.neg(k), a);
  q = m.fma(r, m.fma(q, m.neg(a), rest), q);
  // To 2^-28.3, and to 2^-58.6 in f64.
  Value slope =
      f64 ? m.polynomial(q, {-1.18705217447406261e-8, 1.32699704364848375e-9,
                             1.18700017831190935e-7,  -7.61282998517016757e-8,
                             -8.41627483851925593e-7, 1.42459550842939483e-6,
                             4.69207306378285385e-6,  -1.88610398358970801e-5,
                             -3.6344088577391147e-6,  1.76812852451043832e-4,
                             -4.55052842910273042e-4, -2.80958869728805559e-4,
                             6.11205567639333497e-3,  -2.63700533400664647e-2,
                             7.63815149077283347e-2,  -1.74010937239938572e-1,
                             3.30851587878074152e-1,  -5.40853831313235257e-1,
                             7.73208702265236146e-1,  -9.76548729080881991e-1})
          : m.polynomial(q,
                         {1.0785949457e-4, -5.3703020775e-4, -8.8629846445e-4,
                          3.0495702467e-3, 6.4918465476e-3, -2.1505127979e-2,
                          -3.6443484865e-2, 2.7947183153e-1, -6.8716065075e-1});
  Value first = m.number(f64 ? 1.09599566100049112 : 1.0215827072);
  // The last two steps with what their rounding loses.
  Value p = m.fma(q, slope, first);
  Value lost = m.fma(q, slope, m.sub(first, p));
  Value high = m.mul(r, p);
  return {high, m.fma(r, lost, m.fma(r, p, m.neg(high)))};
}

/// erf(x) of |x| < 1/2 (f32: 0.93).
static Value smallErf(const MathBuilder &m, Value x) {
  Value square = m.mul(x, x);
  // Minimax, of a relative error of 2^-57.8 in f64.
  Value p = m.isF64()
                ? m.polynomial(square,
                               {1.47232153535082459e-6, -1.48455838551434657e-5,
                                1.20533243238866611e-4, -8.54829752474816309e-4,
                                5.22397737033240857e-3, -2.68661706327163225e-2,
                                1.1283791670924815e-1, -3.76126389031834671e-1,
                                1.28379167095512569e-1})
                : m.polynomial(square,
                               {-5.96761703e-4, 4.99119423e-3, -2.67681349e-2,
                                1.12819925e-1, -3.76125336e-1, 1.28379166e-1});
  return m.fma(p, x, x);
}

Value expandErfc(const MathBuilder &m, Value x) {
  Value size = m.abs(x);
  // Beyond these the result is 0 all the same.
  Value a = m.clamp(size, 0, m.isF64() ? 27.3 : 10.1);
  // exp(-a^2) = 2^n (1 + p), less what rounding a^2 lost.
  Value square = m.mul(a, a);
  Value lost = m.fma(a, a, m.neg(square));
  ExpParts exp = expParts(m, m.neg(square));
  Value p = m.sub(exp.p, m.fma(exp.p, lost, lost));
  auto [high, low] = scaledErfc(m, a);
  Value y = m.scale(m.add(m.fma(high, p, low), high), exp.n);
  Value isNegative = m.less(x, m.number(0));
  Value large = m.select(isNegative, m.sub(m.number(2), y), y);
  Value small = m.sub(m.number(1), smallErf(m, x));
  return m.select(m.less(size, m.number(0.477)), small, large);
}

Value expandErf(const MathBuilder &m, Value x) {
  bool f64 = m.isF64();
  Value size = m.abs(x), one = m.number(1), large;
  if (f64) {
    large = m.sub(one, expandErfc(m, size));
  } else {
    // 1 - exp(-(t + t q(t))): beyond 4 the result is 1 in f32.
    Value t = m.clamp(size, 0, 4);
    Value q = m.polynomial(t, {-1.72853470e-5, 3.83197126e-4, -3.88396438e-3,
                               2.42546219e-2, -1.06777877e-1, -6.34846687e-1,
                               -1.28717512e-1});
    large = m.sub(one, expandExp(m, m.fma(q, t, m.neg(t))));
  }
  Value isSmall = m.less(size, m.number(f64 ? 0.5 : 0.927734375));
  return m.select(isSmall, smallErf(m, x), m.copySign(large, x));
}

} // namespace spex
