/*===- library-hostile.c - Wrong uses of a library end in a status --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// library-hostile WEIGHTS FOLDER: prints one line for each wrong call, its
// status and its sentence. FOLDER holds files that are no weights.
//
//===----------------------------------------------------------------------===*/

#include "char_moe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int32_t ids[64 * 128];
static float out[128 * 256];

#define SHOW(name, call)                                                       \
  do {                                                                         \
    int32_t status = call;                                                     \
    printf("%s: %d: %s\n", name, (int)status, char_moe_last_error());          \
  } while (0)

static void create_wrongly(const char *folder) {
  char path[4096];
  char_moe_model *model = (void *)ids;
  printf("nothing yet: \"%s\"\n", char_moe_last_error());
  SHOW("no place", char_moe_create(NULL, 0, 1, NULL));
  SHOW("threads", char_moe_create(NULL, 0, -1, &model));
  SHOW("many threads", char_moe_create(NULL, 0, 100000, &model));
  snprintf(path, sizeof path, "%s/absent.safetensors", folder);
  SHOW("missing weights", char_moe_create(path, 0, 1, &model));
  snprintf(path, sizeof path, "%s/damaged.safetensors", folder);
  SHOW("damaged weights", char_moe_create(path, 0, 1, &model));
  printf("model is %s\n", model ? "left over" : "null");
}

static void run_wrongly(char_moe_model *model) {
  SHOW("null model", char_moe_forward(NULL, 1, 1, ids, out));
  SHOW("null input", char_moe_forward(model, 1, 1, NULL, out));
  SHOW("null result", char_moe_forward(model, 1, 1, ids, NULL));
  SHOW("no batch", char_moe_forward(model, 0, 1, ids, out));
  SHOW("negative size", char_moe_forward(model, 1, INT64_MIN, ids, out));
  SHOW("large size", char_moe_forward(model, 65, 1, ids, out));
  SHOW("huge size", char_moe_forward(model, 1, INT64_MAX, ids, out));
  SHOW("unaligned", char_moe_forward(
                        model, 1, 1, (const int32_t *)((char *)ids + 1), out));
  SHOW("overlap", char_moe_forward(model, 1, 1, (const int32_t *)out, out));
  ids[3] = 256;
  SHOW("large id", char_moe_forward(model, 1, 4, ids, out));
  ids[3] = -1;
  SHOW("negative id", char_moe_forward(model, 1, 4, ids, out));
  ids[3] = 0;
}

static void step_wrongly(char_moe_model *model) {
  char_moe_state *state = NULL;
  SHOW("null state", char_moe_step(NULL, 1, ids, out));
  printf("position of null: %d\n", (int)char_moe_state_position(NULL));
  SHOW("no place", char_moe_state_create(model, 1, 4, NULL));
  SHOW("long state", char_moe_state_create(model, 1, 129, &state));
  SHOW("empty state", char_moe_state_create(model, 1, 0, &state));
  printf("state is %s\n", state ? "left over" : "null");
  if (char_moe_state_create(model, 1, 4, &state) != CHAR_MOE_OK)
    exit(1);
  SHOW("no positions", char_moe_step(state, 0, ids, out));
  SHOW("past the state", char_moe_step(state, 5, ids, out));
  SHOW("past the bound", char_moe_step(state, 200, ids, out));
  SHOW("past everything", char_moe_step(state, INT64_MAX, ids, out));
  printf("position %d\n", (int)char_moe_state_position(state));
  if (char_moe_step(state, 4, ids, out) != CHAR_MOE_OK)
    exit(1);
  SHOW("full", char_moe_step(state, 1, ids, out));
  printf("position %d\n", (int)char_moe_state_position(state));
  char_moe_state_destroy(state);
}

/* Neither waits for threads that a fork left behind. */
static void fork_wrongly(char_moe_model *model) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    SHOW("after fork", char_moe_forward(model, 1, 1, ids, out));
    char_moe_destroy(model);
    fflush(stdout);
    _exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  printf("child: %d\n", status);
}

int main(int argc, char **argv) {
  char_moe_model *model = NULL;
  if (argc != 3)
    return 2;
  create_wrongly(argv[2]);
  if (char_moe_create(argv[1], 0, 2, &model) != CHAR_MOE_OK)
    return 1;
  run_wrongly(model);
  step_wrongly(model);
  fork_wrongly(model);
  char_moe_destroy(model);
  char_moe_destroy(NULL);
  char_moe_state_destroy(NULL);
  printf("done\n");
  return 0;
}
