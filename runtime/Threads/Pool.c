/*===- Pool.c - Threads that share the tasks of a model -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One 64-bit word says which job is on (upper half) and which of its tasks is
// next (lower half). A worker takes a task by moving that word on by one, which
// fails if the job changed meanwhile; so nobody has to wait until every worker
// has noticed a job, only until its tasks are done. Workers spin for a moment
// before they sleep on a futex: layers of a model follow within microseconds.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Threads/Pool.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The lower half while a job is being set up: no task. */
#define CLOSED 0xffffffffu

/* About 50 microseconds of `pause`. */
enum { SPINS = 1500 };

typedef struct worker {
  spex_pool *pool;
  int number;
  pthread_t thread;
} worker;

struct spex_pool {
  _Alignas(64) _Atomic uint64_t state;
  _Alignas(64) _Atomic uint32_t done;
  _Alignas(64) _Atomic uint32_t signal; /* moves when there is work */
  _Atomic uint32_t sleepers;
  _Atomic uint32_t caller_sleeps;
  _Atomic uint32_t stop;
  /* The job. Read by workers that may be late, hence atomic. */
  _Atomic(spex_pool_fn) fn;
  _Atomic(void *) closure;
  _Atomic uint32_t total;
  _Atomic int64_t first;
  uint32_t generation;
  int count;
  int spins;
  worker workers[SPEX_MAX_THREADS];
};

static void futex_wait(_Atomic uint32_t *word, uint32_t seen) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static void relax(void) { __builtin_ia32_pause(); }

/* Does tasks of whatever job is on until none is left to take. */
static void work(spex_pool *pool, int number) {
  uint64_t state = atomic_load_explicit(&pool->state, memory_order_acquire);
  for (;;) {
    uint32_t task = (uint32_t)state;
    /* If these belong to a later job the state has moved before they were
       written, and the exchange below fails. */
    uint32_t total = atomic_load_explicit(&pool->total, memory_order_acquire);
    spex_pool_fn fn = atomic_load_explicit(&pool->fn, memory_order_acquire);
    void *closure = atomic_load_explicit(&pool->closure, memory_order_acquire);
    int64_t first = atomic_load_explicit(&pool->first, memory_order_acquire);
    if (task == CLOSED || task >= total)
      return;
    if (!atomic_compare_exchange_weak_explicit(&pool->state, &state, state + 1,
                                               memory_order_acq_rel,
                                               memory_order_acquire))
      continue;
    fn(closure, first + task, number);
    uint32_t done = atomic_fetch_add(&pool->done, 1) + 1;
    if (done == total && atomic_load(&pool->caller_sleeps))
      futex_wake(&pool->done, 1);
    state = atomic_load_explicit(&pool->state, memory_order_acquire);
  }
}

static void *worker_main(void *argument) {
  worker *self = argument;
  spex_pool *pool = self->pool;
  for (;;) {
    uint32_t seen = atomic_load(&pool->signal);
    work(pool, self->number);
    if (atomic_load(&pool->stop))
      return NULL;
    int spin = 0;
    while (atomic_load_explicit(&pool->signal, memory_order_acquire) == seen &&
           ++spin < pool->spins)
      relax();
    atomic_fetch_add(&pool->sleepers, 1);
    /* Returns at once if `signal` has moved. */
    while (atomic_load(&pool->signal) == seen)
      futex_wait(&pool->signal, seen);
    atomic_fetch_sub(&pool->sleepers, 1);
  }
}

int spex_available_cpus(void) {
  cpu_set_t set;
  int count = sched_getaffinity(0, sizeof set, &set) == 0
                  ? CPU_COUNT(&set)
                  : (int)sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > SPEX_MAX_THREADS ? SPEX_MAX_THREADS : count;
}

spex_pool *spex_pool_create(int threads) {
  spex_pool *pool = aligned_alloc(64, (sizeof(spex_pool) + 63) / 64 * 64);
  if (!pool)
    return NULL;
  *pool = (spex_pool){.state = CLOSED, .count = 1};
  /* With more threads than CPUs a spinning one keeps another from working. */
  pool->spins = threads <= spex_available_cpus() ? SPINS : 0;
  for (int i = 1; i < threads; ++i) {
    worker *w = &pool->workers[i];
    w->pool = pool;
    w->number = i;
    if (pthread_create(&w->thread, NULL, worker_main, w) != 0)
      break;
    pool->count = i + 1;
  }
  return pool;
}

int spex_pool_workers(const spex_pool *pool) { return pool->count; }

static void announce(spex_pool *pool, int helpers) {
  atomic_fetch_add(&pool->signal, 1);
  if (atomic_load(&pool->sleepers) > 0)
    futex_wake(&pool->signal, helpers);
}

/* At most 2^31 tasks from `first` on. */
static void run_job(spex_pool *pool, int64_t first, uint32_t total,
                    spex_pool_fn fn, void *closure) {
  uint64_t generation = (uint64_t)++pool->generation << 32;
  atomic_store(&pool->state, generation | CLOSED);
  atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->fn, fn, memory_order_release);
  atomic_store_explicit(&pool->closure, closure, memory_order_release);
  atomic_store_explicit(&pool->first, first, memory_order_release);
  atomic_store_explicit(&pool->total, total, memory_order_release);
  atomic_store(&pool->state, generation);
  int helpers = pool->count - 1;
  announce(pool, total - 1 < (uint32_t)helpers ? (int)total - 1 : helpers);
  work(pool, 0);
  for (int spin = 0;
       atomic_load_explicit(&pool->done, memory_order_acquire) != total;) {
    if (++spin < pool->spins) {
      relax();
      continue;
    }
    atomic_store(&pool->caller_sleeps, 1);
    uint32_t done = atomic_load(&pool->done);
    if (done != total)
      futex_wait(&pool->done, done);
    atomic_store(&pool->caller_sleeps, 0);
  }
}

void spex_pool_run(spex_pool *pool, int64_t tasks, spex_pool_fn fn,
                   void *closure) {
  if (pool->count == 1 || tasks == 1) {
    for (int64_t t = 0; t < tasks; ++t)
      fn(closure, t, 0);
    return;
  }
  const int64_t most = 1ll << 31;
  for (int64_t first = 0; first < tasks; first += most) {
    int64_t left = tasks - first;
    run_job(pool, first, (uint32_t)(left < most ? left : most), fn, closure);
  }
}

void spex_pool_destroy(spex_pool *pool) {
  if (!pool)
    return;
  atomic_store(&pool->stop, 1);
  announce(pool, SPEX_MAX_THREADS);
  for (int i = 1; i < pool->count; ++i)
    pthread_join(pool->workers[i].thread, NULL);
  free(pool);
}
