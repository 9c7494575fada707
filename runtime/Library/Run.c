/*===- Run.c - Forward and step of a library ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See spex/library.h. Everything is checked before a runner is taken.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Library/Library.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `dims` is complete. `state` is null for a forward run. */
static int32_t run(spex_library *library, const int64_t *dims,
                   const void *const *in, void *const *out, spex_block *state) {
  spex_error *error = spex_library_error();
  const spex_manifest *manifest = &library->model.manifest;
  spex_call call;
  int32_t result = SPEX_LIBRARY_REFUSED;
  if (spex_call_make(&call, manifest, dims, in, out, error) == SPEX_OK) {
    result = SPEX_LIBRARY_FAILED;
    spex_runner *runner = spex_runner_take(library, error);
    if (runner) {
      spex_block own = runner->model.state;
      if (state)
        runner->model.state = *state;
      if (spex_model_run(&runner->model, dims, call.in, call.out, error) ==
          SPEX_OK)
        result = SPEX_LIBRARY_OK;
      if (state) {
        *state = runner->model.state;
        runner->model.state = own;
      }
      spex_runner_give(library, runner);
    }
  }
  spex_call_free(&call, manifest);
  return result;
}

/* A forward run is a step from position 0, with state for just itself. */
static void complete(const spex_manifest *manifest, const int64_t *sizes,
                     int64_t *dims) {
  memcpy(dims, sizes, (size_t)manifest->dim_count * sizeof *dims);
  if (manifest->step < 0)
    return;
  dims[manifest->dim_count] = 0;
  dims[manifest->dim_count + 1] = sizes[manifest->step];
}

int32_t spex_library_forward(spex_library *library, const int64_t *sizes,
                             const void *const *in, void *const *out) {
  spex_error *error = spex_library_error();
  if (spex_library_usable(library, error) != SPEX_OK ||
      spex_call_check_sizes(&library->model.manifest, sizes, error) != SPEX_OK)
    return SPEX_LIBRARY_REFUSED;
  int64_t dims[SPEX_MAX_DIMS];
  complete(&library->model.manifest, sizes, dims);
  return run(library, dims, in, out, NULL);
}

/* By a runner, since that knows how large a state is. */
static spex_status allocate_state(spex_library_state *state,
                                  spex_error *error) {
  spex_runner *runner = spex_runner_take(state->library, error);
  if (!runner)
    return SPEX_FAILED;
  spex_block own = runner->model.state;
  memset(&runner->model.state, 0, sizeof own);
  spex_status status =
      spex_model_reserve_state(&runner->model, state->dims, error);
  state->block = runner->model.state;
  runner->model.state = own;
  spex_runner_give(state->library, runner);
  return status;
}

int32_t spex_library_state_create(spex_library *library, const int64_t *sizes,
                                  spex_library_state **result) {
  spex_error *error = spex_library_error();
  if (!result) {
    spex_error_set(error, "the place for the state is null");
    return SPEX_LIBRARY_REFUSED;
  }
  *result = NULL;
  if (spex_library_usable(library, error) != SPEX_OK)
    return SPEX_LIBRARY_REFUSED;
  const spex_manifest *manifest = &library->model.manifest;
  if (manifest->step < 0) {
    spex_error_set(error, "`%s` was built without a step", manifest->name);
    return SPEX_LIBRARY_REFUSED;
  }
  if (spex_call_check_sizes(manifest, sizes, error) != SPEX_OK)
    return SPEX_LIBRARY_REFUSED;
  spex_library_state *state = calloc(1, sizeof *state);
  if (!state) {
    spex_error_set(error, "not enough memory for the state");
    return SPEX_LIBRARY_FAILED;
  }
  state->library = library;
  atomic_flag_clear(&state->busy);
  complete(manifest, sizes, state->dims);
  if (allocate_state(state, error) != SPEX_OK) {
    free(state);
    return SPEX_LIBRARY_FAILED;
  }
  spex_library_retain(library);
  *result = state;
  return SPEX_LIBRARY_OK;
}

/* Whether `count` more positions fit into the state. */
static spex_status check_count(const spex_library_state *state, int64_t count,
                               spex_error *error) {
  const spex_manifest *m = &state->library->model.manifest;
  const spex_dim *dim = &m->dims[m->step];
  int64_t position = state->dims[m->dim_count];
  int64_t capacity = state->dims[m->dim_count + 1];
  if (count < 1)
    return spex_error_set(error,
                          "a step of %lld positions of `%s` was asked for, "
                          "expected at least 1",
                          (long long)count, dim->name);
  if (count <= capacity - position)
    return SPEX_OK;
  if (count > INT64_MAX - position || position + count <= dim->max)
    return spex_error_set(
        error,
        "a step of %lld from position %lld of `%s` goes past the %lld "
        "positions of this state, and %lld are left: make the state for more, "
        "at most %lld",
        (long long)count, (long long)position, dim->name, (long long)capacity,
        (long long)(capacity - position), (long long)dim->max);
  return spex_error_set(
      error,
      "a step of %lld from position %lld needs %lld positions of `%s`, "
      "expected at most %lld: build with `--dim %s=%lld` to allow them",
      (long long)count, (long long)position, (long long)(position + count),
      dim->name, (long long)dim->max, dim->name, (long long)(position + count));
}

int32_t spex_library_step(spex_library_state *state, int64_t count,
                          const void *const *in, void *const *out) {
  spex_error *error = spex_library_error();
  if (!state) {
    spex_error_set(error, "the state is null");
    return SPEX_LIBRARY_REFUSED;
  }
  if (spex_library_usable(state->library, error) != SPEX_OK)
    return SPEX_LIBRARY_REFUSED;
  if (atomic_flag_test_and_set(&state->busy)) {
    spex_error_set(error, "the state is in use by another call: each thread "
                          "needs a state of its own");
    return SPEX_LIBRARY_REFUSED;
  }
  const spex_manifest *m = &state->library->model.manifest;
  int32_t result = SPEX_LIBRARY_REFUSED;
  if (check_count(state, count, error) == SPEX_OK) {
    state->dims[m->step] = count;
    result = run(state->library, state->dims, in, out, &state->block);
    if (result == SPEX_LIBRARY_OK)
      state->dims[m->dim_count] += count;
  }
  atomic_flag_clear(&state->busy);
  return result;
}

int64_t spex_library_state_position(const spex_library_state *state) {
  return state ? state->dims[state->library->model.manifest.dim_count] : -1;
}

void spex_library_state_destroy(spex_library_state *state) {
  if (!state)
    return;
  spex_library *library = state->library;
  spex_block_free(&state->block);
  free(state);
  spex_library_destroy(library);
}
