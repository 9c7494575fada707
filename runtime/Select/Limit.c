/*===- Limit.c - Who finds a place under a capacity -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_limit and spex_expect_kept of kernels.h. Every choice depends on those
// before it, so this runs on one thread: the same places whatever their number.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Context.h"
#include "spex/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct limits {
  int64_t choices, experts, capacity;
  const double *order; /* [units][choices], or null */
  int32_t *taken;      /* [experts], in this group */
  int32_t *kept;       /* [units][choices] */
} limits;

static double or_lowest(double value) {
  return isnan(value) ? -INFINITY : value;
}

/* Takes a place at `expert` for one choice, if there is one. */
static int take(const limits *l, int32_t choice, int32_t expert) {
  int has_place = l->taken[expert] < l->capacity;
  l->taken[expert] += has_place;
  l->kept[choice] = has_place ? expert : -1;
  return has_place;
}

/* Puts the larger in front, keeping what is equal in its order. `spare` has
   room for as many. */
static void sort(const limits *l, int32_t *queue, int32_t *spare,
                 int64_t count) {
  for (int64_t width = 1; width < count; width *= 2) {
    for (int64_t begin = 0; begin < count; begin += 2 * width) {
      int64_t middle = begin + width < count ? begin + width : count;
      int64_t end = middle + width < count ? middle + width : count;
      int64_t a = begin, b = middle;
      for (int64_t i = begin; i < end; ++i) {
        int takes_second =
            a == middle || (b < end && or_lowest(l->order[queue[b]]) >
                                           or_lowest(l->order[queue[a]]));
        spare[i] = queue[takes_second ? b++ : a++];
      }
    }
    memcpy(queue, spare, (size_t)count * sizeof *queue);
  }
}

/* The best expert of one unit that it has not tried, or -1. */
static int32_t next_best(const double *by, const int32_t *tried,
                         int64_t experts) {
  int32_t best = -1;
  for (int32_t e = 0; e < experts; ++e)
    if (!tried[e] && (best < 0 || or_lowest(by[e]) > or_lowest(by[best])))
      best = e;
  return best;
}

/* Refused choices try again, in the order in which they stand in the queue. */
static void try_others(const limits *l, int32_t *queue, int64_t count,
                       const double *by, int32_t *tried, int64_t rounds) {
  for (int64_t round = 0; round < rounds && count > 0; ++round) {
    int64_t refused = 0;
    for (int64_t i = 0; i < count; ++i) {
      int64_t row = queue[i] / l->choices * l->experts;
      int32_t expert = next_best(by + row, tried + row, l->experts);
      if (expert < 0)
        continue;
      tried[row + expert] = 1;
      if (!take(l, queue[i], expert))
        queue[refused++] = queue[i];
    }
    count = refused;
  }
}

/* The choices of a group in the order in which they get places. */
static int64_t line_up(const limits *l, const int32_t *ids, int64_t first,
                       int64_t units, int by_order_first, int32_t *queue,
                       int32_t *spare) {
  int64_t count = 0;
  for (int64_t k = 0; k < l->choices; ++k) {
    int64_t begin = count;
    for (int64_t u = 0; u < units; ++u) {
      int64_t choice = (first + u) * l->choices + k;
      if (ids[choice] >= 0)
        queue[count++] = (int32_t)choice;
    }
    if (l->order && !by_order_first)
      sort(l, queue + begin, spare, count - begin);
  }
  if (l->order && by_order_first)
    sort(l, queue, spare, count);
  return count;
}

void spex_limit(const int32_t *ids, const int32_t *selected, int64_t units,
                int64_t choices, int64_t experts, int64_t groups,
                int64_t capacity, const double *order, int64_t order_first,
                const double *by, int64_t rounds, int32_t *scratch,
                int32_t *kept) {
  int32_t *queue = scratch + experts, *spare = queue + units * choices;
  int32_t *tried = spare + units * choices; /* only with `by` */
  limits l = {choices, experts, capacity, order, scratch, kept};
  memset(kept, -1, (size_t)(units * choices) * sizeof *kept);
  if (by) {
    memset(tried, 0, (size_t)(units * experts) * sizeof *tried);
    for (int64_t i = 0; i < units * choices; ++i)
      if (selected[i] >= 0)
        tried[i / choices * experts + selected[i]] = 1;
  }
  int64_t size = groups > 0 ? units / groups : 0;
  for (int64_t g = 0; g < groups; ++g) {
    int64_t count =
        line_up(&l, ids, g * size, size, order_first != 0, queue, spare);
    memset(l.taken, 0, (size_t)experts * sizeof *l.taken);
    int64_t refused = 0;
    for (int64_t i = 0; i < count; ++i)
      if (!take(&l, queue[i], ids[queue[i]]))
        queue[refused++] = queue[i];
    if (by)
      try_others(&l, queue, refused, by, tried, rounds);
  }
}

void spex_expect_kept(spex_context *context, int64_t route, int64_t layer,
                      int64_t capacity, const int32_t *ids,
                      const int32_t *kept, int64_t units, int64_t choices) {
  for (int64_t i = 0; i < units * choices; ++i) {
    if (ids[i] < 0 || kept[i] >= 0)
      continue;
    char text[512];
    snprintf(text, sizeof text,
             "route `%.400s`, layer %lld: more than %lld units of a group "
             "chose expert %d",
             context->routes[route].path, (long long)layer,
             (long long)capacity, (int)ids[i]);
    spex_context_fail(context, text);
    return;
  }
}
