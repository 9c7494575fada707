//===- ProgramTest.cpp - What the checked program says --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The contract with the interpreter and IRGen, on small programs.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Sema/Helpers.h"

#include <gtest/gtest.h>

namespace spex::test {
namespace {

/// The line of a dump that holds `text`.
std::string lineWith(const Program &program, const std::string &text) {
  std::istringstream lines(dump(program));
  for (std::string line; std::getline(lines, line);)
    if (line.find(text) != std::string::npos)
      return line;
  return "";
}

TEST(Program, IsWholeForCharMoe) {
  Checked checked(sample("char_moe"), SemaOptions());
  ASSERT_TRUE(checked.program);
  const Program &program = *checked.program;
  ASSERT_EQ(program.entries.size(), 1u);
  const EntryPoint &entry = program.entries[0];
  EXPECT_EQ(entry.name, "char_moe");
  ASSERT_EQ(entry.dims.size(), 2u);
  EXPECT_EQ(entry.dims[0]->name, "B");
  EXPECT_EQ(entry.dims[1]->name, "S");
  Codes paths;
  for (const StoredParameter &parameter : entry.parameters)
    paths.push_back(parameter.path);
  EXPECT_EQ(paths, (Codes{"Block.Attention.wk", "Block.Attention.wo",
                          "Block.Attention.wq", "Block.Attention.wv",
                          "Block.Router.w", "Block.norm1.w", "Block.norm2.w",
                          "Block.y.w1", "Block.y.w2", "embed", "head",
                          "norm.w"}));
  const StoredParameter &w1 = entry.parameters[7];
  ASSERT_EQ(w1.outer.size(), 2u);
  EXPECT_EQ(w1.outer[0]->name, "L");
  EXPECT_EQ(w1.outer[1]->name, "E");
  EXPECT_EQ(countParameters(entry), 2'430'080);
  EXPECT_EQ(lineWith(program, "  a%4 ="),
            "  a%4 = softmax[Z]((dot[A](q%1, k%2[S as Z]) / "
            "5.656854249492381), mask: causal[S, Z]()): f32[S, H, Z]");
  EXPECT_EQ(lineWith(program, "  route y"),
            "  route y = E of 8 y:Ffn(u%2) units [B, S] group [B, S]");
  EXPECT_EQ(lineWith(program, "stack"),
            "  x%1 = stack L of Block:Block(embed[ids%0]): f32[B, S, D]");
  EXPECT_EQ(checked.dim("Z")->renamedFrom, checked.dim("S"));
}

TEST(Program, LeavesOutWhatOnlyTrainingNeeds) {
  // `m` is seen by `aux` alone, `n` by nobody after the choice of phase.
  Checked checked("edition 2026\n"
                  "dim D = 4\n"
                  "model M(x: [D]) -> [D] {\n"
                  "  param w, v: [D] init ones\n"
                  "  m = x * v\n"
                  "  aux size = mean[D](square(m))\n"
                  "  return phase(train: dropout(x * w, rate: 0.5), infer: x)\n"
                  "}\n");
  ASSERT_TRUE(checked.program);
  const Instance *m = checked.instance("M");
  ASSERT_EQ(m->body.size(), 1u);
  EXPECT_EQ(m->body[0].kind, Statement::Kind::Return);
  // Both are stored: training will want them.
  EXPECT_EQ(checked.program->entries[0].parameters.size(), 2u);
}

TEST(Program, StoresWhatAnyUsedFieldNeeds) {
  Checked checked("edition 2026\n"
                  "dim D = 4, L = 3\n"
                  "module Two(x: [D]) -> (a: [D], b: [D]) {\n"
                  "  param wa, wb: [D] init ones\n"
                  "  return (a: x * wa, b: x * wb)\n}\n"
                  "model M(x: [D]) -> [D] {\n"
                  "  part one, two: Two\n"
                  "  o = one(x)\n  t = two(x)\n"
                  "  return o.a + t.a + t.b\n}\n");
  ASSERT_TRUE(checked.program);
  Codes paths;
  for (const auto &parameter : checked.program->entries[0].parameters)
    paths.push_back(parameter.path);
  EXPECT_EQ(paths, (Codes{"one.wa", "two.wa", "two.wb"}));
}

TEST(Program, CollectsFieldsOfStackedLayers) {
  Checked checked("edition 2026\n"
                  "dim D = 4, L = 3\n"
                  "module Layer(x: [D]) -> (x: [D], size: []) {\n"
                  "  param w: [D] init ones\n"
                  "  y = x * w\n"
                  "  return (x: y, size: sum[D](y))\n}\n"
                  "model M(x: [D]) -> [L] {\n"
                  "  o = stack L of Layer(x)\n"
                  "  return o.size\n}\n");
  ASSERT_TRUE(checked.program) << checked.codes().size();
  EXPECT_EQ(checked.program->entries[0].parameters.size(), 1u);
  EXPECT_EQ(lineWith(*checked.program, "return o"), "  return o%1.size: f32[L]");
}

TEST(Program, CastsWhereTypesAsk) {
  Checked checked("edition 2026\n"
                  "numerics {\n  store = bf16\n  compute = bf16\n}\n"
                  "dim D = 4, S <= 8\n"
                  "model M(x: f32[D], n: int[]) -> [D] {\n"
                  "  param w: [D] init ones\n"
                  "  param v: f32[D] init ones\n"
                  "  y = x * w + n + 0.1\n"
                  "  return y * v / S\n}\n");
  ASSERT_TRUE(checked.program);
  EXPECT_EQ(lineWith(*checked.program, "y%2 ="),
            "  y%2 = (((x%0 * w) + f32(n%1)) + 0.1): f32[D]");
  EXPECT_EQ(lineWith(*checked.program, "return "),
            "  return bf16(((y%2 * v) / f32(size(S)))): bf16[D]");
  EXPECT_EQ(lineWith(*checked.program, "param w"),
            "  param w: bf16[D] init ones");
  EXPECT_EQ(lineWith(*checked.program, "param v"),
            "  param v: f32[D] init ones");
}

TEST(Program, FoldsNumbersExactly) {
  Checked checked("edition 2026\n"
                  "const third = 1 / 3\n"
                  "dim D = 4, A = 49\n"
                  "model M(x: [D]) -> [D] {\n"
                  "  k = 3 * third\n"
                  "  return x * (0.1 * 3 * 10) / sqrt(A) + k\n}\n");
  ASSERT_TRUE(checked.program);
  EXPECT_EQ(lineWith(*checked.program, "return "),
            "  return (((x%0 * 3) / 7) + 1): f32[D]");
}

TEST(Program, RepeatsASingleNumberToFillAResult) {
  Checked checked("edition 2026\n"
                  "dim D = 4\n"
                  "model M(x: [D]) -> (a: [D], b: [D]) {\n"
                  "  return (a: sum[D](x), b: 2)\n}\n");
  ASSERT_TRUE(checked.program);
  EXPECT_EQ(lineWith(*checked.program, "return "),
            "  return (a: expand[D](sum[D](x%0)), b: expand[D](2)): record");
}

TEST(Program, MapsComponentsOverExtraDimensions) {
  Checked checked("edition 2026\n"
                  "dim B <= 8, S <= 4, D = 4\n"
                  "module Pool(x: [S, D]) -> [D] {\n"
                  "  return mean[S](x)\n}\n"
                  "model M(x: [S, B, D]) -> [B, D] {\n"
                  "  return Pool(x)\n}\n");
  ASSERT_TRUE(checked.program);
  EXPECT_EQ(lineWith(*checked.program, "return Pool"),
            "  return Pool:Pool(x%0): f32[B, D]");
}

TEST(Program, KeepsEqualGenericsApartInside) {
  Checked checked("edition 2026\n"
                  "dim B <= 8, Y = 4\n"
                  "module Mlp<I, N, O>(x: [I]) -> [O] {\n"
                  "  param w1: [I, N] init zeros\n"
                  "  param w2: [N, O] init zeros\n"
                  "  return relu(x @ w1) @ w2\n}\n"
                  "model M(x: [B, Y]) -> [B, Y] {\n"
                  "  return Mlp<Y, Y, Y>(x)\n}\n");
  ASSERT_TRUE(checked.program);
  EXPECT_EQ(lineWith(*checked.program, "return (relu"),
            "  return (relu((x%0 @Y w1)) @N w2)[O as Y]: f32[Y]");
  EXPECT_EQ(lineWith(*checked.program, "Mlp:Mlp"),
            "  return Mlp:Mlp(x%0): f32[B, Y]");
}

TEST(Program, ChoosesVariantsWhenCompiling) {
  const char *text = "edition 2026\n"
                     "variant kind = up | down\n"
                     "dim D = 4\n"
                     "model M(x: [D]) -> [D] {\n"
                     "  param w: [D] init ones\n"
                     "  return match kind { up: x * w, down: -x }\n}\n";
  EXPECT_EQ(Checked(text).program->entries[0].parameters.size(), 1u);
  SemaOptions options = Checked::forCheck();
  options.sets["kind"] = "down";
  EXPECT_EQ(Checked(text, options).program->entries[0].parameters.size(), 0u);
}

TEST(Program, CheckLooksAtEveryVariant) {
  Checked checked("edition 2026\n"
                  "variant kind = up | down\n"
                  "dim D = 4, F = 8\n"
                  "model M(x: [D]) -> [D] {\n"
                  "  return match kind { up: x, down: sum[F](x) }\n}\n");
  EXPECT_EQ(checked.codes(), (Codes{"5:36 E0129"}));
}

TEST(Program, OffersEntriesByName) {
  const char *text = "edition 2026\n"
                     "dim D = 4\n"
                     "model One(x: [D]) -> [D] {\n  return x\n}\n"
                     "model Two(x: [D]) -> [D] {\n  return -x\n}\n";
  Checked both(text);
  EXPECT_EQ(both.program->entries.size(), 2u);
  SemaOptions options = Checked::forCheck();
  options.entry = "Two";
  Checked one(text, options);
  ASSERT_EQ(one.program->entries.size(), 1u);
  EXPECT_EQ(one.program->entries[0].model->name, "Two");
  options.entry = "Three";
  Checked none(text, options);
  EXPECT_EQ(none.codes(), (Codes{"- E0601"}));
}

} // namespace
} // namespace spex::test
