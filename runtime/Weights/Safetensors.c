/*===- Safetensors.c - One file of tensors --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Eight bytes of header size, a JSON header, the data. Nothing in the file is
// believed: names, types and shapes must be those the program wants, and the
// tensors must follow one another from the first byte of data to the last.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Weights/Safetensors.h"

#include "runtime/Tensor/File.h"
#include "runtime/Weights/Copy.h"
#include "runtime/Weights/Json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_HEADER (100ll << 20)

/* Where a tensor lies in the data of the file; `wanted` is the first of its
   name, or -1 for one that is skipped. */
typedef struct place {
  int64_t begin, end, wanted;
  spex_type type;
} place;

typedef struct reader {
  const char *path;
  int file;
  int64_t data_offset, data_size;
  spex_wanted *wanted;
  int64_t count;
  const spex_skips *skips;
  const int32_t *shard;
  int32_t number;
  place *places;
  int64_t place_count, place_room;
  spex_error *error;
} reader;

/* Types that occur in such files; -1 for others. */
static int type_of(const char *word) {
  static const struct {
    const char *word;
    spex_type type;
  } table[] = {{"F64", SPEX_F64},   {"F32", SPEX_F32}, {"F16", SPEX_F16},
               {"BF16", SPEX_BF16}, {"I64", SPEX_I64}, {"I32", SPEX_I32},
               {"I16", SPEX_I16},   {"I8", SPEX_I8},   {"U64", SPEX_U64},
               {"U32", SPEX_U32},   {"U16", SPEX_U16}, {"U8", SPEX_U8},
               {"BOOL", SPEX_BOOL}};
  for (size_t i = 0; i < sizeof table / sizeof *table; ++i)
    if (strcmp(word, table[i].word) == 0)
      return (int)table[i].type;
  return -1;
}

static int is_float(spex_type type) { return type <= SPEX_F16; }

static spex_status append_place(reader *r, place p) {
  if (r->place_count == r->place_room) {
    int64_t room = r->place_room ? 2 * r->place_room : 64;
    place *larger = realloc(r->places, (size_t)room * sizeof *larger);
    if (!larger)
      return spex_error_set(r->error, "not enough memory for the header of "
                                      "`%s`",
                            r->path);
    r->places = larger;
    r->place_room = room;
  }
  r->places[r->place_count++] = p;
  return SPEX_OK;
}

/* Finds what is wanted of that name: `*index` is -1 if it may be skipped. */
static spex_status find_entry(reader *r, const char *name, int64_t *index) {
  *index = spex_find_wanted(r->wanted, r->count, name);
  if (*index < 0)
    return spex_is_skipped(r->skips, name)
               ? SPEX_OK
               : spex_not_used(r->path, name, "", r->skips, r->error);
  if (r->shard && r->shard[*index] != r->number)
    return spex_not_used(r->path, name, " from here", r->skips, r->error);
  char quoted[SPEX_QUOTE];
  if (r->wanted[*index].found)
    return spex_error_set(r->error, "tensor `%s` is twice in `%s`",
                          spex_quote(quoted, name, strlen(name)), r->path);
  for (int64_t i = *index;
       i < r->count && strcmp(r->wanted[i].name, name) == 0; ++i)
    r->wanted[i].found = 1;
  return SPEX_OK;
}

static spex_status check_range(reader *r, const char *quoted, int64_t begin,
                               int64_t end) {
  if (begin <= end && end <= r->data_size)
    return SPEX_OK;
  return spex_error_set(r->error,
                        "tensor `%s` of `%s` has bytes %lld to %lld of %lld",
                        quoted, r->path, (long long)begin, (long long)end,
                        (long long)r->data_size);
}

/* Compares what an entry of the header says with what is wanted. */
static spex_status check_entry(reader *r, const char *name, int64_t index,
                               spex_type type, const int64_t *shape, int rank,
                               int64_t begin, int64_t end) {
  char quoted[SPEX_QUOTE], found_shape[256], wanted_shape[256];
  spex_quote(quoted, name, strlen(name));
  place p = {begin, end, index, type};
  if (index < 0)
    return check_range(r, quoted, begin, end) == SPEX_OK ? append_place(r, p)
                                                         : SPEX_FAILED;
  spex_wanted *w = &r->wanted[index];
  spex_shape_text(found_shape, sizeof found_shape, shape, rank);
  spex_shape_text(wanted_shape, sizeof wanted_shape, w->shape, w->rank);
  if (rank != w->rank ||
      memcmp(shape, w->shape, (size_t)rank * sizeof *shape) != 0)
    return spex_error_set(
        r->error, "tensor `%s` of `%s` has shape %s, expected %s [E0409]",
        quoted, r->path, found_shape, wanted_shape);
  if (type != w->type && !(is_float(type) && is_float(w->type)))
    return spex_error_set(r->error,
                          "tensor `%s` of `%s` has elements of type %s, "
                          "expected %s [E0409]",
                          quoted, r->path, spex_type_name(type),
                          is_float(w->type) ? "f64, f32, bf16 or f16"
                                            : spex_type_name(w->type));
  /* The wanted shape fits in memory, so this cannot overflow. */
  int64_t bytes = spex_element_count(shape, rank, spex_type_bytes(type)) *
                  spex_type_bytes(type);
  if (begin > end || end > r->data_size || end - begin != bytes)
    return spex_error_set(r->error,
                          "tensor `%s` of `%s` has bytes %lld to %lld of %lld, "
                          "expected %lld bytes for %s%s",
                          quoted, r->path, (long long)begin, (long long)end,
                          (long long)r->data_size, (long long)bytes,
                          spex_type_name(type), found_shape);
  return append_place(r, p);
}

