//===- BuiltinTest.cpp - What the built-in functions give -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values of language.md, section 7, worked out by hand or from closed forms.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Interpreter/ReferenceModel.h"

#include <cmath>

using namespace spex;
using namespace spex::interpreter;

namespace {
/// A model of one input x: [A, N] in f64, so that nothing is rounded.
struct BuiltinTest : testing::Test {
  ReferenceModel b;
  Dimension *a = b.dim("A", 2), *n = b.dim("N", 4);
  int x = ProgramBuilder::addInput(*b.model, "x", wide({a, n}));

  static Type wide(Dims dims) { return typeOf(dims, ElementType::F64); }
  ExprPtr input() { return local(*b.model, x); }

  std::vector<double> evaluate(ExprPtr expr) {
    ProgramBuilder::giveBack(*b.model, std::move(expr));
    RunResult result = b.run();
    EXPECT_EQ(result.error, "");
    b.model->body.clear();
    return result.error.empty() ? numbersOf(result.outputs[0])
                                : std::vector<double>();
  }
  std::vector<double> reduce(Builtin function) {
    return evaluate(builtin(function, wide({a}), {n}, input()));
  }
  std::vector<double> keep(Builtin function) {
    return evaluate(builtin(function, wide({a, n}), {n}, input()));
  }
  std::vector<double> map(Builtin function) {
    return evaluate(builtin(function, wide({a, n}), {}, input()));
  }
};
} // namespace

TEST_F(BuiltinTest, ElementwiseFunctions) {
  b.set("x", {-2, -0.5, 0, 0.5, 1, 1.5, 2.5, 3});
  expectNear(map(Builtin::Relu), {0, 0, 0, 0.5, 1, 1.5, 2.5, 3}, 0);
  expectNear(map(Builtin::Sign), {-1, -1, 0, 1, 1, 1, 1, 1}, 0);
  // Halves to even.
  expectNear(map(Builtin::Round), {-2, -0.0, 0, 0, 1, 2, 2, 3}, 0);
  expectNear(map(Builtin::Gelu),
             {-0.0455002639, -0.1542687694, 0, 0.3457312306, 0.8413447461,
              1.3997891981, 2.4844758367, 2.9959503059},
             1e-9);
  expectNear(map(Builtin::GeluTanh),
             {-0.0454023059, -0.1542859902, 0, 0.3457140098, 0.8411919906,
              1.3995715770, 2.4849157339, 2.9963626079},
             1e-9);
  expectNear(map(Builtin::Silu),
             {-0.2384058440, -0.1887703344, 0, 0.3112296656, 0.7310585786,
              1.2263617143, 2.3103545499, 2.8577223805},
             1e-9);
}

TEST_F(BuiltinTest, FunctionsThatAreNearZeroKeepTheirDigits) {
  b.set("x", {-12, -12, -6, -6, 0, 0, 0, 0});
  // erfc(12 / sqrt 2) / 2, and -6 / (1 + exp(12.505...)).
  std::vector<double> cdf = map(Builtin::NormalCdf);
  EXPECT_NEAR(cdf[0], 1.776482112077679e-33, 1e-47);
  EXPECT_NEAR(map(Builtin::Gelu)[0], -12 * cdf[0], 1e-46);
  EXPECT_NEAR(map(Builtin::GeluTanh)[2], -8.439646700762297e-11, 1e-23);
}

TEST_F(BuiltinTest, Reductions) {
  b.set("x", {1, 2, 3, 4, -1, 5, 5, 0});
  expectNear(reduce(Builtin::Sum), {10, 9}, 0);
  expectNear(reduce(Builtin::Mean), {2.5, 2.25}, 0);
  // Divided by n, not by n - 1.
  expectNear(reduce(Builtin::Var), {1.25, 7.6875}, 0);
  expectNear(reduce(Builtin::Max), {4, 5}, 0);
  expectNear(reduce(Builtin::Min), {1, -1}, 0);
  expectNear(reduce(Builtin::Prod), {24, 0}, 0);
  // Ties to the lower position.
  expectNear(reduce(Builtin::ArgMax), {3, 1}, 0);
  expectNear(reduce(Builtin::ArgMin), {0, 0}, 0);
  expectNear(reduce(Builtin::LogSumExp), {4.4401896986, 5.6977449442}, 1e-9);
}

