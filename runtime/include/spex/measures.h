/*===- measures.h - How evenly experts are used -------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What --stats says of the rows that each expert of a route ran. The compiled
// model and the reference compute it here, so that both write the same text.
//
//===----------------------------------------------------------------------===*/

#ifndef SPEX_MEASURES_H
#define SPEX_MEASURES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of the shares s of E experts, which sum to 1; all 0 where nothing ran. */
typedef struct spex_measures {
  double entropy;          /* -sum s log s: log E if all are used alike */
  double variation;        /* standard deviation (of all E) by the mean */
  double collapse_average; /* E/(E-1) * sum max(0, 1/E - s): 1 if only one */
  double collapse_worst;   /* 1 - E * min s: 1 if any is not used at all */
} spex_measures;

spex_measures spex_measure(const int64_t *count, int64_t experts);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_MEASURES_H */
