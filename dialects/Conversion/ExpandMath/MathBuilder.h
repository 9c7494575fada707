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

namespace spex {

class MathBuilder {
public:
  /// `type` is f32, f64, or a vector of one of them.
  MathBuilder(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type);

  bool isF64() const;
  /// The same shape in f64.
  MathBuilder wide() const;

  mlir::Value number(double v) const;
  mlir::Value integer(int64_t v) const;
  mlir::Value infinity(bool negative = false) const;
  mlir::Value nan() const;

  mlir::Value add(mlir::Value a, mlir::Value b) const;
  mlir::Value sub(mlir::Value a, mlir::Value b) const;
  mlir::Value mul(mlir::Value a, mlir::Value b) const;
  mlir::Value div(mlir::Value a, mlir::Value b) const;
  mlir::Value fma(mlir::Value a, mlir::Value b, mlir::Value c) const;
  mlir::Value neg(mlir::Value a) const;
  mlir::Value abs(mlir::Value a) const;
  mlir::Value sqrt(mlir::Value a) const;
  mlir::Value floor(mlir::Value a) const;
  mlir::Value copySign(mlir::Value magnitude, mlir::Value sign) const;
  /// coefficients[0] x^(n-1) + … + coefficients[n-1], by Horner's rule.
  mlir::Value polynomial(mlir::Value x,
                         mlir::ArrayRef<double> coefficients) const;

  mlir::Value less(mlir::Value a, mlir::Value b) const;
  mlir::Value equal(mlir::Value a, mlir::Value b) const;
  mlir::Value equalInts(mlir::Value a, mlir::Value b) const;
  mlir::Value both(mlir::Value a, mlir::Value b) const;
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b) const;
  /// x limited to [low, high]; NaN stays NaN.
  mlir::Value clamp(mlir::Value x, double low, double high) const;

  mlir::Value bits(mlir::Value x) const;
  mlir::Value fromBits(mlir::Value i) const;
  mlir::Value addInts(mlir::Value a, mlir::Value b) const;
  mlir::Value subInts(mlir::Value a, mlir::Value b) const;
  mlir::Value andInts(mlir::Value a, mlir::Value b) const;
  mlir::Value shiftLeft(mlir::Value a, int64_t by) const;
  /// Keeps the sign.
  mlir::Value shiftRight(mlir::Value a, int64_t by) const;
  mlir::Value toFloat(mlir::Value i) const;

  /// Between this shape in f32 and in f64.
  mlir::Value extend(mlir::Value x) const;
  mlir::Value truncate(mlir::Value x) const;

  /// The nearest whole number to a*b, ties to even, as a float and, in the low
  /// bits, as an integer. |a*b| must be below 2^22 (f64: 2^51).
  struct Whole {
    mlir::Value number, integer;
  };
  Whole roundProduct(mlir::Value a, mlir::Value b) const;
  /// x * 2^n in two steps: the result may be infinite, subnormal or 0.
  mlir::Value scale(mlir::Value x, mlir::Value n) const;

private:
  mlir::Type withElement(mlir::Type element) const;

  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Type type;
  mlir::Type intType;
};

/// exp(x) = 2^n (1 + p), |p| <= 0.42, where neither part leaves its range.
struct ExpParts {
  mlir::Value p, n;
};
ExpParts expParts(const MathBuilder &m, mlir::Value x);

// The expansions. `m` has the shape of the operands.
mlir::Value expandExp(const MathBuilder &m, mlir::Value x);
mlir::Value expandExp2(const MathBuilder &m, mlir::Value x);
mlir::Value expandExpM1(const MathBuilder &m, mlir::Value x);
mlir::Value expandTanh(const MathBuilder &m, mlir::Value x);
mlir::Value expandErf(const MathBuilder &m, mlir::Value x);
mlir::Value expandErfc(const MathBuilder &m, mlir::Value x);
mlir::Value expandLog(const MathBuilder &m, mlir::Value x);
mlir::Value expandLog2(const MathBuilder &m, mlir::Value x);
mlir::Value expandLog10(const MathBuilder &m, mlir::Value x);
mlir::Value expandLog1p(const MathBuilder &m, mlir::Value x);
mlir::Value expandSin(const MathBuilder &m, mlir::Value x);
mlir::Value expandCos(const MathBuilder &m, mlir::Value x);
mlir::Value expandPow(const MathBuilder &m, mlir::Value x, mlir::Value y);

} // namespace spex

#endif // DIALECTS_CONVERSION_EXPANDMATH_MATHBUILDER_H
