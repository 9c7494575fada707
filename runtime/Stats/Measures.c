/*===- Measures.c - How evenly experts are used ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Entropy, coefficient of variation and collapse of the rows of a route.
//
//===----------------------------------------------------------------------===*/

#include "spex/measures.h"
#include "spex/random.h"

#include <math.h>

spex_measures spex_measure(const int64_t *count, int64_t experts) {
  spex_measures result = {0, 0, 0, 0};
  int64_t total = 0, least = experts ? count[0] : 0;
  for (int64_t e = 0; e < experts; ++e) {
    total += count[e];
    least = count[e] < least ? count[e] : least;
  }
  if (total == 0)
    return result;
  double even = 1.0 / (double)experts, squares = 0, missing = 0;
  for (int64_t e = 0; e < experts; ++e) {
    double share = (double)count[e] / (double)total;
    if (count[e] > 0)
      result.entropy -= share * spex_log(share);
    squares += (share - even) * (share - even);
    missing += share < even ? even - share : 0;
  }
  result.variation = sqrt(squares * (double)experts);
  if (experts > 1)
    result.collapse_average =
        missing * (double)experts / (double)(experts - 1);
  result.collapse_worst =
      1 - (double)experts * ((double)least / (double)total);
  return result;
}
