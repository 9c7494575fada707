/*===- Main.c - What an executable does -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_main: options, checks, one forward run, a benchmark or a generation,
// outputs. Everything that can go wrong is one line on stderr and exit 1, with
// no output file left.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Main/Clock.h"
#include "runtime/Main/Generate.h"
#include "runtime/Main/Inputs.h"
#include "runtime/Main/Options.h"
#include "runtime/Model/Model.h"
#include "runtime/Tensor/Npy.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct run {
  spex_model model;
  spex_options options;
  spex_arrays arrays;
  spex_prompt prompt;
  spex_outputs outputs;
  spex_error error;
  int threads;     /* asked for */
  double *seconds; /* of each forward run */
  spex_times times;
} run;

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static spex_status forward_once(run *r) {
  if (r->model.context.choices)
    spex_choices_clear(r->model.context.choices);
  return spex_model_run(&r->model, r->arrays.dims, r->arrays.in_data,
                        r->arrays.out_data, &r->error);
}

static spex_status forward(run *r) {
  int64_t runs = r->options.bench ? r->options.bench : 1;
  r->seconds = malloc((size_t)runs * sizeof *r->seconds);
  if (!r->seconds)
    return spex_error_set(&r->error, "not enough memory");
  spex_status status = SPEX_OK;
  for (int64_t i = 0; status == SPEX_OK && i < runs; ++i) {
    double begin = spex_seconds();
    status = forward_once(r);
    r->seconds[i] = spex_seconds() - begin;
  }
  return status;
}

static void print_speed(const char *what, int64_t count, double seconds) {
  fprintf(stderr, "%s: %lld tokens in %.2f ms, %.1f tokens/s\n", what,
          (long long)count, 1e3 * seconds,
          seconds > 0 ? (double)count / seconds : 0.0);
}

static void print_times(const run *r) {
  const spex_options *o = &r->options;
  if (o->bench) {
    qsort(r->seconds, (size_t)o->bench, sizeof *r->seconds, by_size);
    fprintf(stderr, "bench: %lld runs, median %.3f ms, min %.3f ms\n",
            (long long)o->bench, 1e3 * r->seconds[o->bench / 2],
            1e3 * r->seconds[0]);
  }
  if (o->generate) {
    print_speed("prefill", r->prompt.count, r->times.prefill);
    print_speed("generation", o->generate, r->times.generation);
  }
}

static int prints_chart(const spex_options *options) {
  return options->stats && strcmp(options->stats, "-") == 0;
}

static spex_status write_outputs(run *r) {
  const spex_manifest *m = &r->model.manifest;
  const spex_options *o = &r->options;
  const spex_choices *choices = r->model.context.choices;
  for (int64_t i = 0; i < m->output_count; ++i) {
    const char *path =
        spex_named_path(o->outputs, o->output_count, m->outputs[i].name);
    if (path && spex_npy_write_to(&r->outputs, path, &r->arrays.out[i],
                                  &r->error) != SPEX_OK)
      return SPEX_FAILED;
  }
  if (o->routes && spex_choices_write_routes(choices, &r->outputs, o->routes,
                                             &r->error) != SPEX_OK)
    return SPEX_FAILED;
  if (o->stats && !prints_chart(o) &&
      spex_choices_write_stats(choices, &r->outputs, o->stats, &r->error) !=
          SPEX_OK)
    return SPEX_FAILED;
  return spex_outputs_commit(&r->outputs, &r->error);
}

/* What needs no weights comes first, so that mistakes show at once. */
static spex_status prepare(run *r) {
  const spex_manifest *m = &r->model.manifest;
  const spex_options *o = &r->options;
  if (spex_model_check_cpu(&r->model, &r->error) != SPEX_OK)
    return SPEX_FAILED;
  spex_status status = o->generate
                           ? spex_prompt_read(&r->prompt, m, o, &r->error)
                           : spex_arrays_make(&r->arrays, m, o, &r->error);
  if (status != SPEX_OK)
    return status;
  if (o->stats || o->routes || o->replay) {
    spex_choices *choices =
        spex_choices_create(m->routes, m->route_count, o->routes != NULL);
    r->model.context.choices = choices;
    if (!choices)
      return spex_error_set(&r->error, "not enough memory");
    if (o->replay &&
        spex_choices_read_replay(choices, o->replay, &r->error) != SPEX_OK)
      return SPEX_FAILED;
  }
  int threads = o->threads ? o->threads : spex_available_cpus();
  if (spex_model_start(&r->model, threads, &r->error) != SPEX_OK)
    return SPEX_FAILED;
  r->threads = threads;
  return spex_model_load(&r->model, o->weights, o->seed, &r->error);
}

