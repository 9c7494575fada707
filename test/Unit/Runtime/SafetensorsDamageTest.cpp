//===- SafetensorsDamageTest.cpp - Hostile files of weights ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every file here ends in one sentence that names what was wrong; none makes
// the reader read or write beyond its buffers (run with sanitizers).
//
//===----------------------------------------------------------------------===//

#include "spex/weights.h"

#include "TestFiles.h"

#include <cstring>
#include <random>

using namespace spex::test;

namespace {

struct Damage {
  const char *header;
  int dataBytes;
  const char *message; ///< part of it
};

// The program wants a: F32 [2] and b: F32 [2, 2]: 24 bytes of data.
#define A R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})"
#define B R"("b":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]})"
#define ENTRY(dtype, shape, offsets)                                           \
  R"({"a":{"dtype":)" dtype R"(,"shape":)" shape R"(,"data_offsets":)" offsets \
  "}," B "}"

const Damage damages[] = {
    // Names.
    {"{" A "}", 8, "lacks tensor `b` [2, 2]"},
    {"{}", 0, "and 1 more"},
    {"{" A "," A "," B "}", 24, "twice"},
    {"{" A "," B R"(,"c":{"dtype":"F32","shape":[],"data_offsets":[24,28]}})",
     28, "[E0407]"},
    {"{" A "," B R"(,"":{"dtype":"F32","shape":[],"data_offsets":[24,28]}})",
     28, "[E0407]"},
    {"{" A "," B R"(,"b\u0000":{}})", 24, "a character of a string"},
    {"{" A "," B R"(,"\n":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
     24, "\\x0a"},
    // Shapes.
    {ENTRY("\"F32\"", "[3]", "[0,12]"), 24, "expected [2] [E0409]"},
    {ENTRY("\"F32\"", "[2,1]", "[0,8]"), 24, "[E0409]"},
    {ENTRY("\"F32\"", "[]", "[0,4]"), 24, "[E0409]"},
    {ENTRY("\"F32\"", "[1000000]", "[0,4]"), 4, "[E0409]"},
    {ENTRY("\"F32\"", "[4194305,4194305,211106198978564]", "[0,16]"), 24,
     "[E0409]"},
    {ENTRY("\"F32\"", "[-2]", "[0,8]"), 24, "a whole number"},
    {ENTRY("\"F32\"", "[2.0]", "[0,8]"), 24, "a whole number"},
    {ENTRY("\"F32\"", "[2e0]", "[0,8]"), 24, "a whole number"},
    {ENTRY("\"F32\"", "[02]", "[0,8]"), 24, "a whole number"},
    {ENTRY("\"F32\"", "[18446744073709551618]", "[0,8]"), 24, "2^63"},
    {ENTRY("\"F32\"", "[9223372036854775808]", "[0,8]"), 24, "2^63"},
    {ENTRY("\"F32\"", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", "[0,8]"), 24,
     "at most 16 sizes"},
    {ENTRY("\"F32\"", "2", "[0,8]"), 24, "`[`"},
    {ENTRY("\"F32\"", "[[2]]", "[0,8]"), 24, "a whole number"},
    // Types.
    {ENTRY("\"I32\"", "[2]", "[0,8]"), 24, "i32, expected f64, f32"},
    {ENTRY("\"F16\"", "[2]", "[0,8]"), 24, "expected 4 bytes"},
    {ENTRY("\"F8_E4M3\"", "[2]", "[0,8]"), 24, "expected F64, F32"},
    {ENTRY("\"f32\"", "[2]", "[0,8]"), 24, "expected F64, F32"},
    {ENTRY("\"F32 and more than that\"", "[2]", "[0,8]"), 24, "shorter"},
    {ENTRY("32", "[2]", "[0,8]"), 24, "a string"},
    // Offsets.
    {ENTRY("\"F32\"", "[2]", "[0,4]"), 24, "expected 8 bytes"},
    {ENTRY("\"F32\"", "[2]", "[8,0]"), 24, "expected 8 bytes"},
    {ENTRY("\"F32\"", "[2]", "[0,9223372036854775807]"), 24, "expected 8"},
    {ENTRY("\"F32\"", "[2]", "[9223372036854775800,9223372036854775807]"), 24,
     "expected 8"},
    {ENTRY("\"F32\"", "[2]", "[-8,0]"), 24, "a whole number"},
    {ENTRY("\"F32\"", "[2]", "[0]"), 24, "two data_offsets"},
    {ENTRY("\"F32\"", "[2]", "[0,4,8]"), 24, "two offsets"},
    {ENTRY("\"F32\"", "[2]", "[4,12]"), 24, "tensor at byte 4"},
    {ENTRY("\"F32\"", "[2]", "[8,16]"), 24, "tensor at byte 8"},
    {ENTRY("\"F32\"", "[2]", "[24,32]"), 32, "tensor at byte 8"},
    {ENTRY("\"F32\"", "[2]", "[17,25]"), 24, "expected 8 bytes"},
    {"{" A "," B "}", 23, "expected 16 bytes"},
    {"{" A "," B "}", 25, "25 bytes of data, expected 24"},
    {"{" A "," B "}", 0, "expected 8 bytes"},
    // Entries.
    {R"({"a":{"dtype":"F32","shape":[2]},)" B "}", 24, "two data_offsets"},
    {R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
     24, "once"},
    {R"({"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}})",
     24, "once"},
    {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", 24,
     "dtype, shape or data_offsets"},
    {R"({"a":[]})", 24, "`{`"},
    {R"({"a":{}})", 24, "two data_offsets"},
    {R"({"a":null})", 24, "`{`"},
    // JSON.
    {"", 24, "`{`"},
    {"[]", 24, "`{`"},
    {" {" A "," B "}", 24, "`{`"},
    {"{" A "," B "", 24, "`,` or `}`"},
    {"{" A "," B ",}", 24, "a string"},
    {"{," A "," B "}", 24, "a string"},
    {"{" A " " B "}", 24, "`,` or `}`"},
    {"{" A "," B "} x", 24, "nothing more"},
    {"{" A "," B "}}", 24, "nothing more"},
    {"{\"a", 24, "the end of a string"},
    {"{\"a\"", 24, "`:`"},
    {"{\"a\":", 24, "`{`"},
    {"{\"\\", 24, "a character of a string"},
    {"{\"\\u12", 24, "a character of a string"},
    {"{\"\\ud800\"", 24, "a character of a string"},
    {"{\"\\ud800\\u0041\"", 24, "a character of a string"},
    {"{\"\xff\"", 24, "a character of a string"},
    {"{\"\xc0\x80\"", 24, "a character of a string"},
    {"{\"\xed\xa0\x80\"", 24, "a character of a string"},
    {"{\"\xf4\x90\x80\x80\"", 24, "a character of a string"},
    {"{\"\xe2\x82", 24, "a character of a string"},
    {"{\"a\tb\"", 24, "a character of a string"},
    {"{'a':1}", 24, "a string"},
    // Metadata.
    {R"({"__metadata__":[],)" A "," B "}", 24, "`{`"},
    {R"({"__metadata__":{"a":1},)" A "," B "}", 24, "a string"},
    {R"({"__metadata__":{"a":{"b":"c"}},)" A "," B "}", 24, "a string"},
    {R"({"__metadata__":{},"__metadata__":{},)" A "," B "}", 24, "once"},
};

