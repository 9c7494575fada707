/*===- Manifest.c - What a program says about itself ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compiler writes it, but the executable may be damaged: read strictly.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Manifest.h"

#include "runtime/Model/Checks.h"
#include "runtime/Model/Sources.h"
#include "runtime/Weights/Json.h"
#include "spex/program.h"

#include <stdlib.h>
#include <string.h>

typedef struct reader {
  spex_json json;
  spex_manifest *manifest;
} reader;

/* A decoded string and its zero are never longer than its text with quotes, so
   all of them fit into as many bytes as the manifest has. */
spex_status spex_manifest_string(spex_manifest *m, spex_json *json,
                                 const char **string) {
  char *at = m->strings + m->strings_used;
  if (spex_json_string(json, at, INT32_MAX) != SPEX_OK)
    return SPEX_FAILED;
  m->strings_used += (int64_t)strlen(at) + 1;
  *string = at;
  return SPEX_OK;
}

static spex_status read_string(reader *r, const char **string) {
  return spex_manifest_string(r->manifest, &r->json, string);
}

/* A zeroed element behind the last of `array`, which grows by doubling. */
static void *append(reader *r, void *array, int64_t *count, size_t size) {
  void **elements = array;
  if ((*count & (*count - 1)) == 0) {
    size_t room = *count ? 2 * (size_t)*count : 1;
    void *larger = realloc(*elements, room * size);
    if (!larger) {
      spex_json_expected(&r->json, "more memory");
      return NULL;
    }
    *elements = larger;
  }
  char *at = (char *)*elements + size * (size_t)(*count)++;
  memset(at, 0, size);
  return at;
}

/* Reads {"key": value, ...} by `field`, which is told how many came before. */
static spex_status read_object(reader *r, void *to,
                               spex_status (*field)(reader *, const char *,
                                                    void *)) {
  int more;
  if (spex_json_open(&r->json, '{') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(&r->json, '}', i)) > 0; ++i) {
    char key[32];
    if (spex_json_key(&r->json, key, sizeof key) != SPEX_OK ||
        field(r, key, to) != SPEX_OK)
      return SPEX_FAILED;
  }
  return more == 0 ? SPEX_OK : SPEX_FAILED;
}

static spex_status unknown_key(reader *r) {
  return spex_json_expected(&r->json, "a key of the manifest");
}

/* Calls `entry` for each element of [...]. */
static spex_status read_list(reader *r, void *to,
                             spex_status (*entry)(reader *, void *)) {
  int more;
  if (spex_json_open(&r->json, '[') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(&r->json, ']', i)) > 0; ++i)
    if (entry(r, to) != SPEX_OK)
      return SPEX_FAILED;
  return more == 0 ? SPEX_OK : SPEX_FAILED;
}

static spex_status read_type(reader *r, spex_type *type, const char **name) {
  if (read_string(r, name) != SPEX_OK)
    return SPEX_FAILED;
  if (strcmp(*name, "index") == 0 || strcmp(*name, "int") == 0) {
    *type = SPEX_I32;
    return SPEX_OK;
  }
  for (int t = 0; t < SPEX_TYPE_COUNT; ++t)
    if (strcmp(*name, spex_type_name((spex_type)t)) == 0) {
      *type = (spex_type)t;
      return SPEX_OK;
    }
  return spex_json_expected(&r->json, "an element type");
}

static spex_status read_dim_field(reader *r, const char *key, void *to) {
  spex_dim *dim = to;
  if (strcmp(key, "name") == 0)
    return read_string(r, &dim->name);
  if (strcmp(key, "max") == 0)
    return spex_json_size(&r->json, &dim->max);
  return unknown_key(r);
}

static spex_status read_dim(reader *r, void *unused) {
  spex_manifest *m = r->manifest;
  (void)unused;
  spex_dim *dim = append(r, &m->dims, &m->dim_count, sizeof *dim);
  if (!dim || read_object(r, dim, read_dim_field) != SPEX_OK)
    return SPEX_FAILED;
  return dim->name && dim->max > 0
             ? SPEX_OK
             : spex_json_expected(&r->json, "name and max of a dimension");
}

static int find_dim(const spex_manifest *m, const char *name) {
  for (int64_t i = 0; i < m->dim_count; ++i)
    if (strcmp(m->dims[i].name, name) == 0)
      return (int)i;
  return -1;
}

/* "S" or 256. */
static spex_status read_extent(reader *r, void *to) {
  spex_port *port = to;
  if (port->rank == SPEX_MAX_RANK)
    return spex_json_expected(&r->json, "at most 16 dimensions");
  int64_t *size = &port->size[port->rank];
  int *dim = &port->dim[port->rank++];
  *dim = -1;
  if (!spex_json_accept(&r->json, "\""))
    return spex_json_size(&r->json, size);
  --r->json.at;
  const char *name;
  if (read_string(r, &name) != SPEX_OK)
    return SPEX_FAILED;
  *dim = find_dim(r->manifest, name);
  if (*dim < 0)
    return spex_json_expected(&r->json, "a dimension listed before");
  *size = r->manifest->dims[*dim].max;
  return SPEX_OK;
}

