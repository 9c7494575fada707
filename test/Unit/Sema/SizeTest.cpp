//===- SizeTest.cpp - Exact sizes -----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 4: exact arithmetic, formulas of bounded dimensions.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Sema/Helpers.h"

#include "compiler/Sema/SizeArithmetic.h"

#include <gtest/gtest.h>

namespace spex::test {
namespace {

TEST(Rational, ReadsNumbersExactly) {
  EXPECT_EQ(*Rational::parse("1_000"), Rational(1000));
  EXPECT_EQ(*Rational::parse("0.05"), *Rational::make(1, 20));
  EXPECT_EQ(*Rational::parse("2.5e-1"), *Rational::make(1, 4));
  EXPECT_EQ(*Rational::parse("1e3"), Rational(1000));
  EXPECT_FALSE(Rational::parse("1e300"));
  EXPECT_FALSE(Rational::parse(std::string(60, '9')));
}

TEST(Rational, RoundsAsTheLanguageSays) {
  Rational half = *Rational::make(5, 2), negative = *Rational::make(-7, 2);
  EXPECT_EQ(half.floor(), Rational(2));
  EXPECT_EQ(half.ceil(), Rational(3));
  EXPECT_EQ(half.roundHalfEven(), Rational(2));
  EXPECT_EQ(Rational::make(7, 2)->roundHalfEven(), Rational(4));
  EXPECT_EQ(negative.floor(), Rational(-4));
  EXPECT_EQ(negative.ceil(), Rational(-3));
  EXPECT_EQ(negative.roundHalfEven(), Rational(-4));
}

TEST(Rational, ReportsOverflowInsteadOfWrapping) {
  Rational huge = *Rational::parse("1e38");
  EXPECT_FALSE(Rational::multiply(huge, huge));
  EXPECT_FALSE(Rational::make(1, 0));
  EXPECT_GT(Rational::compare(huge, Rational(1)), 0);
  EXPECT_DOUBLE_EQ(huge.toDouble(), 1e38);
}

class SizeTest : public testing::Test {
protected:
  SizeTest() {
    s.name = "S";
    s.size = 128;
    t.name = "T";
    t.size = 64;
  }
  Size of(int64_t value) { return SizeArithmetic::constant(value); }
  int64_t formulaAt(const Size &size, int64_t atS, int64_t atT = 1) {
    return arithmetic.formula(size)->evaluate(
        [&](const Dimension *dim) { return dim == &s ? atS : atT; });
  }

