/*===- Safetensors.h - One file of tensors ------------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by the readers of single files and of folders with shards.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_WEIGHTS_SAFETENSORS_H
#define RUNTIME_WEIGHTS_SAFETENSORS_H

#include "spex/weights.h"

/* The longest name of a tensor that can be wanted or read. */
enum { SPEX_MAX_NAME = 2048 };

/* The first tensor of that name, or -1; `wanted` is sorted. */
int64_t spex_find_wanted(const spex_wanted *wanted, int64_t count,
                         const char *name);

/* Reads one file. `shard`: null, or for each of `wanted` the number of the
   shard that holds it; then only those of `number` may be in this file, and
   all of them must be. */
spex_status spex_read_safetensors(int folder, const char *path,
                                  spex_wanted *wanted, int64_t count,
                                  const spex_skips *skips,
                                  const int32_t *shard, int32_t number,
                                  spex_error *error);

/* Whether a name that is not wanted may be in the file; null: none may. */
int spex_is_skipped(const spex_skips *skips, const char *name);

/* E0407; `where` ends "is not used". */
spex_status spex_not_used(const char *path, const char *name,
                          const char *where, const spex_skips *skips,
                          spex_error *error);

/* E0408 for the first of `wanted` that was not found. */
spex_status spex_check_all_found(const char *path, const spex_wanted *wanted,
                                 int64_t count, spex_error *error);

#endif /* RUNTIME_WEIGHTS_SAFETENSORS_H */
