/*===- Model.h - A program with its weights -----------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Create, load, run. Everything a user can give is checked before the generated
// code sees it.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MODEL_MODEL_H
#define RUNTIME_MODEL_MODEL_H

#include "runtime/Model/Context.h"
#include "runtime/Model/Manifest.h"
#include "runtime/Model/Memory.h"

typedef struct spex_model {
  const spex_program *program;
  spex_manifest manifest;
  spex_context context;
  spex_block packed_block, scratch, state;
  void **packed;
} spex_model;

/* Reads the manifest; `model` is the caller's. Free it also after an error. */
spex_status spex_model_open(spex_model *model, const spex_program *program,
                            spex_error *error);
void spex_model_close(spex_model *model);

/* One sentence if this CPU lacks something the program needs. */
spex_status spex_model_check_cpu(const spex_model *model, spex_error *error);

/* Starts the pool. */
spex_status spex_model_start(spex_model *model, int threads, spex_error *error);

/* Fills the packed weights from a file or folder, or, with a null path, from
   the initial values of `seed`. */
spex_status spex_model_load(spex_model *model, const char *path, uint64_t seed,
                            spex_error *error);

/* Sizes of a call: one for each bounded dimension, then position and capacity
   if the program can step. */
enum { SPEX_MAX_DIMS = 64 };

/* Bytes that a run of these sizes needs; -1 for what does not fit in 63 bits. */
typedef struct spex_model_memory {
  int64_t scratch; /* once */
  int64_t worker;  /* for each worker, behind it */
  int64_t state;   /* 0 if the program cannot step */
  int64_t packed;  /* weights, for as long as the model lives */
} spex_model_memory;

spex_model_memory spex_model_measure(const spex_model *model,
                                     const int64_t *dims);

/* Makes zeroed state for the capacity in `dims`. Not needed before a run from
   position 0 with a capacity that no earlier call had. */
spex_status spex_model_reserve_state(spex_model *model, const int64_t *dims,
                                     spex_error *error);

/* Runs once; `dims` and arrays fit the manifest. At position 0 the state is
   made anew. */
spex_status spex_model_run(spex_model *model, const int64_t *dims,
                           void *const *in, void *const *out,
                           spex_error *error);

#endif /* RUNTIME_MODEL_MODEL_H */
