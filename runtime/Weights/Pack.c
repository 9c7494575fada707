/*===- Pack.c - Parameters into panels ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_pack of kernels.h: runs once for each use of a parameter, after loading,
// on all workers.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Context.h"
#include "spex/kernels.h"

#include <string.h>

enum { MAX_SIDES = 4, MAX_DIMS = 8 };

/* The dimensions of one kind (outer, k or n), with the strides of each side. */
typedef struct dims {
  int rank;
  const int64_t *sizes;
  const int64_t *strides[MAX_SIDES];
  int64_t count; /* product of the sizes */
} dims;

typedef struct packing {
  int64_t bytes, sides, width, interleave;
  dims outer, k, n;
  const char *from[MAX_SIDES];
  char *to;
  int64_t k_blocks, panels, outer_bytes;
} packing;

/* The distance of element `index` (row-major over the dims), in elements. */
static int64_t offset_of(const dims *d, int64_t side, int64_t index) {
  int64_t offset = 0;
  for (int i = d->rank; i-- > 0; index /= d->sizes[i])
    offset += index % d->sizes[i] * d->strides[side][i];
  return offset;
}

/* Constant sizes let the compiler make a single move of each copy. */
static void copy_elements(char *to, const char *from, int64_t count,
                          int64_t from_stride, int64_t to_stride,
                          int64_t bytes) {
  if (from_stride == 1 && to_stride == 1) {
    memcpy(to, from, (size_t)(count * bytes));
    return;
  }
  from_stride *= bytes;
  to_stride *= bytes;
#define COPY(N)                                                                \
  case N:                                                                      \
    for (int64_t i = 0; i < count; ++i)                                        \
      memcpy(to + i * to_stride, from + i * from_stride, N);                   \
    break;
  switch (bytes) {
    COPY(1)
    COPY(2)
    COPY(4)
    COPY(8)
  }
#undef COPY
}

/* Columns first .. first + count - 1 of row k of one side, to `to` with a
   stride of `to_stride` elements. */
static void copy_columns(const packing *p, int64_t side, int64_t outer,
                         int64_t k, int64_t first, int64_t count, char *to,
                         int64_t to_stride) {
  const char *from =
      p->from[side] + p->bytes * (offset_of(&p->outer, side, outer) +
                                  offset_of(&p->k, side, k));
  if (p->n.rank <= 1) {
    int64_t stride = p->n.rank ? p->n.strides[side][0] : 1;
    copy_elements(to, from + p->bytes * first * stride, count, stride,
                  to_stride, p->bytes);
    return;
  }
  /* Runs along the last of several dimensions. */
  int64_t inner = p->n.sizes[p->n.rank - 1];
  int64_t stride = p->n.strides[side][p->n.rank - 1];
  for (int64_t done = 0; done < count;) {
    int64_t n = first + done, run = inner - n % inner;
    run = run < count - done ? run : count - done;
    copy_elements(to + done * to_stride * p->bytes,
                  from + p->bytes * offset_of(&p->n, side, n), run, stride,
                  to_stride, p->bytes);
    done += run;
  }
}

/* One panel of one outer index: [KI / I][R][W][I]. */
static void pack_panel(const packing *p, int64_t outer, int64_t panel) {
  int64_t first = panel * p->width, left = p->n.count - first;
  int64_t count = left < p->width ? left : p->width;
  int64_t row = p->width * p->interleave * p->bytes;
  char *to =
      p->to + outer * p->outer_bytes + panel * p->k_blocks * p->sides * row;
  for (int64_t k = 0; k < p->k.count; ++k)
    for (int64_t r = 0; r < p->sides; ++r)
      copy_columns(p, r, outer, k, first, count,
                   to + (k / p->interleave * p->sides + r) * row +
                       k % p->interleave * p->bytes,
                   p->interleave);
}

