/*===- Copy.c - From the file into the program's memory -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tensor that lies in memory as it does in the file is read in place. Others
// come in pieces that are boxes of the file's index space; each is converted,
// then written along the smallest strides of the memory.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Weights/Copy.h"

#include "runtime/Tensor/File.h"

#include <string.h>

/* One loop over a piece, in elements. */
typedef struct loop {
  int64_t size, from, to;
} loop;

static spex_status read_plain(const spex_reading *r, spex_type type,
                              int64_t offset, int64_t bytes, spex_type to_type,
                              char *to) {
  if (type == to_type)
    return spex_file_read(r->file, r->path, to, bytes, offset, r->error);
  int64_t from_bytes = spex_type_bytes(type);
  int64_t to_bytes = spex_type_bytes(to_type);
  for (int64_t done = 0; done < bytes; done += SPEX_PIECE_BYTES) {
    int64_t n = bytes - done < SPEX_PIECE_BYTES ? bytes - done
                                                : SPEX_PIECE_BYTES;
    if (spex_file_read(r->file, r->path, r->piece, n, offset + done,
                       r->error) != SPEX_OK)
      return SPEX_FAILED;
    spex_convert(type, r->piece, to_type, to + done / from_bytes * to_bytes,
                 n / from_bytes);
  }
  return SPEX_OK;
}

/* Whether the elements follow one another as they do in the file. */
static int is_plain(const spex_layout *layout) {
  int64_t stride = 1;
  for (int i = layout->rank - 1; i >= 0; stride *= layout->size[i--])
    if (layout->size[i] > 1 && layout->stride[i] != stride)
      return 0;
  return layout->part_factor < 0 && layout->repeats == 1;
}

static void copy_run(char *to, const char *from, int64_t bytes, loop l) {
  for (int64_t i = 0; i < l.size; ++i)
    switch (bytes) {
    case 1:
      to[i * l.to] = from[i * l.from];
      break;
    case 2:
      memcpy(to + 2 * i * l.to, from + 2 * i * l.from, 2);
      break;
    case 4:
      memcpy(to + 4 * i * l.to, from + 4 * i * l.from, 4);
      break;
    default:
      memcpy(to + 8 * i * l.to, from + 8 * i * l.from, 8);
    }
}

/* All elements of the loops, the smallest stride in memory innermost. */
static void scatter(char *to, const char *from, int64_t bytes, loop *loops,
                    int count) {
  int64_t index[SPEX_MAX_RANK + 2] = {0};
  loop inner = {1, 0, 0};
  for (int i = 1; i < count; ++i)
    for (int j = i; j > 0 && loops[j - 1].to < loops[j].to; --j) {
      loop swapped = loops[j];
      loops[j] = loops[j - 1];
      loops[j - 1] = swapped;
    }
  if (count > 0)
    inner = loops[--count];
  for (;;) {
    copy_run(to, from, bytes, inner);
    int i = count - 1;
    for (; i >= 0; --i) {
      to += bytes * loops[i].to;
      from += bytes * loops[i].from;
      if (++index[i] < loops[i].size)
        break;
      to -= bytes * loops[i].to * loops[i].size;
      from -= bytes * loops[i].from * loops[i].size;
      index[i] = 0;
    }
    if (i < 0)
      return;
  }
}

/* One tensor on its way. Pieces are `step` indices of the factor `split` and
   all of those behind it. */
typedef struct scattering {
  const spex_reading *reading;
  const spex_wanted *wanted;
  const spex_layout *layout;
  spex_type type;
  int64_t offset;
  int64_t from_stride[SPEX_MAX_RANK + 1];
  int split;
  int64_t step;
} scattering;

/* The elements of the piece that starts at `index`, into all repeats. */
static spex_status scatter_piece(scattering *s, const int64_t *index,
                                 int64_t count) {
  const spex_layout *layout = s->layout;
  const spex_reading *r = s->reading;
  int64_t from = 0, to = 0, skipped = 0;
  loop loops[SPEX_MAX_RANK + 1];
  int loop_count = 0;
  for (int i = 0; i < layout->rank; ++i) {
    int64_t first = i <= s->split ? index[i] : 0;
    int64_t size = i < s->split    ? 1
                   : i == s->split ? count
                                   : layout->size[i];
    from += first * s->from_stride[i];
    if (i == layout->part_factor) {
      if (layout->part < first || layout->part >= first + size)
        return SPEX_OK;
      skipped += (layout->part - first) * s->from_stride[i];
      continue;
    }
    to += first * layout->stride[i];
    if (size > 1) {
      loop l = {size, s->from_stride[i], layout->stride[i]};
      loops[loop_count++] = l;
    }
  }
  int64_t elements = count * s->from_stride[s->split];
  int64_t bytes = spex_type_bytes(s->type);
  int64_t wide = spex_type_bytes(s->wanted->type);
  if (spex_file_read(r->file, r->path, r->piece, elements * bytes,
                     s->offset + from * bytes, r->error) != SPEX_OK)
    return SPEX_FAILED;
  const char *piece = r->piece;
  if (s->type != s->wanted->type) {
    spex_convert(s->type, piece, s->wanted->type, r->converted, elements);
    piece = r->converted;
  }
  for (int64_t i = 0; i < layout->repeats; ++i)
    scatter((char *)s->wanted->data + wide * (to + i * layout->repeat_stride),
            piece + skipped * wide, wide, loops, loop_count);
  return SPEX_OK;
}

static void choose_pieces(scattering *s) {
  const spex_layout *layout = s->layout;
  int64_t bytes = spex_type_bytes(s->type);
  int64_t wide = spex_type_bytes(s->wanted->type);
  int64_t most = SPEX_PIECE_BYTES / (bytes > wide ? bytes : wide), stride = 1;
  for (int i = layout->rank - 1; i >= 0; stride *= layout->size[i--])
    s->from_stride[i] = stride;
  s->split = 0;
  while (s->from_stride[s->split] > most)
    ++s->split;
  s->step = most / s->from_stride[s->split];
}

static spex_status read_scattered(scattering *s) {
  const spex_layout *layout = s->layout;
  int64_t index[SPEX_MAX_RANK + 1] = {0};
  choose_pieces(s);
  for (;;) {
    int64_t left = layout->size[s->split] - index[s->split];
    if (scatter_piece(s, index, left < s->step ? left : s->step) != SPEX_OK)
      return SPEX_FAILED;
    index[s->split] += s->step;
    int i = s->split;
    while (i >= 0 && index[i] >= layout->size[i]) {
      index[i--] = 0;
      if (i >= 0)
        ++index[i];
    }
    if (i < 0)
      return SPEX_OK;
  }
}

spex_status spex_copy_tensor(const spex_reading *reading,
                             const spex_wanted *wanted, spex_type type,
                             int64_t offset, int64_t bytes) {
  if (!wanted->layout || is_plain(wanted->layout))
    return read_plain(reading, type, offset, bytes, wanted->type,
                      wanted->data);
  scattering s = {.reading = reading,
                  .wanted = wanted,
                  .layout = wanted->layout,
                  .type = type,
                  .offset = offset};
  return read_scattered(&s);
}
