//===- Accuracy.cpp - How far the elementary functions are off ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every function of one f32 is compared with libm in f64 at every 509th bit
// pattern, which is 8 million arguments; SPEX_EVERY=1 takes all of them. The
// bounds stated here are the largest errors over all arguments, rounded up.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/Passes.h"
#include "test/Unit/ExpandMath/Evaluator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace mlir;

namespace {
float asFloat(uint32_t bits) {
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}
uint32_t asBits(float f) {
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  return bits;
}

/// The distance of `got` from `want` in units in the last place of f32.
double errorInUlp(float got, double want) {
  float rounded = static_cast<float>(want);
  if (std::isnan(want) || std::isnan(got))
    return std::isnan(want) && std::isnan(got) ? 0 : INFINITY;
  if (std::isinf(got) && std::isinf(rounded))
    return got == rounded ? 0 : INFINITY;
  if (std::isinf(got) || std::isinf(rounded)) {
    // The threshold of overflow lies within a few units of the largest number.
    float finite = std::isinf(got) ? rounded : got;
    return std::abs(finite) >= asFloat(0x7f7ffffe) ? 1 : INFINITY;
  }
  int exponent = want == 0 ? -126 : std::max(std::ilogb(want), -126);
  return std::abs(got - want) / std::ldexp(1, exponent - 23);
}

class ExpandMath : public testing::Test {
protected:
  ExpandMath() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        math::MathDialect>();
  }

  template <class Op> Evaluator expand(int operands = 1, bool f64 = false) {
    OpBuilder b(&context);
    module = ModuleOp::create(b.getUnknownLoc());
    b.setInsertionPointToStart(module->getBody());
    Type type = f64 ? Type(b.getF64Type()) : b.getF32Type();
    SmallVector<Type> inputs(operands, type);
    auto function = func::FuncOp::create(b, b.getUnknownLoc(), "f",
                                         b.getFunctionType(inputs, type));
    b.setInsertionPointToStart(function.addEntryBlock());
    Value y = Op::create(b, b.getUnknownLoc(), function.getArguments());
    func::ReturnOp::create(b, b.getUnknownLoc(), y);
    PassManager manager(&context);
    manager.addPass(spex::createExpandMathPass());
    EXPECT_TRUE(succeeded(manager.run(*module)));
    return Evaluator(function);
  }

