//===- RandomEditsTest.cpp - Damaged programs -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whatever the text: the parser ends, reports without a crash, and what it
// accepts can be formatted.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Frontend/Helpers.h"

#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

#include <random>

namespace spex::test {
namespace {

/// Changes, inserts, removes or copies a few bytes.
void damage(std::string &text, std::mt19937 &random) {
  auto below = [&](size_t bound) { return random() % bound; };
  static constexpr std::string_view likely = "()[]{}<>,:=+-*/@.|#\"\n 0aA_";
  for (size_t edits = 1 + below(3); edits > 0; --edits) {
    size_t at = below(text.size());
    switch (below(5)) {
    case 0:
      text[at] = static_cast<char>(below(256));
      break;
    case 1:
      text[at] = likely[below(likely.size())];
      break;
    case 2:
      text.insert(at, 1, likely[below(likely.size())]);
      break;
    case 3:
      text.erase(at, 1 + below(8));
      break;
    case 4:
      text.insert(at, text.substr(below(text.size()), 1 + below(40)));
      break;
    }
  }
}

/// Parses, prints all diagnostics, and formats if there are none.
bool survives(const std::string &text) {
  SourceFile file{"test.spex", text};
  DiagnosticEngine diags;
  std::optional<std::string> once = format(file, diags);
  std::string printed;
  llvm::raw_string_ostream stream(printed);
  diags.print(stream);
  if (!once)
    return diags.hasErrors() && !printed.empty();
  SourceFile again{"test.spex", *once};
  DiagnosticEngine more;
  std::optional<std::string> twice = format(again, more);
  return twice && *twice == *once;
}

TEST(RandomEdits, NeverCrashTheParser) {
  std::mt19937 random(1);
  std::vector<std::string> texts;
  for (const std::filesystem::path &path : samples())
    texts.push_back(read(path));
  for (int i = 0; i < 2000; ++i) {
    std::string text = texts[i % texts.size()];
    damage(text, random);
    ASSERT_TRUE(survives(text)) << text;
  }
}

TEST(RandomEdits, NeverCrashOnShuffledTokens) {
  std::mt19937 random(2);
  static const char *tokens[] = {"edition 2026\n",
                                 "dim D = 1\n",
                                 "module M(x: [D]) -> [D] {\n",
                                 "}",
                                 "{",
                                 "(",
                                 ")",
                                 "[",
                                 "]",
                                 "<",
                                 ">",
                                 ",",
                                 ":",
                                 "=",
                                 "->",
                                 ".",
                                 "+",
                                 "@",
                                 "not ",
                                 "-",
                                 "match k {",
                                 "phase(",
                                 "stack L of ",
                                 "scan T over (",
                                 "carry (",
                                 "route y = E of F(x) {\n",
                                 "select = ",
                                 "top 2 by ",
                                 "weights w for M {\n",
                                 "\"s\"",
                                 "1.5",
                                 "x",
                                 "X",
                                 "\n",
                                 "return ",
                                 "param w: [D] init ones\n",
                                 "train t for M {\n",
                                 "every 2 {\n",
                                 "export M as \"m\" {",
                                 "# c\n"};
  for (int i = 0; i < 2000; ++i) {
    std::string text = "edition 2026\n";
    for (size_t length = random() % 60; length > 0; --length)
      text += tokens[random() % std::size(tokens)];
    ASSERT_TRUE(survives(text)) << text;
  }
}

} // namespace
} // namespace spex::test
