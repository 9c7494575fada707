//===- LimitTest.cpp - Who finds a place under a capacity -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cases of the op by hand, and many random ones against a plain queue that
// is sorted as a whole.
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "runtime/Model/Context.h"
}
#include "spex/kernels.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

struct Limit {
  int64_t choices, experts, groups, capacity;
  std::vector<int32_t> ids;
  std::vector<double> order = {}, by = {};
  bool orderFirst = false;
  int64_t rounds = 0;
  std::vector<int32_t> selected = {};

  int64_t units() const { return ids.size() / choices; }

  std::vector<int32_t> kept() const {
    // Exactly as much scratch as documented, so that sanitizers see more.
    std::vector<int32_t> scratch(experts + 2 * ids.size() +
                                 (by.empty() ? 0 : units() * experts));
    std::vector<int32_t> kept(ids.size(), 77);
    const std::vector<int32_t> &chosen = selected.empty() ? ids : selected;
    spex_limit(ids.data(), chosen.data(), units(), choices, experts, groups,
               capacity, order.empty() ? nullptr : order.data(), orderFirst,
               by.empty() ? nullptr : by.data(), rounds, scratch.data(),
               kept.data());
    return kept;
  }
  std::vector<int32_t> expected() const;
};

double orLowest(double value) {
  return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
}

/// The definition: one queue for each group, sorted once, walked again for each
/// further round.
std::vector<int32_t> Limit::expected() const {
  std::vector<int32_t> kept(ids.size(), -1);
  std::vector<std::vector<bool>> tried(units(), std::vector<bool>(experts));
  const std::vector<int32_t> &chosen = selected.empty() ? ids : selected;
  for (size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i] >= 0)
      tried[i / choices][chosen[i]] = true;
  for (int64_t g = 0; g < groups; ++g) {
    std::vector<int64_t> queue;
    for (int64_t i = 0; i < int64_t(ids.size()); ++i)
      if (i / choices / (units() / groups) == g && ids[i] >= 0)
        queue.push_back(i);
    auto isBefore = [&](int64_t a, int64_t b) {
      double x = order.empty() ? 0 : orLowest(order[a]);
      double y = order.empty() ? 0 : orLowest(order[b]);
      if (orderFirst && x != y)
        return x > y;
      if (a % choices != b % choices)
        return a % choices < b % choices;
      return x != y ? x > y : a < b;
    };
    std::sort(queue.begin(), queue.end(), isBefore);
    std::vector<int64_t> taken(experts);
    for (int64_t round = 0; round <= (by.empty() ? 0 : rounds); ++round) {
      std::vector<int64_t> refused;
      for (int64_t i : queue) {
        int64_t unit = i / choices, expert = ids[i];
        if (round > 0) {
          expert = -1;
          for (int64_t e = 0; e < experts; ++e)
            if (!tried[unit][e] &&
                (expert < 0 || orLowest(by[unit * experts + e]) >
                                   orLowest(by[unit * experts + expert])))
              expert = e;
          if (expert < 0)
            continue;
          tried[unit][expert] = true;
        }
        if (taken[expert] < capacity) {
          ++taken[expert];
          kept[i] = expert;
        } else {
          refused.push_back(i);
        }
      }
      queue = refused;
    }
  }
  return kept;
}

TEST(LimitTest, FirstChoicesComeBeforeSecondOnes) {
  Limit limit = {2, 2, 1, 2, {0, 1, 0, -1, 1, 0, 1, 0}};
  EXPECT_EQ(limit.kept(),
            (std::vector<int32_t>{0, -1, 0, -1, 1, -1, 1, -1}));
  limit.groups = 2;
  limit.capacity = 1;
  EXPECT_EQ(limit.kept(),
            (std::vector<int32_t>{0, 1, -1, -1, 1, 0, -1, -1}));
  limit.capacity = 0;
  EXPECT_EQ(limit.kept(), std::vector<int32_t>(8, -1));
}

TEST(LimitTest, OrderWithinRanksAndBeforeThem) {
  // Two units that want experts 0 and 1, and 1 and 0; one place each.
  Limit limit = {2, 2, 1, 1, {0, 1, 1, 0}, {1, 9, 2, 8}};
  EXPECT_EQ(limit.kept(), (std::vector<int32_t>{0, -1, 1, -1}));
  limit.orderFirst = true;
  EXPECT_EQ(limit.kept(), (std::vector<int32_t>{-1, 1, -1, 0}));
  // NaN comes last, and equal numbers stay in the order of the units.
  Limit one = {1, 1, 1, 2, {0, 0, 0, 0}, {NAN, 1, 3, 1}};
  EXPECT_EQ(one.kept(), (std::vector<int32_t>{-1, 0, 0, -1}));
}

TEST(LimitTest, RefusedChoicesTryTheNextBest) {
  Limit limit = {1, 3, 1, 1, {0, 0, 0}};
  limit.by = {3, 2, 1, 3, 2, 1, 3, 2, 1};
  limit.rounds = 1;
  EXPECT_EQ(limit.kept(), (std::vector<int32_t>{0, 1, -1}));
  limit.rounds = 2;
  EXPECT_EQ(limit.kept(), (std::vector<int32_t>{0, 1, 2}));
  // What was selected and not kept is not tried again.
  limit.selected = {0, 1, 0};
  limit.ids = {0, 0, 0};
  EXPECT_EQ(limit.kept(), limit.expected());
}

TEST(LimitTest, IsThePlainQueue) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    Limit limit;
    limit.experts = random() % 6 + 1;
    limit.choices = random() % std::min<int64_t>(limit.experts, 3) + 1;
    limit.groups = random() % 3 + 1;
    limit.capacity = random() % 5;
    int64_t units = limit.groups * (random() % 9);
    for (int64_t u = 0; u < units; ++u) {
      std::vector<int32_t> all(limit.experts);
      for (size_t e = 0; e < all.size(); ++e)
        all[e] = e;
      std::shuffle(all.begin(), all.end(), random);
      for (int64_t k = 0; k < limit.choices; ++k) {
        limit.selected.push_back(random() % 8 ? all[k] : -1);
        limit.ids.push_back(random() % 5 ? limit.selected.back() : -1);
      }
    }
    if (units == 0)
      continue;
    auto number = [&] { return random() % 9 ? double(random() % 4) : NAN; };
    if (random() % 2)
      for (size_t i = 0; i < limit.ids.size(); ++i)
        limit.order.push_back(number());
    limit.orderFirst = random() % 2;
    if (random() % 2)
      for (int64_t i = 0; i < units * limit.experts; ++i)
        limit.by.push_back(number());
    limit.rounds = random() % limit.experts;
    ASSERT_EQ(limit.kept(), limit.expected()) << "round " << round;
  }
}

TEST(LimitTest, StrictCapacitiesFail) {
  spex_route route = {"Block.y", 3, 2, 4};
  spex_context context = {};
  context.routes = &route;
  int32_t ids[] = {0, -1, 2, 1}, all[] = {0, -1, 2, 1}, some[] = {0, -1, -1, 1};
  spex_expect_kept(&context, 0, 3, 5, ids, all, 2, 2);
  EXPECT_EQ(context.failed, 0);
  spex_expect_kept(&context, 0, 3, 5, ids, some, 2, 2);
  EXPECT_EQ(context.failed, 1);
  EXPECT_EQ(std::string(context.error.message),
            "route `Block.y`, layer 3: more than 5 units of a group chose "
            "expert 2");
}

} // namespace
