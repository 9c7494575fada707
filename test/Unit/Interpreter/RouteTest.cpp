//===- RouteTest.cpp - Who is chosen, and what counts ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Selections, weights and combinations, against golden results.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Interpreter/RouteFixture.h"

using namespace spex;
using namespace spex::interpreter;

namespace {
struct RouteTest : RouteFixture {};
} // namespace

TEST_F(RouteTest, TopOneTakesTheLargest) {
  selectTop(1);
  results.push_back(
      routeField(*route, RouteField::Count, typeOf({e}, ElementType::Int)));
  results.push_back(routeField(*route, RouteField::Load, typeOf({e})));
  RunResult result = run();
  EXPECT_EQ(result.routes[0].ids,
            (std::vector<int32_t>{3, 0, 2, 1, 3, 2, 1, 1}));
  EXPECT_EQ(result.routes[0].count, (std::vector<int64_t>{1, 3, 2, 2}));
  expectNear(numbersOf(result.outputs[1]), {1, 3, 2, 2}, 0);
  expectNear(numbersOf(result.outputs[2]), {.125, .375, .25, .25}, 0);
  // Unit 2 is [2, 102] and goes to expert 2, which multiplies by 3.
  EXPECT_EQ(numbersOf(result.outputs[0])[4], 6);
  EXPECT_EQ(numbersOf(result.outputs[0])[5], 306);
}

TEST_F(RouteTest, SwitchLossComesFromTheRecord) {
  selectTop(1);
  // E * sum[E](load * mean[T](p)).
  ExprPtr share = builtin(Builtin::Mean, typeOf({e}), {t}, probabilities());
  ExprPtr loss = builtin(
      Builtin::Sum, typeOf({}), {e},
      binary(BinaryOp::Mul, routeField(*route, RouteField::Load, typeOf({e})),
             std::move(share), typeOf({e})));
  results.push_back(
      binary(BinaryOp::Mul, number(experts), std::move(loss), typeOf({})));
  EXPECT_NEAR(run().outputs[1].value.single(), 1.0464353, 1e-6);
}

TEST_F(RouteTest, WeightsOfTwoSumToOne) {
  selectTop(2);
  route->weight = binary(
      BinaryOp::Div, probabilities(),
      chosen(Builtin::Sum, RouteWord::Selected, probabilities(), typeOf({t})),
      typeOf({t, e}));
  results.push_back(routeField(*route, RouteField::Weight, typeOf({t, e})));
  RunResult result = run();
  std::vector<double> weight = numbersOf(result.outputs[1]);
  std::vector<double> first = {.698163, .652210, .853604, .893835,
                               .573264, .709733, .511711, .694398};
  for (int i = 0; i < units; ++i) {
    int32_t best = result.routes[0].ids[2 * i];
    int32_t next = result.routes[0].ids[2 * i + 1];
    EXPECT_NEAR(weight[i * experts + best], first[i], 1e-6);
    EXPECT_NEAR(weight[i * experts + next], 1 - first[i], 1e-6);
    // y = sum over the two of w * (number + 1) * unit.
    double scale = first[i] * (best + 1) + (1 - first[i]) * (next + 1);
    EXPECT_NEAR(numbersOf(result.outputs[0])[2 * i], scale * i, 1e-4);
  }
}

TEST_F(RouteTest, SoftmaxOverTheChosen) {
  selectTop(2);
  route->weight =
      chosen(Builtin::Softmax, RouteWord::Selected, scores(), typeOf({t, e}));
  results.push_back(routeField(*route, RouteField::Weight, typeOf({t, e})));
  RunResult result = run();
  std::vector<double> weight = numbersOf(result.outputs[1]);
  // The same as normalising the softmax over all.
  EXPECT_NEAR(weight[3], .698163, 1e-6);
  EXPECT_EQ(weight[1], 0);
}

