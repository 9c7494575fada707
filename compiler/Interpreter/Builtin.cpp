//===- Builtin.cpp - Which built-in function does what --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sends every function of Builtins.def to its group, and reads arguments that
// must be numbers.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"

#include <cmath>

namespace spex::interpreter {

/// The function's name as the user writes it.
static const char *spelling(Builtin builtin) {
  switch (builtin) {
#define BUILTIN(name, text, ...)                                               \
  case Builtin::name:                                                          \
    return text;
#include "compiler/Builtins.def"
  }
  return "";
}

Tensor Evaluator::builtin(const Expr &expr, std::vector<Tensor> args,
                          Frame &frame) {
  switch (expr.builtin) {
  case Builtin::Max:
  case Builtin::Min:
    return expr.dims.empty() ? disturbed(elementwise(expr, args))
                             : reduction(expr, args);
  case Builtin::Sum:
  case Builtin::Mean:
  case Builtin::Prod:
  case Builtin::LogSumExp:
  case Builtin::Var:
  case Builtin::Any:
  case Builtin::All:
  case Builtin::ArgMax:
  case Builtin::ArgMin:
  case Builtin::Kth:
  case Builtin::TopSum:
    return reduction(expr, args);
  case Builtin::RmsNorm:
  case Builtin::LayerNorm:
  case Builtin::L2Norm:
    return normalisation(expr, args[0], frame);
  case Builtin::Softmax:
  case Builtin::LogSoftmax:
    return softmax(expr, args[0], frame);
  case Builtin::CumSum:
  case Builtin::Sort:
  case Builtin::InTop:
  case Builtin::Shift:
  case Builtin::Last:
  case Builtin::CrossEntropy:
    return alongAxis(expr, args, frame);
  case Builtin::Rope:
    return rope(expr, args[0], frame);
  case Builtin::Dot:
    return contract(args[0], args[1], expr.dims, perturbation);
  case Builtin::Outer:
    return mapElements(expr.type.element, args[0], args[1],
                       [](double a, double b) { return a * b; });
  case Builtin::Expand:
  case Builtin::Split:
  case Builtin::Merge:
  case Builtin::Concat:
  case Builtin::Slice:
  case Builtin::Windows:
  case Builtin::OneHot:
    return reshape(expr, args, frame);
  case Builtin::Range:
  case Builtin::Causal:
  case Builtin::Window:
  case Builtin::Chunk:
  case Builtin::SameMask:
  case Builtin::Bits:
  case Builtin::Zeros:
  case Builtin::Ones:
    return position(expr, args);
  case Builtin::Sinkhorn:
    return sinkhorn(expr, args[0], frame);
  case Builtin::Dropout:
  case Builtin::DropPath:
  case Builtin::Jitter:
  case Builtin::Noise:
  case Builtin::StopGradient:
  case Builtin::GradScale:
  case Builtin::StraightThrough:
    return args[0]; // what they are at inference
  case Builtin::Normal:
  case Builtin::Uniform:
  case Builtin::Gumbel:
  case Builtin::Categorical:
  case Builtin::Chance:
  case Builtin::Dirichlet:
  case Builtin::DrawIndex:
    return draw(expr, args, frame);
  case Builtin::BestMatch:
  case Builtin::Bucket:
  case Builtin::Bytes:
  case Builtin::Npy:
  case Builtin::Csv:
    fail(std::string("`") + spelling(expr.builtin) +
         "` belongs to a later release [E0010]");
    return {};
  default:
    return disturbed(elementwise(expr, args));
  }
}

double Evaluator::namedNumber(const Expr &expr, const char *name,
                              double otherwise, Frame &frame) {
  const Expr *value = expr.findNamed(name);
  return value ? evaluateNumber(*value, frame) : otherwise;
}

int64_t Evaluator::countArgument(const Tensor &value, int64_t size) {
  double count = value.single();
  if (count == std::floor(count) && count >= 1 && count <= size)
    return static_cast<int64_t>(count);
  fail("a count must be a whole number from 1 to " + std::to_string(size) +
       " [E0208]");
  return 0;
}

double Evaluator::sumOf(const double *terms, int64_t n) {
  double sum = 0, magnitude = 0;
  for (int64_t i = 0; i < n; ++i) {
    sum += terms[i];
    magnitude += std::abs(terms[i]);
  }
  return perturbation.apply(sum, magnitude, n);
}

} // namespace spex::interpreter
