/*===- weights.h - Reading safetensors ----------------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A strict reader: the program says which tensors it wants, with type and
// shape, and the file either is exactly that or is refused with one sentence.
// The file never decides the size of anything; its header is parsed where it
// lies, twice its size is all that is ever needed beside the parameters.
//
//===----------------------------------------------------------------------===*/

#ifndef SPEX_WEIGHTS_H
#define SPEX_WEIGHTS_H

#include "spex/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One tensor the program wants. `data` is the caller's, for all elements of
   `shape`, in `type`; floats in the file may be of any float type and are
   rounded once. */
typedef struct spex_wanted {
  const char *name;
  spex_type type;
  int rank;
  const int64_t *shape;
  void *data;
  int found; /* set by the reader */
} spex_wanted;

/* Reads all of `wanted`, sorted by name in bytes (strcmp), from a file, or from
   the model.safetensors or the shards of model.safetensors.index.json in a
   folder. E0407: a tensor in the file is not wanted; E0408: one is missing;
   E0409: shape or type differ. After SPEX_FAILED `data` is undefined. */
spex_status spex_weights_read(const char *path, spex_wanted *wanted,
                              int64_t count, spex_error *error);

/* Writes the tensors to one safetensors file, through a temporary file. */
spex_status spex_weights_write(const char *path, const spex_wanted *tensors,
                               int64_t count, spex_error *error);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_WEIGHTS_H */
