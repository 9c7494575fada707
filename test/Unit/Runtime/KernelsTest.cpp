//===- KernelsTest.cpp - Plans and orders of tasks ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_plan, spex_order_tasks and spex_join_tasks: the examples of kernels.h,
// and properties over random choices.
//
//===----------------------------------------------------------------------===//

#include "spex/kernels.h"

#include "gtest/gtest.h"

#include <random>
#include <vector>

namespace {

struct Plan {
  std::vector<int32_t> offsets, rows, place;
  Plan(const std::vector<int32_t> &ids, int64_t choices, int64_t experts)
      : offsets(experts + 1, 99), rows(ids.size(), 99), place(ids.size(), 99) {
    spex_plan(ids.data(), ids.size() / choices, choices, experts,
              offsets.data(), rows.data(), place.data());
  }
};

TEST(KernelsTest, PlanOfTheExample) {
  Plan plan({1, -1, 0, 1}, 2, 2);
  EXPECT_EQ(plan.offsets, (std::vector<int32_t>{0, 1, 3}));
  EXPECT_EQ(plan.rows, (std::vector<int32_t>{1, 0, 1, -1}));
  EXPECT_EQ(plan.place, (std::vector<int32_t>{1, -1, 0, 2}));
}

TEST(KernelsTest, PlanOfNobody) {
  Plan plan({-1, -1, -1}, 1, 3);
  EXPECT_EQ(plan.offsets, (std::vector<int32_t>{0, 0, 0, 0}));
  EXPECT_EQ(plan.rows, (std::vector<int32_t>{-1, -1, -1}));
}

TEST(KernelsTest, PlanIsStable) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    int experts = random() % 9 + 1, choices = random() % 3 + 1;
    std::vector<int32_t> ids((random() % 40) * choices);
    for (int32_t &id : ids)
      id = int32_t(random() % (experts + 1)) - 1;
    Plan plan(ids, choices, experts);
    EXPECT_EQ(plan.offsets[0], 0);
    for (int e = 0; e < experts; ++e)
      for (int r = plan.offsets[e] + 1; r < plan.offsets[e + 1]; ++r)
        EXPECT_LE(plan.rows[r - 1], plan.rows[r]);
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] < 0) {
        EXPECT_EQ(plan.place[i], -1);
        continue;
      }
      EXPECT_GE(plan.place[i], plan.offsets[ids[i]]);
      EXPECT_LT(plan.place[i], plan.offsets[ids[i] + 1]);
      EXPECT_EQ(plan.rows[plan.place[i]], int32_t(i / choices));
    }
  }
}

std::vector<spex_task> order(const std::vector<int32_t> &offsets,
                             int64_t groupRows, int64_t groups,
                             int64_t rowBlock, int64_t columns,
                             int64_t columnBlock) {
  int64_t rows = offsets.empty() ? groups * groupRows : offsets.back();
  std::vector<spex_task> tasks(
      spex_task_bound(rows, groups, rowBlock, columns, columnBlock));
  int64_t count =
      spex_order_tasks(offsets.empty() ? nullptr : offsets.data(), groups,
                       groupRows, rowBlock, columns, columnBlock, tasks.data());
  EXPECT_LE(count, int64_t(tasks.size()));
  tasks.resize(count);
  return tasks;
}

TEST(KernelsTest, OrdersLargestFirst) {
  // Experts with 1, 0 and 5 rows, in blocks of 4: 1; 3 and 2.
  auto tasks = order({0, 1, 1, 6}, 0, 3, 4, 10, 8);
  ASSERT_EQ(tasks.size(), 6u);
  int32_t expected[6][5] = {{2, 1, 3, 0, 8}, {2, 1, 3, 8, 2}, {2, 4, 2, 0, 8},
                            {2, 4, 2, 8, 2}, {0, 0, 1, 0, 8}, {0, 0, 1, 8, 2}};
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(tasks[i].group, expected[i][0]) << i;
    EXPECT_EQ(tasks[i].first_row, expected[i][1]) << i;
    EXPECT_EQ(tasks[i].rows, expected[i][2]) << i;
    EXPECT_EQ(tasks[i].first_column, expected[i][3]) << i;
    EXPECT_EQ(tasks[i].columns, expected[i][4]) << i;
  }
}

TEST(KernelsTest, CoversEverythingOnce) {
  std::mt19937 random(4);
  for (int round = 0; round < 200; ++round) {
    int groups = random() % 100 + 1, rowBlock = random() % 20 + 1;
    int columns = random() % 50 + 1, columnBlock = random() % 60 + 1;
    std::vector<int32_t> offsets = {0};
    int dense = round % 2 ? random() % 40 : 0;
    for (int g = 0; g < groups; ++g)
      offsets.push_back(offsets.back() +
                        (round % 2 ? dense : random() % 45 % (g + 1)));
    auto tasks =
        round % 2 ? order({}, dense, groups, rowBlock, columns, columnBlock)
                  : order(offsets, 0, groups, rowBlock, columns, columnBlock);
    std::vector<int> seen(size_t(offsets.back()) * columns);
    int32_t last = rowBlock;
    for (const spex_task &t : tasks) {
      EXPECT_LE(t.rows, last);
      EXPECT_GE(t.rows, 1);
      last = t.rows;
      EXPECT_GE(t.first_row, offsets[t.group]);
      EXPECT_LE(t.first_row + t.rows, offsets[t.group + 1]);
      for (int r = t.first_row; r < t.first_row + t.rows; ++r)
        for (int c = t.first_column; c < t.first_column + t.columns; ++c)
          ++seen[size_t(r) * columns + c];
    }
    for (int count : seen)
      ASSERT_EQ(count, 1);
  }
}

TEST(KernelsTest, JoinsTheMostExpensiveFirst) {
  // Blocks of at most 4 rows. A row of list 0 costs 10, one of list 1 costs 25:
  // 40, 30, 10 and 100, 25; what is equal stays behind what was there.
  auto cheap = order({0, 4, 7, 8}, 0, 3, 4, 1, 1);
  auto dear = order({0, 1, 5}, 0, 2, 4, 1, 1);
  std::vector<spex_joined_task> joined(cheap.size() + dear.size());
  int64_t count =
      spex_join_tasks(cheap.data(), cheap.size(), 0, 10, joined.data(), 0);
  EXPECT_EQ(count, 3);
  count =
      spex_join_tasks(dear.data(), dear.size(), 1, 25, joined.data(), count);
  ASSERT_EQ(count, 5);
  int64_t expected[5][3] = {
      {100, 1, 0}, {40, 0, 0}, {30, 0, 1}, {25, 1, 1}, {10, 0, 2}};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(joined[i].cost, expected[i][0]) << i;
    EXPECT_EQ(joined[i].list, expected[i][1]) << i;
    EXPECT_EQ(joined[i].task, expected[i][2]) << i;
  }
}

TEST(KernelsTest, JoinsNothingToSomething) {
  auto one = order({0, 2}, 0, 1, 4, 1, 1);
  std::vector<spex_joined_task> joined(1);
  EXPECT_EQ(spex_join_tasks(nullptr, 0, 0, 5, joined.data(), 0), 0);
  EXPECT_EQ(spex_join_tasks(one.data(), 1, 1, 5, joined.data(), 0), 1);
  EXPECT_EQ(spex_join_tasks(nullptr, 0, 2, 5, joined.data(), 1), 1);
  EXPECT_EQ(joined[0].list, 1);
}

} // namespace
