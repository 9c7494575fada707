//===- DiagnosticsTest.cpp - How errors are shown -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 15, and style.md, rule 12.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Frontend/Helpers.h"

#include "compiler/Diagnostics/Explain.h"

#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

namespace spex::test {
namespace {

std::string shown(const std::string &text, RenderOptions options = {}) {
  SourceFile file{"a.spex", "edition 2026\n" + text};
  DiagnosticEngine diags;
  parse(file, diags);
  std::string result;
  llvm::raw_string_ostream stream(result);
  diags.print(stream, options);
  return result;
}

TEST(Diagnostics, ShowPlaceLineAndHelp) {
  EXPECT_EQ(shown("model M(x: [D]) -> [D] {\n"
                  "  route y = E of shard(u) {\n"
                  "    select = all\n  }\n  return y\n}\n"),
            "a.spex:3:18: error[E0005]: the name of a component must start "
            "with a capital letter: `shard`\n"
            "  route y = E of shard(u) {\n"
            "                 ^~~~~\n"
            "  help: write `Shard`\n");
}

TEST(Diagnostics, CountCodePointsAndExpandTabs) {
  std::string text = shown("import \"\u00E9\u00E9\"\tas\tB\n");
  EXPECT_NE(text.find("a.spex:2:16: error[E0005]"), std::string::npos) << text;
  // The string ends in column 11; tab stops are 8 apart.
  EXPECT_NE(text.find("import \"\u00E9\u00E9\"     as      B\n"
                      "                        ^\n"),
            std::string::npos)
      << text;
}

TEST(Diagnostics, ShowControlCharactersAsNumbers) {
  std::string text = shown("dim D = \x1B[31m\n");
  EXPECT_EQ(text.find('\x1B'), std::string::npos);
  EXPECT_NE(text.find("unexpected character `<U+001B>`"), std::string::npos)
      << text;
  // What reorders a line is not shown as itself either.
  EXPECT_EQ(shown("dim \u202E = 3\n").find("\u202E"), std::string::npos);
}

TEST(Diagnostics, ClipLongLines) {
  std::string text = shown("const a = " + std::string(5000, ' ') + "$" +
                           std::string(5000, ' ') + "\n");
  size_t longest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    longest = std::max(longest, line.size());
  EXPECT_LE(longest, 130u);
  EXPECT_NE(text.find("..."), std::string::npos);
}

TEST(Diagnostics, ShowTheFirstTwentySortedByPlace) {
  std::string program;
  for (int i = 0; i < 25; ++i)
    program += "dim d" + std::to_string(i) + " = 1\n";
  std::string text = shown(program);
  size_t count = 0;
  for (size_t at = 0; (at = text.find("error[", at)) != std::string::npos; ++at)
    ++count;
  EXPECT_EQ(count, 20u);
  EXPECT_NE(text.find("25 errors, the first 20 are shown\n"),
            std::string::npos);
  EXPECT_LT(text.find("`d3`"), text.find("`d10`"));
}

TEST(Diagnostics, UseColourOnlyIfAsked) {
  EXPECT_EQ(shown("dim d = 1\n").find("\x1B["), std::string::npos);
  RenderOptions colourful;
  colourful.useColour = true;
  EXPECT_NE(shown("dim d = 1\n", colourful).find("\x1B["), std::string::npos);
}

TEST(Diagnostics, ReportACodeAtAPlaceOnce) {
  SourceFile file{"a.spex", "abc"};
  DiagnosticEngine diags;
  diags.addFile(file);
  diags.report(message::unknownName, {0, 3, 0}, "abc").help("one");
  diags.report(message::unknownName, {0, 3, 0}, "abc").help("two");
  EXPECT_EQ(diags.errorCount(), 1u);
  EXPECT_EQ(diags.sorted()[0]->help.size(), 1u);
}

TEST(Diagnostics, OfferTheNearestWord) {
  std::vector<std::string> known = {"softmax", "sum", "max"};
  EXPECT_EQ(nearest("sofmax", known), "softmax");
  EXPECT_EQ(nearest("smu", {"mean"}), std::nullopt);
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
}

TEST(Diagnostics, HaveOnlyCompleteFormats) {
  EXPECT_EQ(fillIn("`{}` is {}, {{}}", {"a", 3, "L"}), "`a` is 3, {L}");
  EXPECT_EQ(findCode("E0208"), Code::E0208);
  EXPECT_EQ(findCode("E9999"), std::nullopt);
}

TEST(Explain, ListsEveryCodeOnce) {
  std::string list = explainList();
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), numCodes());
  EXPECT_NE(list.find("E0208  error    S1  more choices than there are\n"),
            std::string::npos);
  for (unsigned i = 0; i < numCodes(); ++i)
    EXPECT_TRUE(explain(info(static_cast<Code>(i)).name).has_value());
  EXPECT_EQ(explain("e0208"), explain("E0208"));
  EXPECT_EQ(explain("E9999"), std::nullopt);
}

/// The codes that the parser finds in a program of a page.
std::vector<std::string> codesInPage(const char *program) {
  // Without the line end with which the table begins.
  SourceFile file{"page.spex", program + (*program == '\n')};
  DiagnosticEngine diags;
  parse(file, diags);
  std::vector<std::string> codes = codesOf(diags);
  for (std::string &code : codes)
    code = code.substr(code.find(' ') + 1);
  return codes;
}

TEST(Explain, ShowsProgramsThatAreWrongAndMended) {
  for (unsigned i = 0; i < numCodes(); ++i) {
    const Page *page = findPage(static_cast<Code>(i));
    std::string name = info(static_cast<Code>(i)).name;
    ASSERT_NE(page, nullptr) << name;
    EXPECT_EQ(codesInPage(page->mended), std::vector<std::string>()) << name;
    // The parser gives these; E0009 needs a larger program than a page.
    bool isSyntax = (name < "E0010" && name != "E0009") || name == "E0201" ||
                    name == "E0202" || name == "E0203" || name == "E0205";
    EXPECT_EQ(codesInPage(page->wrong),
              isSyntax          ? std::vector<std::string>{name}
              : name == "E0009" ? std::vector<std::string>{"E0008"}
                                : std::vector<std::string>())
        << name;
  }
}

} // namespace
} // namespace spex::test
