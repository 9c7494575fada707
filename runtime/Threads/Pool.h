/*===- Pool.h - Threads that share the tasks of a model -----------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The caller is worker 0 and works too. Results never depend on how many
// workers there are or who does what, since tasks write apart.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_THREADS_POOL_H
#define RUNTIME_THREADS_POOL_H

#include <stdint.h>

enum { SPEX_MAX_THREADS = 256 };

typedef struct spex_pool spex_pool;
typedef void (*spex_pool_fn)(void *closure, int64_t task, int worker);

/* Starts `threads` - 1 threads (1 to SPEX_MAX_THREADS). Where the system gives
   fewer the pool is smaller; null only without memory. */
spex_pool *spex_pool_create(int threads);
/* Workers there are, the caller included. */
int spex_pool_workers(const spex_pool *pool);
/* Calls fn once for each task and returns when all are done. Not from tasks. */
void spex_pool_run(spex_pool *pool, int64_t tasks, spex_pool_fn fn,
                   void *closure);
void spex_pool_destroy(spex_pool *pool);

/* CPUs this process may use, at most SPEX_MAX_THREADS. */
int spex_available_cpus(void);

#endif /* RUNTIME_THREADS_POOL_H */
