//===- BuiltinReduce.cpp - Reductions, softmax and norms ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What runs over all values of some dimensions at once. Sums are perturbed
// where a bound is asked for; what is made of them is not.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace spex::interpreter {

static constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<int64_t> orderDescending(const double *in, int64_t n) {
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [in](int64_t a, int64_t b) {
    double x = orLowest(in[a]), y = orLowest(in[b]);
    return x > y || (x == y && a < b);
  });
  return order;
}

/// The first of the smallest.
static double argmin(const double *in, int64_t n) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; ++i)
    if (orLowest(in[i]) < orLowest(in[best]))
      best = i;
  return best;
}

static double logSumExp(const double *in, int64_t n, Perturbation &nudge) {
  double largest = std::accumulate(in, in + n, -infinity, maximum);
  if (!std::isfinite(largest))
    return largest;
  double sum = 0;
  for (int64_t i = 0; i < n; ++i)
    sum += std::exp(in[i] - largest);
  return largest + std::log(nudge.apply(sum, sum, n));
}

Tensor Evaluator::reduction(const Expr &expr, const std::vector<Tensor> &args) {
  const Tensor &x = args[0];
  auto reduce = [&](auto fn) {
    return reduceFibres(expr.type.element, x, expr.dims, fn);
  };
  switch (expr.builtin) {
  case Builtin::Sum:
    return reduce([&](const double *in, int64_t n) { return sumOf(in, n); });
  case Builtin::Mean:
    return reduce(
        [&](const double *in, int64_t n) { return sumOf(in, n) / n; });
  case Builtin::Var:
    return reduce([&](const double *in, int64_t n) {
      double mean = sumOf(in, n) / n;
      std::vector<double> squares(n);
      for (int64_t i = 0; i < n; ++i)
        squares[i] = (in[i] - mean) * (in[i] - mean);
      return sumOf(squares.data(), n) / n;
    });
  case Builtin::Prod:
    return reduce([&](const double *in, int64_t n) {
      double product =
          std::accumulate(in, in + n, 1.0, std::multiplies<double>());
      return perturbation.apply(product, std::abs(product), n);
    });
  case Builtin::Max:
    return reduce([](const double *in, int64_t n) {
      return std::accumulate(in, in + n, -infinity, maximum);
    });
  case Builtin::Min:
    return reduce([](const double *in, int64_t n) {
      return std::accumulate(in, in + n, infinity, minimum);
    });
  case Builtin::LogSumExp:
    return reduce([&](const double *in, int64_t n) {
      return logSumExp(in, n, perturbation);
    });
  case Builtin::Any:
    return reduce([](const double *in, int64_t n) {
      return double(std::any_of(in, in + n, [](double v) { return v != 0; }));
    });
  case Builtin::All:
    return reduce([](const double *in, int64_t n) {
      return double(std::all_of(in, in + n, [](double v) { return v != 0; }));
    });
  case Builtin::ArgMax:
    return reduce([](const double *in, int64_t n) {
      return double(orderDescending(in, n).front());
    });
  case Builtin::ArgMin:
    return reduce(argmin);
  default:
    break;
  }

  int64_t size = 1;
  for (const Dimension *dim : expr.dims)
    size *= x.sizes[x.axis(dim)];
  int64_t count = countArgument(args[1], size);
  if (failed())
    return {};
  if (expr.builtin == Builtin::Kth)
    return reduce([count](const double *in, int64_t n) {
      return in[orderDescending(in, n)[count - 1]];
    });
  return reduce([&](const double *in, int64_t n) {
    std::vector<int64_t> order = orderDescending(in, n);
    std::vector<double> terms;
    for (int64_t i = 0; i < count; ++i)
      terms.push_back(in[order[i]]);
    return sumOf(terms.data(), count);
  });
}

