/*===- Context.h - What generated code hands around ---------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inside of spex_context. Owned by a model (Model.h); one run at a time.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MODEL_CONTEXT_H
#define RUNTIME_MODEL_CONTEXT_H

#include "runtime/Stats/Choices.h"
#include "runtime/Threads/Pool.h"
#include "spex/error.h"

struct spex_context {
  spex_pool *pool;
  char *worker_scratch; /* that of worker 0 */
  int64_t worker_stride;
  const spex_route *routes; /* of the manifest */
  spex_choices *choices; /* null: routes are not observed */
  spex_error error;      /* of spex_fail and of the choices */
  int failed;
  uint64_t seed; /* of random numbers */
};

/* Notes the first failure of a run. */
void spex_context_fail(spex_context *context, const char *message);

#endif /* RUNTIME_MODEL_CONTEXT_H */
