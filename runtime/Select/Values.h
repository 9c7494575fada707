/*===- Values.h - The values that selections compare --------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table of floats of either width, read as double: every comparison is exact.
// Shared by the selections of this directory.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_SELECT_VALUES_H
#define RUNTIME_SELECT_VALUES_H

#include <stdint.h>

static inline double spex_value_at(const void *values, int64_t bytes,
                                   int64_t at) {
  return bytes == 8 ? ((const double *)values)[at] : ((const float *)values)[at];
}

/* What a selection asks about the candidate with this number. */
typedef double (*spex_candidate_value)(const void *table, int64_t number);

/* The `count` largest of the candidates offered, as a heap whose root comes
   last among them: larger values first, then lower numbers. */
typedef struct spex_best {
  spex_candidate_value value;
  const void *table;
  int32_t *heap; /* room for `limit` */
  int64_t limit, count;
} spex_best;

void spex_best_offer(spex_best *best, int32_t number);

#endif /* RUNTIME_SELECT_VALUES_H */
