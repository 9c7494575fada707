//===- TypesTest.cpp - Conversions of element types -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every 16-bit pattern there and back, and the ties of rounding.
//
//===----------------------------------------------------------------------===//

#include "spex/tensor.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>

namespace {

TEST(TypesTest, EveryHalfGoesThereAndBack) {
  for (int bits = 0; bits < 65536; ++bits) {
    float half = spex_f32_from_f16(bits), brain = spex_f32_from_bf16(bits);
    if (std::isnan(half))
      EXPECT_TRUE(std::isnan(spex_f32_from_f16(spex_f16_from_f64(half))));
    else
      EXPECT_EQ(spex_f16_from_f64(half), bits);
    if (std::isnan(brain))
      EXPECT_TRUE(std::isnan(spex_f32_from_bf16(spex_bf16_from_f64(brain))));
    else
      EXPECT_EQ(spex_bf16_from_f64(brain), bits);
  }
}

TEST(TypesTest, TiesGoToEven) {
  EXPECT_EQ(spex_f16_from_f64(1 + 0x1p-11), 0x3c00);
  EXPECT_EQ(spex_f16_from_f64(1 + 3 * 0x1p-11), 0x3c02);
  EXPECT_EQ(spex_f16_from_f64(1 + 0x1p-11 + 0x1p-40), 0x3c01);
  EXPECT_EQ(spex_bf16_from_f64(1 + 0x1p-8), 0x3f80);
  EXPECT_EQ(spex_bf16_from_f64(1 + 3 * 0x1p-8), 0x3f82);
}

TEST(TypesTest, EndsOfTheRange) {
  EXPECT_EQ(spex_f16_from_f64(65504), 0x7bff);
  EXPECT_EQ(spex_f16_from_f64(65519), 0x7bff);
  EXPECT_EQ(spex_f16_from_f64(65520), 0x7c00);
  EXPECT_EQ(spex_f16_from_f64(-1e300), 0xfc00);
  EXPECT_EQ(spex_f16_from_f64(0x1p-24), 0x0001);
  EXPECT_EQ(spex_f16_from_f64(0x1p-25), 0x0000);
  EXPECT_EQ(spex_f16_from_f64(0x1.8p-25), 0x0001);
  EXPECT_EQ(spex_f16_from_f64(-0.0), 0x8000);
  EXPECT_EQ(spex_f16_from_f64(0x1p-14 - 0x1p-26), 0x0400);
  EXPECT_EQ(spex_bf16_from_f64(INFINITY), 0x7f80);
}

TEST(TypesTest, ConvertRoundsOnce) {
  // Through f32 this would round to a tie, and then down.
  double x = 1 + 0x1p-11 + 0x1p-30;
  uint16_t half;
  spex_convert(SPEX_F64, &x, SPEX_F16, &half, 1);
  EXPECT_EQ(half, 0x3c01);
}

TEST(TypesTest, ElementCountsAreChecked) {
  int64_t fits[] = {1ll << 31, 1ll << 30};
  EXPECT_EQ(spex_element_count(fits, 2, 2), 1ll << 61);
  EXPECT_EQ(spex_element_count(fits, 2, 4), -1);
  // The product of the first proof of concept, which wraps to 4.
  int64_t wraps[] = {4194305, 4194305, 211106198978564};
  EXPECT_EQ(spex_element_count(wraps, 3, 4), -1);
  EXPECT_EQ(spex_element_count(nullptr, 0, 8), 1);
}

TEST(TypesTest, IndicesAreInRange) {
  spex_error error;
  int32_t values[3];
  int64_t data[] = {0, 255, 256};
  spex_tensor tensor = {SPEX_I64, 1, {3}, data};
  EXPECT_EQ(spex_indices(&tensor, "ids", 257, values, &error), SPEX_OK);
  EXPECT_EQ(values[2], 256);
  EXPECT_EQ(spex_indices(&tensor, "ids", 256, values, &error), SPEX_FAILED);
  EXPECT_STREQ(error.message,
               "element 2 of input `ids` is 256, expected 0 to 255");
  data[0] = -1;
  EXPECT_EQ(spex_indices(&tensor, "ids", 257, values, &error), SPEX_FAILED);
  EXPECT_STREQ(error.message,
               "element 0 of input `ids` is -1, expected 0 to 256");
  tensor.type = SPEX_U64;
  EXPECT_EQ(spex_indices(&tensor, "ids", 0, values, &error), SPEX_FAILED);
  tensor.type = SPEX_F64;
  EXPECT_EQ(spex_indices(&tensor, "ids", 257, values, &error), SPEX_FAILED);
}

TEST(TypesTest, ShapeText) {
  char text[64];
  int64_t shape[] = {2, 64};
  EXPECT_STREQ(spex_shape_text(text, sizeof text, shape, 2), "[2, 64]");
  EXPECT_STREQ(spex_shape_text(text, sizeof text, shape, 0), "[]");
  EXPECT_STREQ(spex_shape_text(text, 4, shape, 2), "[2,");
}

TEST(TypesTest, QuoteHidesControlCharacters) {
  char text[SPEX_QUOTE];
  EXPECT_STREQ(spex_quote(text, "a\n\x1b[31m", 7), "a\\x0a\\x1b[31m");
  EXPECT_STREQ(spex_quote(text, "\xc3\xa4\xff", 3), "\xc3\xa4\\xff");
  std::string longText(300, '\1');
  spex_quote(text, longText.data(), longText.size());
  EXPECT_EQ(strlen(text), 80 * 4 + 3u);
}

} // namespace