struct SafetensorsDamageTest : testing::Test {
  Folder folder;
  spex_error error = {};
  int64_t shapeA[1] = {2}, shapeB[2] = {2, 2};
  float a[2] = {}, b[4] = {};

  spex_status readBytes(const std::string &bytes) {
    spex_wanted wanted[2] = {{"a", SPEX_F32, 1, shapeA, a, 0, nullptr},
                             {"b", SPEX_F32, 2, shapeB, b, 0, nullptr}};
    error.message[0] = 0;
    return spex_weights_read(folder.write("x", bytes).c_str(), wanted, 2,
                             &error);
  }
};

const char good[] = "{" A "," B "}";

TEST_F(SafetensorsDamageTest, TheUndamagedFileIsRead) {
  EXPECT_EQ(readBytes(safetensors(good, std::string(24, '\0'))), SPEX_OK)
      << error.message;
}

TEST_F(SafetensorsDamageTest, EveryDamageIsOneSentence) {
  EXPECT_GE(std::size(damages), 40u);
  for (const Damage &damage : damages) {
    std::string data(damage.dataBytes, '\0');
    EXPECT_EQ(readBytes(safetensors(damage.header, data)), SPEX_FAILED)
        << damage.header;
    EXPECT_NE(strstr(error.message, damage.message), nullptr)
        << damage.header << "\n  said: " << error.message
        << "\n  expected: " << damage.message;
    EXPECT_EQ(strchr(error.message, '\n'), nullptr);
  }
}