TEST_F(RouteTest, ExpertsPickUnits) {
  route->select.kind = Selection::Kind::Pick;
  route->select.by = probabilities();
  route->select.capacity = number(2, ElementType::Int);
  route->weight = probabilities();
  results.push_back(kept());
  std::vector<double> table = numbersOf(run().outputs[1]);
  std::vector<std::vector<int>> picked(experts);
  for (int i = 0; i < units; ++i)
    for (int j = 0; j < experts; ++j)
      if (table[i * experts + j] != 0)
        picked[j].push_back(i);
  EXPECT_EQ(picked,
            (std::vector<std::vector<int>>{{1, 4}, {3, 7}, {2, 5}, {0, 4}}));
}

TEST_F(RouteTest, AllRunsEveryExpert) {
  route->select.kind = Selection::Kind::All;
  route->weight = probabilities();
  ExprPtr each = routeField(*route, RouteField::Each, typeOf({e, t, d}));
  results.push_back(std::move(each));
  RunResult result = run();
  // Unit 1 is [1, 101]: .516233 + 2 * .014505 + 3 * .275281 + 4 * .193981.
  EXPECT_NEAR(numbersOf(result.outputs[0])[2], 2.147010, 1e-5);
  // Expert 3 of unit 1.
  EXPECT_EQ(numbersOf(result.outputs[1])[3 * units * width + 2], 4);
  EXPECT_TRUE(result.routes.empty());
}

// The expert is linear: both give the same as a weight on its result.
TEST_F(RouteTest, WeightsMayMultiplyInputs) {
  route->select.kind = Selection::Kind::All;
  route->weight = probabilities();
  route->combine = Combine::Inputs;
  EXPECT_NEAR(numbersOf(run().outputs[0])[2], 2.147010, 1e-5);
}

TEST_F(RouteTest, WeightsMayMergeParameters) {
  route->select.kind = Selection::Kind::All;
  route->weight = probabilities();
  route->combine = Combine::Merge;
  EXPECT_NEAR(numbersOf(run().outputs[0])[2], 2.147010, 1e-5);
}

TEST_F(RouteTest, TiesGoToTheLowerNumberAndNanIsLast) {
  std::vector<double> scores(units * experts, 1.0);
  scores[0] = NAN; // unit 0: 1 and 2 are the first that are numbers
  scores[experts + 3] = 2;
  b.set("h", scores);
  route->select.kind = Selection::Kind::Top;
  route->select.count = 2;
  route->select.by = this->scores();
  RunResult result = run();
  EXPECT_EQ(std::vector<int32_t>(result.routes[0].ids.begin(),
                                 result.routes[0].ids.begin() + 6),
            (std::vector<int32_t>{1, 2, 3, 0, 0, 1}));
}

TEST_F(RouteTest, WhereLeavesChoicesToNobody) {
  selectTop(2);
  route->select.where = binary(BinaryOp::Gt, scores(), number(1.5),
                               typeOf({t, e}, ElementType::Bool));
  results.push_back(kept());
  RunResult result = run();
  // Unit 0: only expert 3 has a score above 1.5.
  EXPECT_EQ(result.routes[0].ids[0], 3);
  EXPECT_EQ(result.routes[0].ids[1], -1);
}

TEST_F(RouteTest, ReplayTakesTheChoicesOfAnotherRun) {
  selectTop(1);
  RouteRecord record;
  record.path = "y";
  record.choices = 1;
  record.ids = {0, 0, 0, 0, 0, 0, 0, -1};
  std::vector<RouteRecord> replay = {record};
  b.replay = &replay;
  RunResult result = run();
  EXPECT_EQ(result.routes[0].ids, record.ids);
  EXPECT_EQ(result.routes[0].ownIds,
            (std::vector<int32_t>{3, 0, 2, 1, 3, 2, 1, 1}));
  EXPECT_EQ(numbersOf(result.outputs[0])[13], 106);
  EXPECT_EQ(numbersOf(result.outputs[0])[15], 0);
}
