//===- BuiltinElementwise.cpp - Functions of single numbers ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The elementwise functions of language.md, section 7.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"

#include <algorithm>
#include <cmath>

namespace spex::interpreter {

static double sigmoid(double x) {
  // exp of a negative number in both arms: it cannot overflow.
  if (x >= 0)
    return 1 / (1 + std::exp(-x));
  double e = std::exp(x);
  return e / (1 + e);
}

static double softplus(double x) {
  return maximum(x, 0) + std::log1p(std::exp(-std::abs(x)));
}

static double normalCdf(double x) {
  // Rounded to f64, -x / sqrt 2 would be off by x^2 units in the result.
  const long double root = 0.707106781186547524400844362104849039L;
  return static_cast<double>(std::erfc(-x * root) / 2);
}

static double geluTanh(double x) {
  double inner = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x);
  // (1 + tanh(z)) / 2, which would have no digits left of a negative z.
  return x * sigmoid(2 * inner);
}

/// max(l, 0) - l p + log(1 + exp(-|l|)), where the first two do not cancel.
static double bce(double l, double p) {
  return std::abs(l) * (l > 0 ? 1 - p : p) + std::log1p(std::exp(-std::abs(l)));
}

static double sign(double x) {
  return std::isnan(x) ? x : double(x > 0) - double(x < 0);
}

/// A function of one number; null for one of several.
static double (*unaryFunction(Builtin builtin))(double) {
  switch (builtin) {
  case Builtin::Relu:
    return [](double x) { return maximum(x, 0); };
  case Builtin::Gelu:
    return [](double x) { return x * normalCdf(x); };
  case Builtin::GeluTanh:
    return geluTanh;
  case Builtin::Silu:
    return [](double x) { return x * sigmoid(x); };
  case Builtin::Sigmoid:
    return sigmoid;
  case Builtin::Tanh:
    return [](double x) { return std::tanh(x); };
  case Builtin::Softplus:
    return softplus;
  case Builtin::Exp:
    return [](double x) { return std::exp(x); };
  case Builtin::Log:
    return [](double x) { return std::log(x); };
  case Builtin::Log2:
    return [](double x) { return std::log2(x); };
  case Builtin::Sqrt:
    return [](double x) { return std::sqrt(x); };
  case Builtin::Rsqrt:
    return [](double x) { return 1 / std::sqrt(x); };
  case Builtin::Abs:
    return [](double x) { return std::abs(x); };
  case Builtin::Square:
    return [](double x) { return x * x; };
  case Builtin::Sign:
    return sign;
  case Builtin::Erf:
    return [](double x) { return std::erf(x); };
  case Builtin::NormalCdf:
    return normalCdf;
  case Builtin::Sin:
    return [](double x) { return std::sin(x); };
  case Builtin::Cos:
    return [](double x) { return std::cos(x); };
  case Builtin::Floor:
    return [](double x) { return std::floor(x); };
  case Builtin::Ceil:
    return [](double x) { return std::ceil(x); };
  case Builtin::Round:
    return [](double x) { return std::nearbyint(x); };
  default:
    return nullptr;
  }
}

Tensor Evaluator::elementwise(const Expr &expr,
                              const std::vector<Tensor> &args) {
  ElementType element = expr.type.element;
  if (auto function = unaryFunction(expr.builtin))
    return mapElements(element, args[0], function);
  switch (expr.builtin) {
  case Builtin::Max:
    return mapElements(element, args[0], args[1], maximum);
  case Builtin::Min:
    return mapElements(element, args[0], args[1], minimum);
  case Builtin::Pow:
    return mapElements(element, args[0], args[1],
                       [](double x, double y) { return std::pow(x, y); });
  case Builtin::RoundUp:
    return mapElements(element, args[0], args[1],
                       [](double x, double m) { return std::ceil(x / m) * m; });
  case Builtin::Bce:
    return mapElements(element, args[0], args[1], bce);
  case Builtin::Clamp:
    return mapElements(element, args[0], args[1], args[2],
                       [](double x, double low, double high) {
                         return minimum(maximum(x, low), high);
                       });
  case Builtin::Where:
    return mapElements(
        element, args[0], args[1], args[2],
        [](double c, double a, double b) { return c != 0 ? a : b; });
  case Builtin::ToIndex: {
    double last = static_cast<double>(sizeOf(expr.dims[0]) - 1);
    // A NaN becomes the first entry: an index is always in range.
    return mapElements(element, args[0], [last](double x) {
      return x >= 0 ? std::min(std::floor(x), last) : 0.0;
    });
  }
  case Builtin::CastInt:
    return mapElements(element, args[0],
                       [](double x) { return std::trunc(x); });
  case Builtin::CastF64:
  case Builtin::CastF32:
  case Builtin::CastBF16:
  case Builtin::CastF16:
  case Builtin::CastCompute:
    return rounded(args[0], element);
  default:
    fail("the reference does not know this function");
    return {};
  }
}

} // namespace spex::interpreter