  Dimension s, t;
  SizeArithmetic arithmetic;
};

TEST_F(SizeTest, ComparesAsFormulas) {
  Size a = arithmetic.base(&s), b = arithmetic.base(&t);
  Size sum = *SizeArithmetic::add(a, b);
  Size square = *SizeArithmetic::multiply(sum, sum);
  Size spread = *SizeArithmetic::add(
      *SizeArithmetic::add(*SizeArithmetic::multiply(a, a),
                           *SizeArithmetic::multiply(b, b)),
      *SizeArithmetic::multiply(of(2), *SizeArithmetic::multiply(a, b)));
  EXPECT_TRUE(SizeArithmetic::areEqual(square, spread));
  EXPECT_FALSE(SizeArithmetic::areEqual(a, b));
  Size quotient = *SizeArithmetic::divide(*SizeArithmetic::multiply(a, b), b);
  EXPECT_TRUE(SizeArithmetic::areEqual(quotient, a));
}

TEST_F(SizeTest, TreatsFloorAsAnUnknown) {
  Size fifth = *SizeArithmetic::divide(arithmetic.base(&s), of(5));
  Size down = *arithmetic.floor(fifth);
  EXPECT_TRUE(SizeArithmetic::areEqual(down, *arithmetic.floor(fifth)));
  EXPECT_FALSE(SizeArithmetic::areEqual(down, *arithmetic.ceil(fifth)));
  for (int64_t size : {1, 4, 5, 9, 10, 128}) {
    EXPECT_EQ(formulaAt(down, size), size / 5);
    EXPECT_EQ(formulaAt(*arithmetic.ceil(fifth), size), (size + 4) / 5);
  }
}

TEST_F(SizeTest, RoundsHalvesToEven) {
  Size half = *SizeArithmetic::divide(arithmetic.base(&s), of(2));
  Size rounded = *arithmetic.round(half);
  const int64_t expected[] = {0, 1, 2, 2, 2, 3, 4, 4, 4}; // 0.5, 1, 1.5, ...
  for (int64_t size = 1; size <= 9; ++size)
    EXPECT_EQ(formulaAt(rounded, size), expected[size - 1]) << size;
}

TEST_F(SizeTest, TakesTheSmallerAndTheLarger) {
  Size half = *SizeArithmetic::divide(arithmetic.base(&s), of(2));
  Size twice = *SizeArithmetic::multiply(of(2), *arithmetic.min(half, of(8)));
  EXPECT_EQ(formulaAt(twice, 10), 10);
  EXPECT_EQ(formulaAt(twice, 100), 16);
  EXPECT_EQ(formulaAt(*arithmetic.max(arithmetic.base(&s), of(4)), 2), 4);
  EXPECT_EQ(formulaAt(*arithmetic.roundUp(arithmetic.base(&s), of(4)), 9), 12);
}

TEST_F(SizeTest, RefusesFormulasThatGrow) {
  Size size = arithmetic.base(&s);
  for (int i = 0; i < 40; ++i) {
    std::optional<Size> third = SizeArithmetic::divide(size, of(3));
    std::optional<Size> down = third ? arithmetic.floor(*third) : std::nullopt;
    std::optional<Size> next =
        down ? SizeArithmetic::multiply(
                   *down, *SizeArithmetic::add(*down, of(1)))
             : std::nullopt;
    if (!next)
      return;
    size = *next;
  }
  FAIL() << "a formula of 2^40 nodes was accepted";
}

TEST(SizeFormula, EvaluatesOverflowToMinusOne) {
  SizeFormula huge;
  huge.constant = INT64_MAX;
  SizeFormula sum;
  sum.op = SizeFormula::Op::Add;
  sum.args = {huge, huge};
  auto none = [](const Dimension *) { return int64_t(1); };
  EXPECT_EQ(sum.evaluate(none), -1);
  SizeFormula three, two, quotient;
  three.constant = 3;
  two.constant = 2;
  quotient.op = SizeFormula::Op::Div;
  quotient.args = {three, two};
  EXPECT_EQ(quotient.evaluate(none), -1);
  quotient.op = SizeFormula::Op::FloorDiv;
  EXPECT_EQ(quotient.evaluate(none), 1);
  quotient.op = SizeFormula::Op::RoundUp;
  EXPECT_EQ(quotient.evaluate(none), 4);
}

TEST(Dimensions, FollowWhatIsSet) {
  SemaOptions options = Checked::forCheck();
  options.dims = {{"L", 3}, {"S", 10}};
  Checked checked("edition 2026\n"
                  "dim L = 2, M = 4 * L, S <= 5, P = ceil(S / 3)\n"
                  "model M1(x: [M, P, S]) -> [M] {\n"
                  "  return sum[P, S](x)\n}\n",
                  options);
  ASSERT_TRUE(checked.program) << checked.codes().size();
  EXPECT_EQ(checked.dim("M")->size, 12);
  EXPECT_EQ(checked.dim("P")->size, 4);
  EXPECT_TRUE(checked.dim("P")->isBounded);
}

TEST(Dimensions, RefuseWhatCannotBeSet) {
  SemaOptions options = Checked::forCheck();
  options.dims = {{"M", 3}, {"X", 1}, {"G", 1}};
  options.sets = {{"kind", "c"}, {"beta", "1"}};
  options.numerics = {{"store", "f8"}, {"speed", "f32"}};
  Checked checked("edition 2026\n"
                  "variant kind = a | b\n"
                  "dim L = 2, M = 4 * L, G = { u, v }\n"
                  "model M1(x: [M, G]) -> [M] {\n  return sum[G](x)\n}\n",
                  options);
  EXPECT_EQ(checked.diags.errorCount(), 7u);
  for (const std::string &code : checked.codes())
    EXPECT_EQ(code, "- E0152");
}

} // namespace
} // namespace spex::test
