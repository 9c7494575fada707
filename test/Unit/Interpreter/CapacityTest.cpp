//===- CapacityTest.cpp - Who finds a place -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `keep`, `capacity`, `order` and `overflow`, against golden results.
//
//===----------------------------------------------------------------------===//

#include "test/Unit/Interpreter/RouteFixture.h"

using namespace spex;
using namespace spex::interpreter;

namespace {
struct CapacityTest : RouteFixture {};
} // namespace

TEST_F(CapacityTest, CapacityDropsInTheOrderOfUnits) {
  selectTop(1);
  limit(2);
  results.push_back(kept());
  results.push_back(routeField(*route, RouteField::Dropped, typeOf({})));
  RunResult result = run();
  EXPECT_EQ(droppedUnits(result, 0, numbersOf(result.outputs[1])),
            (std::vector<int>{7}));
  EXPECT_EQ(result.outputs[2].value.single(), 0.125);
  EXPECT_EQ(result.routes[0].dropped, 1);
  // What is dropped adds nothing.
  EXPECT_EQ(numbersOf(result.outputs[0])[14], 0);
}

TEST_F(CapacityTest, CapacityServesTheLikeliestFirst) {
  selectTop(1);
  limit(2);
  route->order = builtin(Builtin::Max, typeOf({t}), {e}, probabilities());
  results.push_back(kept());
  RunResult result = run();
  EXPECT_EQ(droppedUnits(result, 0, numbersOf(result.outputs[1])),
            (std::vector<int>{6}));
}

TEST_F(CapacityTest, RefusedPairsTryTheNextBest) {
  selectTop(1);
  limit(2, Overflow::Next);
  route->overflowRounds = 3;
  results.push_back(kept());
  RunResult result = run();
  std::vector<double> table = numbersOf(result.outputs[1]);
  // Unit 7: expert 1 is full, then 3 is, then 0 has one place left.
  EXPECT_EQ(table[7 * experts + 0], 1);
  EXPECT_EQ(table[7 * experts + 1], 0);
  EXPECT_EQ(result.routes[0].dropped, 0);
}

TEST_F(CapacityTest, PassGivesBackTheUnit) {
  selectTop(1);
  limit(2, Overflow::Pass);
  route->weight = number(0.5);
  RunResult result = run();
  // Unit 7 is [7, 107]: half of itself, whatever its expert does.
  EXPECT_EQ(numbersOf(result.outputs[0])[14], 3.5);
  EXPECT_EQ(result.routes[0].dropped, 1);
}

TEST_F(CapacityTest, ErrorStopsTheRun) {
  selectTop(1);
  limit(2, Overflow::Error);
  ProgramBuilder::giveBack(*b.model, routeResult(*route, typeOf({t, d})));
  EXPECT_EQ(b.run().error, "route `y`, layer 0: more than 2 units of a group chose expert 1");
}

TEST_F(CapacityTest, FirstChoicesComeBeforeSecondOnes) {
  selectTop(2);
  limit(2);
  results.push_back(kept());
  RunResult result = run();
  EXPECT_EQ(
      result.routes[0].ids,
      (std::vector<int32_t>{3, 0, 0, 2, 2, 1, 1, 3, 3, 0, 2, 0, 1, 2, 1, 3}));
  std::vector<double> table = numbersOf(result.outputs[1]);
  EXPECT_EQ(droppedUnits(result, 0, table), (std::vector<int>{7}));
  EXPECT_EQ(droppedUnits(result, 1, table),
            (std::vector<int>{1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(CapacityTest, CapacityOfThreeDropsSecondChoices) {
  selectTop(2);
  limit(3);
  results.push_back(kept());
  RunResult result = run();
  std::vector<double> table = numbersOf(result.outputs[1]);
  EXPECT_EQ(droppedUnits(result, 0, table), (std::vector<int>{}));
  EXPECT_EQ(droppedUnits(result, 1, table), (std::vector<int>{2, 5, 6, 7}));
}

TEST_F(CapacityTest, KeepRemovesWeakSecondChoices) {
  selectTop(2);
  ExprPtr share = binary(
      BinaryOp::Div, probabilities(),
      chosen(Builtin::Sum, RouteWord::Selected, probabilities(), typeOf({t})),
      typeOf({t, e}));
  ExprPtr rank =
      makeExpr(Expr::Kind::RouteWord, typeOf({t, e}, ElementType::Int));
  rank->word = RouteWord::Rank;
  Type yesNo = typeOf({t, e}, ElementType::Bool);
  route->keep = binary(
      BinaryOp::Or,
      binary(BinaryOp::Eq, std::move(rank), number(0, ElementType::Int), yesNo),
      binary(BinaryOp::Gt, std::move(share), number(0.2), yesNo), yesNo);
  results.push_back(kept());
  RunResult result = run();
  EXPECT_EQ(droppedUnits(result, 1, numbersOf(result.outputs[1])),
            (std::vector<int>{2, 3}));
}

TEST_F(CapacityTest, CapacityIsComputedExactly) {
  selectTop(1);
  // ceil(1.1 * 10): in binary 1.1 is more than 11 / 10.
  ExprPtr product = binary(BinaryOp::Mul, number(1.1), number(10), typeOf({}));
  ExprPtr tokens =
      makeExpr(Expr::Kind::RouteWord, typeOf({}, ElementType::Int));
  tokens->word = RouteWord::Tokens;
  // ceil(1.1 * 10) - tokens - 1 = 11 - 8 - 1 = 2.
  ExprPtr capacity = binary(
      BinaryOp::Sub, builtin(Builtin::Ceil, typeOf({}), {}, std::move(product)),
      std::move(tokens), typeOf({}));
  route->capacity =
      binary(BinaryOp::Sub, std::move(capacity), number(1), typeOf({}));
  route->overflow = Overflow::Drop;
  RunResult result = run();
  EXPECT_EQ(result.routes[0].dropped, 1);
}

TEST_F(CapacityTest, ExtraDimensionsAreRoutedApart) {
  // Called for each g, the route has one group for each g.
  selectTop(1);
  limit(2);
  ProgramBuilder::giveBack(*b.model, routeResult(*route, typeOf({t, d})));
  Instance *inner = b.model;
  Dimension *g = b.dim("G", 2);
  Instance *outer = b.component("Outer");
  int scores = ProgramBuilder::addInput(*outer, "h", typeOf({g, t, e}));
  int tokens = ProgramBuilder::addInput(*outer, "u", typeOf({g, t, d}));
  ExprPtr call = makeExpr(Expr::Kind::Component, typeOf({g, t, d}));
  call->callee.instance = inner;
  call->args.push_back(local(*outer, scores));
  call->args.push_back(local(*outer, tokens));
  ProgramBuilder::giveBack(*outer, std::move(call));
  std::map<std::string, Tensor> single = b.inputs;
  b.model = outer;
  for (const char *name : {"h", "u"}) {
    std::vector<double> twice = *single[name].storage;
    twice.insert(twice.end(), single[name].storage->begin(),
                 single[name].storage->end());
    b.set(name, twice);
  }
  RunResult result = b.run();
  ASSERT_EQ(result.error, "");
  EXPECT_EQ(result.routes[0].ids.size(), 16u);
  // Unit 7 is dropped in each of the two groups.
  EXPECT_EQ(result.routes[0].dropped, 2);
  std::vector<double> values = numbersOf(result.outputs[0]);
  EXPECT_EQ(values[14], 0);
  EXPECT_EQ(values[30], 0);
  EXPECT_EQ(values[20], 6);
}
