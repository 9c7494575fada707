/*===- Plan.c - Rows by expert, and the tasks that work on them -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_plan, spex_order_tasks, spex_join_tasks and spex_parallel_for of
// kernels.h.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Context.h"
#include "spex/kernels.h"

#include <string.h>

void spex_plan(const int32_t *ids, int64_t units, int64_t choices,
               int64_t experts, int32_t *offsets, int32_t *rows,
               int32_t *place) {
  int64_t total = units * choices;
  /* offsets[e + 1] counts the rows of e, then says where they begin, and
     after placing them where they end: no second array is needed. */
  memset(offsets, 0, (size_t)(experts + 1) * sizeof *offsets);
  for (int64_t i = 0; i < total; ++i)
    if (ids[i] >= 0)
      ++offsets[ids[i] + 1];
  int32_t begin = 0;
  for (int64_t e = 0; e < experts; ++e) {
    int32_t count = offsets[e + 1];
    offsets[e + 1] = begin;
    begin += count;
  }
  int64_t i = 0;
  for (int64_t u = 0; u < units; ++u)
    for (int64_t k = 0; k < choices; ++k, ++i) {
      place[i] = ids[i] < 0 ? -1 : offsets[ids[i] + 1]++;
      if (place[i] >= 0)
        rows[place[i]] = (int32_t)u;
    }
  for (int64_t r = begin; r < total; ++r)
    rows[r] = -1;
}

/* More rows first; then in order of row. */
static int comes_after(const spex_task *a, const spex_task *b) {
  return a->rows != b->rows ? a->rows < b->rows : a->first_row > b->first_row;
}

static void swap_tasks(spex_task *a, spex_task *b) {
  spex_task copy = *a;
  *a = *b;
  *b = copy;
}

static void sift_down(spex_task *tasks, int64_t at, int64_t count) {
  for (int64_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && comes_after(&tasks[child + 1], &tasks[child]))
      ++child;
    if (!comes_after(&tasks[child], &tasks[at]))
      return;
    swap_tasks(&tasks[child], &tasks[at]);
  }
}

static void sort_tasks(spex_task *tasks, int64_t count) {
  int64_t sorted = 1;
  while (sorted < count && !comes_after(&tasks[sorted - 1], &tasks[sorted]))
    ++sorted;
  if (sorted >= count)
    return;
  if (count <= 32) {
    for (int64_t i = sorted; i < count; ++i)
      for (int64_t j = i; j > 0 && comes_after(&tasks[j - 1], &tasks[j]); --j)
        swap_tasks(&tasks[j - 1], &tasks[j]);
    return;
  }
  for (int64_t i = count / 2; i-- > 0;)
    sift_down(tasks, i, count);
  for (int64_t end = count; --end > 0;) {
    swap_tasks(&tasks[0], &tasks[end]);
    sift_down(tasks, 0, end);
  }
}

/* Blocks of one group, as even as can be, the longer ones first. */
static int64_t cut_rows(int32_t group, int64_t first, int64_t rows,
                        int64_t row_block, spex_task *tasks) {
  int64_t blocks = (rows + row_block - 1) / row_block;
  for (int64_t b = 0; b < blocks; ++b) {
    int64_t n = rows / blocks + (b < rows % blocks);
    spex_task task = {group, (int32_t)first, (int32_t)n, 0, 0};
    tasks[b] = task;
    first += n;
  }
  return blocks;
}

int64_t spex_order_tasks(const int32_t *offsets, int64_t groups,
                         int64_t group_rows, int64_t row_block, int64_t columns,
                         int64_t column_block, spex_task *tasks) {
  int64_t blocks = 0;
  for (int64_t g = 0; g < groups; ++g) {
    int64_t first = offsets ? offsets[g] : g * group_rows;
    int64_t rows = offsets ? offsets[g + 1] - first : group_rows;
    blocks += cut_rows((int32_t)g, first, rows, row_block, tasks + blocks);
  }
  sort_tasks(tasks, blocks);
  /* From the last on, so that chunks overwrite only what is cut already. */
  int64_t chunks = (columns + column_block - 1) / column_block;
  for (int64_t b = blocks; b-- > 0;) {
    spex_task block = tasks[b];
    for (int64_t c = chunks; c-- > 0;) {
      int64_t left = columns - c * column_block;
      block.first_column = (int32_t)(c * column_block);
      block.columns = (int32_t)(left < column_block ? left : column_block);
      tasks[b * chunks + c] = block;
    }
  }
  return blocks * chunks;
}

static int64_t cost_of(const spex_task *task, int64_t cost) {
  return task->rows * (int64_t)task->columns * cost;
}

/* From the end on, so that what is there moves only once. */
int64_t spex_join_tasks(const spex_task *tasks, int64_t count, int64_t list,
                        int64_t cost, spex_joined_task *joined,
                        int64_t joined_count) {
  int64_t old = joined_count, left = count;
  for (int64_t at = joined_count + count; left > 0;) {
    int64_t new_cost = cost_of(&tasks[left - 1], cost);
    if (old > 0 && joined[old - 1].cost < new_cost) {
      joined[--at] = joined[--old];
    } else {
      spex_joined_task task = {new_cost, list, --left};
      joined[--at] = task;
    }
  }
  return joined_count + count;
}

typedef struct job {
  spex_context *context;
  spex_task_fn fn;
  void *closure;
} job;

static void do_task(void *argument, int64_t task, int worker) {
  const job *j = argument;
  j->fn(j->closure, task,
        j->context->worker_scratch + worker * j->context->worker_stride);
}

void spex_parallel_for(spex_context *context, int64_t tasks, spex_task_fn fn,
                       void *closure) {
  job j = {context, fn, closure};
  spex_pool_run(context->pool, tasks, do_task, &j);
}