TEST_F(BuiltinTest, LargestValues) {
  b.set("x", {1, 4, 3, 4, -1, 5, 5, NAN});
  Type one = wide({a});
  expectNear(evaluate(builtin(Builtin::Kth, one, {n}, input(), number(3))),
             {3, -1}, 0);
  expectNear(evaluate(builtin(Builtin::TopSum, one, {n}, input(), number(2))),
             {8, 10}, 0);
  // Ties to the lower position, NaN last.
  expectNear(
      evaluate(builtin(Builtin::InTop, wide({a, n}), {n}, input(), number(1))),
      {0, 1, 0, 0, 0, 1, 0, 0}, 0);
}

TEST_F(BuiltinTest, AlongAnAxis) {
  b.set("x", {3, 1, 4, 1, 5, 9, 2, 6});
  expectNear(keep(Builtin::CumSum), {3, 4, 8, 9, 5, 14, 16, 22}, 0);
  expectNear(keep(Builtin::Sort), {1, 1, 3, 4, 2, 5, 6, 9}, 0);
  ExprPtr shift = builtin(Builtin::Shift, wide({a, n}), {n}, input());
  shift->named.emplace_back("by", number(1, ElementType::Int));
  expectNear(evaluate(std::move(shift)), {0, 3, 1, 4, 0, 5, 9, 2}, 0);
  expectNear(evaluate(builtin(Builtin::Last, wide({a}), {n}, input())), {1, 6},
             0);
}

TEST_F(BuiltinTest, SoftmaxLeavesOutWhatTheMaskLeavesOut) {
  b.set("x", {0, std::log(2), std::log(5), 1000, 1, 2, 3, 4});
  int mask = ProgramBuilder::addInput(*b.model, "mask",
                                      typeOf({a, n}, ElementType::Bool));
  b.set("mask", {1, 1, 1, 0, 0, 0, 0, 0});
  ExprPtr softmax = builtin(Builtin::Softmax, wide({a, n}), {n}, input());
  softmax->named.emplace_back("mask", local(*b.model, mask));
  // 1 : 2 : 5; a row without any true entry is 0.
  expectNear(evaluate(std::move(softmax)), {0.125, 0.25, 0.625, 0, 0, 0, 0, 0},
             1e-15);
}

TEST_F(BuiltinTest, SoftmaxAddsTheSink) {
  b.set("x", {0, 0, 0, 0, std::log(3), 0, 0, 0});
  ExprPtr softmax = builtin(Builtin::Softmax, wide({a, n}), {n}, input());
  softmax->named.emplace_back("sink", number(std::log(4)));
  // Denominators 4 + 4 and 6 + 4.
  expectNear(evaluate(std::move(softmax)),
             {.125, .125, .125, .125, .3, .1, .1, .1}, 1e-15);
}

TEST_F(BuiltinTest, Norms) {
  b.set("x", {1, 1, 1, 1, 1, 2, 3, 4});
  auto norm = [&](Builtin function, double eps) {
    ExprPtr expr = builtin(function, wide({a, n}), {n}, input());
    expr->named.emplace_back("eps", number(eps, ElementType::F64));
    return evaluate(std::move(expr));
  };
  double rms = std::sqrt(7.5 + 3); // mean of 1, 4, 9, 16 is 7.5
  expectNear(norm(Builtin::RmsNorm, 3),
             {.5, .5, .5, .5, 1 / rms, 2 / rms, 3 / rms, 4 / rms}, 1e-15);
  double deviation = std::sqrt(1.25 + 1);
  expectNear(norm(Builtin::LayerNorm, 1),
             {0, 0, 0, 0, -1.5 / deviation, -.5 / deviation, .5 / deviation,
              1.5 / deviation},
             1e-15);
  double length = std::sqrt(30 + 6.0);
  double ones = std::sqrt(4 + 6.0);
  expectNear(norm(Builtin::L2Norm, 6),
             {1 / ones, 1 / ones, 1 / ones, 1 / ones, 1 / length, 2 / length,
              3 / length, 4 / length},
             1e-15);
}

TEST_F(BuiltinTest, RopeTurnsPairs) {
  b.set("x", {1, 2, 3, 4, 1, 2, 3, 4});
  auto rope = [&](const char *style) {
    ExprPtr expr = builtin(Builtin::Rope, wide({a, n}), {n}, input());
    expr->along = a;
    expr->named.emplace_back("theta", number(1e4));
    expr->words.emplace_back("style", style);
    return evaluate(std::move(expr));
  };
  // Position 1 turns pair 0 by 1 and pair 1 by 1e4^(-1/2) = 0.01.
  double c = std::cos(1), s = std::sin(1), d = std::cos(.01), t = std::sin(.01);
  expectNear(
      rope("half"),
      {1, 2, 3, 4, 1 * c - 3 * s, 2 * d - 4 * t, 3 * c + 1 * s, 4 * d + 2 * t},
      1e-14);
  expectNear(
      rope("pairs"),
      {1, 2, 3, 4, 1 * c - 2 * s, 2 * c + 1 * s, 3 * d - 4 * t, 4 * d + 3 * t},
      1e-14);
}

