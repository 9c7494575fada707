/*===- Generate.h - New elements, one by one ----------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --generate: reads the prompt before anything is loaded, then runs it at once
// and each new element as a step.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MAIN_GENERATE_H
#define RUNTIME_MAIN_GENERATE_H

#include "runtime/Main/Options.h"
#include "runtime/Model/Model.h"

typedef struct spex_prompt {
  int32_t *ids;
  int64_t count;
} spex_prompt;

/* Checks that the model can generate, reads the prompt, and refuses one that
   does not fit with the new elements. */
spex_status spex_prompt_read(spex_prompt *prompt, const spex_manifest *manifest,
                             const spex_options *options, spex_error *error);
void spex_prompt_free(spex_prompt *prompt);

/* Seconds for the prompt and for the new elements. */
typedef struct spex_times {
  double prefill, generation;
} spex_times;

/* Writes prompt and new elements to stdout as they come. */
spex_status spex_generate(spex_model *model, const spex_prompt *prompt,
                          const spex_options *options, spex_times *times,
                          spex_error *error);

#endif /* RUNTIME_MAIN_GENERATE_H */
