/*===- FakeModel.c - A program written by hand ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a compiled model exports, small enough to follow: bytes [B, S] to logits
// [B, S, 256] through two layers of one route over four experts, with a running
// sum over positions as state. Uses every function of kernels.h. Bits must not
// depend on threads, batch, or whether positions come at once or one by one.
//
//===----------------------------------------------------------------------===*/

#include "spex/kernels.h"

#include <string.h>

enum { V = 256, D = 8, E = 4, L = 2, K = 2 };

#ifndef FAKE_FEATURES
#define FAKE_FEATURES "\"sse2\""
#endif

static const char manifest[] =
    "{\"abi\":1,\"name\":\"fake\",\"features\":[" FAKE_FEATURES "],"
    "\"dims\":[{\"name\":\"B\",\"max\":4},{\"name\":\"S\",\"max\":32}],"
    "\"step\":\"S\","
    "\"inputs\":[{\"name\":\"ids\",\"type\":\"index\",\"bound\":256,"
    "\"dims\":[\"B\",\"S\"]}],"
    "\"outputs\":[{\"name\":\"out\",\"type\":\"f32\",\"dims\":[\"B\",\"S\",256]"
    "}],"
    "\"parameters\":[{\"path\":\"embed\",\"type\":\"f32\",\"shape\":[256,8],"
    "\"dims\":[\"V\",\"D\"],\"init\":{\"kind\":\"normal\",\"value\":0.5},"
    "\"kind\":\"param\"},"
    "{\"path\":\"Block.y.w\",\"type\":\"f32\",\"shape\":[2,4,8,8],"
    "\"dims\":[\"L\",\"E\",\"D\",\"D2\"],"
    "\"init\":{\"kind\":\"normal\",\"value\":0.3},\"kind\":\"param\"}],"
    "\"routes\":[{\"path\":\"Block.y\",\"experts\":4,\"choices\":2,"
    "\"layers\":2}],\"packed\":2}";

enum { DIM_B, DIM_S, POSITION, CAPACITY };

typedef struct layout {
  int64_t units, x, each, weight, ids, offsets, rows, place, tasks, total;
} layout;

static layout layout_of(const int64_t *dims) {
  layout l;
  l.units = dims[DIM_B] * dims[DIM_S];
  int64_t at = 0;
#define PLACE(name, bytes) l.name = at, at += ((bytes) + 63) / 64 * 64
  PLACE(x, l.units * D * 4);
  PLACE(each, l.units * K * D * 4);
  PLACE(weight, l.units * K * 4);
  PLACE(ids, l.units * K * 4);
  PLACE(offsets, (E + 1) * 4);
  PLACE(rows, l.units * K * 4);
  PLACE(place, l.units * K * 4);
  PLACE(tasks,
        spex_task_bound(l.units * K, E, 3, D, 4) * (int64_t)sizeof(spex_task));
#undef PLACE
  l.total = at;
  return l;
}

static int64_t scratch_bytes(const int64_t *dims) {
  return layout_of(dims).total;
}

static int64_t worker_bytes(const int64_t *dims) {
  (void)dims;
  return D * 4;
}

static int64_t state_bytes(const int64_t *dims) {
  return dims[DIM_B] * dims[CAPACITY] * D * 4;
}

/* w as panels of 4 columns: [L E][2][D][1][4]; embed as it is. */
static const int64_t packed_bytes[] = {V * D * 4, L *E *D *D * 4};
static const int64_t pack_embed[] = {4, 1, 0, 1, 0, 1, 0, 0, 0, V *D, 1};
static const int64_t pack_w[] = {4, 1, 4, 1, 2,       1,    1, 1, 0,
                                 L, E, D, D, E *D *D, D *D, D, 1};

static spex_status prepare(spex_context *context, void *const *raw,
                           void *const *packed) {
  spex_pack(context, pack_embed, raw, packed[0]);
  spex_pack(context, pack_w, raw, packed[1]);
  return SPEX_OK;
}

typedef struct closure {
  const float *x, *w;
  float *each;
  const int32_t *rows;
  const spex_task *tasks;
} closure;

