//===- HostileTest.cpp - Programs made to break the checker ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Huge sizes, deep calls, many instances, random edits: always an answer, and
// soon.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Sema/Helpers.h"

#include <gtest/gtest.h>
#include <random>

namespace spex::test {
namespace {

TEST(Hostile, SizesDoNotOverflow) {
  Checked product("edition 2026\n"
                  "dim A = 1_000_000_000, B = A, C = A * B * 5\n"
                  "model M(x: [A]) -> [A] {\n  return x\n}\n");
  EXPECT_EQ(product.codes(), (Codes{"2:31 E0107", "2:31 W0101"}));
  Checked parameter("edition 2026\n"
                    "dim A = 4_000_000_000, B = A, C = A\n"
                    "model M(x: [A, B]) -> [C] {\n"
                    "  param w: [A, B, C] init zeros\n  return x @ w\n}\n");
  EXPECT_EQ(parameter.codes(), (Codes{"4:12 E0107"}));
  Checked stacked("edition 2026\n"
                  "dim A = 4_000_000_000, L = A\n"
                  "module Layer(x: [A]) -> [A] {\n"
                  "  param w: [A] init ones\n  return x * w\n}\n"
                  "model M(x: [A]) -> [A] {\n"
                  "  return stack L of Layer(x)\n}\n");
  EXPECT_EQ(stacked.codes(), (Codes{"4:9 E0107"}));
  Checked written("edition 2026\n"
                  "dim A = 9_999_999_999_999_999_999_999\n"
                  "model M(x: [A]) -> [A] {\n  return x\n}\n");
  EXPECT_EQ(written.diags.errorCount(), 1u);
}

TEST(Hostile, ComponentsNestToALimit) {
  std::string text = "edition 2026\ndim D = 4\n"
                     "module M0(x: [D]) -> [D] {\n  return -x\n}\n";
  for (int i = 1; i < 3000; ++i)
    text += "module M" + std::to_string(i) + "(x: [D]) -> [D] {\n  return M" +
            std::to_string(i - 1) + "(x)\n}\n";
  text += "model M(x: [D]) -> [D] {\n  return M2999(x)\n}\n";
  Checked checked(text);
  ASSERT_EQ(checked.diags.errorCount(), 1u);
  EXPECT_NE(checked.codes()[0].find("E0009"), std::string::npos);
}

TEST(Hostile, ParametersDoubleToALimit) {
  std::string text = "edition 2026\ndim D = 4\n"
                     "module M0(x: [D]) -> [D] {\n"
                     "  param w: [D] init ones\n  return x * w\n}\n";
  for (int i = 1; i < 60; ++i) {
    std::string inner = "M" + std::to_string(i - 1);
    text += "module M" + std::to_string(i) + "(x: [D]) -> [D] {\n  part a, b: " +
            inner + "\n  return a(b(x))\n}\n";
  }
  text += "model M(x: [D]) -> [D] {\n  return M59(x)\n}\n";
  Checked checked(text);
  ASSERT_EQ(checked.diags.errorCount(), 1u);
  EXPECT_NE(checked.codes()[0].find("E0009"), std::string::npos);
}

TEST(Hostile, InstancesMultiplyToALimit) {
  // Every level swaps and shifts its generics: 6! orders at each.
  std::string text = "edition 2026\n"
                     "dim A = 2, B = 3, C = 4, D = 5, E = 6, F = 7\n"
                     "module M0<P, Q, R, S, T, U>(x: [P, Q, R, S, T, U]) -> [] "
                     "{\n  return sum[P, Q, R, S, T, U](x)\n}\n";
  for (int i = 1; i < 200; ++i) {
    std::string inner = "M" + std::to_string(i - 1);
    text += "module M" + std::to_string(i) +
            "<P, Q, R, S, T, U>(x: [P, Q, R, S, T, U]) -> [] {\n  return " +
            inner + "<Q, P, R, S, T, U>(x) + " + inner +
            "<Q, R, S, T, U, P>(x)\n}\n";
  }
  text += "model M(x: [A, B, C, D, E, F]) -> [] {\n"
          "  return M199<A, B, C, D, E, F>(x)\n}\n";
  Checked checked(text);
  EXPECT_LE(checked.diags.errorCount(), 1u);
}

TEST(Hostile, LongChainsAreNoTrouble) {
  std::string text = "edition 2026\ndim D = 4\n"
                     "model M(x: [D]) -> [D] {\n  return x";
  for (int i = 0; i < 4000; ++i)
    text += " + x";
  Checked checked(text + "\n}\n");
  EXPECT_TRUE(checked.program);
  std::string names = "edition 2026\ndim D = 4\n"
                      "model M(x: [D]) -> [D] {\n  a0 = x\n";
  for (int i = 1; i < 20000; ++i)
    names += "  a" + std::to_string(i) + " = a" + std::to_string(i - 1) +
             " + x\n";
  Checked lets(names + "  return a19999\n}\n");
  EXPECT_TRUE(lets.program);
}

TEST(Hostile, DerivedSizesGrowToALimit) {
  std::string text = "edition 2026\ndim S <= 1_000, D0 = floor(S / 3) + 1\n";
  for (int i = 1; i < 100; ++i) {
    std::string last = "D" + std::to_string(i - 1);
    text += "dim D" + std::to_string(i) + " = floor(" + last + " * " + last +
            " / 7) + max(" + last + ", 2)\n";
  }
  Checked checked(text + "model M(x: [S, D99]) -> [S] {\n"
                         "  return sum[D99](x)\n}\n");
  EXPECT_TRUE(checked.diags.hasErrors());
}

TEST(Hostile, RandomEditsAlwaysEnd) {
  std::mt19937 random(7);
  const std::string words[] = {"E",      "[S as Z]", "route", "x",   "@",
                               "sum[E]", "D",        "(",     ")",   "0",
                               "top",    "softmax",  "F",     "* 2", "each"};
  for (const char *name : {"char_moe", "switch_ffn", "modular_mlp", "smlp",
                           "hierarchical", "lstm_moe"}) {
    const std::string original = sample(name);
    for (int i = 0; i < 60; ++i) {
      std::string text = original;
      for (int n = 0; n <= i % 3; ++n) {
        size_t at = random() % text.size();
        if (random() % 2)
          text.insert(at, words[random() % std::size(words)]);
        else
          text.erase(at, 1 + random() % 4);
      }
      Checked checked(text);
      EXPECT_EQ(checked.program.has_value(), !checked.diags.hasErrors());
    }
  }
}

TEST(Hostile, SwappedNamesAlwaysEnd) {
  // Whole words exchanged: nearly all of these parse, and are wrong later.
  std::mt19937 random(11);
  for (const char *name : {"char_moe", "olmoe", "sf_moe", "pr_moe",
                           "modular_rnn", "deepseek_v3_block"}) {
    const std::string original = sample(name);
    std::vector<std::pair<size_t, size_t>> words;
    for (size_t i = 0; i < original.size();) {
      size_t start = i;
      while (i < original.size() && (std::isalnum(original[i]) != 0))
        ++i;
      if (i > start)
        words.push_back({start, i - start});
      else
        ++i;
    }
    for (int i = 0; i < 60; ++i) {
      auto from = words[random() % words.size()];
      auto to = words[random() % words.size()];
      std::string text = original;
      text.replace(to.first, to.second,
                   original.substr(from.first, from.second));
      Checked checked(text);
      EXPECT_EQ(checked.program.has_value(), !checked.diags.hasErrors());
    }
  }
}

} // namespace
} // namespace spex::test
