//===- MathBuilder.h - Arithmetic on scalars and vectors alike ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds arithmetic of one shape: a scalar, or a vector, of f32 or f64 and of
// the integers of the same width. The expansions are written in these words,
// which is what makes a vector's element and a scalar the same bits.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_EXPANDMATH_MATHBUILDER_H
#define DIALECTS_CONVERSION_EXPANDMATH_MATHBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace mlir::spex {

class MathBuilder {
public:
  /// `type` is f32, f64, or a vector of one of them.
  MathBuilder(OpBuilder &builder, Location loc, Type type);

  bool isF64() const;
  /// The same shape in f64.
  MathBuilder wide() const;

  Value number(double v) const;
  Value integer(int64_t v) const;
  Value infinity(bool negative = false) const;
  Value nan() const;

  Value add(Value a, Value b) const;
  Value sub(Value a, Value b) const;
  Value mul(Value a, Value b) const;
  Value div(Value a, Value b) const;
  Value fma(Value a, Value b, Value c) const;
  Value neg(Value a) const;
  Value abs(Value a) const;
  Value sqrt(Value a) const;
  Value floor(Value a) const;
  Value copySign(Value magnitude, Value sign) const;
  /// coefficients[0] x^(n-1) + … + coefficients[n-1], by Horner's rule.
  Value polynomial(Value x, ArrayRef<double> coefficients) const;

  Value less(Value a, Value b) const;
  Value equal(Value a, Value b) const;
  Value equalInts(Value a, Value b) const;
  Value both(Value a, Value b) const;
  Value select(Value condition, Value a, Value b) const;
  /// x limited to [low, high]; NaN stays NaN.
  Value clamp(Value x, double low, double high) const;

  Value bits(Value x) const;
  Value fromBits(Value i) const;
  Value addInts(Value a, Value b) const;
  Value subInts(Value a, Value b) const;
  Value andInts(Value a, Value b) const;
  Value shiftLeft(Value a, int64_t by) const;
  /// Keeps the sign.
  Value shiftRight(Value a, int64_t by) const;
  Value toFloat(Value i) const;

  /// Between this shape in f32 and in f64.
  Value extend(Value x) const;
  Value truncate(Value x) const;

  /// The nearest whole number to a*b, ties to even, as a float and, in the low
  /// bits, as an integer. |a*b| must be below 2^22 (f64: 2^51).
  struct Whole {
    Value number, integer;
  };
  Whole roundProduct(Value a, Value b) const;
  /// x * 2^n in two steps: the result may be infinite, subnormal or 0.
  Value scale(Value x, Value n) const;

private:
  Type withElement(Type element) const;

  OpBuilder &b;
  Location loc;
  Type type;
  Type intType;
};

// The expansions. `m` has the shape of the operands.
Value expandExp(const MathBuilder &m, Value x);
Value expandExp2(const MathBuilder &m, Value x);
Value expandExpM1(const MathBuilder &m, Value x);
Value expandTanh(const MathBuilder &m, Value x);
Value expandErf(const MathBuilder &m, Value x);
Value expandLog(const MathBuilder &m, Value x);
Value expandLog2(const MathBuilder &m, Value x);
Value expandLog10(const MathBuilder &m, Value x);
Value expandLog1p(const MathBuilder &m, Value x);
Value expandSin(const MathBuilder &m, Value x);
Value expandCos(const MathBuilder &m, Value x);
Value expandPow(const MathBuilder &m, Value x, Value y);

} // namespace mlir::spex

#endif // DIALECTS_CONVERSION_EXPANDMATH_MATHBUILDER_H
