//===- ParserTest.cpp - Trees and syntax errors ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the grammar accepts, where errors are reported, and how the parser goes
// on after one.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Frontend/Helpers.h"

#include <gtest/gtest.h>

namespace spex::test {
namespace {

using Codes = std::vector<std::string>;

std::string treeOf(const std::string &text) {
  SourceFile file{"test.spex", "edition 2026\n" + text};
  DiagnosticEngine diags;
  std::unique_ptr<ast::File> tree = parse(file, diags);
  EXPECT_EQ(codesOf(diags), Codes()) << text;
  return dump(*tree);
}

TEST(Parser, AcceptsEverySample) {
  ASSERT_EQ(samples().size(), 28u);
  for (const std::filesystem::path &path : samples()) {
    SourceFile file{path.string(), read(path)};
    DiagnosticEngine diags;
    EXPECT_FALSE(parse(file, diags)->items.empty());
    EXPECT_EQ(codesOf(diags), Codes()) << path;
  }
}

TEST(Parser, BindsOperatorsAsTheLanguageSays) {
  EXPECT_EQ(treeOf("const a = b or c and not d < e + f * g @ -h.i\n"),
            treeOf("const a = (b or (c and (not (d < (e + (f * (g @ (-(h.i"
                   ")))))))))\n"));
  // Chains of one precedence are flat and read from the left.
  EXPECT_EQ(treeOf("const a = b - c + d\n"),
            "(item 2 \"\" (consts a (chain b - c + d)))\n");
  EXPECT_NE(treeOf("const a = b - (c + d)\n"), treeOf("const a = b - c + d\n"));
}

TEST(Parser, TellsCallsFromLookups) {
  EXPECT_EQ(treeOf("const a = sum[D](x)\n"),
            "(item 2 \"\" (consts a (call sum (dims D) (args x))))\n");
  EXPECT_EQ(treeOf("const a = unknown[A, B -> C](x)\n"),
            "(item 2 \"\" (consts a (call unknown (dims A B) (to C) (args "
            "x))))\n");
  EXPECT_EQ(treeOf("const a = table[ids]\n"),
            "(item 2 \"\" (consts a (lookup table ids)))\n");
  EXPECT_EQ(treeOf("const a = x[S as Z][T = 0][G = i]\n"),
            "(item 2 \"\" (consts a (pick (pick (rename x S Z) T 0) G i)))\n");
}

TEST(Parser, TellsGenericsFromComparisons) {
  EXPECT_EQ(treeOf("const a = Mlp<A, B>(x)\n"),
            "(item 2 \"\" (consts a (call Mlp (generics A B) (args x))))\n");
  EXPECT_EQ(treeOf("const a = A < B + 1\n"),
            "(item 2 \"\" (consts a (chain A < (chain B + 1))))\n");
  EXPECT_EQ(treeOf("const a = gates.Router<D>(x)\n"),
            "(item 2 \"\" (consts a (call gates.Router (generics D) (args "
            "x))))\n");
}

TEST(Parser, ContinuesLines) {
  std::string flat = treeOf("const a = f(b, c) + d\n");
  EXPECT_EQ(treeOf("const a = f(b,\n  c\n) +  # why\n\n  d\n"), flat);
  EXPECT_EQ(treeOf("module M(x: [D])\n  -> [D] { return x }\n"),
            treeOf("module M(x: [D]) -> [D] {\n  return x\n}\n"));
  EXPECT_EQ(treeOf("numerics { store = f32, compute = f32 }\n"),
            treeOf("numerics {\n  store = f32\n  compute = f32,\n}\n"));
  EXPECT_EQ(treeOf("const a = match k { x: 1, y: 2, }\n"),
            treeOf("const a = match k {\n  x: 1\n  y: 2\n}\n"));
}

TEST(Parser, ReadsSectionsOnOneLine) {
  EXPECT_EQ(
      treeOf("schedule cpu for M { y = fused, pack(weights), z = apart }\n"),
      treeOf("schedule cpu for M {\n  y = fused, pack(weights)\n"
             "  z = apart\n}\n"));
  EXPECT_EQ(treeOf("train t for M { every 2 { log a, b, save \"f\" } }\n"),
            treeOf("train t for M {\n  every 2 {\n    log a, b\n"
                   "    save \"f\"\n  }\n}\n"));
}

TEST(Parser, KeepsNumbersAsWritten) {
  SourceFile file{"test.spex", "edition 2026\nconst a = 1_000.50e-3\n"};
  DiagnosticEngine diags;
  std::unique_ptr<ast::File> tree = parse(file, diags);
  const auto &item = ast::as<ast::ConstItem>(*tree->items[0]);
  const auto &number = ast::as<ast::NumberExpr>(*item.bindings[0].value);
  EXPECT_EQ(number.text, "1000.50e-3");
  EXPECT_EQ(number.spelling, "1_000.50e-3");
  EXPECT_EQ(number.value, 1000.50e-3);
}

TEST(Parser, AttachesDocumentation) {
  SourceFile file{"test.spex",
                  "edition 2026\n# not this\n## One.\n##  Two.\ndim D = 1\n"};
  DiagnosticEngine diags;
  EXPECT_EQ(parse(file, diags)->items[0]->doc, "One.\n Two.");
}

//===-- Codes -------------------------------------------------------------===//

TEST(SyntaxErrors, E0001UnexpectedCharacter) {
  EXPECT_EQ(errorsIn(body("  y = x $ x\n  return y\n")), Codes{"3:9 E0001"});
  // One column for each code point, whatever its bytes.
  EXPECT_EQ(errorsIn("const a = b # \u00E9\nconst c = \u00E9\u00E9 + d\n"),
            (Codes{"3:11 E0001", "3:12 E0001"}));
  EXPECT_EQ(errorsIn("const a = b  # \xFF\n"), Codes{"2:16 E0001"});
  SourceFile marked{"test.spex", "\xEF\xBB\xBF"
                                 "edition 2026\n"};
  DiagnosticEngine diags;
  parse(marked, diags);
  EXPECT_EQ(codesOf(diags), Codes{"1:1 E0001"});
}

TEST(SyntaxErrors, E0002SomethingElseExpected) {
  EXPECT_EQ(errorsIn("dim D 3\n"), Codes{"2:7 E0002"});
  EXPECT_EQ(errorsIn("const a =\n"), Codes{"2:10 E0002"});
  EXPECT_EQ(errorsIn("const a = b c\n"), Codes{"2:13 E0002"});
  EXPECT_EQ(errorsIn("const a = b < c < d\n"), Codes{"2:17 E0002"});
  EXPECT_EQ(errorsIn("const a = 1 .b\n"), Codes{"2:13 E0002"});
  EXPECT_EQ(errorsIn("}\n"), Codes{"2:1 E0002"});
  EXPECT_EQ(errorsIn("module M(x: float[D]) -> [D] { return x }\n"),
            Codes{"2:13 E0002"});
}

TEST(SyntaxErrors, E0003UnknownDeclaration) {
  EXPECT_EQ(errorsIn("modle M(x: [D]) -> [D] {\n  dim A = 1\n  return x\n}\n"
                     "dim B = 2\n"),
            Codes{"2:1 E0003"});
}

TEST(SyntaxErrors, E0005Capitals) {
  EXPECT_EQ(errorsIn("dim d = 3\nconst A = 3\nvariant V = a\n"),
            (Codes{"2:5 E0005", "3:7 E0005", "4:9 E0005"}));
}

TEST(SyntaxErrors, ReportAWrongNameOnce) {
  EXPECT_EQ(errorsIn("dim d = 3\nconst a = 2\n"
                     "module M(x: [d]) -> [d] {\n  next = x\n"
                     "  return next + next\n}\n"),
            (Codes{"2:5 E0005", "5:3 E0006"}));
}

TEST(SyntaxErrors, E0006ReservedWords) {
  EXPECT_EQ(errorsIn(body("  param over: [D] init ones\n  state = x\n"
                          "  rank = x\n  return x\n")),
            (Codes{"3:9 E0006", "4:3 E0006", "5:3 E0006"}));
  // As fields, labels and named arguments they are fine.
  EXPECT_EQ(errorsIn(body("  y = f(x, by: 1).next[G = over]\n"
                          "  return (state: y)\n")),
            Codes());
}

TEST(SyntaxErrors, E0007NumbersAndStrings) {
  for (const char *number : {"1_", "1__0", "5x", "0x1F", "1.", "1e", "1e+",
                             "1.5.2", "1e999", "1e-999"})
    EXPECT_EQ(errorsIn("const a = " + std::string(number) + "\n"),
              Codes{"2:11 E0007"})
        << number;
  EXPECT_EQ(errorsIn("import \"a as b\nimport \"c\" as d\n"),
            Codes{"2:8 E0007"});
}

TEST(SyntaxErrors, E0008Edition) {
  auto codes = [](const std::string &text) {
    SourceFile file{"test.spex", text};
    DiagnosticEngine diags;
    parse(file, diags);
    return codesOf(diags);
  };
  EXPECT_EQ(codes(""), Codes{"1:1 E0008"});
  EXPECT_EQ(codes("# only this\n"), Codes{"1:1 E0008"});
  EXPECT_EQ(codes("dim D = 1\ndim E = 2\n"), Codes{"1:1 E0008"});
  EXPECT_EQ(codes("edition 2027\ndim D = 1\n"), Codes{"1:9 E0008"});
  EXPECT_EQ(codes("edition\ndim D = 1\n"), Codes{"1:1 E0008"});
  EXPECT_EQ(codes("edition 2026\nedition 2026\n"), Codes{"2:1 E0008"});
}

TEST(SyntaxErrors, RoutesKnowTheirWords) {
  auto route = [](const std::string &clauses) {
    return errorsIn(
        body("  route y = E of F(x) {\n" + clauses + "  }\n  return y\n"));
  };
  EXPECT_EQ(route("    capacty = 4\n    select = all\n"), Codes{"4:5 E0201"});
  EXPECT_EQ(route("    weight = 1\n    select = all\n"), Codes{"5:5 E0202"});
  EXPECT_EQ(route("    weight = 1\n    weight = 1\n"), Codes{"5:5 E0202"});
  EXPECT_EQ(route("    select = topk 2 by p\n    weight = 1\n"),
            Codes{"4:14 E0203"});
  EXPECT_EQ(route("    overflow = skip\n    combine = max\n"),
            (Codes{"4:16 E0205", "5:15 E0205"}));
}

//===-- Recovery ----------------------------------------------------------===//

TEST(Recovery, ReportsEveryIndependentError) {
  EXPECT_EQ(errorsIn("dim D 3\n"
                     "module A(x [D]) -> [D] {\n"
                     "  return x\n"
                     "}\n"
                     "module B(x: [D]) -> [D] {\n"
                     "  y = f(x,, 2)\n"
                     "  z = x $ 3\n"
                     "  route r = E Ffn(x) {\n"
                     "    select = all\n"
                     "  }\n"
                     "  return (y + z\n"
                     "}\n"
                     "modle C(x: [D]) -> [D] { return x }\n"
                     "export B as lib { forward }\n"),
            (Codes{"2:7 E0002", "3:12 E0002", "7:11 E0002", "8:9 E0001",
                   "9:15 E0002", "13:1 E0002", "14:1 E0003", "15:13 E0002"}));
}

TEST(Recovery, FindsTheNextStatementAfterAnOpenBracket) {
  EXPECT_EQ(errorsIn(body("  y = f(x, g(x)\n  z = x\n  a = b b\n"
                          "  return y\n")),
            (Codes{"4:3 E0002", "5:9 E0002"}));
}

TEST(Recovery, FindsTheNextDeclarationAfterAnOpenBody) {
  EXPECT_EQ(errorsIn("module A(x: [D]) -> [D] {\n  return x\n\n"
                     "module B(x: [D]) -> [D] {\n  return x x\n}\n"),
            (Codes{"5:1 E0002", "6:12 E0002"}));
  EXPECT_EQ(errorsIn("module A(x: [D]) -> [D] {\n  return x\n"),
            Codes{"3:11 E0002"});
}

TEST(Recovery, KeepsClausesAndLinesApart) {
  EXPECT_EQ(errorsIn("weights hf for M {\n"
                     "  \"a\" -> b: [D\n"
                     "  \"c\" d: [E]\n"
                     "  fresh x.y\n"
                     "}\n"
                     "train t for M {\n"
                     "  data = , steps = 3\n"
                     "  every 2 { lg loss, save }\n"
                     "}\n"),
            (Codes{"4:3 E0002", "4:7 E0002", "8:10 E0002", "9:13 E0801",
                   "9:27 E0002"}));
}

} // namespace
} // namespace spex::test
