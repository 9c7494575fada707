//===- Power.cpp - Powers as arithmetic -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// powf: |x|^y = exp(y log|x|) in f64, then the cases that C lists for pow.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/MathBuilder.h"

using namespace mlir;

namespace spex {

Value expandPow(const MathBuilder &m, Value x, Value y) {
  MathBuilder w = m.wide();
  bool narrow = !m.isF64();
  if (narrow) {
    x = m.extend(x);
    y = m.extend(y);
  }
  Value zero = w.number(0), one = w.number(1), size = w.abs(x);
  Value power = expandExp(w, w.mul(y, expandLog(w, size)));
  // 0 * infinity in the exponent: 1^anything is 1.
  power = w.select(w.equal(size, one), one, power);

  // A negative base: the sign of an odd power, nothing for a fraction, except
  // that infinity has no sign there.
  Value half = w.mul(y, w.number(0.5));
  Value even = w.equal(w.floor(half), half);
  Value turned = w.select(even, power, w.neg(power));
  Value finite = w.less(w.infinity(/*negative=*/true), x);
  Value fraction = w.select(finite, w.nan(), power);
  turned = w.select(w.equal(w.floor(y), y), turned, fraction);
  power = w.select(w.less(x, zero), turned, power);
  power = w.select(w.equal(y, zero), one, power);
  return narrow ? m.truncate(power) : power;
}

} // namespace spex