TEST_F(BuiltinTest, YarnStretchesSlowPairs) {
  // Of 128 features with theta 150000, pairs below 8 turn more than 32 times
  // in 4096 positions and keep their speed; those from 35 on turn less than
  // once and are stretched by 32.
  Dimension *features = b.dim("F", 128);
  b.model->inputs.clear();
  b.model->locals.clear();
  x = ProgramBuilder::addInput(*b.model, "x", wide({a, features}));
  std::vector<double> ones(256, 0.0);
  std::fill(ones.begin() + 128, ones.begin() + 192, 1.0);
  b.set("x", ones);
  ExprPtr expr =
      builtin(Builtin::Rope, wide({a, features}), {features}, input());
  expr->along = a;
  expr->named.emplace_back("theta", number(150000));
  expr->named.emplace_back("yarn", number(32));
  std::vector<double> turned = evaluate(std::move(expr));
  ASSERT_EQ(turned.size(), 256u);
  auto angle = [&](int pair) {
    return std::atan2(turned[128 + 64 + pair], turned[128 + pair]);
  };
  EXPECT_NEAR(angle(8), std::pow(150000, -16.0 / 128), 1e-12);
  EXPECT_NEAR(angle(35), std::pow(150000, -70.0 / 128) / 32, 1e-12);
  EXPECT_LT(angle(20), std::pow(150000, -40.0 / 128));
  EXPECT_GT(angle(20), std::pow(150000, -40.0 / 128) / 32);
}

TEST_F(BuiltinTest, ShapesChange) {
  b.set("x", {0, 1, 2, 3, 4, 5, 6, 7});
  Dimension *h = b.dim("H", 2), *w = b.dim("W", 2), *m = b.dim("M", 8),
            *p = b.dim("P", 3);
  ExprPtr split = builtin(Builtin::Split, wide({a, h, w}), {n}, input());
  split->toDims = {h, w};
  ExprPtr merged =
      builtin(Builtin::Merge, wide({a, m}), {h, n},
              builtin(Builtin::Expand, wide({h, a, n}), {h}, input()));
  merged->toDims = {m};
  ExprPtr slice = builtin(Builtin::Slice, wide({a, p}), {n}, input());
  slice->toDims = {p};
  slice->named.emplace_back("from", number(1, ElementType::Int));
  // The first name is the slowest.
  expectNear(evaluate(std::move(split)), {0, 1, 2, 3, 4, 5, 6, 7}, 0);
  expectNear(evaluate(std::move(merged)),
             {0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7}, 0);
  expectNear(evaluate(std::move(slice)), {1, 2, 3, 5, 6, 7}, 0);
}

TEST_F(BuiltinTest, Masks) {
  b.set("x", std::vector<double>(8));
  Dimension *s = b.dim("S", 3), *z = b.dim("Z", 3);
  Type mask = typeOf({s, z}, ElementType::Bool);
  expectNear(evaluate(builtin(Builtin::Causal, mask, {s, z})),
             {1, 0, 0, 1, 1, 0, 1, 1, 1}, 0);
  expectNear(evaluate(builtin(Builtin::Window, mask, {s, z},
                              number(2, ElementType::Int))),
             {1, 1, 0, 1, 1, 1, 0, 1, 1}, 0);
  expectNear(evaluate(builtin(Builtin::Chunk, mask, {s, z},
                              number(2, ElementType::Int))),
             {1, 1, 0, 1, 1, 0, 0, 0, 1}, 0);
  expectNear(evaluate(builtin(Builtin::SameMask, mask, {s, z})),
             {1, 0, 0, 0, 1, 0, 0, 0, 1}, 0);
}

TEST_F(BuiltinTest, RefusesACountBeyondTheSize) {
  b.set("x", std::vector<double>(8));
  ProgramBuilder::giveBack(
      *b.model, builtin(Builtin::Kth, wide({a}), {n}, input(), number(5)));
  EXPECT_EQ(b.run().error,
            "a count must be a whole number from 1 to 4 [E0208]");
}