static void expert_task(void *argument, int64_t number, void *scratch) {
  const closure *c = argument;
  const spex_task *t = &c->tasks[number];
  float *row = scratch;
  for (int32_t r = t->first_row; r < t->first_row + t->rows; ++r) {
    memcpy(row, c->x + c->rows[r] * D, D * 4);
    for (int32_t n = t->first_column; n < t->first_column + t->columns; ++n) {
      const float *panel = c->w + (t->group * 2 + n / 4) * D * 4 + n % 4;
      float sum = 0;
      for (int d = 0; d < D; ++d)
        sum += row[d] * panel[d * 4];
      c->each[r * D + n] = sum > 0 ? sum : 0;
    }
  }
}

static void route(const float *x, int32_t *ids, float *weight) {
  for (int k = 0; k < K; ++k) {
    int best = -1;
    for (int e = 0; e < E; ++e)
      if ((k == 0 || e != ids[0]) && (best < 0 || x[e] > x[best]))
        best = e;
    ids[k] = best;
    weight[k] = k ? 0.25f : 0.75f;
  }
}

static void layer(spex_context *context, int64_t number, const layout *l,
                  char *base, const float *w) {
  float *x = (float *)(base + l->x), *each = (float *)(base + l->each);
  float *weight = (float *)(base + l->weight);
  int32_t *ids = (int32_t *)(base + l->ids);
  int32_t *offsets = (int32_t *)(base + l->offsets);
  int32_t *rows = (int32_t *)(base + l->rows);
  int32_t *place = (int32_t *)(base + l->place);
  spex_task *tasks = (spex_task *)(base + l->tasks);
  for (int64_t u = 0; u < l->units; ++u)
    route(x + u * D, ids + u * K, weight + u * K);
  spex_observe_route(context, 0, number, ids, l->units, K);
  spex_plan(ids, l->units, K, E, offsets, rows, place);
  int64_t count = spex_order_tasks(offsets, E, 0, 3, D, 4, tasks);
  closure c = {x, w + number * E * D * D, each, rows, tasks};
  spex_parallel_for(context, count, expert_task, &c);
  for (int64_t u = 0; u < l->units; ++u)
    for (int d = 0; d < D; ++d)
      for (int k = 0; k < K; ++k)
        if (place[u * K + k] >= 0)
          x[u * D + d] += weight[u * K + k] * each[place[u * K + k] * D + d];
}

static spex_status run(spex_context *context, const int64_t *dims,
                       void *const *in, void *const *out, void *const *packed,
                       void *scratch, void *state) {
  layout l = layout_of(dims);
  const int32_t *ids = in[0];
  const float *embed = packed[0];
  float *x = (float *)((char *)scratch + l.x), *cache = state, *logits = out[0];
  for (int64_t u = 0; u < l.units; ++u) {
    int64_t b = u / dims[DIM_S], p = dims[POSITION] + u % dims[DIM_S];
    float *line = cache + b * dims[CAPACITY] * D;
    memcpy(line + p * D, embed + ids[u] * D, D * 4);
    memset(x + u * D, 0, D * 4);
    for (int64_t z = 0; z <= p; ++z)
      for (int d = 0; d < D; ++d)
        x[u * D + d] += line[z * D + d];
  }
  for (int64_t n = 0; n < L; ++n)
    layer(context, n, &l, scratch, packed[1]);
  for (int64_t u = 0; u < l.units; ++u)
    for (int v = 0; v < V; ++v) {
      float sum = 0;
      for (int d = 0; d < D; ++d)
        sum += x[u * D + d] * embed[v * D + d];
      logits[u * V + v] = sum;
    }
  if (ids[0] == 255)
    spex_fail(context, "the first byte is 255", 21);
  return SPEX_OK;
}

const spex_program spex_executable_program = {
    sizeof(spex_program), SPEX_ABI,     manifest,    sizeof manifest - 1,
    scratch_bytes,        worker_bytes, state_bytes, prepare,
    packed_bytes,         run};
