/*===- Copy.h - From the file into the program's memory -----------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Called when names, types, shapes and places of the whole file are checked.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_WEIGHTS_COPY_H
#define RUNTIME_WEIGHTS_COPY_H

#include "spex/weights.h"

enum { SPEX_PIECE_BYTES = 1 << 20 };

/* An open file and two buffers of SPEX_PIECE_BYTES. */
typedef struct spex_reading {
  int file;
  const char *path;
  char *piece, *converted;
  spex_error *error;
} spex_reading;

/* The elements at `offset` of the file, which have `type`, to where `wanted`
   has them. */
spex_status spex_copy_tensor(const spex_reading *reading,
                             const spex_wanted *wanted, spex_type type,
                             int64_t offset, int64_t bytes);

#endif /* RUNTIME_WEIGHTS_COPY_H */