/* One outer index without panels: [K][R][N]. */
static void pack_rows(const packing *p, int64_t outer) {
  int64_t row = p->n.count * p->bytes;
  char *to = p->to + outer * p->outer_bytes;
  for (int64_t k = 0; k < p->k.count; ++k)
    for (int64_t r = 0; r < p->sides; ++r)
      copy_columns(p, r, outer, k, 0, p->n.count, to + (k * p->sides + r) * row,
                   1);
}

static void pack_task(void *argument, int64_t task, int worker) {
  const packing *p = argument;
  (void)worker;
  if (p->width > 0)
    pack_panel(p, task / p->panels, task % p->panels);
  else
    pack_rows(p, task);
}

static const int64_t *take_sizes(dims *d, int64_t rank, const int64_t *at) {
  d->rank = (int)rank;
  d->sizes = at;
  d->count = 1;
  for (int64_t i = 0; i < rank; ++i)
    d->count *= at[i];
  return at + rank;
}

/* Drops sizes of 1 and joins neighbours that lie behind one another, so that a
   plain copy is one run. Works on the caller's copy of the descriptor. */
static void simplify(dims *d, int64_t sides, int64_t *sizes,
                     int64_t (*strides)[MAX_DIMS]) {
  int kept = 0;
  for (int i = 0; i < d->rank; ++i) {
    if (d->sizes[i] == 1)
      continue;
    int joins = kept > 0;
    for (int64_t r = 0; r < sides && joins; ++r)
      joins = strides[r][kept - 1] == d->sizes[i] * d->strides[r][i];
    kept += !joins;
    sizes[kept - 1] = joins ? sizes[kept - 1] * d->sizes[i] : d->sizes[i];
    for (int64_t r = 0; r < sides; ++r)
      strides[r][kept - 1] = d->strides[r][i];
  }
  d->rank = kept;
  d->sizes = sizes;
  for (int64_t r = 0; r < sides; ++r)
    d->strides[r] = strides[r];
}

void spex_pack(spex_context *context, const int64_t *descriptor,
               void *const *raw, void *packed) {
  packing p = {.bytes = descriptor[SPEX_PACK_ELEMENT_BYTES],
               .sides = descriptor[SPEX_PACK_RIGHT_SIDES],
               .width = descriptor[SPEX_PACK_COLUMNS],
               .interleave = descriptor[SPEX_PACK_INTERLEAVE],
               .to = packed};
  const int64_t *at = descriptor + SPEX_PACK_HEADER;
  for (int64_t r = 0; r < p.sides; ++r)
    p.from[r] = (const char *)raw[at[r]] + at[p.sides + r] * p.bytes;
  at += 2 * p.sides;
  at = take_sizes(&p.outer, descriptor[SPEX_PACK_OUTER_RANK], at);
  at = take_sizes(&p.k, descriptor[SPEX_PACK_K_RANK], at);
  at = take_sizes(&p.n, descriptor[SPEX_PACK_N_RANK], at);
  for (int64_t r = 0; r < p.sides; ++r) {
    p.outer.strides[r] = at;
    p.k.strides[r] = at + p.outer.rank;
    p.n.strides[r] = at + p.outer.rank + p.k.rank;
    at += p.outer.rank + p.k.rank + p.n.rank;
  }
  int64_t sizes[3][MAX_DIMS], strides[3][MAX_SIDES][MAX_DIMS];
  simplify(&p.outer, p.sides, sizes[0], strides[0]);
  simplify(&p.k, p.sides, sizes[1], strides[1]);
  simplify(&p.n, p.sides, sizes[2], strides[2]);
  p.k_blocks = (p.k.count + p.interleave - 1) / p.interleave;
  p.panels = p.width > 0 ? (p.n.count + p.width - 1) / p.width : 1;
  p.outer_bytes = p.bytes * p.sides *
                  (p.width > 0 ? p.panels * p.k_blocks * p.width * p.interleave
                               : p.k.count * p.n.count);
  spex_pool_run(context->pool, p.outer.count * p.panels, pack_task, &p);
}