static void print_notes(const run *r) {
  const spex_options *o = &r->options;
  int started = spex_pool_workers(r->model.context.pool);
  if (started < r->threads)
    fprintf(stderr, "note: the system gave %d of %d threads\n", started,
            r->threads);
  if (!o->weights)
    fprintf(stderr, "note: no --weights given: initial values of seed %llu\n",
            (unsigned long long)o->seed);
  if (!o->generate && !o->bench && !o->output_count && !o->stats && !o->routes)
    fprintf(stderr, "note: nothing was written: see --output, --stats and "
                    "--routes\n");
}

static spex_status run_model(run *r) {
  const spex_options *o = &r->options;
  if (prepare(r) != SPEX_OK)
    return SPEX_FAILED;
  spex_status status = o->generate ? spex_generate(&r->model, &r->prompt, o,
                                                   &r->times, &r->error)
                                   : forward(r);
  if (status == SPEX_OK && o->replay)
    status = spex_choices_check_replay(r->model.context.choices, &r->error);
  if (status == SPEX_OK)
    status = write_outputs(r);
  /* What fails is one line, so all else is said only now. */
  if (status == SPEX_OK) {
    print_notes(r);
    print_times(r);
    if (prints_chart(o))
      spex_choices_print_chart(r->model.context.choices);
  }
  return status;
}

/* Position 0, with room for as many positions as the call has. */
static void print_memory(run *r) {
  const spex_manifest *m = &r->model.manifest;
  int64_t *dims = r->arrays.dims;
  for (int64_t i = 0; i < m->dim_count; ++i)
    dims[i] = r->options.at[i] ? r->options.at[i] : m->dims[i].max;
  if (m->step >= 0)
    dims[m->dim_count + 1] = dims[m->step];
  spex_model_memory memory = spex_model_measure(&r->model, dims);
  printf("{\"scratch_bytes\": %lld, \"worker_bytes\": %lld, "
         "\"state_bytes\": %lld, \"packed_bytes\": %lld}\n",
         (long long)memory.scratch, (long long)memory.worker,
         (long long)memory.state, (long long)memory.packed);
}

static spex_status start(run *r, const spex_program *program, int argc,
                         char **argv) {
  if (spex_model_open(&r->model, program, &r->error) != SPEX_OK ||
      spex_options_read(&r->options, &r->model.manifest, argc, argv,
                        &r->error) != SPEX_OK)
    return SPEX_FAILED;
  const spex_options *o = &r->options;
  if (!o->help && !o->version && !o->memory)
    return run_model(r);
  if (o->memory && !o->help && !o->version)
    print_memory(r);
  else if (o->help)
    spex_print_help(&r->model.manifest, argc > 0 ? argv[0] : "model");
  else
    printf("%s, compiled by spex %s\n", r->model.manifest.name, SPEX_VERSION);
  if (fflush(stdout) != 0)
    return spex_error_set(&r->error, "cannot write to standard output");
  return SPEX_OK;
}

int spex_main(const spex_program *program, int argc, char **argv) {
  /* A reader of stdout that goes away is an error to report, not a signal. */
  signal(SIGPIPE, SIG_IGN);
  run *r = calloc(1, sizeof *r);
  if (!r) {
    fputs("error: not enough memory\n", stderr);
    return 1;
  }
  spex_status status = start(r, program, argc, argv);
  spex_outputs_discard(&r->outputs);
  spex_choices_destroy(r->model.context.choices);
  spex_prompt_free(&r->prompt);
  spex_arrays_free(&r->arrays, &r->model.manifest);
  spex_options_free(&r->options);
  spex_model_close(&r->model);
  free(r->seconds);
  if (status != SPEX_OK)
    fprintf(stderr, "error: %s\n", r->error.message);
  free(r);
  return status == SPEX_OK ? 0 : 1;
}
