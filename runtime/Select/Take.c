/*===- Take.c - Each expert takes its best units --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_take of kernels.h: one pass over the units of a group for each expert,
// with a heap of those that are best so far, so n log c for c of n units.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Select/Values.h"
#include "spex/kernels.h"

#include <math.h>

/* Strictly: every two candidates have an order. */
static int comes_before(const spex_best *best, int32_t a, int32_t b) {
  double x = best->value(best->table, a), y = best->value(best->table, b);
  return x > y || (x == y && a < b);
}

static void swap(int32_t *a, int32_t *b) {
  int32_t copy = *a;
  *a = *b;
  *b = copy;
}

/* Lets the root sink below all that come after it. */
static void sift_down(spex_best *best) {
  int32_t *heap = best->heap;
  for (int64_t at = 0, child; (child = 2 * at + 1) < best->count; at = child) {
    if (child + 1 < best->count &&
        comes_before(best, heap[child], heap[child + 1]))
      ++child;
    if (!comes_before(best, heap[at], heap[child]))
      return;
    swap(&heap[at], &heap[child]);
  }
}

void spex_best_offer(spex_best *best, int32_t number) {
  int32_t *heap = best->heap;
  if (best->limit < 1)
    return;
  if (best->count == best->limit) {
    if (!comes_before(best, number, heap[0]))
      return;
    heap[0] = number;
    sift_down(best);
    return;
  }
  int64_t at = best->count++;
  heap[at] = number;
  for (; at > 0 && comes_before(best, heap[(at - 1) / 2], heap[at]);
       at = (at - 1) / 2)
    swap(&heap[at], &heap[(at - 1) / 2]);
}

/* One expert's column. */
typedef struct column {
  const void *values;
  int64_t bytes, experts, expert;
} column;

/* NaN counts as the lowest value. */
static double value_of_unit(const void *table, int64_t unit) {
  const column *c = table;
  double value =
      spex_value_at(c->values, c->bytes, unit * c->experts + c->expert);
  return isnan(value) ? -INFINITY : value;
}

void spex_take(const void *values, int64_t bytes, const uint8_t *mask,
               int64_t groups, int64_t tokens, int64_t experts, int64_t count,
               int32_t *ids, int32_t *work) {
  for (int64_t i = 0; i < groups * tokens * experts; ++i)
    ids[i] = -1;
  for (int64_t group = 0; group < groups && count > 0; ++group)
    for (int64_t e = 0; e < experts; ++e) {
      column table = {values, bytes, experts, e};
      spex_best best = {value_of_unit, &table, work,
                        count < tokens ? count : tokens, 0};
      for (int64_t u = group * tokens; u < (group + 1) * tokens; ++u)
        if (!mask || mask[u * experts + e])
          spex_best_offer(&best, (int32_t)u);
      for (int64_t i = 0; i < best.count; ++i)
        ids[best.heap[i] * experts + e] = (int32_t)e;
    }
}
