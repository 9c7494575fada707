//===- PoolTest.cpp - Every task once, whoever does it --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Run with the thread sanitizer too.
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "runtime/Threads/Pool.h"
}

#include "gtest/gtest.h"

#include <atomic>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace {

struct Counts {
  std::vector<int> done;      ///< not atomic: each task has its own
  std::atomic<int> worst{-1}; ///< the highest worker seen
};

void count(void *closure, int64_t task, int worker) {
  auto *counts = static_cast<Counts *>(closure);
  ++counts->done[task];
  int seen = counts->worst;
  while (worker > seen && !counts->worst.compare_exchange_weak(seen, worker))
    ;
}

TEST(PoolTest, DoesEveryTaskOnce) {
  for (int threads : {1, 2, 3, 5, 16, 64, 256}) {
    spex_pool *pool = spex_pool_create(threads);
    ASSERT_NE(pool, nullptr);
    int workers = spex_pool_workers(pool);
    EXPECT_GE(workers, 1);
    EXPECT_LE(workers, threads);
    for (int64_t tasks : {0, 1, 2, 7, 1000}) {
      Counts counts{std::vector<int>(tasks)};
      spex_pool_run(pool, tasks, count, &counts);
      for (int done : counts.done)
        EXPECT_EQ(done, 1);
      EXPECT_LT(counts.worst, workers);
    }
    spex_pool_destroy(pool);
  }
}

TEST(PoolTest, ManySmallJobsInARow) {
  spex_pool *pool = spex_pool_create(4);
  for (int round = 0; round < 5000; ++round) {
    int64_t tasks = round % 9 + 1;
    Counts counts{std::vector<int>(tasks)};
    spex_pool_run(pool, tasks, count, &counts);
    for (int done : counts.done)
      ASSERT_EQ(done, 1);
  }
  spex_pool_destroy(pool);
}

TEST(PoolTest, WakesAfterSleeping) {
  spex_pool *pool = spex_pool_create(3);
  for (int round = 0; round < 20; ++round) {
    usleep(3000);
    Counts counts{std::vector<int>(50)};
    spex_pool_run(pool, 50, count, &counts);
    for (int done : counts.done)
      ASSERT_EQ(done, 1);
  }
  spex_pool_destroy(pool);
}

TEST(PoolTest, WaitsForSlowTasks) {
  spex_pool *pool = spex_pool_create(4);
  std::vector<int> done(8);
  spex_pool_run(
      pool, 8,
      [](void *closure, int64_t task, int) {
        usleep(2000 * (task % 3));
        static_cast<int *>(closure)[task] = 1;
      },
      done.data());
  for (int one : done)
    EXPECT_EQ(one, 1);
  spex_pool_destroy(pool);
}

TEST(PoolTest, PoolsComeAndGo) {
  for (int round = 0; round < 100; ++round)
    spex_pool_destroy(spex_pool_create(round % 7 + 1));
}

TEST(PoolTest, CountsCpus) {
  EXPECT_GE(spex_available_cpus(), 1);
  EXPECT_LE(spex_available_cpus(), SPEX_MAX_THREADS);
}

} // namespace
