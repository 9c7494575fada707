/*===- Choices.h - Which expert each unit chose -------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts for --stats, the choices themselves for --routes, and those of another
// run for --replay.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_STATS_CHOICES_H
#define RUNTIME_STATS_CHOICES_H

#include "runtime/Tensor/File.h"
#include "spex/error.h"

/* One route of the manifest. */
typedef struct spex_route {
  const char *path;
  int64_t experts, choices, layers;
} spex_route;

/* One layer of a route. */
typedef struct spex_layer {
  int64_t units, dropped;
  int64_t *count;      /* [experts] rows that each ran */
  int64_t *dropped_of; /* [experts] rows that each was chosen for in vain */
  int32_t *last;       /* [last_units][choices] of the last observation */
  int64_t last_units, last_room;
  int32_t *ids; /* [units][choices], if recorded */
  int64_t room; /* units that `ids` has room for */
  int32_t *replay; /* [replay_units][choices], or null */
  int64_t replay_units;
} spex_layer;

typedef struct spex_choices {
  const spex_route *routes;
  int64_t route_count;
  spex_layer **layers; /* [route][layer] */
  int record;
} spex_choices;

/* Null without memory. `record` keeps the choices, not only counts. */
spex_choices *spex_choices_create(const spex_route *routes, int64_t count,
                                  int record);
void spex_choices_destroy(spex_choices *choices);
/* Forgets what was observed, for another run; what is to be replayed stays. */
void spex_choices_clear(spex_choices *choices);

/* Reads what spex_choices_write_routes wrote; every layer of every route of
   the program must be there, once. */
spex_status spex_choices_read_replay(spex_choices *choices, const char *path,
                                     spex_error *error);
/* After a run: all of the recorded choices must have been used. */
spex_status spex_choices_check_replay(const spex_choices *choices,
                                      spex_error *error);

/* {"routes":[{"path":"Block.y","layer":0,"ids":[[3,1],[0,-1]]}]} */
spex_status spex_choices_write_routes(const spex_choices *choices,
                                      spex_outputs *outputs, const char *path,
                                      spex_error *error);
/* {"routes":[{"path":"Block.y","layer":0,"count":[5,3],"dropped":0,
   "dropped_of":[0,0],"entropy":..,"variation":..,"collapse_average":..,"collapse_worst":..}]} */
spex_status spex_choices_write_stats(const spex_choices *choices,
                                     spex_outputs *outputs, const char *path,
                                     spex_error *error);
/* A bar for each expert, one block of lines for each layer, to stderr. */
void spex_choices_print_chart(const spex_choices *choices);

#endif /* RUNTIME_STATS_CHOICES_H */