static spex_status read_sizes(spex_json *json, int64_t *sizes, int most,
                              int *count) {
  *count = 0;
  if (spex_json_open(json, '[') != SPEX_OK)
    return SPEX_FAILED;
  int more;
  while ((more = spex_json_next(json, ']', *count)) > 0) {
    if (*count == most)
      return spex_json_expected(json,
                                most == 2 ? "two offsets" : "at most 16 sizes");
    if (spex_json_size(json, &sizes[(*count)++]) != SPEX_OK)
      return SPEX_FAILED;
  }
  return more == 0 ? SPEX_OK : SPEX_FAILED;
}

/* {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, in any order. */
static spex_status read_entry(reader *r, spex_json *json, const char *name) {
  int64_t shape[SPEX_MAX_RANK], offsets[2];
  int rank = 0, offset_count = 0, type = -1, more;
  int seen = 0; /* bit 0 dtype, 1 shape, 2 data_offsets */
  int64_t index;
  if (find_entry(r, name, &index) != SPEX_OK ||
      spex_json_open(json, '{') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(json, '}', i)) > 0; ++i) {
    char key[16], word[16];
    spex_status status;
    int bit;
    if (spex_json_key(json, key, sizeof key) != SPEX_OK)
      return SPEX_FAILED;
    if (strcmp(key, "dtype") == 0) {
      bit = 1;
      status = spex_json_string(json, word, sizeof word);
      type = status == SPEX_OK ? type_of(word) : -1;
      if (status == SPEX_OK && type < 0 && index < 0)
        type = SPEX_U8; /* not read, so any will do */
      if (status == SPEX_OK && type < 0)
        status = spex_json_expected(json, "F64, F32, BF16, F16, I64, I32, I16, "
                                          "I8, U64, U32, U16, U8 or BOOL");
    } else if (strcmp(key, "shape") == 0) {
      bit = 2;
      status = read_sizes(json, shape, SPEX_MAX_RANK, &rank);
    } else if (strcmp(key, "data_offsets") == 0) {
      bit = 4;
      status = read_sizes(json, offsets, 2, &offset_count);
    } else
      return spex_json_expected(json, "dtype, shape or data_offsets");
    if (status != SPEX_OK)
      return SPEX_FAILED;
    if (seen & bit)
      return spex_json_expected(json, "each of dtype, shape and data_offsets "
                                      "once");
    seen |= bit;
  }
  if (more < 0)
    return SPEX_FAILED;
  if (seen != 7 || offset_count != 2)
    return spex_json_expected(json, "dtype, shape and two data_offsets");
  return check_entry(r, name, index, (spex_type)type, shape, rank, offsets[0],
                     offsets[1]);
}

/* {"format": "pt"}: strings only, and not used. */
static spex_status read_metadata(spex_json *json) {
  if (spex_json_open(json, '{') != SPEX_OK)
    return SPEX_FAILED;
  int more;
  for (int64_t i = 0; (more = spex_json_next(json, '}', i)) > 0; ++i)
    if (spex_json_key(json, NULL, 0) != SPEX_OK ||
        spex_json_string(json, NULL, 0) != SPEX_OK)
      return SPEX_FAILED;
  return more == 0 ? SPEX_OK : SPEX_FAILED;
}

static spex_status read_header(reader *r, const char *text, int64_t size) {
  char source[512];
  snprintf(source, sizeof source, "the header of `%.400s`", r->path);
  spex_json json = spex_json_begin(text, size, source, r->error);
  if (size == 0 || text[0] != '{')
    return spex_json_expected(&json, "`{`");
  spex_json_open(&json, '{');
  int more, metadata = 0;
  for (int64_t i = 0; (more = spex_json_next(&json, '}', i)) > 0; ++i) {
    char name[SPEX_MAX_NAME];
    if (spex_json_key(&json, name, sizeof name) != SPEX_OK)
      return SPEX_FAILED;
    if (strcmp(name, "__metadata__") == 0) {
      if (metadata++)
        return spex_json_expected(&json, "`__metadata__` once");
      if (read_metadata(&json) != SPEX_OK)
        return SPEX_FAILED;
    } else if (read_entry(r, &json, name) != SPEX_OK)
      return SPEX_FAILED;
  }
  return more == 0 ? spex_json_end(&json) : SPEX_FAILED;
}

