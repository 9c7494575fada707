//===- Functions.cpp - Elementwise functions ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions of one operand, and the choice among all elementwise forms.
// Each is written with `math` operations that the pass `spex-expand-math`
// defines once for all targets.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;

namespace spex::irgen {

namespace {
/// Short forms for one float operand.
struct FloatBuilder {
  Scalars &s;
  mlir::Type type;

  Value number(double value) {
    return arith::ConstantOp::create(s.builder, s.loc,
                                     s.builder.getFloatAttr(type, value));
  }
  template <typename Op> Value apply(Value a) {
    return Op::create(s.builder, s.loc, a);
  }
  template <typename Op> Value apply(Value a, Value b) {
    return Op::create(s.builder, s.loc, a, b);
  }
  Value add(Value a, Value b) { return apply<arith::AddFOp>(a, b); }
  Value multiply(Value a, Value b) { return apply<arith::MulFOp>(a, b); }
  Value divide(Value a, Value b) { return apply<arith::DivFOp>(a, b); }
  Value fma(Value a, Value b, Value c) {
    return math::FmaOp::create(s.builder, s.loc, a, b, c);
  }
  Value exp(Value a) { return apply<math::ExpOp>(a); }
  Value log(Value a) { return apply<math::LogOp>(a); }
  Value negate(Value a) { return apply<arith::NegFOp>(a); }

