//===- PerturbationTest.cpp - What a disturbed run changes ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic is off by its rounding, where there is any.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Perturbation.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using spex::interpreter::Perturbation;

namespace {
const double single = std::ldexp(1, -24), twice = std::ldexp(1, -53);

TEST(PerturbationTest, LeavesWhatIsExact) {
  Perturbation disturbed(1, single);
  double infinity = std::numeric_limits<double>::infinity();
  for (double value : {0.0, 2.0, -0.75, 16777216.0, infinity, -infinity})
    EXPECT_EQ(disturbed.applyRounding(value), value);
  EXPECT_TRUE(std::isnan(disturbed.applyRounding(std::nan(""))));
}

// A fair coin shows fewer heads or more once in 10^9 times.
void expectFair(int heads) {
  EXPECT_GT(heads, 20);
  EXPECT_LT(heads, 80);
}

TEST(PerturbationTest, RoundsUpOrDown) {
  Perturbation disturbed(1, single);
  int up = 0;
  for (int i = 0; i < 100; ++i) {
    double value = 1 + i + 1e-9;
    double change = disturbed.applyRounding(value) - value;
    EXPECT_NEAR(std::abs(change), single * value, 1e-13);
    up += change > 0;
  }
  expectFair(up);
}

TEST(PerturbationTest, KeepsEqualResultsOfAnOperationEqual) {
  Perturbation disturbed(1, single);
  double value = 1 + 1e-9;
  int up = 0;
  for (int i = 0; i < 100; ++i) {
    disturbed.beginOperation();
    double result = disturbed.applyRounding(value);
    EXPECT_EQ(disturbed.applyRounding(value), result);
    up += result > value;
  }
  expectFair(up);
}

TEST(PerturbationTest, KnowsNoRoundingOfDoubles) {
  Perturbation disturbed(1, twice);
  EXPECT_EQ(disturbed.applyRounding(1 + 1e-9), 1 + 1e-9);
  EXPECT_EQ(Perturbation().applyRounding(1 + 1e-9), 1 + 1e-9);
}
} // namespace
