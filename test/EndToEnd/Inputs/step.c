/*===- step.c - step gives the bits of forward ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// step [WEIGHTS]: runs a model of 256 tokens forward on two sequences, then in
// pieces of several lengths with the state in between, and compares every bit.
// Without weights, on initial values.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 2, LENGTH = 45, VOCABULARY = 256 };

static int fail(const char *what, const spex_error *error) {
  fprintf(stderr, "error: %s: %s\n", what, error->message);
  return 1;
}

/* Positions from `first` on, `count` of them, with a state for LENGTH. */
static spex_status run_piece(spex_model *model, const int32_t *ids,
                             int64_t first, int64_t count, float *logits,
                             spex_error *error) {
  int64_t dims[] = {BATCH, count, first, LENGTH};
  int32_t piece[BATCH * LENGTH];
  float *result = malloc(sizeof(float) * BATCH * count * VOCABULARY);
  for (int b = 0; b < BATCH; ++b)
    memcpy(piece + b * count, ids + b * LENGTH + first, count * sizeof(int32_t));
  void *in[] = {piece}, *out[] = {result};
  spex_status status = spex_model_run(model, dims, in, out, error);
  for (int b = 0; b < BATCH; ++b)
    memcpy(logits + (b * LENGTH + first) * VOCABULARY,
           result + b * count * VOCABULARY, count * VOCABULARY * sizeof(float));
  free(result);
  return status;
}

int main(int argc, char **argv) {
  static int32_t ids[BATCH * LENGTH];
  static float forward[BATCH * LENGTH * VOCABULARY];
  static float stepped[BATCH * LENGTH * VOCABULARY];
  for (int i = 0; i < BATCH * LENGTH; ++i)
    ids[i] = 32 + (i * 37) % 90;

  spex_error error = {{0}};
  spex_model model;
  if (argc > 2 || spex_model_open(&model, &spex_executable_program, &error) ||
      spex_model_start(&model, 2, &error) ||
      spex_model_load(&model, argv[1], 0, &error))
    return fail("load", &error);
  if (run_piece(&model, ids, 0, LENGTH, forward, &error))
    return fail("forward", &error);

  static const int pieces[][8] = {
      {1, 1, 1, 1, 1, 1, 1, 38}, {17, 1, 1, 26}, {7, 19, 19}, {44, 1}};
  for (unsigned p = 0; p < sizeof pieces / sizeof *pieces; ++p) {
    memset(stepped, 0, sizeof stepped);
    int64_t first = 0;
    for (int i = 0; i < 8 && pieces[p][i]; first += pieces[p][i++])
      if (run_piece(&model, ids, first, pieces[p][i], stepped, &error))
        return fail("step", &error);
    if (first != LENGTH || memcmp(forward, stepped, sizeof forward)) {
      fprintf(stderr, "pieces %u differ from forward\n", p);
      return 1;
    }
  }
  spex_model_close(&model);
  puts("equal");
  return 0;
}
