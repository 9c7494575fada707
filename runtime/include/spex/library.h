/*===- library.h - A program called by other programs -------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the functions of a library made by `spex build --shared` call; the
// library's own header has one function for each with the program's arguments
// written out. It can be used directly by who links the output of
// `spex build --emit=object` with libspex_runtime.a.
//
// Nothing in here exits, prints or raises a signal. Every function may be
// called from any thread at any time; only a state belongs to one call at a
// time, and what is destroyed must not be in use.
//
//===----------------------------------------------------------------------===*/

#ifndef SPEX_LIBRARY_H
#define SPEX_LIBRARY_H

#include "spex/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* FAILED: weights, memory or the run itself. REFUSED: the arguments of the
   call; nothing ran and nothing changed. */
enum { SPEX_LIBRARY_OK = 0, SPEX_LIBRARY_FAILED = 1, SPEX_LIBRARY_REFUSED = 2 };

/* A program with its weights, which never change once it is made. */
typedef struct spex_library spex_library;
/* What the positions so far left for those that follow. */
typedef struct spex_library_state spex_library_state;

/* Loads `weights` (a file or folder of safetensors), or makes the initial
   values of `seed` if it is null. Each call runs on `threads` threads (0: one
   for each CPU of this process), the caller's included; calls at the same time
   have their own. *library is null after an error. */
int32_t spex_library_create(const spex_program *program, const char *weights,
                            uint64_t seed, int32_t threads,
                            spex_library **library);

/* Null is fine. With states left, memory is given back with the last of them.
 */
void spex_library_destroy(spex_library *library);

/* sizes: one for each entry of the manifest's "dims". in, out: row-major arrays
   in the manifest's order, aligned to their elements; results overlap nothing.
   An input with a default may be null. */
int32_t spex_library_forward(spex_library *library, const int64_t *sizes,
                             const void *const *in, void *const *out);

/* sizes: as above; that of the step's dimension is the number of positions the
   state is for. */
int32_t spex_library_state_create(spex_library *library, const int64_t *sizes,
                                  spex_library_state **state);

/* The next `count` positions. */
int32_t spex_library_step(spex_library_state *state, int64_t count,
                          const void *const *in, void *const *out);

/* Positions that were taken; -1 for null. */
int64_t spex_library_state_position(const spex_library_state *state);

/* Null is fine. */
void spex_library_state_destroy(spex_library_state *state);

/* The sentence of the last call in this thread that was not OK; "" if there was
   none. Valid until the next such call of this thread. */
const char *spex_library_last_error(void);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_LIBRARY_H */