  /// The largest error over the arguments of at most `limit` in size.
  template <class Op>
  void check(double (*exact)(double), double bound, float limit = INFINITY) {
    Evaluator f = expand<Op>();
    const char *every = std::getenv("SPEX_EVERY");
    uint64_t step = every ? std::strtoull(every, nullptr, 10) : 509;
    double worst = 0;
    float worstAt = 0;
    for (uint64_t next = 0; next < (1ull << 32);
         next += step * Evaluator::lanes) {
      for (int i = 0; i < Evaluator::lanes; ++i)
        f.argument(0)[i] = static_cast<uint32_t>(next + i * step);
      auto &result = f.run();
      for (int i = 0; i < Evaluator::lanes; ++i) {
        float x = asFloat(static_cast<uint32_t>(next + i * step));
        if (std::abs(x) > limit)
          continue;
        double error = errorInUlp(asFloat(result[i]), exact(x));
        if (error > worst) {
          worst = error;
          worstAt = x;
        }
      }
    }
    RecordProperty("ulp", std::to_string(worst));
    std::printf("  largest error %.3f ulp at %a\n", worst, worstAt);
    EXPECT_LE(worst, bound) << "at " << worstAt;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

double rsqrt(double x) { return 1 / std::sqrt(x); }

TEST_F(ExpandMath, exp) { check<math::ExpOp>(std::exp, 1.1); }
TEST_F(ExpandMath, exp2) { check<math::Exp2Op>(std::exp2, 1.1); }
TEST_F(ExpandMath, expm1) { check<math::ExpM1Op>(std::expm1, 2); }
TEST_F(ExpandMath, tanh) { check<math::TanhOp>(std::tanh, 2); }
TEST_F(ExpandMath, erf) { check<math::ErfOp>(std::erf, 1.1); }
TEST_F(ExpandMath, erfc) { check<math::ErfcOp>(std::erfc, 2.5); }
TEST_F(ExpandMath, log) { check<math::LogOp>(std::log, 1.1); }
TEST_F(ExpandMath, log2) { check<math::Log2Op>(std::log2, 1.6); }
TEST_F(ExpandMath, log10) { check<math::Log10Op>(std::log10, 1.6); }
TEST_F(ExpandMath, log1p) { check<math::Log1pOp>(std::log1p, 1.6); }
TEST_F(ExpandMath, sin) { check<math::SinOp>(std::sin, 1.6, 0x1p40f); }
TEST_F(ExpandMath, cos) { check<math::CosOp>(std::cos, 1.6, 0x1p40f); }
TEST_F(ExpandMath, rsqrt) { check<math::RsqrtOp>(rsqrt, 1.6); }

TEST_F(ExpandMath, powf) {
  Evaluator f = expand<math::PowFOp>(2);
  const float special[] = {0,     1,         -1,     2,        -2,
                           3,     -3,        0.5f,   -0.5f,    1e9f,
                           1e-9f, 1e30f,     -1e30f, INFINITY, -INFINITY,
                           NAN,   0x1p-149f, 127,    7.5f};
  // No -0: it equals 0 here, while C gives (-0)^-1 another sign.
  double worst = 0;
  uint32_t state = 1;
  auto compare = [&](const std::vector<std::array<float, 2>> &pairs) {
    for (auto [i, pair] : llvm::enumerate(pairs)) {
      f.argument(0)[i] = asBits(pair[0]);
      f.argument(1)[i] = asBits(pair[1]);
    }
    auto &result = f.run();
    for (auto [i, pair] : llvm::enumerate(pairs)) {
      double error = errorInUlp(asFloat(result[i]),
                                std::pow(double(pair[0]), double(pair[1])));
      EXPECT_LE(error, 1.0) << pair[0] << "^" << pair[1];
      worst = std::max(worst, error);
    }
  };
  std::vector<std::array<float, 2>> pairs;
  for (float x : special)
    for (float y : special)
      pairs.push_back({x, y});
  compare(pairs);
  for (int round = 0; round < 4000; ++round) {
    pairs.clear();
    for (int i = 0; i < Evaluator::lanes; ++i) {
      auto random = [&] { return state = state * 1664525u + 1013904223u; };
      float x = std::ldexp(1 + random() * 0x1p-32f, int(random() >> 25) - 64);
      float y = (random() * 0x1p-31f - 1) * (round % 2 ? 1 : 20);
      pairs.push_back({x, y});
    }
    compare(pairs);
  }
  std::printf("  largest error %.3f ulp\n", worst);
}

/// f64 at random arguments between `low` and `high`, against libm in more
/// digits: its own f64 is off by up to 5 units.
template <class Op, class Test>
void checkWide(Evaluator f, Test exact, double low, double high,
               double bound = 2) {
  uint64_t state = 1;
  double worst = 0;
  for (int round = 0; round < 2000; ++round) {
    std::array<double, Evaluator::lanes> x;
    for (int i = 0; i < Evaluator::lanes; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      x[i] = low + (high - low) * (state >> 11) * 0x1p-53;
      std::memcpy(&f.argument(0)[i], &x[i], 8);
    }
    auto &result = f.run();
    for (int i = 0; i < Evaluator::lanes; ++i) {
      long double want = exact(x[i]);
      double got;
      std::memcpy(&got, &result[i], 8);
      double error = std::abs(got - want);
      worst = std::max(worst, error / std::ldexp(1, std::ilogb(want) - 52));
    }
  }
  std::printf("  largest error %.3f ulp of f64\n", worst);
  EXPECT_LE(worst, bound);
}

TEST_F(ExpandMath, sin_f64) {
  checkWide<math::SinOp>(
      expand<math::SinOp>(1, true), [](long double x) { return std::sin(x); },
      -2e6, 2e6);
}
TEST_F(ExpandMath, cos_f64) {
  checkWide<math::CosOp>(
      expand<math::CosOp>(1, true), [](long double x) { return std::cos(x); },
      -2e6, 2e6);
}
TEST_F(ExpandMath, exp_f64) {
  checkWide<math::ExpOp>(
      expand<math::ExpOp>(1, true), [](long double x) { return std::exp(x); },
      -700, 700);
}
TEST_F(ExpandMath, expm1_f64) {
  for (double end : {0x1p-40, 1.0, 50.0, 700.0})
    checkWide<math::ExpM1Op>(
        expand<math::ExpM1Op>(1, true),
        [](long double x) { return std::expm1(x); }, -end, end);
}
TEST_F(ExpandMath, tanh_f64) {
  for (double end : {0x1p-40, 1.0, 25.0})
    checkWide<math::TanhOp>(
        expand<math::TanhOp>(1, true),
        [](long double x) { return std::tanh(x); }, -end, end, 2.7);
}
TEST_F(ExpandMath, erf_f64) {
  for (double end : {0x1p-40, 1.0, 8.0})
    checkWide<math::ErfOp>(
        expand<math::ErfOp>(1, true), [](long double x) { return std::erf(x); },
        -end, end);
}
TEST_F(ExpandMath, erfc_f64) {
  for (double end : {1.0, 5.0, 26.5})
    checkWide<math::ErfcOp>(
        expand<math::ErfcOp>(1, true),
        [](long double x) { return std::erfc(x); }, -end, end, 3.5);
}
TEST_F(ExpandMath, log_f64) {
  checkWide<math::LogOp>(
      expand<math::LogOp>(1, true), [](long double x) { return std::log(x); },
      0, 10);
}
} // namespace
