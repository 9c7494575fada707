/*===- File.h - Reading and writing whole files -------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Input files are regular files of a known size. Output files appear all at
// once or not at all: everything a run writes is one spex_outputs, written
// beside its target and renamed when all of it is there.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_TENSOR_FILE_H
#define RUNTIME_TENSOR_FILE_H

#include "spex/error.h"

/* Opens a regular file, without waiting; -1 and `error` otherwise. `folder` is
   a descriptor for a relative `path` that must not be a link, or -1. */
int spex_file_open(int folder, const char *path, int64_t *size,
                   spex_error *error);

/* Reads exactly `count` bytes at `offset`. */
spex_status spex_file_read(int file, const char *path, void *buffer,
                           int64_t count, int64_t offset, spex_error *error);

/* A whole small file: `*data` is malloced, `limit` bytes at most. */
spex_status spex_file_read_all(int folder, const char *path, int64_t limit,
                               char **data, int64_t *size, spex_error *error);

typedef struct spex_output {
  struct spex_output *next;
  char *path;    /* the target */
  char *written; /* the temporary file, or null: written in place */
  int file;
  int renamed;
} spex_output;

typedef struct spex_outputs {
  spex_output *first;
} spex_outputs;

/* Opens one more output. What exists and is no regular file (/dev/null, a
   pipe) is written directly. */
spex_output *spex_output_open(spex_outputs *outputs, const char *path,
                              spex_error *error);
spex_status spex_output_write(spex_output *output, const void *data,
                              int64_t count, spex_error *error);
/* Closes and renames all of them, or none. */
spex_status spex_outputs_commit(spex_outputs *outputs, spex_error *error);
/* Removes what is not committed, and frees. */
void spex_outputs_discard(spex_outputs *outputs);

#endif /* RUNTIME_TENSOR_FILE_H */
