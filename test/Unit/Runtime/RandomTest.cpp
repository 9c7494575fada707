//===- RandomTest.cpp - Known answers of the random numbers ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Philox against the vectors of Random123, SHA-256 against FIPS 180-4, and the
// distributions against what they are defined by.
//
//===----------------------------------------------------------------------===//

#include "spex/kernels.h"
#include "spex/random.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace {

std::vector<uint32_t> philox(std::vector<uint32_t> counter,
                             std::vector<uint32_t> key) {
  std::vector<uint32_t> words(4);
  spex_philox(counter.data(), key.data(), words.data());
  return words;
}

TEST(RandomTest, PhiloxKnownAnswers) {
  EXPECT_EQ(
      philox({0, 0, 0, 0}, {0, 0}),
      (std::vector<uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  uint32_t ones = 0xffffffff;
  EXPECT_EQ(
      philox({ones, ones, ones, ones}, {ones, ones}),
      (std::vector<uint32_t>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
             {0xa4093822, 0x299f31d0}),
      (std::vector<uint32_t>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

std::string sha256(const std::string &text) {
  uint8_t digest[32];
  spex_sha256(text.data(), text.size(), digest);
  std::string hex;
  for (uint8_t byte : digest) {
    char two[3];
    snprintf(two, sizeof two, "%02x", byte);
    hex += two;
  }
  return hex;
}

TEST(RandomTest, Sha256KnownAnswers) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb924"
                        "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223"
                           "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(RandomTest, KeyIsTheHashOfItsPieces) {
  std::string pieces = std::string("\5\0\0\0\0\0\0\0", 8) + "Block.y.w1" +
                       std::string(1, '\0') + "init" +
                       std::string("\0\2\0\0\0\0\0\0\0", 9);
  uint8_t digest[32];
  spex_sha256(pieces.data(), pieces.size(), digest);
  uint64_t expected = 0;
  for (int i = 7; i >= 0; --i)
    expected = expected << 8 | digest[i];
  EXPECT_EQ(spex_random_key(5, "Block.y.w1", "init", 2), expected);
}

TEST(RandomTest, KeyTellsPiecesApart) {
  EXPECT_NE(spex_random_key(0, "ab", "c", 0), spex_random_key(0, "a", "bc", 0));
  EXPECT_NE(spex_random_key(0, "a", "b", 0), spex_random_key(1, "a", "b", 0));
  EXPECT_NE(spex_random_key(0, "a", "b", 0), spex_random_key(0, "a", "b", 1));
}

TEST(RandomTest, WordTakesCounterFromElementAndStep) {
  // Element 4 * 7 + 2 at step 2^32 + 9: word 2 of counter (7, 0, 9, 1).
  EXPECT_EQ(spex_random_word(0x1122334455667788, 30, (1ull << 32) + 9),
            philox({7, 0, 9, 1}, {0x55667788, 0x11223344})[2]);
}

TEST(RandomTest, LogAndExpAreAccurate) {
  for (double x = 1e-300; x < 1e300; x *= 1.7) {
    double error = std::abs(spex_log(x) - std::log(x));
    EXPECT_LE(error, 3e-16 * std::max(1.0, std::abs(std::log(x)))) << x;
  }
  for (double x = -700; x < 700; x += 0.737)
    EXPECT_NEAR(spex_exp(x) / std::exp(x), 1.0, 5e-16) << x;
  EXPECT_EQ(spex_log(1.0), 0.0);
  EXPECT_EQ(spex_log(0.0), -INFINITY);
  EXPECT_TRUE(std::isnan(spex_log(-1.0)));
  EXPECT_NEAR(spex_log(5e-324), std::log(5e-324), 1e-12);
  EXPECT_EQ(spex_exp(0.0), 1.0);
  EXPECT_EQ(spex_exp(-1000.0), 0.0);
  EXPECT_EQ(spex_exp(1000.0), INFINITY);
}

TEST(RandomTest, InverseNormalInvertsTheDistribution) {
  for (double p : {1e-10, 1e-6, 0.01, 0.075, 0.3, 0.5, 0.7, 0.925, 0.999}) {
    double x = spex_inverse_normal_cdf(p);
    EXPECT_NEAR(0.5 * std::erfc(-x / std::sqrt(2.0)) / p, 1.0, 1e-13) << p;
  }
  EXPECT_EQ(spex_inverse_normal_cdf(0.5), 0.0);
  EXPECT_NEAR(spex_inverse_normal_cdf(0.975), 1.959963984540054, 1e-15);
}

TEST(RandomTest, DistributionsOfExtremeWords) {
  EXPECT_EQ(spex_uniform(0), 0.0);
  EXPECT_EQ(spex_uniform(255), 0.0);
  EXPECT_EQ(spex_uniform(256), 0x1p-24);
  EXPECT_EQ(spex_uniform(0xffffffff), 1 - 0x1p-24);
  EXPECT_NEAR(spex_normal(0), -6.33796, 1e-4);
  EXPECT_NEAR(spex_normal(0xffffffff), 6.33796, 1e-4);
  EXPECT_NEAR(spex_gumbel(0x80000000), -std::log(std::log(2.0)), 1e-9);
  EXPECT_TRUE(std::isfinite(spex_gumbel(0)));
  EXPECT_TRUE(std::isfinite(spex_gumbel(0xffffffff)));
}

TEST(RandomTest, NormalHasMomentsOfANormal) {
  double sum = 0, squares = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    double x = spex_normal(spex_random_word(42, i, 0));
    sum += x, squares += x * x;
  }
  // Standard deviations of these means: 1/sqrt(n) and sqrt(2/n); four of each.
  EXPECT_NEAR(sum / n, 0, 4 * 0.0032);
  EXPECT_NEAR(squares / n, 1, 4 * 0.0045);
}

TEST(RandomTest, GammaHasMomentsOfAGamma) {
  for (double shape : {0.3, 1.0, 7.0}) {
    const int count = 40000;
    double sum = 0, squares = 0;
    for (int i = 0; i < count; ++i) {
      double x = spex_gamma(shape, /*key=*/11, i);
      sum += x;
      squares += x * x;
    }
    // Mean and variance are the shape; a mean is off by its deviation, and a
    // variance by about sqrt(2 + 6 / shape) shapes, over sqrt(count).
    double mean = sum / count, variance = squares / count - mean * mean;
    EXPECT_NEAR(mean, shape, 4 * std::sqrt(shape / count));
    EXPECT_NEAR(variance, shape,
                4 * shape * std::sqrt((2 + 6 / shape) / count));
  }
}

TEST(RandomTest, EntriesOfADrawCountFromTheirNumbers) {
  // Streams of copies 5 and 7, each as a whole: four entries of three elements.
  float whole[2][12];
  for (int i = 0; i < 2; ++i)
    spex_draw(nullptr, 3, "y", "u", 1, 5 + 2 * i, 1, 12, nullptr, nullptr, 0, 0,
              nullptr, sizeof(float), whole[i]);
  const int32_t numbers[] = {2, 0, 3}, copies[] = {0, 2, 2};
  float drawn[9];
  spex_draw(nullptr, 3, "y", "u", 1, 5, 3, 3, numbers, copies, 0, 0, nullptr,
            sizeof(float), drawn);
  for (int e = 0; e < 3; ++e)
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(drawn[3 * e + i], whole[copies[e] / 2][3 * numbers[e] + i]);
}

TEST(RandomTest, CategoricalTakesTheFirstAboveTheShare) {
  float p[] = {0.0f, 0.5f, 0.25f, 0.25f};
  EXPECT_EQ(spex_categorical(p, 4, 0.0), 1);
  EXPECT_EQ(spex_categorical(p, 4, 0.499), 1);
  EXPECT_EQ(spex_categorical(p, 4, 0.5), 2);
  EXPECT_EQ(spex_categorical(p, 4, 0.75), 3);
  EXPECT_EQ(spex_categorical(p, 4, 1.0), 3);
}

TEST(RandomTest, SampleIsGreedyAtZero) {
  float logits[] = {1, 3, 3, NAN, -INFINITY};
  EXPECT_EQ(spex_sample(logits, 5, 0, 0, 0), 1);
  float withNan[] = {NAN, -5, NAN};
  EXPECT_EQ(spex_sample(withNan, 3, 0, 0, 0), 1);
}

TEST(RandomTest, SampleFollowsTheProbabilities) {
  float logits[] = {0, std::log(2.0f), std::log(5.0f)};
  int counts[3] = {0};
  for (int position = 0; position < 8000; ++position)
    ++counts[spex_sample(logits, 3, 1.0, 7, position)];
  EXPECT_NEAR(counts[0], 1000, 150);
  EXPECT_NEAR(counts[1], 2000, 200);
  EXPECT_NEAR(counts[2], 5000, 250);
}

TEST(RandomTest, InitialValuesAgreeWithSingleOnes) {
  int64_t shape[] = {3, 5, 7};
  for (auto kind :
       {SPEX_INIT_ZEROS, SPEX_INIT_ONES, SPEX_INIT_CONSTANT, SPEX_INIT_NORMAL,
        SPEX_INIT_TRUNC_NORMAL, SPEX_INIT_UNIFORM}) {
    std::vector<float> values(105);
    ASSERT_EQ(spex_initial_values(kind, 0.25, 9, shape, 3, 2, SPEX_F32,
                                  values.data()),
              SPEX_OK);
    for (int i = 0; i < 105; ++i)
      EXPECT_EQ(values[i], float(spex_initial_value(kind, 0.25, 9, i)));
  }
}

TEST(RandomTest, RangesAreThePiecesOfTheWhole) {
  int64_t shape[] = {103};
  std::vector<float> whole(103), pieces(103);
  spex_initial_values(SPEX_INIT_NORMAL, 1, 9, shape, 1, 1, SPEX_F32,
                      whole.data());
  for (int64_t first = 0; first < 103; first += 7)
    spex_initial_range(SPEX_INIT_NORMAL, 1, 9, first,
                       std::min<int64_t>(7, 103 - first), SPEX_F32,
                       pieces.data());
  EXPECT_EQ(whole, pieces);
}

TEST(RandomTest, BoundedInitialValuesStayInside) {
  for (int i = 0; i < 20000; ++i) {
    EXPECT_LE(std::abs(spex_initial_value(SPEX_INIT_TRUNC_NORMAL, 1, 3, i)), 2);
    EXPECT_LE(std::abs(spex_initial_value(SPEX_INIT_UNIFORM, 0.5, 3, i)), 0.5);
  }
}

TEST(RandomTest, OrthogonalMatricesAreOrthogonal) {
  // Two matrices of 6 rows (2 * 3) and 4 columns: columns are orthogonal.
  int64_t shape[] = {2, 2, 3, 4};
  std::vector<double> w(48);
  ASSERT_EQ(spex_initial_values(SPEX_INIT_ORTHOGONAL, 2.0, 5, shape, 4, 3,
                                SPEX_F64, w.data()),
            SPEX_OK);
  for (int m = 0; m < 2; ++m)
    for (int a = 0; a < 4; ++a)
      for (int b = 0; b < 4; ++b) {
        double sum = 0;
        for (int r = 0; r < 6; ++r)
          sum += w[m * 24 + r * 4 + a] * w[m * 24 + r * 4 + b];
        EXPECT_NEAR(sum, a == b ? 4.0 : 0.0, 1e-12);
      }
  EXPECT_NE(w[0], w[24]);
}

TEST(RandomTest, InitialiserWords) {
  EXPECT_EQ(spex_init_kind_of("trunc_normal"), SPEX_INIT_TRUNC_NORMAL);
  EXPECT_EQ(spex_init_kind_of("uniform_fan"), SPEX_INIT_UNIFORM);
  EXPECT_EQ(spex_init_kind_of("Normal"), -1);
}

} // namespace
