//===- Logarithm.cpp - Logarithms as arithmetic ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// log, log2, log10 and log1p: exponent and a polynomial of the mantissa.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/MathBuilder.h"

using namespace mlir;

namespace spex {

namespace {
/// x = 2^exponent * (1 + f), and log(1 + f) = f + tail.
struct Split {
  Value exponent, f, tail;
};
} // namespace

/// x is positive and finite; anything else gives some number.
static Split split(const MathBuilder &m, Value x) {
  bool f64 = m.isF64();
  int64_t mantissa = f64 ? 52 : 23;
  // Subnormals have no exponent of their own.
  Value tiny = m.less(x, m.number(f64 ? 0x1p-1022 : 0x1p-126));
  x = m.select(tiny, m.mul(x, m.number(f64 ? 0x1p52 : 0x1p23)), x);
  Value bits = m.bits(x);
  // Mantissas from sqrt(1/2) to sqrt(2).
  Value root = m.integer(f64 ? 0x3fe6a09e667f3bcd : 0x3f3504f3);
  Value e = m.shiftRight(m.subInts(bits, root), mantissa);
  Value f =
      m.sub(m.fromBits(m.subInts(bits, m.shiftLeft(e, mantissa))), m.number(1));
  e = m.subInts(e, m.select(tiny, m.integer(mantissa), m.integer(0)));

  Value square = m.mul(f, f), half = m.mul(square, m.number(0.5)), tail;
  if (!f64) {
    Value p =
        m.polynomial(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1,
                         -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
                         2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
    tail = m.sub(m.mul(m.mul(f, square), p), half);
  } else {
    Value s = m.div(f, m.add(f, m.number(2)));
    Value z = m.mul(s, s);
    Value p = m.mul(
        z, m.polynomial(z, {1.479819860511658591e-01, 1.531383769920937332e-01,
                            1.818357216161805012e-01, 2.222219843214978396e-01,
                            2.857142874366239149e-01, 3.999999999940941908e-01,
                            6.666666666666735130e-01}));
    tail = m.sub(m.mul(s, m.add(half, p)), half);
  }
  return {m.toFloat(e), f, tail};
}

/// The values where a logarithm is no number: below 0, at 0, at infinity.
static Value atEdges(const MathBuilder &m, Value x, Value log) {
  log = m.select(m.less(x, m.infinity()), log, x);
  log = m.select(m.equal(x, m.number(0)), m.infinity(/*negative=*/true), log);
  return m.select(m.less(x, m.number(0)), m.nan(), log);
}

static Value logOfSplit(const MathBuilder &m, const Split &s) {
  bool f64 = m.isF64();
  Value low = m.fma(
      s.exponent,
      m.number(f64 ? 1.90821492927058770002e-10 : -2.12194440054690583e-4),
      s.tail);
  return m.fma(s.exponent,
               m.number(f64 ? 6.93147180369123816490e-01 : 0.693359375),
               m.add(s.f, low));
}

Value expandLog(const MathBuilder &m, Value x) {
  return atEdges(m, x, logOfSplit(m, split(m, x)));
}

/// log(x) in another base: `factor` is 1 / log(base) in two parts, and
/// log(2) / log(base) likewise.
static Value logInBase(const MathBuilder &m, Value x, double factor,
                       double factorLow, double two, double twoLow) {
  Split s = split(m, x);
  Value low = m.fma(s.f, m.number(factorLow), m.mul(s.tail, m.number(factor)));
  low = m.fma(s.exponent, m.number(twoLow), low);
  // f * factor is rounded once here and its error is kept.
  Value product = m.mul(s.f, m.number(factor));
  Value error = m.fma(s.f, m.number(factor), m.neg(product));
  low = m.add(low, error);
  Value high = m.fma(s.exponent, m.number(two), m.add(product, low));
  return atEdges(m, x, high);
}

Value expandLog2(const MathBuilder &m, Value x) {
  // 1.44269502162933349609375 is the nearest f32.
  return logInBase(m, x, 1.44269502162933349609375, 1.92596299112661746887e-8,
                   1, 0);
}

Value expandLog10(const MathBuilder &m, Value x) {
  // The high part of log10(2) has 12 bits: its products are exact.
  return logInBase(m, x, 0.4342944920063018798828125, -1.01030513446478e-8,
                   0.301025390625, 4.60503898119521e-6);
}

Value expandLog1p(const MathBuilder &m, Value x) {
  Value one = m.number(1);
  Value u = m.add(x, one);
  // What rounding 1 + x lost, as a change of the logarithm.
  Value bigger = m.less(one, x);
  Value large = m.select(bigger, x, one), small = m.select(bigger, one, x);
  Value lost = m.sub(small, m.sub(u, large));
  Split s = split(m, u);
  s.tail = m.add(s.tail, m.div(lost, u));
  return atEdges(m, u, logOfSplit(m, s));
}

} // namespace spex
