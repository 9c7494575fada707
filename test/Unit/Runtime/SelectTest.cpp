//===- SelectTest.cpp - Selections of a whole group -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_take, spex_balance and spex_sinkhorn on the golden scores of the
// literature's digest (2 sin(1.7 t + 2.3 e + 0.5)), and their edges.
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "runtime/Model/Context.h"
}
#include "spex/kernels.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace {

constexpr int64_t tokens = 8, experts = 4;

std::vector<float> goldenScores() {
  std::vector<float> scores;
  for (int t = 0; t < tokens; ++t)
    for (int e = 0; e < experts; ++e)
      scores.push_back(2 * std::sin(1.7 * t + 2.3 * e + 0.5));
  return scores;
}

std::vector<float> softmaxOfRows(std::vector<float> scores) {
  for (int t = 0; t < tokens; ++t) {
    float *row = scores.data() + t * experts, sum = 0;
    for (int e = 0; e < experts; ++e)
      sum += row[e] = std::exp(row[e]);
    for (int e = 0; e < experts; ++e)
      row[e] /= sum;
  }
  return scores;
}

/// The units that each expert takes, in order of unit.
std::vector<std::vector<int>> take(const std::vector<float> &values,
                                   int64_t groups, int64_t size, int64_t count,
                                   const std::vector<uint8_t> &mask = {}) {
  int64_t columns = values.size() / (groups * size);
  std::vector<int32_t> ids(values.size(), 99), work(size);
  spex_take(values.data(), 4, mask.empty() ? nullptr : mask.data(), groups,
            size, columns, count, ids.data(), work.data());
  std::vector<std::vector<int>> taken(columns);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0)
      continue;
    EXPECT_EQ(ids[i], int(i % columns));
    taken[i % columns].push_back(i / columns);
  }
  return taken;
}

using Taken = std::vector<std::vector<int>>;

TEST(SelectTest, TakesTheGoldenUnits) {
  EXPECT_EQ(take(softmaxOfRows(goldenScores()), 1, tokens, 2),
            (Taken{{1, 4}, {3, 7}, {2, 5}, {0, 4}}));
}

TEST(SelectTest, TakesInEachGroup) {
  EXPECT_EQ(take({1, 2, 3, 4, 6, 5}, 2, 3, 1), (Taken{{2, 4}}));
}

TEST(SelectTest, TiesGoToTheLowerUnitAndNanIsLowest) {
  float nan = std::nanf("");
  EXPECT_EQ(take({1, 1, 1, 1}, 1, 4, 2), (Taken{{0, 1}}));
  EXPECT_EQ(take({nan, 0, nan, -0.0f}, 1, 4, 3), (Taken{{0, 1, 3}}));
}

TEST(SelectTest, TakesNoMoreThanThereAre) {
  EXPECT_EQ(take({3, 1}, 1, 2, 9), (Taken{{0, 1}}));
  EXPECT_EQ(take({3, 1}, 1, 2, 0), (Taken{{}}));
  EXPECT_EQ(take({3, 1}, 1, 2, -1), (Taken{{}}));
  EXPECT_EQ(take({3, 1, 2}, 1, 3, 2, {0, 1, 0}), (Taken{{1}}));
}

TEST(SelectTest, TakesAsASortWould) {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    int64_t size = random() % 90 + 1, count = random() % size + 1;
    std::vector<float> values(size);
    for (float &value : values)
      value = random() % 12; // with ties
    std::vector<int> order(size);
    for (int i = 0; i < size; ++i)
      order[i] = i;
    std::sort(order.begin(), order.end(), [&](int a, int b) {
      return values[a] > values[b] || (values[a] == values[b] && a < b);
    });
    order.resize(count);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(take(values, 1, size, count), (Taken{order}));
  }
}

std::vector<int32_t> balance(const std::vector<float> &values, int64_t groups,
                             int64_t size, spex_context &context) {
  int64_t columns = values.size() / (groups * size);
  std::vector<int32_t> ids(groups * size, 99);
  std::vector<double> work(4 * size + columns);
  spex_balance(&context, values.data(), 4, groups, size, columns, ids.data(),
               work.data());
  return ids;
}

TEST(SelectTest, BalancesTheGoldenUnits) {
  spex_context context = {};
  EXPECT_EQ(balance(goldenScores(), 1, tokens, context),
            (std::vector<int32_t>{3, 0, 2, 1, 3, 0, 2, 1}));
  EXPECT_FALSE(context.failed);
}

TEST(SelectTest, EveryExpertGetsEquallyMany) {
  spex_context context = {};
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    int64_t columns = random() % 6 + 1, share = random() % 9 + 1;
    int64_t size = columns * share;
    std::vector<float> values(size * columns);
    for (float &value : values) // some rounds with nothing but ties
      value = round % 3 == 0 ? 1 : round % 3 == 1 ? random() % 3 : random();
    values[random() % values.size()] = std::nanf("");
    std::vector<int32_t> count(columns), ids = balance(values, 1, size, context);
    for (int32_t id : ids)
      ++count[id];
    EXPECT_EQ(count, std::vector<int32_t>(columns, share));
  }
}

TEST(SelectTest, RefusesWhatCannotBeSharedOut) {
  spex_context context = {};
  balance(std::vector<float>(9), 1, 3, context);
  EXPECT_FALSE(context.failed);
  balance(std::vector<float>(8), 1, 4, context);
  EXPECT_FALSE(context.failed);
  std::vector<int32_t> ids = balance(std::vector<float>(6), 1, 3, context);
  EXPECT_TRUE(context.failed);
  EXPECT_EQ(std::string(context.error.message),
            "3 units cannot be shared evenly among 2 experts");
}

TEST(SelectTest, SinkhornReachesTheGoldenPlan) {
  std::vector<float> plan(tokens * experts);
  std::vector<double> work(tokens * experts + tokens + 2 * experts);
  spex_sinkhorn(goldenScores().data(), 4, 1, tokens, experts, 1e-4, 100,
                plan.data(), work.data());
  std::vector<int> best;
  for (int t = 0; t < tokens; ++t) {
    float *row = plan.data() + t * experts, sum = 0;
    best.push_back(std::max_element(row, row + experts) - row);
    for (int e = 0; e < experts; ++e)
      sum += row[e];
    EXPECT_NEAR(sum * tokens, 1, 1e-4);
  }
  EXPECT_EQ(best, (std::vector<int>{3, 0, 2, 1, 3, 2, 2, 1}));
  for (int e = 0; e < experts; ++e) {
    float sum = 0;
    for (int t = 0; t < tokens; ++t)
      sum += plan[t * experts + e];
    EXPECT_NEAR(sum * experts, 1, 1e-6);
  }
}

TEST(SelectTest, SinkhornStopsAtItsLimit) {
  std::vector<float> scores = goldenScores(), one(tokens * experts), ten = one;
  std::vector<double> work(tokens * experts + tokens + 2 * experts);
  auto plan = [&](int64_t limit, std::vector<float> &out) {
    spex_sinkhorn(scores.data(), 4, 1, tokens, experts, 0, limit, out.data(),
                  work.data());
  };
  plan(1, one);
  plan(10, ten);
  EXPECT_NE(one, ten);
}

} // namespace
