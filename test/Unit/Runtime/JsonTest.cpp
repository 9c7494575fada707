//===- JsonTest.cpp - The strict reader of JSON ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers, strings and skipped values; structure is tested through
// safetensors.
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "runtime/Weights/Json.h"
}

#include "gtest/gtest.h"

#include <cstring>
#include <string>

namespace {

struct JsonTest : testing::Test {
  spex_error error = {};
  std::string text;
  spex_json open(const std::string &value) {
    text = value;
    return spex_json_begin(text.data(), (int64_t)text.size(), "x", &error);
  }
  bool skips(const std::string &value) {
    spex_json json = open(value);
    return spex_json_skip(&json) == SPEX_OK && spex_json_end(&json) == SPEX_OK;
  }
};

TEST_F(JsonTest, SkipsAnyValue) {
  for (const char *value : {"1", "-1.5e-3", "\"a\\n\"", "null", "true", "false",
                            "[]", "{}", "[1,[2,{\"a\":[]}],3]",
                            "{\"a\":{\"b\":{}},\"c\":[{},{}]}", " [ 1 , 2 ] "})
    EXPECT_TRUE(skips(value)) << value << ": " << error.message;
  for (const char *value :
       {"", "[", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{1:2}", "tru", "+1",
        "[1}", "{\"a\":1]", "1 2", "nan", "[[[]]", "\"a"})
    EXPECT_FALSE(skips(value)) << value;
}

TEST_F(JsonTest, SkipsOnlySoDeep) {
  EXPECT_TRUE(skips(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(skips(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(skips(std::string(1000000, '[')));
}

TEST_F(JsonTest, ReadsNumbers) {
  int64_t whole;
  double number;
  spex_json json = open("9223372036854775807");
  EXPECT_EQ(spex_json_size(&json, &whole), SPEX_OK);
  EXPECT_EQ(whole, INT64_MAX);
  json = open("-1");
  EXPECT_EQ(spex_json_int(&json, &whole), SPEX_OK);
  EXPECT_EQ(whole, -1);
  json = open("- 1");
  EXPECT_EQ(spex_json_int(&json, &whole), SPEX_FAILED);
  json = open("0.050000000000000003");
  EXPECT_EQ(spex_json_number(&json, &number), SPEX_OK);
  EXPECT_EQ(number, 0.05);
  for (const char *bad : {".5", "1e", "--1", "", "1.2.3"}) {
    json = open(bad);
    EXPECT_EQ(spex_json_number(&json, &number), SPEX_FAILED) << bad;
  }
}

TEST_F(JsonTest, DecodesStrings) {
  char buffer[16];
  spex_json json = open(R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")");
  ASSERT_EQ(spex_json_string(&json, buffer, sizeof buffer), SPEX_OK);
  EXPECT_STREQ(buffer, "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80");
  json = open("\"0123456789abcde\"");
  EXPECT_EQ(spex_json_string(&json, buffer, sizeof buffer), SPEX_OK);
  json = open("\"0123456789abcdef\"");
  EXPECT_EQ(spex_json_string(&json, buffer, sizeof buffer), SPEX_FAILED);
  EXPECT_STREQ(error.message,
               "x is damaged at byte 17: expected a shorter string");
}

} // namespace
