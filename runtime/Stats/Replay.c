/*===- Replay.c - Choices of another run ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads what --routes wrote, and believes nothing of it.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Stats/Choices.h"

#include "runtime/Weights/Json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger files hold more choices than a run of any model here makes. */
#define MAX_FILE (4ll << 30)

typedef struct replay {
  spex_choices *choices;
  spex_json json;
} replay;

static const spex_route *find_route(const spex_choices *choices,
                                    const char *path) {
  for (int64_t r = 0; r < choices->route_count; ++r)
    if (strcmp(choices->routes[r].path, path) == 0)
      return &choices->routes[r];
  return NULL;
}

/* One entry of the file while it is read; keys may come in any order, so the
   choices are held against their route only at the end. */
typedef struct entry {
  const spex_route *route;
  int64_t layer, choices, units, room, largest;
  int32_t *ids;
} entry;

static int32_t *next_id(entry *e, int64_t used) {
  if (used == e->room) {
    e->room = e->room ? 2 * e->room : 256;
    int32_t *larger = realloc(e->ids, (size_t)e->room * sizeof *larger);
    if (!larger)
      return NULL;
    e->ids = larger;
  }
  return &e->ids[used];
}

/* [3, 1]: experts in rank order, or -1. */
static spex_status read_unit(replay *r, entry *e) {
  int64_t k = 0, id;
  int more;
  if (spex_json_open(&r->json, '[') != SPEX_OK)
    return SPEX_FAILED;
  for (; (more = spex_json_next(&r->json, ']', k)) > 0; ++k) {
    if (spex_json_int(&r->json, &id) != SPEX_OK)
      return SPEX_FAILED;
    if (id < -1 || id > INT32_MAX)
      return spex_json_expected(&r->json, "the number of an expert, or -1");
    int32_t *slot = next_id(e, e->units * e->choices + k);
    if (!slot)
      return spex_json_expected(&r->json, "more memory");
    *slot = (int32_t)id;
    e->largest = id > e->largest ? id : e->largest;
    if (e->units > 0 && k == e->choices)
      break;
  }
  if (more < 0)
    return SPEX_FAILED;
  if (e->units == 0)
    e->choices = k;
  if (more > 0 || k != e->choices || k == 0)
    return spex_json_expected(&r->json, "as many choices for every unit");
  ++e->units;
  return SPEX_OK;
}

static spex_status read_units(replay *r, entry *e) {
  int more;
  if (spex_json_open(&r->json, '[') != SPEX_OK)
    return SPEX_FAILED;
  while ((more = spex_json_next(&r->json, ']', e->units)) > 0)
    if (read_unit(r, e) != SPEX_OK)
      return SPEX_FAILED;
  return more == 0 ? SPEX_OK : SPEX_FAILED;
}

static spex_status read_field(replay *r, entry *e, int *seen) {
  char key[16], path[2048];
  spex_status status;
  int bit;
  if (spex_json_key(&r->json, key, sizeof key) != SPEX_OK)
    return SPEX_FAILED;
  if (strcmp(key, "path") == 0) {
    bit = 1;
    status = spex_json_string(&r->json, path, sizeof path);
    if (status == SPEX_OK && !(e->route = find_route(r->choices, path)))
      status = spex_json_expected(&r->json, "the path of a route of this "
                                            "model");
  } else if (strcmp(key, "layer") == 0) {
    bit = 2;
    status = spex_json_size(&r->json, &e->layer);
  } else if (strcmp(key, "ids") == 0) {
    bit = 4;
    status = *seen & bit ? SPEX_OK : read_units(r, e);
  } else
    return spex_json_expected(&r->json, "path, layer or ids");
  if (status == SPEX_OK && *seen & bit)
    return spex_json_expected(&r->json, "path, layer and ids once");
  *seen |= bit;
  return status;
}

static spex_status read_fields(replay *r, entry *e) {
  int more, seen = 0;
  if (spex_json_open(&r->json, '{') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(&r->json, '}', i)) > 0; ++i)
    if (read_field(r, e, &seen) != SPEX_OK)
      return SPEX_FAILED;
  if (more < 0)
    return SPEX_FAILED;
  if (seen != 7)
    return spex_json_expected(&r->json, "path, layer and ids");
  if (e->layer >= e->route->layers)
    return spex_json_expected(&r->json, "a layer that this model has");
  /* Nobody may have chosen the expert that the route is inside of. */
  if (e->units == 0 && !next_id(e, 0))
    return spex_json_expected(&r->json, "more memory");
  if ((e->units > 0 && e->choices != e->route->choices) ||
      e->largest >= e->route->experts)
    return spex_json_expected(&r->json,
                              "choices of experts that the route has");
  if (r->choices->layers[e->route - r->choices->routes][e->layer].replay)
    return spex_json_expected(&r->json, "each layer of a route once");
  return SPEX_OK;
}

/* {"path": "Block.y", "layer": 0, "ids": [[3, 1], [0, -1]]} */
static spex_status read_entry(replay *r) {
  entry e = {0};
  if (read_fields(r, &e) != SPEX_OK) {
    free(e.ids);
    return SPEX_FAILED;
  }
  spex_layer *layer =
      &r->choices->layers[e.route - r->choices->routes][e.layer];
  layer->replay = e.ids;
  layer->replay_units = e.units;
  return SPEX_OK;
}

static spex_status read_text(replay *r) {
  char key[16];
  int more;
  if (spex_json_open(&r->json, '{') != SPEX_OK ||
      spex_json_key(&r->json, key, sizeof key) != SPEX_OK)
    return SPEX_FAILED;
  if (strcmp(key, "routes") != 0)
    return spex_json_expected(&r->json, "the key `routes`");
  if (spex_json_open(&r->json, '[') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(&r->json, ']', i)) > 0; ++i)
    if (read_entry(r) != SPEX_OK)
      return SPEX_FAILED;
  if (more < 0)
    return SPEX_FAILED;
  if (!spex_json_accept(&r->json, "}"))
    return spex_json_expected(&r->json, "`}`");
  return spex_json_end(&r->json);
}

spex_status spex_choices_read_replay(spex_choices *choices, const char *path,
                                     spex_error *error) {
  char *text = NULL, source[512];
  int64_t size = 0;
  if (spex_file_read_all(-1, path, MAX_FILE, &text, &size, error) != SPEX_OK)
    return SPEX_FAILED;
  snprintf(source, sizeof source, "`%.400s`", path);
  replay r = {choices, spex_json_begin(text, size, source, error)};
  spex_status status = read_text(&r);
  free(text);
  for (int64_t n = 0; status == SPEX_OK && n < choices->route_count; ++n)
    for (int64_t l = 0; l < choices->routes[n].layers; ++l)
      if (!choices->layers[n][l].replay)
        return spex_error_set(error,
                              "`%s` has no choices of `%s`, layer %lld, "
                              "expected those of every layer",
                              path, choices->routes[n].path, (long long)l);
  return status;
}

spex_status spex_choices_check_replay(const spex_choices *choices,
                                      spex_error *error) {
  for (int64_t r = 0; r < choices->route_count; ++r)
    for (int64_t l = 0; l < choices->routes[r].layers; ++l) {
      const spex_layer *layer = &choices->layers[r][l];
      if (layer->replay && layer->units != layer->replay_units)
        return spex_error_set(error,
                              "the replayed choices of `%s`, layer %lld, are "
                              "for %lld units, expected those of %lld",
                              choices->routes[r].path, (long long)l,
                              (long long)layer->replay_units,
                              (long long)layer->units);
    }
  return SPEX_OK;
}
