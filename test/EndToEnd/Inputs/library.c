/*===- library.c - A caller of a library in several threads ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// library WEIGHTS IDS OUT: runs char_moe on 2 x 45 bytes [IDS, int32] in eight
// threads at once, half of them forward and half in steps with a state of
// their own, several times; all must give the same bits. Writes them to OUT.
//
//===----------------------------------------------------------------------===*/

#include "char_moe.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 2, LENGTH = 45, VOCABULARY = 256, CALLERS = 8, ROUNDS = 3 };

static int32_t ids[BATCH][LENGTH];
static char_moe_model *model;

typedef struct caller {
  pthread_t thread;
  int number;
  int32_t status;
  char error[1024];
  float out[BATCH][LENGTH][VOCABULARY];
} caller;

static caller callers[CALLERS];

/* Positions first .. first + count - 1 of both sequences. */
static int32_t step(caller *self, char_moe_state *state, int first, int count) {
  static _Thread_local int32_t in[BATCH * LENGTH];
  static _Thread_local float out[BATCH * LENGTH * VOCABULARY];
  for (int b = 0; b < BATCH; ++b)
    memcpy(in + b * count, ids[b] + first, (size_t)count * sizeof *in);
  int32_t status = char_moe_step(state, count, in, out);
  for (int b = 0; b < BATCH && status == CHAR_MOE_OK; ++b)
    memcpy(self->out[b][first], out + b * count * VOCABULARY,
           (size_t)count * sizeof self->out[b][0]);
  return status;
}

static int32_t run_steps(caller *self) {
  /* Each caller cuts in another way. */
  int piece = 1 + self->number * 3;
  char_moe_state *state = NULL;
  int32_t status = char_moe_state_create(model, BATCH, LENGTH, &state);
  for (int at = 0; status == CHAR_MOE_OK && at < LENGTH; at += piece)
    status = step(self, state, at, at + piece < LENGTH ? piece : LENGTH - at);
  if (status == CHAR_MOE_OK && char_moe_state_position(state) != LENGTH)
    status = -1;
  char_moe_state_destroy(state);
  return status;
}

static void *run_caller(void *argument) {
  caller *self = argument;
  for (int i = 0; i < ROUNDS && self->status == CHAR_MOE_OK; ++i) {
    memset(self->out, 0xff, sizeof self->out);
    self->status = self->number % 2
                       ? run_steps(self)
                       : char_moe_forward(model, BATCH, LENGTH, ids[0],
                                          self->out[0][0]);
  }
  snprintf(self->error, sizeof self->error, "%s", char_moe_last_error());
  return NULL;
}

static int run_callers(void) {
  for (int i = 0; i < CALLERS; ++i) {
    callers[i].number = i;
    if (pthread_create(&callers[i].thread, NULL, run_caller, &callers[i]) != 0)
      return 1;
  }
  int failed = 0;
  for (int i = 0; i < CALLERS; ++i)
    pthread_join(callers[i].thread, NULL);
  for (int i = 0; i < CALLERS; ++i)
    if (callers[i].status != CHAR_MOE_OK) {
      printf("caller %d: %s\n", i, callers[i].error);
      failed = 1;
    } else if (memcmp(callers[i].out, callers[0].out, sizeof callers[0].out)) {
      printf("caller %d has other bits\n", i);
      failed = 1;
    }
  return failed;
}

int main(int argc, char **argv) {
  FILE *file = argc == 4 ? fopen(argv[2], "rb") : NULL;
  if (!file || fread(ids, sizeof ids, 1, file) != 1)
    return 2;
  fclose(file);
  for (int threads = 1; threads <= 3; threads += 2) {
    if (char_moe_create(argv[1], 0, threads, &model) != CHAR_MOE_OK) {
      printf("%s\n", char_moe_last_error());
      return 1;
    }
    if (run_callers())
      return 1;
    char_moe_destroy(model);
  }
  file = fopen(argv[3], "wb");
  if (!file || fwrite(callers[0].out, sizeof callers[0].out, 1, file) != 1 ||
      fclose(file) != 0)
    return 2;
  printf("equal\n");
  return 0;
}
