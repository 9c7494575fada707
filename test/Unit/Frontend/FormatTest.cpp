//===- FormatTest.cpp - The one form of a program -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 16.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Frontend/Helpers.h"

#include <gtest/gtest.h>

namespace spex::test {
namespace {

std::string formatted(const std::string &text) {
  SourceFile file{"test.spex", text};
  DiagnosticEngine diags;
  std::optional<std::string> result = format(file, diags);
  EXPECT_TRUE(result.has_value()) << text;
  return result.value_or("");
}

/// Formats what follows the edition, and formats the result again.
std::string tidy(const std::string &text) {
  std::string head = "edition 2026\n";
  std::string once = formatted(head + text);
  EXPECT_EQ(formatted(once), once);
  EXPECT_EQ(once.substr(0, head.size()), head);
  return once.substr(head.size());
}

std::string treeOf(const std::string &text) {
  SourceFile file{"test.spex", text};
  DiagnosticEngine diags;
  return dump(*parse(file, diags));
}

TEST(Format, KeepsTheTreeOfEverySample) {
  for (const std::filesystem::path &path : samples()) {
    std::string text = read(path), once = formatted(text);
    EXPECT_EQ(treeOf(once), treeOf(text)) << path;
    EXPECT_EQ(formatted(once), once) << path;
    EXPECT_EQ(std::count(once.begin(), once.end(), '#'),
              std::count(text.begin(), text.end(), '#'))
        << path;
    std::istringstream lines(once);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 100u) << path << ": " << line;
      EXPECT_TRUE(line.empty() || line.back() != ' ') << path << ": " << line;
    }
  }
}

TEST(Format, PrintsTreesWithoutTheirSource) {
  for (const std::filesystem::path &path : samples()) {
    SourceFile file{path.string(), read(path)};
    DiagnosticEngine diags;
    std::string printed = print(*parse(file, diags));
    EXPECT_EQ(treeOf(printed), treeOf(file.text)) << path;
  }
}

TEST(Format, PutsOneBlankAroundOperators) {
  EXPECT_EQ(tidy("const a=b+c *d@ e , f = - g( h ,x:1 )[S  as Z].y\n"),
            "const a = b + c * d @ e, f = -g(h, x: 1)[S as Z].y\n");
  EXPECT_EQ(tidy("dim G={a,b},B<=3\n"), "dim G = { a, b }, B <= 3\n");
}

TEST(Format, AlignsRoutesAndRuns) {
  EXPECT_EQ(tidy("policy P(x: [D]) { score = x, select = all, weight = 1 }\n"),
            "\npolicy P(x: [D]) {\n  score  = x\n  select = all\n"
            "  weight = 1\n}\n");
  EXPECT_EQ(tidy("weights w for M {\n\"a\"->b:[D]\n\"long\"->c:[(A B),D]\n\n"
                 "\"longer\"->d:[D]\n}\n"),
            "\nweights w for M {\n  \"a\"    -> b: [D]\n"
            "  \"long\" -> c: [(A B), D]\n\n  \"longer\" -> d: [D]\n}\n");
}

TEST(Format, KeepsShortSectionsOnOneLine) {
  EXPECT_EQ(tidy("numerics {\n  store = f32\n  order = fixed\n}\n"),
            "numerics { store = f32, order = fixed }\n");
  EXPECT_EQ(tidy("numerics {\n store = f32, # why\n order = fixed }\n"),
            "numerics {\n  store = f32  # why\n  order = fixed\n}\n");
}

TEST(Format, BreaksLongLinesOutsideFirst) {
  std::string a(40, 'a'), b(45, 'b'), c(30, 'c');
  std::string d(38, 'd');
  EXPECT_EQ(tidy("const x = f(" + a + ", g) + " + d + " + " + c + "\n"),
            "const x = f(" + a + ", g) + " + d + " +\n  " + c + "\n");
  EXPECT_EQ(tidy("const x = f(" + a + ", g(" + b + ", h), " + c + ")\n"),
            "const x = f(" + a + ",\n  g(" + b + ", h), " + c + ")\n");
  EXPECT_EQ(
      tidy("const x = match k { " + a + ": 1, b: " + b + ", cc: " + c + " }\n"),
      "const x = match k {\n  " + a +
          ": 1,\n  b:" + std::string(a.size(), ' ') + b +
          ",\n  cc:" + std::string(a.size() - 1, ' ') + c + "\n}\n");
}

TEST(Format, KeepsEveryComment) {
  EXPECT_EQ(tidy("dim A = 1,# first\n    B = 2     # second\n"
                 "# alone\n\n\n\ndim C = 3 # third\n# end"),
            "dim A = 1,  # first\n  B = 2       # second\n# alone\n\n"
            "dim C = 3  # third\n# end\n");
  EXPECT_EQ(tidy("const x = f(a # one\n ,b, # two\n  # three\n  c # four\n)\n"),
            "const x = f(a,  # one\n  b,  # two\n  # three\n  c  # four\n"
            "  )\n");
}

TEST(Format, LeavesAWrongFileAlone) {
  SourceFile file{"test.spex", "edition 2026\ndim d = 3\n"};
  DiagnosticEngine diags;
  EXPECT_FALSE(format(file, diags).has_value());
  EXPECT_EQ(diags.errorCount(), 1u);
}

} // namespace
} // namespace spex::test
