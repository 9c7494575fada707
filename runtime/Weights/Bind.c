/*===- Bind.c - Parameters and the tensors that fill them -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Turns lines of a `weights` section into wanted tensors: one for each index in
// the dimensions that stand in the name. What a line says is checked here even
// though the compiler did, since IR can be written by hand.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Weights/Safetensors.h"
#include "runtime/Weights/TensorName.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TENSORS = 1 << 24 };

/* A line, ready to be expanded. */
typedef struct line {
  spex_layout layout;
  int64_t shape[SPEX_MAX_RANK]; /* in the file */
} line;

typedef struct binder {
  spex_wanted *wanted; /* the names are malloced */
  int64_t count, room;
  line *lines;
  int64_t line_count;
  const spex_stored *parameter;
  int64_t stride[SPEX_MAX_RANK]; /* of the parameter */
  spex_error *error;
} binder;

static spex_status damaged(binder *b, const char *what) {
  char quoted[SPEX_QUOTE];
  const char *path = b->parameter->path;
  return spex_error_set(b->error, "the binding of `%s` is damaged: expected %s",
                        spex_quote(quoted, path, strlen(path)), what);
}

static spex_status no_memory(binder *b) {
  return spex_error_set(b->error, "not enough memory for the names of tensors");
}

static spex_status add_wanted(binder *b, const char *name, char *data,
                              const line *of) {
  const spex_stored *p = b->parameter;
  if (b->count == b->room) {
    int64_t room = b->room ? 2 * b->room : 64;
    spex_wanted *larger = realloc(b->wanted, (size_t)room * sizeof *larger);
    if (!larger)
      return no_memory(b);
    b->wanted = larger;
    b->room = room;
  }
  spex_wanted w = {strdup(name), p->type, p->rank, p->shape, data, 0, NULL};
  if (!w.name)
    return no_memory(b);
  if (of) {
    w.shape = of->shape;
    w.layout = &of->layout;
  }
  b->wanted[b->count++] = w;
  return SPEX_OK;
}

/* Each dimension is in the name, in the axes or repeated, and once. */
static spex_status check_dims(binder *b, const spex_source *s,
                              uint32_t named) {
  const spex_stored *p = b->parameter;
  uint32_t seen = named, bit;
  int factors = 0, part_count = 0;
  for (int i = 0; i < s->axis_count; ++i)
    factors += s->axis_factors[i];
  if (factors != s->factor_count || s->axis_count > SPEX_MAX_RANK ||
      s->factor_count > SPEX_MAX_RANK)
    return damaged(b, "at most 16 axes");
  for (int i = 0; i <= s->factor_count; ++i) {
    int dim = i < s->factor_count ? s->factors[i] : s->repeat;
    if (dim == -1) {
      part_count += i < s->factor_count;
      continue;
    }
    bit = dim >= 0 && dim < p->rank ? 1u << dim : 0;
    if (!bit || (seen & bit))
      return damaged(b, "each dimension once");
    seen |= bit;
  }
  if (seen != (1u << p->rank) - 1)
    return damaged(b, "each dimension");
  int has_parts = s->parts > 0 && s->part >= 0 && s->part < s->parts;
  return part_count == has_parts && has_parts == (s->parts != 0)
             ? SPEX_OK
             : damaged(b, "a part of the tensor");
}

static spex_status make_line(binder *b, const spex_source *s, line *l) {
  const spex_stored *p = b->parameter;
  spex_layout *layout = &l->layout;
  layout->rank = s->factor_count;
  layout->part_factor = -1;
  layout->part = s->part;
  int at = 0;
  for (int axis = 0; axis < s->axis_count; ++axis) {
    int64_t sizes[2] = {1, 1};
    for (int i = 0; i < s->axis_factors[axis]; ++i, ++at) {
      int dim = s->factors[at];
      layout->size[at] = dim < 0 ? s->parts : p->shape[dim];
      layout->stride[at] = dim < 0 ? 0 : b->stride[dim];
      if (dim < 0)
        layout->part_factor = at;
      sizes[1] = layout->size[at];
      if (spex_element_count(sizes, 2, 8) < 0)
        return damaged(b, "a tensor that fits in memory");
      sizes[0] *= sizes[1];
    }
    l->shape[axis] = sizes[0];
  }
  if (spex_element_count(l->shape, s->axis_count, 8) < 0)
    return damaged(b, "a tensor that fits in memory");
  if (layout->rank == 0) { /* one element */
    layout->rank = 1;
    layout->size[0] = 1;
    layout->stride[0] = 0;
  }
  layout->repeats = s->repeat < 0 ? 1 : p->shape[s->repeat];
  layout->repeat_stride = s->repeat < 0 ? 0 : b->stride[s->repeat];
  return SPEX_OK;
}

