/*===- Library.c - A program called by other programs ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See spex/library.h and Library.h.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Library/Library.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Thread_local spex_error last_error;

spex_error *spex_library_error(void) { return &last_error; }

const char *spex_library_last_error(void) { return last_error.message; }

spex_status spex_library_usable(const spex_library *library,
                                spex_error *error) {
  if (!library)
    return spex_error_set(error, "the model is null");
  if (library->process != getpid())
    return spex_error_set(error,
                          "`%s` was created before this process was "
                          "forked: create it in the process that uses "
                          "it",
                          library->model.manifest.name);
  return SPEX_OK;
}

/* Signals are the caller's business: none may end up in a thread of ours. */
static spex_status start_threads(spex_model *model, int threads,
                                 spex_error *error) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  spex_status status = spex_model_start(model, threads, error);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return status;
}

/* Without threads. */
static spex_runner *make_runner(const spex_library *library,
                                spex_error *error) {
  spex_runner *runner = calloc(1, sizeof *runner);
  if (!runner) {
    spex_error_set(error, "not enough memory");
    return NULL;
  }
  runner->model.program = library->model.program;
  runner->model.manifest = library->model.manifest;
  runner->model.context.routes = library->model.manifest.routes;
  runner->model.packed = library->model.packed;
  runner->model.context.seed = library->model.context.seed;
  return runner;
}

static void free_runner(spex_runner *runner) {
  spex_pool_destroy(runner->model.context.pool);
  spex_block_free(&runner->model.scratch);
  spex_block_free(&runner->model.state);
  free(runner);
}

spex_runner *spex_runner_take(spex_library *library, spex_error *error) {
  pthread_mutex_lock(&library->lock);
  spex_runner *runner = library->idle;
  if (runner)
    library->idle = runner->next;
  pthread_mutex_unlock(&library->lock);
  if (runner)
    return runner;
  runner = make_runner(library, error);
  if (runner &&
      start_threads(&runner->model, library->threads, error) != SPEX_OK) {
    free_runner(runner);
    return NULL;
  }
  return runner;
}

void spex_runner_give(spex_library *library, spex_runner *runner) {
  pthread_mutex_lock(&library->lock);
  runner->next = library->idle;
  library->idle = runner;
  pthread_mutex_unlock(&library->lock);
}

void spex_library_retain(spex_library *library) {
  pthread_mutex_lock(&library->lock);
  ++library->users;
  pthread_mutex_unlock(&library->lock);
}

void spex_library_release(spex_library *library) {
  pthread_mutex_lock(&library->lock);
  int is_last = --library->users == 0;
  pthread_mutex_unlock(&library->lock);
  if (!is_last)
    return;
  while (library->idle) {
    spex_runner *runner = library->idle;
    library->idle = runner->next;
    free_runner(runner);
  }
  pthread_mutex_destroy(&library->lock);
  spex_model_close(&library->model);
  free(library);
}

/* Weights are loaded by the threads of the first runner. */
static spex_status load(spex_library *library, const char *weights,
                        uint64_t seed, spex_error *error) {
  spex_model *model = &library->model;
  if (spex_model_check_cpu(model, error) != SPEX_OK ||
      start_threads(model, library->threads, error) != SPEX_OK ||
      spex_model_load(model, weights, seed, error) != SPEX_OK)
    return SPEX_FAILED;
  spex_runner *runner = make_runner(library, error);
  if (!runner)
    return SPEX_FAILED;
  runner->model.context.pool = model->context.pool;
  model->context.pool = NULL;
  library->idle = runner;
  return SPEX_OK;
}

/* The manifest's numbers have points, whatever the caller's locale has. */
static spex_status open_and_load(spex_library *library,
                                 const spex_program *program,
                                 const char *weights, uint64_t seed,
                                 spex_error *error) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!plain)
    return spex_error_set(error, "not enough memory");
  locale_t before = uselocale(plain);
  spex_status status = spex_model_open(&library->model, program, error);
  if (status == SPEX_OK)
    status = load(library, weights, seed, error);
  uselocale(before);
  freelocale(plain);
  return status;
}

int32_t spex_library_create(const spex_program *program, const char *weights,
                            uint64_t seed, int32_t threads,
                            spex_library **result) {
  spex_error *error = &last_error;
  if (!result) {
    spex_error_set(error, "the place for the model is null");
    return SPEX_LIBRARY_REFUSED;
  }
  *result = NULL;
  if (threads < 0 || threads > SPEX_MAX_THREADS) {
    spex_error_set(error, "%d threads were asked for, expected 0 to %d",
                   threads, SPEX_MAX_THREADS);
    return SPEX_LIBRARY_REFUSED;
  }
  spex_library *library = calloc(1, sizeof *library);
  if (!library || pthread_mutex_init(&library->lock, NULL) != 0) {
    free(library);
    spex_error_set(error, "not enough memory");
    return SPEX_LIBRARY_FAILED;
  }
  library->threads = threads ? threads : spex_available_cpus();
  library->process = getpid();
  library->users = 1;
  if (open_and_load(library, program, weights, seed, error) != SPEX_OK) {
    spex_library_release(library);
    return SPEX_LIBRARY_FAILED;
  }
  *result = library;
  return SPEX_LIBRARY_OK;
}

void spex_library_destroy(spex_library *library) {
  /* In the child of a fork there are no threads to end: leave it all. */
  if (library && library->process == getpid())
    spex_library_release(library);
}
