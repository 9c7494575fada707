/*===- Options.h - The command line of an executable --------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every executable has the same options; they are checked against the model
// before anything is loaded.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MAIN_OPTIONS_H
#define RUNTIME_MAIN_OPTIONS_H

#include "runtime/Model/Manifest.h"

/* NAME=FILE. */
typedef struct spex_named_file {
  char *name;
  const char *path;
} spex_named_file;

typedef struct spex_options {
  const char *weights;
  spex_named_file *inputs, *outputs;
  int64_t input_count, output_count;
  int64_t *at; /* a size for each dimension of the manifest, or 0 */
  int threads; /* 0: as many as there are CPUs */
  const char *stats, *routes, *replay;
  int64_t bench, generate; /* 0: not asked for */
  uint64_t seed;
  const char *prompt, *prompt_ids;
  double temperature;
  int help, version, memory;
  uint32_t given; /* one bit for each option of the table */
} spex_options;

/* Fills `options`, to be freed also after an error. */
spex_status spex_options_read(spex_options *options,
                              const spex_manifest *manifest, int argc,
                              char **argv, spex_error *error);
void spex_options_free(spex_options *options);

/* The path given for that input or output, or null. */
const char *spex_named_path(const spex_named_file *files, int64_t count,
                            const char *name);

/* --help, to stdout. */
void spex_print_help(const spex_manifest *manifest, const char *program);

/* The line of the table that explains option number i, or null behind the
   last: `--weights FILE`, and what it does. */
const char *spex_option_line(int i, const char **text);

#endif /* RUNTIME_MAIN_OPTIONS_H */