Tensor Evaluator::normalisation(const Expr &expr, const Tensor &x,
                                Frame &frame) {
  double eps = namedNumber(expr, "eps", 0, frame);
  if (failed())
    return {};
  bool subtractsMean = expr.builtin == Builtin::LayerNorm;
  bool dividesByCount = expr.builtin != Builtin::L2Norm;
  return rewriteFibres(expr.type.element, x, expr.dims,
                       [&](const double *in, int64_t n, double *out) {
                         double mean = subtractsMean ? sumOf(in, n) / n : 0;
                         std::vector<double> squares(n);
                         for (int64_t i = 0; i < n; ++i)
                           squares[i] = (in[i] - mean) * (in[i] - mean);
                         double sum = sumOf(squares.data(), n);
                         double size =
                             std::sqrt((dividesByCount ? sum / n : sum) + eps);
                         for (int64_t i = 0; i < n; ++i)
                           out[i] = (in[i] - mean) / size;
                       });
}

Tensor Evaluator::softmax(const Expr &expr, const Tensor &x, Frame &frame) {
  Tensor mask, sink;
  const Expr *maskExpr = expr.findNamed("mask");
  const Expr *sinkExpr = expr.findNamed("sink");
  if (maskExpr)
    mask = evaluateTensor(*maskExpr, frame);
  if (sinkExpr && !failed())
    sink = evaluateTensor(*sinkExpr, frame);
  if (failed())
    return {};
  return maskedSoftmax(x, maskExpr ? &mask : nullptr,
                       sinkExpr ? &sink : nullptr, expr.dims,
                       expr.builtin == Builtin::LogSoftmax);
}

/// One row; `isIn` may be null, `sink` an infinity below for none.
static void softmaxRow(const double *in, const double *isIn, double sink,
                       int64_t n, bool isLog, double *out,
                       Perturbation &perturbation) {
  double largest = sink;
  int64_t terms = 0;
  for (int64_t i = 0; i < n; ++i)
    if (!isIn || isIn[i] != 0) {
      largest = maximum(largest, in[i]);
      ++terms;
    }
  std::fill(out, out + n, 0.0);
  if (terms == 0)
    return;
  double sum = std::isinf(sink) ? 0 : std::exp(sink - largest);
  for (int64_t i = 0; i < n; ++i)
    if (!isIn || isIn[i] != 0)
      sum += std::exp(in[i] - largest);
  sum = perturbation.apply(sum, sum, terms);
  for (int64_t i = 0; i < n; ++i)
    if (!isIn || isIn[i] != 0)
      out[i] = isLog ? in[i] - largest - std::log(sum)
                     : std::exp(in[i] - largest) / sum;
}

Tensor Evaluator::maskedSoftmax(const Tensor &x, const Tensor *mask,
                                const Tensor *sink, const DimList &along,
                                bool isLog) {
  std::vector<const Tensor *> all{&x};
  for (const Tensor *more : {mask, sink})
    if (more)
      all.push_back(more);
  Shape shape = unionOf(all);
  DimList outer = without(shape.dims, along), order = outer;
  order.insert(order.end(), along.begin(), along.end());
  Tensor values = expandTo(x, shape.dims, shape.sizes).permuted(order);
  SizeList outerSizes = interpreter::sizesOf(values, outer);
  values = values.contiguous();
  Tensor isIn;
  if (mask)
    isIn =
        expandTo(*mask, shape.dims, shape.sizes).permuted(order).contiguous();
  std::vector<int64_t> sinks;
  if (sink)
    sinks = offsetsOver(*sink, outer, outerSizes);

  Tensor result = Tensor::make(x.element, order, values.sizes);
  int64_t n = 1;
  for (size_t d = outer.size(); d < order.size(); ++d)
    n *= values.sizes[d];
  for (int64_t row = 0; row * n < result.count(); ++row)
    softmaxRow(values.data() + row * n, mask ? isIn.data() + row * n : nullptr,
               sink ? (*sink->storage)[sinks[row]] : -infinity, n, isLog,
               result.data() + row * n, perturbation);
  return result;
}

} // namespace spex::interpreter