  /// 1 / (1 + exp(-x)), as `x` over it where it is multiplied by x.
  Value onePlusExpOfMinus(Value x) { return add(number(1), exp(negate(x))); }
  /// erfc(-x / sqrt 2) / 2: 1 + erf(x) would have no digits left of a negative
  /// x. What rounding t = -x / sqrt 2 lost changes erfc(t) by -2 t erfc(t)
  /// times as much where t is large, and by less than rounds it where t is not.
  Value normalCdf(Value x) {
    bool isDouble = type.isF64();
    double high = isDouble ? std::sqrt(0.5) : float(std::sqrt(0.5));
    // The nearest f64 is 4.8e-17 above the root of 1/2.
    double low = std::sqrt(0.5) - high - 4.833646656726456e-17;
    // Beyond these the result is 0 or 1, and an infinite t has lost nothing.
    x = apply<arith::MaximumFOp>(x, number(-50));
    x = apply<arith::MinimumFOp>(x, number(50));
    Value t = multiply(x, number(-high));
    Value lost = fma(x, number(-high), negate(t));
    lost = fma(x, number(-low), lost);
    Value half = multiply(number(0.5), apply<math::ErfcOp>(t));
    Value slope = multiply(number(-2), apply<arith::MaximumFOp>(t, number(0)));
    return fma(multiply(slope, lost), half, half);
  }
  /// (1 + tanh(z)) / 2 is 1 / (1 + exp(-2z)), which keeps its digits.
  Value geluTanh(Value x) {
    Value cubed = multiply(multiply(x, x), x);
    Value sum = add(x, multiply(number(0.044715), cubed));
    Value twice = multiply(number(std::sqrt(8.0 / M_PI)), sum);
    return divide(x, onePlusExpOfMinus(twice));
  }
  /// log(1 + exp(-|x|)): never overflows. What 1 + e drops of a small e is put
  /// back as a factor, and a smaller one is its own result.
  Value logOnePlusExp(Value x) {
    Value e = exp(negate(apply<math::AbsFOp>(x)));
    Value sum = add(number(1), e);
    Value kept = apply<arith::SubFOp>(sum, number(1));
    Value isLost = arith::CmpFOp::create(
        s.builder, s.loc, arith::CmpFPredicate::OEQ, kept, number(0));
    return arith::SelectOp::create(s.builder, s.loc, isLost, e,
                                   multiply(log(sum), divide(e, kept)));
  }
  /// max(l, 0) - l p + log(1 + exp(-|l|)), where the first two do not cancel.
  Value bce(Value l, Value p) {
    Value isPositive = arith::CmpFOp::create(
        s.builder, s.loc, arith::CmpFPredicate::OGT, l, number(0));
    Value rest = apply<arith::SubFOp>(number(1), p);
    Value share =
        arith::SelectOp::create(s.builder, s.loc, isPositive, rest, p);
    return add(multiply(apply<math::AbsFOp>(l), share), logOnePlusExp(l));
  }
  Value sign(Value x) {
    Value zero = number(0);
    Value positive = arith::CmpFOp::create(s.builder, s.loc,
                                           arith::CmpFPredicate::OGT, x, zero);
    Value negative = arith::CmpFOp::create(s.builder, s.loc,
                                           arith::CmpFPredicate::OLT, x, zero);
    Value rest =
        arith::SelectOp::create(s.builder, s.loc, negative, number(-1), zero);
    return arith::SelectOp::create(s.builder, s.loc, positive, number(1), rest);
  }
};
} // namespace

static Value floatFunction(Scalars &s, Builtin builtin, Value x) {
  FloatBuilder b{s, x.getType()};
  switch (builtin) {
  case Builtin::Relu:
    return b.apply<arith::MaximumFOp>(x, b.number(0));
  case Builtin::Gelu:
    return b.multiply(x, b.normalCdf(x));
  case Builtin::GeluTanh:
    return b.geluTanh(x);
  case Builtin::Silu:
    return b.divide(x, b.onePlusExpOfMinus(x));
  case Builtin::Sigmoid:
    return b.divide(b.number(1), b.onePlusExpOfMinus(x));
  case Builtin::Tanh:
    return b.apply<math::TanhOp>(x);
  case Builtin::Softplus:
    return b.add(b.apply<arith::MaximumFOp>(x, b.number(0)),
                 b.logOnePlusExp(x));
  case Builtin::Exp:
    return b.exp(x);
  case Builtin::Log:
    return b.log(x);
  case Builtin::Log2:
    return b.multiply(b.log(x), b.number(1 / std::log(2.0)));
  case Builtin::Sqrt:
    return b.apply<math::SqrtOp>(x);
  case Builtin::Rsqrt:
    return b.divide(b.number(1), b.apply<math::SqrtOp>(x));
  case Builtin::Abs:
    return b.apply<math::AbsFOp>(x);
  case Builtin::Square:
    return b.multiply(x, x);
  case Builtin::Sign:
    return b.sign(x);
  case Builtin::Erf:
    return b.apply<math::ErfOp>(x);
  case Builtin::NormalCdf:
    return b.normalCdf(x);
  case Builtin::Sin:
    return b.apply<math::SinOp>(x);
  case Builtin::Cos:
    return b.apply<math::CosOp>(x);
  case Builtin::Floor:
    return b.apply<math::FloorOp>(x);
  case Builtin::Ceil:
    return b.apply<math::CeilOp>(x);
  case Builtin::Round:
    return b.apply<math::RoundEvenOp>(x);
  default:
    llvm_unreachable("not a function of one float");
  }
}

/// What numbers alone come to; NaN where this is no function for it.
static double foldUnary(Builtin builtin, double x) {
  switch (builtin) {
  case Builtin::Relu:
    return std::max(x, 0.0);
  case Builtin::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case Builtin::Tanh:
    return std::tanh(x);
  case Builtin::Exp:
    return std::exp(x);
  case Builtin::Log:
    return std::log(x);
  case Builtin::Log2:
    return std::log2(x);
  case Builtin::Sqrt:
    return std::sqrt(x);
  case Builtin::Rsqrt:
    return 1 / std::sqrt(x);
  case Builtin::Abs:
    return std::fabs(x);
  case Builtin::Square:
    return x * x;
  case Builtin::Sign:
    return (x > 0) - (x < 0);
  case Builtin::Sin:
    return std::sin(x);
  case Builtin::Cos:
    return std::cos(x);
  case Builtin::Floor:
    return std::floor(x);
  case Builtin::Ceil:
    return std::ceil(x);
  case Builtin::Round:
    return std::nearbyint(x);
  default:
    return std::nan("");
  }
}

NodeRef Generator::unary(const NodeRef &x, Builtin builtin) {
  bool keepsWhole = builtin == Builtin::Floor || builtin == Builtin::Ceil ||
                    builtin == Builtin::Round;
  if (!isFloat(x->element) && keepsWhole)
    return x;
  if (x->kind == Node::Kind::Constant) {
    double folded = foldUnary(builtin, x->constant);
    if (!std::isnan(folded))
      return makeConstant(here, folded, program.numerics.accumulate);
  }
  if (!isFloat(x->element) && builtin == Builtin::Square)
    return binary(BinaryOp::Mul, x, x);
  // Whole numbers are computed as floats and come back where that is exact.
  ElementType type =
      isFloat(x->element) ? arithmeticType({x}) : program.numerics.accumulate;
  NodeRef wide = convert(x, type);
  NodeRef result = makeApply(here, type, wide->dims, {wide},
                             [=](Scalars &s, ArrayRef<Value> v) {
                               return floatFunction(s, builtin, v[0]);
                             });
  bool staysWhole = builtin == Builtin::Abs || builtin == Builtin::Sign;
  return staysWhole ? convert(result, x->element) : result;
}

bool Generator::isElementwise(const Expr &expr) {
  if (expr.kind == Expr::Kind::Unary || expr.kind == Expr::Kind::Binary ||
      expr.kind == Expr::Kind::Cast)
    return true;
  if (expr.kind != Expr::Kind::Call || !expr.dims.empty())
    return false;
  switch (expr.builtin) {
  case Builtin::Max:
  case Builtin::Min:
  case Builtin::Pow:
  case Builtin::Clamp:
  case Builtin::Where:
  case Builtin::RoundUp:
  case Builtin::Bce:
    return true;
  default:
    return expr.builtin <= Builtin::Round;
  }
}

static NodeRef extremum(ElementType type, const NodeRef &a, const NodeRef &b,
                        bool smallest) {
  return makeApply(
      a->loc, type, widestDims({a, b}), {a, b},
      [=](Scalars &s, ArrayRef<Value> x) -> Value {
        if (!isFloat(type))
          return smallest ? arith::MinSIOp::create(s.builder, s.loc, x[0], x[1])
                                .getResult()
                          : arith::MaxSIOp::create(s.builder, s.loc, x[0], x[1])
                                .getResult();
        return smallest
                   ? arith::MinimumFOp::create(s.builder, s.loc, x[0], x[1])
                         .getResult()
                   : arith::MaximumFOp::create(s.builder, s.loc, x[0], x[1])
                         .getResult();
      });
}

NodeRef Generator::negate(const NodeRef &x) {
  if (!isFloat(x->element) || x->kind == Node::Kind::Constant)
    return binary(BinaryOp::Sub, makeConstant(here, 0, x->element), x);
  ElementType type = arithmeticType({x});
  return makeApply(here, type, x->dims, {convert(x, type)},
                   [](Scalars &s, ArrayRef<Value> v) -> Value {
                     return arith::NegFOp::create(s.builder, s.loc, v[0]);
                   });
}

NodeRef Generator::emitUnary(const Expr &expr, const NodeRef &arg) {
  if (expr.unary == UnaryOp::Neg)
    return negate(arg);
  return binary(BinaryOp::Eq, convert(arg, ElementType::Bool),
                makeConstant(here, 0, ElementType::Bool));
}

NodeRef Generator::emitElementwise(const Expr &expr, ArrayRef<NodeRef> args) {
  if (expr.kind == Expr::Kind::Unary)
    return emitUnary(expr, args[0]);
  if (expr.kind == Expr::Kind::Binary)
    return binary(expr.binary, args[0], args[1]);
  if (expr.kind == Expr::Kind::Cast)
    return convert(args[0], expr.type.element);

  ElementType type = arithmeticType(args);
  auto extreme = [&](const NodeRef &a, const NodeRef &b, bool smallest) {
    if (a->kind == Node::Kind::Constant && b->kind == Node::Kind::Constant)
      return makeConstant(here,
                          smallest ? std::min(a->constant, b->constant)
                                   : std::max(a->constant, b->constant),
                          type);
    return extremum(type, convert(a, type), convert(b, type), smallest);
  };
  switch (expr.builtin) {
  case Builtin::Max:
    return extreme(args[0], args[1], false);
  case Builtin::Min:
    return extreme(args[0], args[1], true);
  case Builtin::Clamp:
    return extreme(extreme(args[0], args[1], false), args[2], true);
  case Builtin::Where:
    return select(convert(args[0], ElementType::Bool), args[1], args[2]);
  case Builtin::RoundUp:
    return binary(BinaryOp::Mul,
                  unary(binary(BinaryOp::Div, args[0], args[1]), Builtin::Ceil),
                  args[1]);
  case Builtin::Bce:
    if (!isFloat(type))
      type = program.numerics.accumulate;
    return makeApply(here, type, widestDims(args),
                     {convert(args[0], type), convert(args[1], type)},
                     [](Scalars &s, ArrayRef<Value> x) {
                       return FloatBuilder{s, x[0].getType()}.bce(x[0], x[1]);
                     });
  case Builtin::Pow:
    if (args[0]->kind == Node::Kind::Constant &&
        args[1]->kind == Node::Kind::Constant)
      return makeConstant(here, std::pow(args[0]->constant, args[1]->constant),
                          type);
    if (!isFloat(type))
      type = program.numerics.accumulate;
    return makeApply(here, type, widestDims(args),
                     {convert(args[0], type), convert(args[1], type)},
                     [](Scalars &s, ArrayRef<Value> x) -> Value {
                       return math::PowFOp::create(s.builder, s.loc, x[0],
                                                   x[1]);
                     });
  default:
    return unary(args[0], expr.builtin);
  }
}

} // namespace spex::irgen
