/*===- Memory.h - Large zeroed memory -----------------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights, scratch and state lie in 2 MiB pages where they are large: smaller
// pages cost up to a tenth of the speed with few rows for each expert.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MODEL_MEMORY_H
#define RUNTIME_MODEL_MEMORY_H

#include "spex/error.h"

typedef struct spex_block {
  char *data; /* aligned to 64 at least, zeroed */
  int64_t bytes;
  void *base; /* what is to be given back */
  int64_t base_bytes;
  int mapped;
} spex_block;

/* `what` names it in the message: "the weights". 0 bytes are fine. */
spex_status spex_block_allocate(spex_block *block, int64_t bytes,
                                const char *what, spex_error *error);
void spex_block_free(spex_block *block);

#endif /* RUNTIME_MODEL_MEMORY_H */
