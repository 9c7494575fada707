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

/* How the elements of a tensor in the file lie in the program's memory; its
   rank is at least 1. Element (i0, i1, ...) of its factors, row-major in the
   file, goes to `data` + i0 * stride[0] + i1 * stride[1] + ... elements. If
   `part_factor` is not -1, then only the elements with index `part` in that
   factor are taken. The whole is written `repeats` times, `repeat_stride`
   elements apart. */
typedef struct spex_layout {
  int rank;
  int64_t size[SPEX_MAX_RANK + 1], stride[SPEX_MAX_RANK + 1];
  int part_factor;
  int64_t part;
  int64_t repeats, repeat_stride;
} spex_layout;

/* One tensor the program wants. `data` is the caller's, in `type`; floats in
   the file may be of any float type and are rounded once. Without a layout the
   elements of `shape` follow one another. Several with one name must take
   different parts of it. */
typedef struct spex_wanted {
  const char *name;
  spex_type type;
  int rank;
  const int64_t *shape; /* in the file */
  void *data;
  int found; /* set by the reader */
  const spex_layout *layout; /* or null */
} spex_wanted;

/* What a file may hold beside what is wanted: names with `*` for any text. */
typedef struct spex_skips {
  const char *const *patterns;
  int64_t count;
  int is_bound; /* names come from a `weights` section; for messages */
} spex_skips;

/* Reads all of `wanted`, sorted by name in bytes (strcmp), from a file, or from
   the model.safetensors or the shards of model.safetensors.index.json in a
   folder. E0407: a tensor in the file is not wanted; E0408: one is missing;
   E0409: shape or type differ. After SPEX_FAILED `data` is undefined. */
spex_status spex_weights_read(const char *path, spex_wanted *wanted,
                              int64_t count, spex_error *error);

/* The same; tensors that match one of `skips` and are not wanted are passed
   over. */
spex_status spex_weights_read_bound(const char *path, spex_wanted *wanted,
                                    int64_t count, const spex_skips *skips,
                                    spex_error *error);

/* One line of a `weights` section. In `tensor`, braces stand for a number: a
   sum of terms `3`, `d0` and `2*d0`, where d0 is the index in dimension 0 of
   the parameter. Each dimension is in braces, in the axes, or repeated. */
typedef struct spex_source {
  const char *tensor;
  const char *format; /* null, "mxfp4" or "fp8" */
  int axis_count;     /* axes of the tensor, each of one or more factors */
  int axis_factors[SPEX_MAX_RANK];
  int factor_count;
  int factors[SPEX_MAX_RANK + 1]; /* dimensions of the parameter; -1: parts */
  int64_t parts, part;            /* 0 parts: none */
  int repeat;                     /* the repeated dimension, or -1 */
} spex_source;

/* A parameter as it is stored, row-major. With no source its name in the file
   is its path and its axes are its own. */
typedef struct spex_stored {
  const char *path;
  spex_type type;
  int rank;
  const int64_t *shape;
  void *data;
  const spex_source *sources;
  int64_t source_count;
} spex_stored;

/* Reads all parameters from a file or folder. */
spex_status spex_parameters_read(const char *path,
                                 const spex_stored *parameters, int64_t count,
                                 const spex_skips *skips, spex_error *error);

/* Writes the tensors to one safetensors file, through a temporary file. */
spex_status spex_weights_write(const char *path, const spex_wanted *tensors,
                               int64_t count, spex_error *error);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_WEIGHTS_H */
