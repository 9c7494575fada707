//===- TensorTest.cpp - Rounding, views and contraction -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pieces below the interpreter.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Operations.h"
#include "compiler/Interpreter/Rounding.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

using namespace spex;
using namespace spex::interpreter;

namespace {
Dimension named(const char *name, int64_t size) {
  Dimension dim;
  dim.name = name;
  dim.size = size;
  return dim;
}

/// 0, 1, 2, ... row-major.
Tensor counting(DimList dims, SizeList sizes) {
  Tensor tensor = Tensor::make(ElementType::F32, dims, sizes);
  std::iota(tensor.storage->begin(), tensor.storage->end(), 0.0);
  return tensor;
}
} // namespace

TEST(RoundingTest, RoundsHalvesToEven) {
  // bf16 keeps 8 digits: 256 + 1 lies between 256 and 258.
  EXPECT_EQ(roundTo(ElementType::BF16, 257), 256);
  EXPECT_EQ(roundTo(ElementType::BF16, 259), 260);
  EXPECT_EQ(roundTo(ElementType::F16, 2049), 2048);
  EXPECT_EQ(roundTo(ElementType::F16, 2051), 2052);
  EXPECT_EQ(roundTo(ElementType::F32, 16777217), 16777216);
}

TEST(RoundingTest, RoundsOnceFromF64) {
  // Through f32 this would first become a tie and then go down to 1.
  double value = 1 + std::ldexp(1, -8) + std::ldexp(1, -40);
  EXPECT_EQ(roundTo(ElementType::BF16, value), 1 + std::ldexp(1, -7));
}

TEST(RoundingTest, KnowsTheEndsOfEachFormat) {
  EXPECT_EQ(roundTo(ElementType::F16, 65519), 65504);
  EXPECT_EQ(roundTo(ElementType::F16, 65520), HUGE_VAL);
  EXPECT_EQ(roundTo(ElementType::F16, std::ldexp(1, -24)), std::ldexp(1, -24));
  EXPECT_EQ(roundTo(ElementType::F16, std::ldexp(1, -25)), 0);
  EXPECT_EQ(roundTo(ElementType::BF16, 1e39), HUGE_VAL);
  EXPECT_TRUE(std::isnan(roundTo(ElementType::F16, NAN)));
}

TEST(RoundingTest, KnowsTheLastPlace) {
  EXPECT_EQ(unitInLastPlace(ElementType::F32, 1), std::ldexp(1, -23));
  EXPECT_EQ(unitInLastPlace(ElementType::F32, -1.5), std::ldexp(1, -23));
  EXPECT_EQ(unitInLastPlace(ElementType::F32, 0), std::ldexp(1, -149));
  EXPECT_EQ(unitInLastPlace(ElementType::BF16, 2), std::ldexp(1, -6));
  EXPECT_EQ(unitInLastPlace(ElementType::Index, 2), 0);
  EXPECT_EQ(smallestNormal(ElementType::F16), std::ldexp(1, -126));
  EXPECT_EQ(smallestNormal(ElementType::F64), std::ldexp(1, -1022));
  EXPECT_EQ(smallestNormal(ElementType::Bool), 0);
}

TEST(TensorTest, ViewsShareNumbers) {
  Dimension a = named("A", 2), b = named("B", 3), c = named("C", 2);
  Tensor x = counting({&a, &b}, {2, 3});
  EXPECT_EQ(*x.permuted({&b, &a}).contiguous().storage,
            (std::vector<double>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(*x.picked(1, 2).contiguous().storage, (std::vector<double>{2, 5}));
  EXPECT_EQ(*x.sliced(1, 1, 2, &c).contiguous().storage,
            (std::vector<double>{1, 2, 4, 5}));
  EXPECT_EQ(*x.picked(0, 1).repeated(&c, 2).contiguous().storage,
            (std::vector<double>{3, 4, 5, 3, 4, 5}));
}

TEST(TensorTest, ElementwiseWorksOnTheUnionOfDims) {
  Dimension a = named("A", 2), b = named("B", 3);
  Tensor x = counting({&a}, {2}), y = counting({&b}, {3});
  Tensor sum = mapElements(ElementType::F32, x, y,
                           [](double p, double q) { return 10 * p + q; });
  EXPECT_EQ(*sum.permuted({&a, &b}).contiguous().storage,
            (std::vector<double>{0, 1, 2, 10, 11, 12}));
}

TEST(TensorTest, ContractsByName) {
  Dimension a = named("A", 2), b = named("B", 3), c = named("C", 2),
            g = named("G", 2);
  Perturbation none;
  Tensor x = counting({&a, &b}, {2, 3}), w = counting({&b, &c}, {3, 2});
  // [0 1 2; 3 4 5] times [0 1; 2 3; 4 5].
  Tensor product = contract(x, w, {&b}, none).permuted({&a, &c}).contiguous();
  EXPECT_EQ(*product.storage, (std::vector<double>{10, 13, 28, 40}));
  // Transposed operands are the same: names decide.
  product = contract(x.permuted({&b, &a}), w.permuted({&c, &b}), {&b}, none)
                .permuted({&a, &c})
                .contiguous();
  EXPECT_EQ(*product.storage, (std::vector<double>{10, 13, 28, 40}));
  // A dim of both that is not contracted is aligned.
  Tensor p = counting({&g, &b}, {2, 3}), q = counting({&b, &g}, {3, 2});
  Tensor dots = contract(p, q, {&b}, none);
  // 0*0 + 1*2 + 2*4 and 3*1 + 4*3 + 5*5.
  EXPECT_EQ(*dots.contiguous().storage, (std::vector<double>{10, 40}));
}

TEST(TensorTest, ContractsSeveralDims) {
  Dimension a = named("A", 2), b = named("B", 3), c = named("C", 2);
  Perturbation none;
  Tensor x = counting({&a, &b}, {2, 3}), w = counting({&a, &b, &c}, {2, 3, 2});
  // sum of i * 2i and of i * (2i + 1) for i in 0..5.
  EXPECT_EQ(*contract(x, w, {&a, &b}, none).contiguous().storage,
            (std::vector<double>{110, 125}));
}

TEST(PerturbationTest, MovesByWhatRoundingMayAddUpTo) {
  Dimension a = named("A", 4);
  Tensor x = counting({&a}, {4}), y = counting({&a}, {4});
  double roundoff = unitRoundoff(ElementType::F32);
  Perturbation first(1, roundoff), again(1, roundoff);
  double value = contract(x, y, {&a}, first).single();
  // 0 + 1 + 4 + 9 = 14 from four terms: 14 +- 2 * 2^-24 * 14.
  EXPECT_DOUBLE_EQ(std::abs(value - 14), 2 * std::ldexp(1, -24) * 14);
  EXPECT_EQ(contract(x, y, {&a}, again).single(), value);
}
