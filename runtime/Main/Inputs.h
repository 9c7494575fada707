/*===- Inputs.h - Arrays for one forward run ----------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From files, defaults or random numbers to what generated code takes, and the
// sizes that follow from them.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MAIN_INPUTS_H
#define RUNTIME_MAIN_INPUTS_H

#include "runtime/Main/Options.h"
#include "runtime/Model/Model.h"

typedef struct spex_arrays {
  int64_t dims[SPEX_MAX_DIMS];
  spex_tensor *in, *out; /* one for each port, in its own type */
  void **in_data, **out_data;
} spex_arrays;

/* Reads and checks the inputs, works out all sizes, makes room for results.
   To be freed also after an error. */
spex_status spex_arrays_make(spex_arrays *arrays, const spex_manifest *manifest,
                             const spex_options *options, spex_error *error);
void spex_arrays_free(spex_arrays *arrays, const spex_manifest *manifest);

#endif /* RUNTIME_MAIN_INPUTS_H */
