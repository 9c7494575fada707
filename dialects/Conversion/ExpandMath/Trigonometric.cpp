//===- Trigonometric.cpp - Sines and cosines as arithmetic ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// sin and cos in f32 and f64 (tables of rotary positions). The angle is reduced
// in f64 for both, so that f32 is accurate up to 2^40.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/MathBuilder.h"

using namespace mlir;

namespace spex {

namespace {
/// x = quarter * pi/2 + r, |r| <= pi/4, in f64.
struct Angle {
  Value quarter, r;
};
} // namespace

static Angle reduce(const MathBuilder &wide, Value x) {
  auto [number, quarter] =
      wide.roundProduct(x, wide.number(6.36619772367581382433e-01));
  // pi/2 in three parts of 53 bits; fma keeps each product whole.
  Value r = wide.fma(number, wide.number(-1.57079632679489655800e+00), x);
  r = wide.fma(number, wide.number(-6.12323399573676603587e-17), r);
  r = wide.fma(number, wide.number(1.49738490485916983e-33), r);
  return {quarter, r};
}

/// sin(r) for |r| <= pi/4.
static Value sinOf(const MathBuilder &m, Value r) {
  Value z = m.mul(r, r);
  Value p =
      m.isF64()
          ? m.polynomial(
                z, {1.58969099521155010221e-10, -2.50507602534068634195e-08,
                    2.75573137070700676789e-06, -1.98412698298579493134e-04,
                    8.33333333332248946124e-03, -1.66666666666666324348e-01})
          : m.polynomial(z,
                         {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1});
  return m.fma(m.mul(p, z), r, r);
}

/// cos(r) for |r| <= pi/4.
static Value cosOf(const MathBuilder &m, Value r) {
  Value z = m.mul(r, r);
  Value p =
      m.isF64()
          ? m.polynomial(
                z, {-1.13596475577881948265e-11, 2.08757232129817482790e-09,
                    -2.75573143513906633035e-07, 2.48015872894767294178e-05,
                    -1.38888888888741095749e-03, 4.16666666666666019037e-02})
          : m.polynomial(z, {2.443315711809948e-5, -1.388731625493765e-3,
                             4.166664568298827e-2});
  Value high = m.fma(z, m.number(-0.5), m.number(1));
  return m.fma(m.mul(z, z), p, high);
}

/// sin(x + shift * pi/2).
static Value expandSinCos(const MathBuilder &m, Value x, int64_t shift) {
  MathBuilder wide = m.wide();
  auto [quarter, r] = reduce(wide, m.isF64() ? x : m.extend(x));
  if (shift)
    quarter = wide.addInts(quarter, wide.integer(shift));
  if (!m.isF64())
    r = m.truncate(r);
  Value one = wide.integer(1), two = wide.integer(2);
  Value odd = wide.equalInts(wide.andInts(quarter, one), one);
  Value down = wide.equalInts(wide.andInts(quarter, two), two);
  Value result = m.select(odd, cosOf(m, r), sinOf(m, r));
  return m.select(down, m.neg(result), result);
}

Value expandSin(const MathBuilder &m, Value x) { return expandSinCos(m, x, 0); }
Value expandCos(const MathBuilder &m, Value x) { return expandSinCos(m, x, 1); }

} // namespace spex
