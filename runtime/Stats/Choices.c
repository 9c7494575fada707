/*===- Choices.c - Which expert each unit chose ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What generated code reports through spex_observe_route and
// spex_observe_kept. Called between tasks, never from one.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Stats/Choices.h"

#include "runtime/Model/Context.h"
#include "spex/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int allocate_layers(spex_choices *choices) {
  for (int64_t r = 0; r < choices->route_count; ++r) {
    const spex_route *route = &choices->routes[r];
    choices->layers[r] = calloc((size_t)route->layers + 1, sizeof(spex_layer));
    for (int64_t l = 0; choices->layers[r] && l < route->layers; ++l) {
      int64_t *count = calloc(2 * (size_t)route->experts + 1, sizeof *count);
      if (!count)
        return 0;
      choices->layers[r][l].count = count;
      choices->layers[r][l].dropped_of = count + route->experts;
    }
    if (!choices->layers[r])
      return 0;
  }
  return 1;
}

spex_choices *spex_choices_create(const spex_route *routes, int64_t count,
                                  int record) {
  spex_choices *choices = calloc(1, sizeof *choices);
  if (!choices)
    return NULL;
  choices->routes = routes;
  choices->route_count = count;
  choices->record = record;
  choices->layers = calloc((size_t)count + 1, sizeof *choices->layers);
  if (choices->layers && allocate_layers(choices))
    return choices;
  spex_choices_destroy(choices);
  return NULL;
}

void spex_choices_destroy(spex_choices *choices) {
  if (!choices)
    return;
  for (int64_t r = 0; choices->layers && r < choices->route_count; ++r) {
    spex_layer *layers = choices->layers[r];
    for (int64_t l = 0; layers && l < choices->routes[r].layers; ++l) {
      free(layers[l].count);
      free(layers[l].last);
      free(layers[l].ids);
      free(layers[l].replay);
    }
    free(layers);
  }
  free(choices->layers);
  free(choices);
}

void spex_choices_clear(spex_choices *choices) {
  for (int64_t r = 0; r < choices->route_count; ++r)
    for (int64_t l = 0; l < choices->routes[r].layers; ++l) {
      spex_layer *layer = &choices->layers[r][l];
      layer->units = layer->dropped = layer->last_units = 0;
      /* What is dropped stands behind the counts. */
      memset(layer->count, 0,
             2 * (size_t)choices->routes[r].experts * sizeof *layer->count);
    }
}

void spex_context_fail(spex_context *context, const char *message) {
  if (!context->failed)
    spex_error_set(&context->error, "%s", message);
  context->failed = 1;
}

void spex_fail(spex_context *context, const char *message, int64_t length) {
  if (!context->failed)
    spex_error_set(&context->error, "%.*s", (int)length, message);
  context->failed = 1;
}

/* The layer that an observation is about; null if it is to be left aside. */
static spex_layer *layer_of(spex_context *context, int64_t route, int64_t layer,
                            int64_t choices) {
  const spex_choices *c = context->choices;
  if (!c || context->failed)
    return NULL;
  if (route < 0 || route >= c->route_count || layer < 0 ||
      layer >= c->routes[route].layers || choices != c->routes[route].choices) {
    spex_context_fail(context, "this executable is damaged: its manifest does "
                               "not know a route that it ran");
    return NULL;
  }
  return &c->layers[route][layer];
}

/* Makes room for `units` units; fails the run without memory. */
static int make_room(spex_context *context, int32_t **ids, int64_t *room,
                     int64_t units, int64_t choices) {
  if (units <= *room)
    return 1;
  int64_t wanted = units > 2 * *room ? units : 2 * *room;
  int32_t *larger = realloc(*ids, (size_t)(wanted * choices) * sizeof **ids);
  if (!larger) {
    spex_context_fail(context, "not enough memory to record the choices");
    return 0;
  }
  *ids = larger;
  *room = wanted;
  return 1;
}