static spex_status read_port_field(reader *r, const char *key, void *to) {
  spex_port *port = to;
  if (strcmp(key, "name") == 0)
    return read_string(r, &port->name);
  if (strcmp(key, "type") == 0)
    return read_type(r, &port->type, &port->type_name);
  if (strcmp(key, "bound") == 0)
    return spex_json_size(&r->json, &port->bound);
  if (strcmp(key, "dims") == 0)
    return read_list(r, port, read_extent);
  if (strcmp(key, "default") == 0) {
    port->has_default = 1;
    return spex_json_number(&r->json, &port->default_value);
  }
  return unknown_key(r);
}

static spex_status read_port(reader *r, spex_port *port) {
  if (!port || read_object(r, port, read_port_field) != SPEX_OK)
    return SPEX_FAILED;
  int64_t bytes = spex_element_count(port->size, port->rank, 8);
  return port->name && port->type_name && bytes >= 0
             ? SPEX_OK
             : spex_json_expected(&r->json, "name, type and dims");
}

static spex_status read_input(reader *r, void *unused) {
  spex_manifest *m = r->manifest;
  (void)unused;
  return read_port(r,
                   append(r, &m->inputs, &m->input_count, sizeof *m->inputs));
}

static spex_status read_output(reader *r, void *unused) {
  spex_manifest *m = r->manifest;
  (void)unused;
  return read_port(
      r, append(r, &m->outputs, &m->output_count, sizeof *m->outputs));
}

static spex_status read_init_field(reader *r, const char *key, void *to) {
  spex_parameter *p = to;
  if (strcmp(key, "kind") == 0) {
    char word[32];
    if (spex_json_string(&r->json, word, sizeof word) != SPEX_OK)
      return SPEX_FAILED;
    int kind = spex_init_kind_of(word);
    p->init = kind < 0 ? SPEX_INIT_ZEROS : (spex_init_kind)kind;
    return kind < 0 ? spex_json_expected(&r->json, "an initialiser") : SPEX_OK;
  }
  if (strcmp(key, "value") == 0)
    return spex_json_number(&r->json, &p->init_value);
  return unknown_key(r);
}

static spex_status read_shape_size(reader *r, void *to) {
  spex_parameter *p = to;
  if (p->rank == SPEX_MAX_RANK)
    return spex_json_expected(&r->json, "at most 16 dimensions");
  return spex_json_size(&r->json, &p->shape[p->rank++]);
}

static spex_status read_parameter_field(reader *r, const char *key, void *to) {
  spex_parameter *p = to;
  const char *word;
  if (strcmp(key, "path") == 0)
    return read_string(r, &p->path);
  if (strcmp(key, "type") == 0)
    return read_type(r, &p->type, &word);
  if (strcmp(key, "shape") == 0)
    return read_list(r, p, read_shape_size);
  if (strcmp(key, "init") == 0)
    return read_object(r, p, read_init_field);
  if (strcmp(key, "dims") == 0)
    return spex_json_skip(&r->json); /* names, for people and tools */
  if (strcmp(key, "files") == 0)
    return spex_sources_read(&r->json, r->manifest, p);
  if (strcmp(key, "declared") == 0) {
    int64_t rank = 0;
    spex_status status = spex_json_size(&r->json, &rank);
    p->declared = rank < SPEX_MAX_RANK ? (int)rank : 0;
    return status;
  }
  if (strcmp(key, "kind") == 0) {
    spex_status status = read_string(r, &word);
    p->is_fixed = status == SPEX_OK && strcmp(word, "fixed") == 0;
    return status;
  }
  return unknown_key(r);
}

static spex_status read_parameter(reader *r, void *unused) {
  spex_manifest *m = r->manifest;
  (void)unused;
  spex_parameter *p = append(r, &m->parameters, &m->parameter_count, sizeof *p);
  if (!p || read_object(r, p, read_parameter_field) != SPEX_OK)
    return SPEX_FAILED;
  p->count = spex_element_count(p->shape, p->rank, 8);
  return p->path && p->count > 0
             ? SPEX_OK
             : spex_json_expected(&r->json, "path, type and shape");
}

static spex_status read_route_field(reader *r, const char *key, void *to) {
  spex_route *route = to;
  if (strcmp(key, "path") == 0)
    return read_string(r, &route->path);
  if (strcmp(key, "experts") == 0)
    return spex_json_size(&r->json, &route->experts);
  if (strcmp(key, "choices") == 0)
    return spex_json_size(&r->json, &route->choices);
  if (strcmp(key, "layers") == 0)
    return spex_json_size(&r->json, &route->layers);
  return unknown_key(r);
}