static int by_offset(const void *a, const void *b) {
  const place *x = a, *y = b;
  return x->begin != y->begin ? (x->begin > y->begin) - (x->begin < y->begin)
                              : (x->end > y->end) - (x->end < y->end);
}

/* No byte of data without a tensor, none with two. */
static spex_status check_places(reader *r) {
  if (r->place_count > 0)
    qsort(r->places, (size_t)r->place_count, sizeof *r->places, by_offset);
  int64_t at = 0;
  for (int64_t i = 0; i < r->place_count; at = r->places[i++].end)
    if (r->places[i].begin != at)
      return spex_error_set(
          r->error,
          "`%s` has a tensor at byte %lld of its data, expected the "
          "next one at byte %lld",
          r->path, (long long)r->places[i].begin, (long long)at);
  if (at != r->data_size)
    return spex_error_set(r->error,
                          "`%s` has %lld bytes of data, expected %lld as its "
                          "tensors say",
                          r->path, (long long)r->data_size, (long long)at);
  return SPEX_OK;
}

/* The only copy: into the program's own buffers. */
static spex_status copy_place(reader *r, const spex_reading *reading,
                              const place *p) {
  spex_status status = SPEX_OK;
  for (int64_t i = p->wanted; status == SPEX_OK && i < r->count; ++i) {
    if (strcmp(r->wanted[i].name, r->wanted[p->wanted].name) != 0)
      break;
    status = spex_copy_tensor(reading, &r->wanted[i], p->type,
                              r->data_offset + p->begin, p->end - p->begin);
  }
  return status;
}

static spex_status copy_all(reader *r) {
  char *pieces = malloc(2 * (size_t)SPEX_PIECE_BYTES);
  spex_reading reading = {r->file, r->path, pieces,
                          pieces ? pieces + SPEX_PIECE_BYTES : NULL, r->error};
  spex_status status = SPEX_OK;
  if (!pieces)
    status =
        spex_error_set(r->error, "not enough memory to read `%s`", r->path);
  posix_fadvise(r->file, 0, 0, POSIX_FADV_SEQUENTIAL);
  for (int64_t i = 0; status == SPEX_OK && i < r->place_count; ++i)
    if (r->places[i].wanted >= 0)
      status = copy_place(r, &reading, &r->places[i]);
  free(pieces);
  return status;
}

static spex_status read_open_file(reader *r, int64_t size) {
  uint8_t prefix[8];
  if (size < 8)
    return spex_error_set(r->error,
                          "`%s` has %lld bytes, expected a "
                          "safetensors file of at least 8",
                          r->path, (long long)size);
  if (spex_file_read(r->file, r->path, prefix, 8, 0, r->error) != SPEX_OK)
    return SPEX_FAILED;
  uint64_t length = 0;
  for (int i = 7; i >= 0; --i)
    length = length << 8 | prefix[i];
  int64_t most = size - 8 < MAX_HEADER ? size - 8 : MAX_HEADER;
  if (length > (uint64_t)most)
    return spex_error_set(r->error,
                          "`%s` claims a header of %llu bytes, expected at "
                          "most %lld",
                          r->path, (unsigned long long)length, (long long)most);
  r->data_offset = 8 + (int64_t)length;
  r->data_size = size - r->data_offset;
  char *text = malloc((size_t)length + 1);
  spex_status status = SPEX_FAILED;
  if (!text)
    spex_error_set(r->error, "not enough memory for the header of `%s`",
                   r->path);
  else
    status =
        spex_file_read(r->file, r->path, text, (int64_t)length, 8, r->error);
  if (status == SPEX_OK)
    status = read_header(r, text, (int64_t)length);
  free(text);
  if (status == SPEX_OK)
    status = check_places(r);
  if (status == SPEX_OK && !r->shard)
    status = spex_check_all_found(r->path, r->wanted, r->count, r->error);
  if (status == SPEX_OK)
    status = copy_all(r);
  free(r->places);
  return status;
}

spex_status spex_read_safetensors(int folder, const char *path,
                                  spex_wanted *wanted, int64_t count,
                                  const spex_skips *skips,
                                  const int32_t *shard, int32_t number,
                                  spex_error *error) {
  reader r = {.path = path,
              .wanted = wanted,
              .count = count,
              .skips = skips,
              .shard = shard,
              .number = number,
              .error = error};
  int64_t size = 0;
  r.file = spex_file_open(folder, path, &size, error);
  if (r.file < 0)
    return SPEX_FAILED;
  spex_status status = read_open_file(&r, size);
  close(r.file);
  return status;
}
