//===- RouteTest.cpp - Routes of the checked program ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Units, groups, capacities, records, and who sees whom through a route.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Sema/Helpers.h"

#include <gtest/gtest.h>

namespace spex::test {
namespace {

const char *const experts =
    "edition 2026\n"
    "dim B <= 8, S <= 16, D = 4, E = 8\n"
    "expert Ffn(x: [D]) -> [D] {\n"
    "  param w: [D] init ones\n  return x * w\n}\n"
    "gate Router(x: [D]) -> [E] {\n"
    "  param w: [D, E] init zeros\n  return x @ w\n}\n";

/// With a dimension for the choices, in a line of its own after the first.
std::string withChoices(std::string text) {
  return text.insert(text.find("dim B"), "dim K = 2\n");
}

std::string withRoute(const std::string &head, const std::string &clauses,
                      const std::string &result = "u + y") {
  return std::string(experts) + "model M(u: [B, S, D]) -> [B, S, D] {\n" +
         "  score = Router(u)\n  route y = " + head + " { " + clauses +
         " }\n  return " + result + "\n}\n";
}

TEST(Route, PrintsUnitsGroupsAndChoices) {
  Checked checked(
      withChoices(withRoute("E of Ffn(u) over [S]",
                            "select = top K by score, capacity = max(ceil(1.25 "
                            "* tokens / E), 4), overflow = drop, weight = "
                            "score")));
  ASSERT_TRUE(checked.program) << checked.codes()[0];
  EXPECT_EQ(printRoutes(*checked.program),
            "M.y: 8 experts (E), units [B, S], group [S], choices: top 2, "
            "capacity max(4, (0 - floor((0 - 5 * S) / 32)))\n");
}

TEST(Route, ComputesCapacitiesExactly) {
  Checked checked(withRoute("E of Ffn(u) over [S]",
                            "select = top 1 by score, capacity = floor(0.29 * "
                            "100 * tokens / tokens), overflow = drop, weight = "
                            "score"));
  ASSERT_TRUE(checked.program);
  // In doubles, 0.29 * 100 is less than 29.
  const Statement &statement = checked.instance("M")->body[1];
  EXPECT_EQ(statement.route->capacity->number, 29);
}

TEST(Route, KnowsTheTypesOfItsRecord) {
  for (const char *result :
       {"u + y * sum[E](y.weight)", "u + y * sum[E](onehot(y.index))",
        "u + y * (sum[E](y.load) + y.dropped)",
        "where(any[E](y.selected and y.kept), u, y)",
        "u + y * f32(sum[E](y.count))"}) {
    Checked checked(withRoute("E of Ffn(u) over [B, S]",
                              "select = top 1 by score, weight = score",
                              result));
    EXPECT_EQ(checked.codes(), Codes()) << result;
  }
}

TEST(Route, GivesIndexOnlyWithANamedChoice) {
  Checked named(withChoices(withRoute("E of Ffn(u) over [B, S]",
                                      "select = top K by score, weight = score",
                                      "u + y + sum[K](f32(int(y.index)))")));
  EXPECT_EQ(named.codes(), Codes());
  Checked plain(withRoute("E of Ffn(u) over [B, S]",
                          "select = top 2 by score, weight = score",
                          "u + y + f32(int(y.index))"));
  EXPECT_EQ(plain.codes(), (Codes{"14:28 E0114"}));
}

TEST(Route, RunsNoExpertsThatNothingReads) {
  Checked checked(withRoute("E of Ffn(u) over [B, S]",
                            "select = top 2 by score, weight = score",
                            "u * sum[E](y.weight)"));
  ASSERT_TRUE(checked.program);
  const Statement &statement = checked.instance("M")->body[1];
  ASSERT_EQ(statement.kind, Statement::Kind::Route);
  EXPECT_FALSE(statement.route->isResultUsed);
  EXPECT_EQ(checked.program->entries[0].parameters.size(), 1u);
}

TEST(Route, MakesPositionsSeeWhatItsCapacitySees) {
  std::string text = withRoute(
      "E of Ffn(u) over [B, S]",
      "select = top 1 by score, capacity = 4, overflow = drop, weight = score");
  Checked seen(text + "export M as \"m\" { step(along: S) }\n");
  EXPECT_EQ(seen.codes(), (Codes{"16:31 E0602"}));
  // Places go along the first dim: earlier positions only, which a step must
  // carry; that is not built yet.
  text.replace(text.find("over [B, S]"), 11, "over [S, B]");
  Checked carried(text + "export M as \"m\" { step(along: S) }\n",
                  SemaOptions());
  EXPECT_EQ(carried.codes(), (Codes{"16:31 E0010"}));
}

TEST(Route, ReportsIndependentErrorsOfClauses) {
  Checked checked(withRoute("E of Ffn(u) over [B, D]",
                            "score = u, select = top 9 by score, weight = "
                            "prob"));
  Codes codes = checked.codes();
  ASSERT_EQ(codes.size(), 3u);
  EXPECT_EQ(codes[0].substr(codes[0].size() - 5), "E0206");
  EXPECT_EQ(codes[1].substr(codes[1].size() - 5), "E0208");
  EXPECT_EQ(codes[2].substr(codes[2].size() - 5), "E0101");
}

} // namespace
} // namespace spex::test