void spex_observe_route(spex_context *context, int64_t route, int64_t number,
                        int32_t *ids, int64_t units, int64_t choices) {
  spex_layer *layer = layer_of(context, route, number, choices);
  if (!layer)
    return;
  layer->last_units = 0;
  if (units == 0)
    return;
  size_t bytes = (size_t)(units * choices) * sizeof *ids;
  if (layer->replay) {
    if (units > layer->replay_units - layer->units) {
      char text[512];
      snprintf(text, sizeof text,
               "the replayed choices of `%s`, layer %lld, are for %lld units, "
               "expected more: this run has at least %lld",
               context->choices->routes[route].path, (long long)number,
               (long long)layer->replay_units,
               (long long)(layer->units + units));
      spex_context_fail(context, text);
      return;
    }
    memcpy(ids, layer->replay + layer->units * choices, bytes);
  }
  if (context->choices->record) {
    if (!make_room(context, &layer->ids, &layer->room, layer->units + units,
                   choices))
      return;
    memcpy(layer->ids + layer->units * choices, ids, bytes);
  }
  if (!make_room(context, &layer->last, &layer->last_room, units, choices))
    return;
  memcpy(layer->last, ids, bytes);
  layer->last_units = units;
  for (int64_t i = 0; i < units * choices; ++i)
    if (ids[i] >= 0)
      ++layer->count[ids[i]];
  layer->units += units;
}

void spex_observe_kept(spex_context *context, int64_t route, int64_t number,
                       const int32_t *kept, int64_t units, int64_t choices) {
  spex_layer *layer = layer_of(context, route, number, choices);
  if (!layer || units != layer->last_units)
    return;
  /* What is left replaces what the last observation counted. */
  for (int64_t i = 0; i < units * choices; ++i) {
    int32_t chosen = layer->last[i];
    if (chosen >= 0)
      --layer->count[chosen];
    if (kept[i] >= 0) {
      ++layer->count[kept[i]];
    } else if (chosen >= 0) {
      ++layer->dropped_of[chosen];
      ++layer->dropped;
    }
  }
  layer->last_units = 0;
}

/* The choices of one outer expert's units, side by side in `own`. */
static int64_t gather_units(const int32_t *ids, int64_t units, int64_t choices,
                            const int32_t *outer, int64_t number,
                            int32_t *own) {
  int64_t count = 0;
  for (int64_t u = 0; u < units; ++u)
    if (outer[u] == number)
      memcpy(own + count++ * choices, ids + u * choices,
             (size_t)choices * sizeof *own);
  return count;
}

/* Room for all choices; null if nobody looks at them. */
static int32_t *room_within(spex_context *context, int64_t units,
                            int64_t choices) {
  if (!context->choices || context->failed)
    return NULL;
  int32_t *own = malloc((size_t)(units * choices) * sizeof *own + 1);
  if (!own)
    spex_context_fail(context, "not enough memory to record the choices");
  return own;
}

void spex_observe_within(spex_context *context, int64_t route, int64_t layer,
                         int32_t *ids, int64_t units, int64_t choices,
                         const int32_t *outer, int64_t outer_count) {
  int32_t *own = room_within(context, units, choices);
  for (int64_t g = 0; own && g < outer_count; ++g) {
    int64_t count = gather_units(ids, units, choices, outer, g, own);
    spex_observe_route(context, route, layer * outer_count + g, own, count,
                       choices);
    for (int64_t u = 0, next = 0; u < units; ++u)
      if (outer[u] == g)
        memcpy(ids + u * choices, own + next++ * choices,
               (size_t)choices * sizeof *own);
  }
  free(own);
}

void spex_observe_kept_within(spex_context *context, int64_t route,
                              int64_t layer, const int32_t *kept, int64_t units,
                              int64_t choices, const int32_t *outer,
                              int64_t outer_count) {
  int32_t *own = room_within(context, units, choices);
  for (int64_t g = 0; own && g < outer_count; ++g) {
    int64_t count = gather_units(kept, units, choices, outer, g, own);
    spex_observe_kept(context, route, layer * outer_count + g, own, count,
                      choices);
  }
  free(own);
}
