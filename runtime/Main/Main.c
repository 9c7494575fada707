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
  int threads; /* asked for */
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
  double *times = malloc((size_t)runs * sizeof *times);
  spex_status status =
      times ? SPEX_OK : spex_error_set(&r->error, "not enough memory");
  for (int64_t i = 0; status == SPEX_OK && i < runs; ++i) {
    double begin = spex_seconds();
    status = forward_once(r);
    times[i] = spex_seconds() - begin;
  }
  if (status == SPEX_OK && r->options.bench) {
    qsort(times, (size_t)runs, sizeof *times, by_size);
    fprintf(stderr, "bench: %lld runs, median %.3f ms, min %.3f ms\n",
            (long long)runs, 1e3 * times[runs / 2], 1e3 * times[0]);
  }
  free(times);
  return status;
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
  int chart = o->stats && strcmp(o->stats, "-") == 0;
  if (o->stats && !chart &&
      spex_choices_write_stats(choices, &r->outputs, o->stats, &r->error) !=
          SPEX_OK)
    return SPEX_FAILED;
  if (spex_outputs_commit(&r->outputs, &r->error) != SPEX_OK)
    return SPEX_FAILED;
  if (chart)
    spex_choices_print_chart(choices);
  return SPEX_OK;
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

/* Only after a success: what fails is one line. */
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
  spex_status status = o->generate
                           ? spex_generate(&r->model, &r->prompt, o, &r->error)
                           : forward(r);
  if (status == SPEX_OK && o->replay)
    status = spex_choices_check_replay(r->model.context.choices, &r->error);
  if (status == SPEX_OK)
    status = write_outputs(r);
  if (status == SPEX_OK)
    print_notes(r);
  return status;
}

static spex_status start(run *r, const spex_program *program, int argc,
                         char **argv) {
  if (spex_model_open(&r->model, program, &r->error) != SPEX_OK ||
      spex_options_read(&r->options, &r->model.manifest, argc, argv,
                        &r->error) != SPEX_OK)
    return SPEX_FAILED;
  if (!r->options.help && !r->options.version)
    return run_model(r);
  if (r->options.help)
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
  if (status != SPEX_OK)
    fprintf(stderr, "error: %s\n", r->error.message);
  free(r);
  return status == SPEX_OK ? 0 : 1;
}
