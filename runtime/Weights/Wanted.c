/*===- Wanted.c - The names a program wants -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names are sorted; several in a row may be the same, one for each part of a
// tensor.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Weights/Safetensors.h"

#include <stdio.h>
#include <string.h>

int64_t spex_find_wanted(const spex_wanted *wanted, int64_t count,
                         const char *name) {
  int64_t low = 0, high = count;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (strcmp(wanted[middle].name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && strcmp(wanted[low].name, name) == 0 ? low : -1;
}

/* Goes back to the last star only, so time is at most the product of both
   lengths. */
static int matches(const char *pattern, const char *name) {
  const char *star = NULL, *retry = NULL;
  while (*name) {
    if (*pattern == '*') {
      star = pattern++;
      retry = name;
    } else if (*pattern == *name) {
      ++pattern;
      ++name;
    } else if (star) {
      pattern = star + 1;
      name = ++retry;
    } else
      return 0;
  }
  while (*pattern == '*')
    ++pattern;
  return *pattern == 0;
}

int spex_is_skipped(const spex_skips *skips, const char *name) {
  for (int64_t i = 0; skips && i < skips->count; ++i)
    if (matches(skips->patterns[i], name))
      return 1;
  return 0;
}

spex_status spex_not_used(const char *path, const char *name,
                          const char *where, const spex_skips *skips,
                          spex_error *error) {
  char quoted[SPEX_QUOTE];
  spex_quote(quoted, name, strlen(name));
  return spex_error_set(error,
                        "tensor `%s` of `%s` is not used%s: expected only "
                        "tensors %s [E0407]",
                        quoted, path, where,
                        skips && skips->is_bound
                            ? "that `weights` binds or skips"
                            : "named like a parameter");
}

spex_status spex_check_all_found(const char *path, const spex_wanted *wanted,
                                 int64_t count, spex_error *error) {
  int64_t missing = 0, first = -1;
  for (int64_t i = 0; i < count; ++i)
    if (!wanted[i].found && missing++ == 0)
      first = i;
  if (missing == 0)
    return SPEX_OK;
  char quoted[SPEX_QUOTE], shape[256], more[64] = "";
  const spex_wanted *w = &wanted[first];
  if (missing > 1)
    snprintf(more, sizeof more, " and %lld more", (long long)(missing - 1));
  return spex_error_set(error,
                        "`%s` lacks tensor `%s` %s%s: expected a tensor for "
                        "each parameter [E0408]",
                        path, spex_quote(quoted, w->name, strlen(w->name)),
                        spex_shape_text(shape, sizeof shape, w->shape, w->rank),
                        more);
}
