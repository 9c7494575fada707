//===- BuiltinAxis.cpp - Functions along an axis that stays ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running sums, sorting, shifts, cross entropy, and rotary positions.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"

#include <algorithm>
#include <cmath>

namespace spex::interpreter {

Tensor Evaluator::alongAxis(const Expr &expr, const std::vector<Tensor> &args,
                            Frame &frame) {
  const Tensor &x = args[0];
  ElementType element = expr.type.element;
  const Dimension *dim = expr.dims[0];
  int64_t size = x.sizes[x.axis(dim)];
  switch (expr.builtin) {
  case Builtin::CumSum:
    return rewriteFibres(element, x, expr.dims,
                         [&](const double *in, int64_t n, double *out) {
                           double sum = 0, magnitude = 0;
                           for (int64_t i = 0; i < n; ++i) {
                             sum += in[i];
                             magnitude += std::abs(in[i]);
                             out[i] = perturbation.apply(sum, magnitude, i + 1);
                           }
                         });
  case Builtin::Sort:
    return rewriteFibres(element, x, expr.dims,
                         [](const double *in, int64_t n, double *out) {
                           // Ascending: NaN, the lowest value, comes first.
                           std::vector<int64_t> order = orderDescending(in, n);
                           for (int64_t i = 0; i < n; ++i)
                             out[i] = in[order[n - 1 - i]];
                         });
  case Builtin::InTop: {
    int64_t count = countArgument(args[1], size);
    return rewriteFibres(element, x, expr.dims,
                         [count](const double *in, int64_t n, double *out) {
                           std::vector<int64_t> order = orderDescending(in, n);
                           std::fill(out, out + n, 0.0);
                           for (int64_t i = 0; i < count; ++i)
                             out[order[i]] = 1;
                         });
  }
  case Builtin::Shift: {
    int64_t by = static_cast<int64_t>(namedNumber(expr, "by", 0, frame));
    return rewriteFibres(
        element, x, expr.dims, [by](const double *in, int64_t n, double *out) {
          for (int64_t i = 0; i < n; ++i)
            out[i] = i - by >= 0 && i - by < n ? in[i - by] : 0;
        });
  }
  case Builtin::Last:
    return x.picked(x.axis(dim), size - 1);
  default:
    return crossEntropy(expr, x, args[1]);
  }
}

/// -log softmax at the index.
Tensor Evaluator::crossEntropy(const Expr &expr, const Tensor &logits,
                               const Tensor &index) {
  Tensor logs = maskedSoftmax(logits, nullptr, nullptr, expr.dims, true);
  Tensor picked = lookUp(expr, logs, index);
  if (failed())
    return {};
  return mapElements(expr.type.element, picked, [](double x) { return -x; });
}

namespace {
/// What `rope` needs to know beside its operand.
struct RopeOptions {
  double theta, stretch, original;
  bool isPairs, truncates;
};
} // namespace

/// The pair (not whole) that turns `turns` times in the original positions.
static double pairThatTurns(double turns, int64_t features,
                            const RopeOptions &options) {
  double pi = std::acos(-1.0);
  return features * std::log(options.original / (turns * 2 * pi)) /
         (2 * std::log(options.theta));
}

/// Angles per position. With `yarn` slow pairs are stretched, fast ones are
/// not, and those between are blended.
static std::vector<double> ropeFrequencies(int64_t features,
                                           const RopeOptions &options) {
  std::vector<double> frequencies(features / 2);
  for (int64_t i = 0; i < features / 2; ++i)
    frequencies[i] = std::pow(options.theta, -2.0 * i / features);
  if (options.stretch == 1)
    return frequencies;
  double low = pairThatTurns(32, features, options);
  double high = pairThatTurns(1, features, options);
  if (options.truncates) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(features - 1));
  if (low == high)
    high += 0.001; // a step: the ramp must have some width
  for (int64_t i = 0; i < features / 2; ++i) {
    double ramp = std::clamp((i - low) / (high - low), 0.0, 1.0);
    frequencies[i] *= ramp / options.stretch + (1 - ramp);
  }
  return frequencies;
}

static std::string wordArgument(const Expr &expr, const std::string &name) {
  for (const auto &[key, word] : expr.words)
    if (key == name)
      return word;
  return "";
}

Tensor Evaluator::rope(const Expr &expr, const Tensor &x, Frame &frame) {
  RopeOptions options;
  options.theta = namedNumber(expr, "theta", 1e4, frame);
  options.stretch = namedNumber(expr, "yarn", 1, frame);
  options.original = namedNumber(expr, "original", 4096, frame);
  options.isPairs = wordArgument(expr, "style") == "pairs";
  options.truncates = wordArgument(expr, "truncate") != "false" &&
                      namedNumber(expr, "truncate", 1, frame) != 0;
  if (failed())
    return {};
  const Dimension *along = expr.along, *feature = expr.dims[0];
  int64_t features = x.sizes[x.axis(feature)];
  std::vector<double> frequencies = ropeFrequencies(features, options);
  int64_t step = options.isPairs ? 2 : 1,
          apart = options.isPairs ? 1 : features / 2;

  // One fibre holds all positions of one head.
  int64_t positions = x.sizes[x.axis(along)];
  return rewriteFibres(
      expr.type.element, x, {along, feature},
      [&](const double *in, int64_t, double *out) {
        for (int64_t p = 0; p < positions; ++p)
          for (int64_t i = 0; i < features / 2; ++i) {
            double angle = p * frequencies[i];
            double c = std::cos(angle), s = std::sin(angle);
            int64_t first = p * features + i * step, second = first + apart;
            double a = in[first], b = in[second];
            out[first] = perturbation.apply(
                a * c - b * s, std::abs(a * c) + std::abs(b * s), 2);
            out[second] = perturbation.apply(
                b * c + a * s, std::abs(b * c) + std::abs(a * s), 2);
          }
      });
}

} // namespace spex::interpreter