static spex_status read_route(reader *r, void *unused) {
  spex_manifest *m = r->manifest;
  (void)unused;
  spex_route *route = append(r, &m->routes, &m->route_count, sizeof *route);
  if (!route || read_object(r, route, read_route_field) != SPEX_OK)
    return SPEX_FAILED;
  int64_t sizes[3] = {route->experts, route->choices, route->layers};
  int64_t count = spex_element_count(sizes, 3, 64);
  return route->path && count > 0 && route->experts <= INT32_MAX
             ? SPEX_OK
             : spex_json_expected(&r->json, "path and sizes of a route");
}

static spex_status read_feature(reader *r, void *unused) {
  spex_manifest *m = r->manifest;
  (void)unused;
  const char **feature =
      append(r, &m->features, &m->feature_count, sizeof *feature);
  return feature ? read_string(r, feature) : SPEX_FAILED;
}

static spex_status read_skip(reader *r, void *unused) {
  spex_manifest *m = r->manifest;
  (void)unused;
  const char **skip = append(r, &m->skips, &m->skip_count, sizeof *skip);
  return skip ? read_string(r, skip) : SPEX_FAILED;
}

static spex_status read_check(reader *r, void *unused) {
  spex_manifest *m = r->manifest;
  (void)unused;
  spex_check *check = append(r, &m->checks, &m->check_count, sizeof *check);
  return check ? spex_check_read(&r->json, m, check) : SPEX_FAILED;
}

static spex_status read_step(reader *r) {
  const char *name;
  if (spex_json_accept(&r->json, "null"))
    return SPEX_OK;
  if (read_string(r, &name) != SPEX_OK)
    return SPEX_FAILED;
  r->manifest->step = find_dim(r->manifest, name);
  return r->manifest->step >= 0
             ? SPEX_OK
             : spex_json_expected(&r->json, "a dimension listed before");
}

static spex_status read_manifest_field(reader *r, const char *key, void *to) {
  spex_manifest *m = to;
  int64_t abi = 0;
  if (strcmp(key, "name") == 0)
    return read_string(r, &m->name);
  if (strcmp(key, "abi") == 0)
    return spex_json_size(&r->json, &abi) != SPEX_OK ? SPEX_FAILED
           : abi == SPEX_ABI
               ? SPEX_OK
               : spex_json_expected(&r->json, "the abi of this runtime");
  if (strcmp(key, "features") == 0)
    return read_list(r, m, read_feature);
  if (strcmp(key, "dims") == 0)
    return read_list(r, m, read_dim);
  if (strcmp(key, "step") == 0)
    return read_step(r);
  if (strcmp(key, "requires") == 0)
    return read_list(r, m, read_check);
  if (strcmp(key, "inputs") == 0)
    return read_list(r, m, read_input);
  if (strcmp(key, "outputs") == 0)
    return read_list(r, m, read_output);
  if (strcmp(key, "parameters") == 0)
    return read_list(r, m, read_parameter);
  if (strcmp(key, "routes") == 0)
    return read_list(r, m, read_route);
  if (strcmp(key, "skip") == 0) {
    m->is_bound = 1;
    return read_list(r, m, read_skip);
  }
  if (strcmp(key, "packed") == 0)
    return spex_json_size(&r->json, &m->packed_count);
  return unknown_key(r);
}

spex_status spex_manifest_read(spex_manifest *manifest, const char *text,
                               int64_t size, spex_error *error) {
  memset(manifest, 0, sizeof *manifest);
  manifest->step = -1;
  manifest->strings = malloc((size_t)size + 1);
  if (!manifest->strings)
    return spex_error_set(error, "not enough memory for the manifest");
  reader r = {
      spex_json_begin(text, size, "the manifest of this executable", error),
      manifest};
  if (read_object(&r, manifest, read_manifest_field) != SPEX_OK ||
      spex_json_end(&r.json) != SPEX_OK)
    return SPEX_FAILED;
  return manifest->name ? SPEX_OK : spex_json_expected(&r.json, "a name");
}

void spex_manifest_free(spex_manifest *manifest) {
  for (int64_t i = 0; i < manifest->parameter_count; ++i)
    free(manifest->parameters[i].sources);
  for (int64_t i = 0; i < manifest->check_count; ++i)
    free(manifest->checks[i].terms);
  free(manifest->checks);
  free(manifest->strings);
  free(manifest->skips);
  free(manifest->features);
  free(manifest->dims);
  free(manifest->inputs);
  free(manifest->outputs);
  free(manifest->parameters);
  free(manifest->routes);
  memset(manifest, 0, sizeof *manifest);
}
