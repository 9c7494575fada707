//===- ChecksTest.cpp - What the sizes of a call must fulfil --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `requires` of a manifest: read strictly, evaluated exactly.
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "runtime/Model/Checks.h"
}

#include "gtest/gtest.h"

#include <string>

namespace {

struct ChecksTest : testing::Test {
  spex_manifest manifest = {};
  spex_error error = {};

  spex_status read(const std::string &terms) {
    spex_manifest_free(&manifest);
    std::string text =
        R"({"name":"m","abi":1,"dims":[{"name":"B","max":9},{"name":"S","max":9}],)"
        R"("requires":[{"terms":)" +
        terms + R"(,"text":"too few"}]})";
    return spex_manifest_read(&manifest, text.c_str(), int64_t(text.size()),
                              &error);
  }
  bool holds(const std::string &terms, int64_t b, int64_t s) {
    EXPECT_EQ(read(terms), SPEX_OK) << error.message;
    int64_t sizes[] = {b, s};
    return spex_checks_hold(&manifest, sizes, &error) == SPEX_OK;
  }
  ~ChecksTest() override { spex_manifest_free(&manifest); }
};

TEST_F(ChecksTest, Evaluates) {
  EXPECT_TRUE(holds(R"(["S",2,"-"])", 1, 2));
  EXPECT_FALSE(holds(R"(["S",2,"-"])", 1, 1));
  EXPECT_STREQ(error.message, "too few, at B = 1, S = 1");
  // floor(-5 / 3) = -2, ceil(-5 / 3) = -1.
  EXPECT_TRUE(holds(R"(["B","S","-",3,"/floor",2,"+"])", 1, 6));
  EXPECT_FALSE(holds(R"(["B","S","-",3,"/floor",1,"+"])", 1, 6));
  EXPECT_TRUE(holds(R"(["B","S","-",3,"/ceil",1,"+"])", 1, 6));
  // round_up(5, 4) = 8.
  EXPECT_TRUE(holds(R"(["S",4,"*up",8,"-"])", 1, 5));
  EXPECT_FALSE(holds(R"(["S",4,"*up",9,"-"])", 1, 5));
  EXPECT_TRUE(holds(R"(["B","S","<min",2,"-"])", 2, 5));
  EXPECT_FALSE(holds(R"(["B","S","<min",3,"-"])", 2, 5));
  EXPECT_TRUE(holds(R"(["B","S",">max",5,"-"])", 2, 5));
}

TEST_F(ChecksTest, WhatDoesNotComeOutDoesNotHold) {
  EXPECT_TRUE(holds(R"(["S",2,"/"])", 1, 4));
  EXPECT_FALSE(holds(R"(["S",2,"/"])", 1, 5));
  EXPECT_FALSE(holds(R"(["S",0,"/floor"])", 1, 5));
  EXPECT_FALSE(holds(R"(["S",9223372036854775807,"*"])", 1, 5));
  EXPECT_FALSE(holds(R"(["S",9223372036854775807,"+"])", 1, 5));
}

TEST_F(ChecksTest, RefusesWhatIsNoFormula) {
  for (const char *terms :
       {"[]", R"(["+"])", R"(["S","S"])", R"(["S","+"])", R"(["Z"])",
        R"(["S",1,"%"])", R"(["S",1.5,"-"])", R"("S")"}) {
    EXPECT_EQ(read(terms), SPEX_FAILED) << terms;
  }
  std::string deep = "[1";
  for (int i = 0; i < 100; ++i)
    deep += ",1";
  EXPECT_EQ(read(deep + "]"), SPEX_FAILED);
}

} // namespace
