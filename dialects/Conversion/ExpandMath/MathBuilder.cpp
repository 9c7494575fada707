//===- MathBuilder.cpp - Arithmetic on scalars and vectors alike ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One arith or math op for each word of MathBuilder.h, and the two idioms that
// every expansion needs: rounding to a whole number, and scaling by 2^n.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/MathBuilder.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

#include <limits>

using namespace mlir;

namespace spex {

MathBuilder::MathBuilder(OpBuilder &builder, Location loc, Type type)
    : b(builder), loc(loc), type(type) {
  intType = withElement(
      b.getIntegerType(getElementTypeOrSelf(type).getIntOrFloatBitWidth()));
}

Type MathBuilder::withElement(Type element) const {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

bool MathBuilder::isF64() const { return getElementTypeOrSelf(type).isF64(); }

MathBuilder MathBuilder::wide() const {
  return MathBuilder(b, loc, withElement(b.getF64Type()));
}

static Value splat(OpBuilder &b, Location loc, Type type, TypedAttr element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, loc,
                                     DenseElementsAttr::get(vector, element));
  return arith::ConstantOp::create(b, loc, element);
}

Value MathBuilder::number(double v) const {
  return splat(b, loc, type, b.getFloatAttr(getElementTypeOrSelf(type), v));
}
Value MathBuilder::integer(int64_t v) const {
  Type element = getElementTypeOrSelf(intType);
  // Bit patterns are given unsigned; let them wrap.
  APInt bits(64, static_cast<uint64_t>(v));
  return splat(
      b, loc, intType,
      b.getIntegerAttr(element, bits.trunc(element.getIntOrFloatBitWidth())));
}
Value MathBuilder::infinity(bool negative) const {
  double v = std::numeric_limits<double>::infinity();
  return number(negative ? -v : v);
}
Value MathBuilder::nan() const {
  return number(std::numeric_limits<double>::quiet_NaN());
}

Value MathBuilder::add(Value x, Value y) const {
  return arith::AddFOp::create(b, loc, x, y);
}
Value MathBuilder::sub(Value x, Value y) const {
  return arith::SubFOp::create(b, loc, x, y);
}
Value MathBuilder::mul(Value x, Value y) const {
  return arith::MulFOp::create(b, loc, x, y);
}
Value MathBuilder::div(Value x, Value y) const {
  return arith::DivFOp::create(b, loc, x, y);
}
Value MathBuilder::fma(Value x, Value y, Value z) const {
  return math::FmaOp::create(b, loc, x, y, z);
}
Value MathBuilder::neg(Value x) const {
  return arith::NegFOp::create(b, loc, x);
}
Value MathBuilder::abs(Value x) const {
  return math::AbsFOp::create(b, loc, x);
}
Value MathBuilder::sqrt(Value x) const {
  return math::SqrtOp::create(b, loc, x);
}
Value MathBuilder::floor(Value x) const {
  return math::FloorOp::create(b, loc, x);
}
Value MathBuilder::copySign(Value magnitude, Value sign) const {
  return math::CopySignOp::create(b, loc, magnitude, sign);
}
Value MathBuilder::polynomial(Value x, ArrayRef<double> coefficients) const {
  Value sum = number(coefficients.front());
  for (double c : coefficients.drop_front())
    sum = fma(sum, x, number(c));
  return sum;
}

Value MathBuilder::less(Value x, Value y) const {
  return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, x, y);
}
Value MathBuilder::equal(Value x, Value y) const {
  return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, x, y);
}
Value MathBuilder::equalInts(Value x, Value y) const {
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, x, y);
}
Value MathBuilder::both(Value x, Value y) const {
  return arith::AndIOp::create(b, loc, x, y);
}
Value MathBuilder::select(Value condition, Value x, Value y) const {
  return arith::SelectOp::create(b, loc, condition, x, y);
}
Value MathBuilder::clamp(Value x, double low, double high) const {
  Value l = number(low), h = number(high);
  x = select(less(h, x), h, x);
  return select(less(x, l), l, x);
}

Value MathBuilder::bits(Value x) const {
  return arith::BitcastOp::create(b, loc, intType, x);
}
Value MathBuilder::fromBits(Value i) const {
  return arith::BitcastOp::create(b, loc, type, i);
}
Value MathBuilder::addInts(Value x, Value y) const {
  return arith::AddIOp::create(b, loc, x, y);
}
Value MathBuilder::subInts(Value x, Value y) const {
  return arith::SubIOp::create(b, loc, x, y);
}
Value MathBuilder::andInts(Value x, Value y) const {
  return arith::AndIOp::create(b, loc, x, y);
}
Value MathBuilder::shiftLeft(Value x, int64_t by) const {
  return arith::ShLIOp::create(b, loc, x, integer(by));
}
Value MathBuilder::shiftRight(Value x, int64_t by) const {
  return arith::ShRSIOp::create(b, loc, x, integer(by));
}
Value MathBuilder::toFloat(Value i) const {
  return arith::SIToFPOp::create(b, loc, type, i);
}
Value MathBuilder::extend(Value x) const {
  return arith::ExtFOp::create(b, loc, withElement(b.getF64Type()), x);
}
Value MathBuilder::truncate(Value x) const {
  return arith::TruncFOp::create(b, loc, withElement(b.getF32Type()), x);
}

MathBuilder::Whole MathBuilder::roundProduct(Value x, Value y) const {
  // At 1.5 * 2^52 (f32: 2^23) one unit in the last place is 1: adding rounds.
  // A conversion to integers would be undefined for NaN and infinity.
  Value magic = number(isF64() ? 6755399441055744.0 : 12582912.0);
  Value sum = fma(x, y, magic);
  return {sub(sum, magic), subInts(bits(sum), bits(magic))};
}

Value MathBuilder::scale(Value x, Value n) const {
  int64_t mantissa = isF64() ? 52 : 23;
  Value bias = integer(isF64() ? 1023 : 127);
  Value half = shiftRight(n, 1);
  Value rest = subInts(n, half);
  Value first = fromBits(shiftLeft(addInts(half, bias), mantissa));
  Value second = fromBits(shiftLeft(addInts(rest, bias), mantissa));
  return mul(mul(x, first), second);
}

} // namespace spex
