//===- LimitsTest.cpp - Sizes and depths that are refused -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 2: 256 levels, 4,096 operands, 1,000,000 nodes, 4 MiB.
// Each limit ends in one error and never in a crash.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Frontend/Helpers.h"

#include <gtest/gtest.h>

#include <ctime>

namespace spex::test {
namespace {

using Codes = std::vector<std::string>;

std::string repeated(const std::string &text, size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

/// Of this process, whatever else the machine does.
double secondsSince(std::clock_t start) {
  return double(std::clock() - start) / CLOCKS_PER_SEC;
}

Codes withoutPlaces(Codes codes) {
  for (std::string &code : codes)
    code = code.substr(code.find(' ') + 1);
  return codes;
}

struct Nested {
  const char *open, *inside, *close;
};
const Nested everyKind[] = {
    {"(", "1", ")"},
    {"[", "1", "]"},
    {"f(", "1", ")"},
    {"x[", "1", "]"},
    {"-", "1", ""},
    {"not ", "a", ""},
    {"match k { a: ", "1", " }"},
    {"phase(train: 1, infer: ", "1", ")"},
    {"(a: ", "1", ")"},
    {"stack L of F(", "1", ")"},
    {"scan T over (x) carry () { emit ", "1", "\n}"},
};

TEST(Limits, NestsAtMost256Deep) {
  for (const Nested &kind : everyKind) {
    auto nested = [&](size_t depth) {
      return withoutPlaces(errorsIn("const a = " + repeated(kind.open, depth) +
                                    kind.inside + repeated(kind.close, depth) +
                                    "\ndim D = 1\n"));
    };
    EXPECT_EQ(nested(256), Codes()) << kind.open;
    EXPECT_EQ(nested(257), Codes{"E0004"}) << kind.open;
    EXPECT_EQ(nested(10'000), Codes{"E0004"}) << kind.open;
  }
}

TEST(Limits, FormatsWhatIsNested256Deep) {
  for (const Nested &kind : everyKind) {
    SourceFile file{"test.spex",
                    "edition 2026\nconst a = " + repeated(kind.open, 256) +
                        kind.inside + repeated(kind.close, 256) + "\n"};
    DiagnosticEngine diags;
    std::optional<std::string> once = format(file, diags);
    ASSERT_TRUE(once.has_value()) << kind.open;
    SourceFile again{"test.spex", *once};
    EXPECT_EQ(format(again, diags), once) << kind.open;
  }
}

TEST(Limits, NestsSelectionsAtMost256Deep) {
  auto nested = [](size_t depth) {
    return withoutPlaces(errorsIn(
        body("  route y = E of F(x) {\n    select = " +
             repeated("phase(train: all, infer: ", depth) + "all" +
             repeated(")", depth) + "\n    weight = 1\n  }\n  return y\n")));
  };
  EXPECT_EQ(nested(256), Codes());
  EXPECT_EQ(nested(257), Codes{"E0004"});
}

TEST(Limits, AMillionBracketsAreOneError) {
  std::clock_t start = std::clock();
  for (const char *bracket : {"(", "[", "-", "{", "not ", "f("}) {
    Codes codes =
        withoutPlaces(errorsIn("const a = " + repeated(bracket, 1'000'000)));
    EXPECT_EQ(codes, Codes{bracket == std::string("{") ? "E0002" : "E0004"});
  }
  EXPECT_LT(secondsSince(start), 6);
}

TEST(Limits, EndlessFieldsAreRefused) {
  EXPECT_EQ(withoutPlaces(errorsIn("const a = x" + repeated(".y", 1'000'000))),
            Codes{"E0004"});
  EXPECT_EQ(errorsIn("const a = x" + repeated(".y", 500) + "\n"), Codes());
}

TEST(Limits, ChainsHaveAtMost4096Operands) {
  for (const char *op : {"+", "-", "*", "@", " or ", " and "}) {
    EXPECT_EQ(
        errorsIn("const a = 1" + repeated(std::string(op) + "1", 4095) + "\n"),
        Codes())
        << op;
    EXPECT_EQ(
        withoutPlaces(errorsIn("const a = 1" +
                               repeated(std::string(op) + "1", 4096) + "\n")),
        Codes{"E0009"})
        << op;
  }
}

TEST(Limits, FilesHaveAtMostAMillionNodes) {
  // A list of n numbers in a const is n nodes and two more.
  auto list = [](size_t count) {
    return withoutPlaces(
        errorsIn("const a = [" + repeated("1,", count) + "]\n"));
  };
  EXPECT_EQ(list(999'998), Codes());
  EXPECT_EQ(list(1'000'001), Codes{"E0009"});
}

TEST(Limits, FilesHaveAtMost4MiB) {
  constexpr size_t limit = 4 * 1024 * 1024;
  std::string text = "edition 2026\n#";
  text += repeated("x", limit - text.size());
  SourceFile fits{"test.spex", text};
  DiagnosticEngine diags;
  parse(fits, diags);
  EXPECT_EQ(codesOf(diags), Codes());

  SourceFile tooLarge{"test.spex", text + "x"};
  DiagnosticEngine more;
  parse(tooLarge, more);
  EXPECT_EQ(codesOf(more), Codes{"1:1 E0009"});
}

TEST(Limits, AFileOfErrorsIsReadQuickly) {
  constexpr size_t count = 1'000'000;
  std::clock_t start = std::clock();
  for (const char *text : {"$ ", "x\n", "}\n", "dim\n", ")", "\" "}) {
    SourceFile file{"test.spex", "edition 2026\n" + repeated(text, count)};
    DiagnosticEngine diags;
    parse(file, diags);
    EXPECT_TRUE(diags.hasErrors()) << text;
  }
  EXPECT_LT(secondsSince(start), 12);
}

} // namespace
} // namespace spex::test
