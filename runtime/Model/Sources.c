/*===- Sources.c - Where a parameter comes from ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The key `files` of a parameter in the manifest: lines of a `weights` section.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Sources.h"

#include <stdlib.h>
#include <string.h>

/* Reads [...] by `entry`. */
static spex_status read_list(spex_json *json, spex_source *source,
                             spex_status (*entry)(spex_json *,
                                                  spex_source *)) {
  int more;
  if (spex_json_open(json, '[') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(json, ']', i)) > 0; ++i)
    if (entry(json, source) != SPEX_OK)
      return SPEX_FAILED;
  return more == 0 ? SPEX_OK : SPEX_FAILED;
}

static spex_status read_small(spex_json *json, int *value) {
  int64_t number = 0;
  if (spex_json_int(json, &number) != SPEX_OK)
    return SPEX_FAILED;
  *value = (int)number;
  return number >= -1 && number < SPEX_MAX_RANK
             ? SPEX_OK
             : spex_json_expected(json, "the number of a dimension");
}

static spex_status read_factor(spex_json *json, spex_source *s) {
  if (s->factor_count == SPEX_MAX_RANK)
    return spex_json_expected(json, "at most 16 factors");
  ++s->axis_factors[s->axis_count];
  return read_small(json, &s->factors[s->factor_count++]);
}

static spex_status read_axis(spex_json *json, spex_source *s) {
  if (s->axis_count == SPEX_MAX_RANK)
    return spex_json_expected(json, "at most 16 axes");
  spex_status status = read_list(json, s, read_factor);
  ++s->axis_count;
  return status;
}

static spex_status read_field(spex_json *json, const char *key,
                              spex_manifest *m, spex_source *s) {
  if (strcmp(key, "tensor") == 0)
    return spex_manifest_string(m, json, &s->tensor);
  if (strcmp(key, "format") == 0)
    return spex_manifest_string(m, json, &s->format);
  if (strcmp(key, "axes") == 0 && s->axis_count == 0)
    return read_list(json, s, read_axis);
  if (strcmp(key, "parts") == 0)
    return spex_json_size(json, &s->parts);
  if (strcmp(key, "part") == 0)
    return spex_json_size(json, &s->part);
  if (strcmp(key, "repeat") == 0)
    return read_small(json, &s->repeat);
  return spex_json_expected(json, "a key of the manifest");
}

static spex_status read_source(spex_json *json, spex_manifest *m,
                               spex_parameter *p) {
  size_t bytes = ((size_t)p->source_count + 1) * sizeof *p->sources;
  spex_source *larger = realloc(p->sources, bytes);
  if (!larger)
    return spex_json_expected(json, "more memory");
  p->sources = larger;
  spex_source *s = &larger[p->source_count++];
  memset(s, 0, sizeof *s);
  s->repeat = -1;
  int more;
  if (spex_json_open(json, '{') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(json, '}', i)) > 0; ++i) {
    char key[32];
    if (spex_json_key(json, key, sizeof key) != SPEX_OK ||
        read_field(json, key, m, s) != SPEX_OK)
      return SPEX_FAILED;
  }
  if (more < 0)
    return SPEX_FAILED;
  return s->tensor ? SPEX_OK : spex_json_expected(json, "tensor");
}

spex_status spex_sources_read(spex_json *json, spex_manifest *m,
                              spex_parameter *p) {
  int more;
  if (p->is_bound)
    return spex_json_expected(json, "`files` once");
  p->is_bound = 1;
  if (spex_json_open(json, '[') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(json, ']', i)) > 0; ++i)
    if (read_source(json, m, p) != SPEX_OK)
      return SPEX_FAILED;
  return more == 0 ? SPEX_OK : SPEX_FAILED;
}