TEST_F(SafetensorsDamageTest, HeaderSizesThatLie) {
  std::string body = good + std::string(24, '\0');
  for (uint64_t size :
       {uint64_t(0), uint64_t(1), uint64_t(sizeof good - 2),
        uint64_t(sizeof good), uint64_t(body.size()), uint64_t(body.size() + 1),
        uint64_t(1) << 31, uint64_t(1) << 32, uint64_t(100) << 20,
        uint64_t(1) << 63, ~uint64_t(0), ~uint64_t(0) - 7}) {
    EXPECT_EQ(readBytes(littleEndian(size) + body), SPEX_FAILED) << size;
    EXPECT_NE(error.message[0], 0);
  }
  for (int bytes = 0; bytes < 8; ++bytes)
    EXPECT_EQ(readBytes(std::string(bytes, '\0')), SPEX_FAILED);
}

TEST_F(SafetensorsDamageTest, ProofsOfConcept) {
  // rez0: the product of the sizes wraps to 4.
  EXPECT_EQ(
      readBytes(safetensors(R"({"a":{"dtype":"F32","shape":[4194305,4194305,)"
                            R"(211106198978564],"data_offsets":[0,16]}})",
                            std::string(16, '\0'))),
      SPEX_FAILED);
  // Outmaster: a million elements in four bytes.
  EXPECT_EQ(readBytes(safetensors(R"({"a":{"dtype":"F32","shape":[1000000],)"
                                  R"("data_offsets":[0,4]}})",
                                  std::string(4, '\0'))),
            SPEX_FAILED);
}

TEST_F(SafetensorsDamageTest, LongAndDeepHeaders) {
  std::string name(3000, 'n');
  EXPECT_EQ(readBytes(safetensors("{\"" + name + "\":{}}", "")), SPEX_FAILED);
  EXPECT_NE(strstr(error.message, "a shorter string"), nullptr);
  EXPECT_EQ(readBytes(safetensors("{\"a\":" + std::string(1000000, '['), "")),
            SPEX_FAILED);
  EXPECT_EQ(readBytes(safetensors("{" + std::string(1000000, ' '), "")),
            SPEX_FAILED);
  std::string many = R"({"__metadata__":{)";
  for (int i = 0; i < 100000; ++i)
    many += "\"k\":\"v\",";
  EXPECT_EQ(readBytes(safetensors(many, "")), SPEX_FAILED);
}

TEST_F(SafetensorsDamageTest, EveryShorterFileIsRefused) {
  std::string whole = safetensors(good, std::string(24, '\0'));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(readBytes(whole.substr(0, size)), SPEX_FAILED) << size;
}

TEST_F(SafetensorsDamageTest, RandomEditsNeverCrash) {
  std::mt19937 random(1);
  std::string whole = safetensors(good, std::string(24, '\0'));
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = whole;
    for (int edits = random() % 4 + 1; edits > 0; --edits) {
      size_t at = random() % bytes.size();
      switch (random() % 3) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.insert(at, 1, "{}[],:\"019\\"[random() % 11]);
        break;
      case 2:
        bytes.erase(at, 1);
        break;
      }
      if (bytes.empty())
        bytes = "x";
    }
    if (readBytes(bytes) == SPEX_FAILED) {
      EXPECT_NE(error.message[0], 0);
    }
  }
}

} // namespace
