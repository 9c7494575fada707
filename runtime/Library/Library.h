/*===- Library.h - The inside of a library ------------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights are shared and constant. What a run needs beside them (threads,
// scratch, state) is a runner; a call takes an idle one or makes another, so
// calls at the same time never wait for each other.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_LIBRARY_LIBRARY_H
#define RUNTIME_LIBRARY_LIBRARY_H

#include "runtime/Model/Model.h"
#include "spex/library.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* Its model has the library's program, manifest and weights, which it does not
   own, and threads and memory of its own. */
typedef struct spex_runner {
  spex_model model;
  struct spex_runner *next;
} spex_runner;

struct spex_library {
  spex_model model; /* owns manifest and weights; has no threads once loaded */
  int threads;
  pid_t process; /* threads do not follow into the child of a fork */
  pthread_mutex_t lock;
  spex_runner *idle; /* under the lock */
  int64_t users;     /* under the lock: the library and its states */
};

struct spex_library_state {
  spex_library *library;
  spex_block block;
  int64_t dims[SPEX_MAX_DIMS]; /* with position and capacity */
  atomic_flag busy;
};

/* An idle runner or a new one; null after an error. */
spex_runner *spex_runner_take(spex_library *library, spex_error *error);
void spex_runner_give(spex_library *library, spex_runner *runner);

/* One user less; the last one frees everything. */
void spex_library_release(spex_library *library);
void spex_library_retain(spex_library *library);

/* Whether `library` can be used in this process. */
spex_status spex_library_usable(const spex_library *library, spex_error *error);

/* Where the sentence of this thread is. */
spex_error *spex_library_error(void);

/* The arrays of one call. */
typedef struct spex_call {
  void **in, **out;
  void **made; /* for inputs with a default that were left out */
} spex_call;

/* Checks `count` sizes against the bounds. */
spex_status spex_call_check_sizes(const spex_manifest *manifest,
                                  const int64_t *sizes, spex_error *error);
/* Checks every pointer, every index and that results lie apart. To be freed
   also after an error. */
spex_status spex_call_make(spex_call *call, const spex_manifest *manifest,
                           const int64_t *sizes, const void *const *in,
                           void *const *out, spex_error *error);
void spex_call_free(spex_call *call, const spex_manifest *manifest);

#endif /* RUNTIME_LIBRARY_LIBRARY_H */