/* One wanted tensor for each index in the dimensions of the name. */
static spex_status expand(binder *b, const spex_source *s, uint32_t named,
                          const line *l) {
  const spex_stored *p = b->parameter;
  int64_t index[SPEX_MAX_RANK] = {0};
  int64_t before = b->count;
  for (;;) {
    char name[SPEX_MAX_NAME];
    int64_t offset = 0;
    for (int i = 0; i < p->rank; ++i)
      offset += index[i] * b->stride[i];
    if (spex_tensor_name(name, sizeof name, s->tensor, index) != SPEX_OK)
      return damaged(b, "the name of a tensor");
    if (b->count == MAX_TENSORS)
      return damaged(b, "at most 16777216 tensors");
    if (add_wanted(b, name,
                   (char *)p->data + offset * spex_type_bytes(p->type),
                   l) != SPEX_OK)
      return SPEX_FAILED;
    b->wanted[b->count - 1].rank = s->axis_count;
    int i = p->rank - 1;
    for (; i >= 0; index[i--] = 0)
      if ((named >> i & 1) && ++index[i] < p->shape[i])
        break;
    if (i < 0)
      return b->count > before ? SPEX_OK : damaged(b, "a tensor");
  }
}

static spex_status bind_line(binder *b, const spex_source *s) {
  char quoted[SPEX_QUOTE];
  const char *path = b->parameter->path;
  uint32_t named = 0;
  if (s->format)
    return spex_error_set(b->error,
                          "`weights` reads `%s` from the format %s, which "
                          "belongs to a later release: expected a tensor "
                          "without format",
                          spex_quote(quoted, path, strlen(path)), s->format);
  if (spex_tensor_name_dims(s->tensor, b->parameter->rank, &named) != SPEX_OK)
    return damaged(b, "the name of a tensor");
  line *l = &b->lines[b->line_count++];
  if (check_dims(b, s, named) != SPEX_OK || make_line(b, s, l) != SPEX_OK)
    return SPEX_FAILED;
  return expand(b, s, named, l);
}

static spex_status bind_parameter(binder *b, const spex_stored *p) {
  b->parameter = p;
  if (p->source_count == 0)
    return add_wanted(b, p->path, p->data, NULL);
  int64_t stride = 1;
  for (int i = p->rank - 1; i >= 0; stride *= p->shape[i--])
    b->stride[i] = stride;
  for (int64_t i = 0; i < p->source_count; ++i)
    if (bind_line(b, &p->sources[i]) != SPEX_OK)
      return SPEX_FAILED;
  return SPEX_OK;
}

static int64_t part_of(const spex_wanted *w) {
  return w->layout && w->layout->part_factor >= 0 ? w->layout->part : -1;
}

static int by_name_and_part(const void *a, const void *b) {
  const spex_wanted *x = a, *y = b;
  int order = strcmp(x->name, y->name);
  int64_t p = part_of(x), q = part_of(y);
  return order ? order : (p > q) - (p < q);
}

/* Tensors of one name must be different parts of one shape. */
static spex_status check_names(binder *b) {
  for (int64_t i = 1; i < b->count; ++i) {
    const spex_wanted *w = &b->wanted[i], *last = w - 1;
    if (strcmp(w->name, last->name) != 0)
      continue;
    char quoted[SPEX_QUOTE];
    if (part_of(last) < 0 || part_of(w) == part_of(last) ||
        w->type != last->type || w->rank != last->rank ||
        memcmp(w->shape, last->shape, (size_t)w->rank * sizeof *w->shape) != 0)
      return spex_error_set(
          b->error, "`weights` binds tensor `%s` twice [E0402]",
          spex_quote(quoted, w->name, strlen(w->name)));
  }
  return SPEX_OK;
}

spex_status spex_parameters_read(const char *path,
                                 const spex_stored *parameters, int64_t count,
                                 const spex_skips *skips, spex_error *error) {
  binder b = {.error = error};
  int64_t line_count = 1;
  for (int64_t i = 0; i < count; ++i)
    line_count += parameters[i].source_count;
  b.lines = calloc((size_t)line_count, sizeof *b.lines);
  spex_status status = b.lines ? SPEX_OK : no_memory(&b);
  for (int64_t i = 0; status == SPEX_OK && i < count; ++i)
    status = bind_parameter(&b, &parameters[i]);
  if (status == SPEX_OK && b.count > 0)
    qsort(b.wanted, (size_t)b.count, sizeof *b.wanted, by_name_and_part);
  if (status == SPEX_OK)
    status = check_names(&b);
  if (status == SPEX_OK)
    status = spex_weights_read_bound(path, b.wanted, b.count, skips, error);
  for (int64_t i = 0; i < b.count; ++i)
    free((char *)b.wanted[i].name);
  free(b.wanted);
  free(b.lines);
  return status;
}
