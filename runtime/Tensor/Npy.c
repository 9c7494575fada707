/*===- Npy.c - Reading .npy files -----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The header is a Python literal; exactly what numpy writes is understood:
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 64), }
//
//===----------------------------------------------------------------------===*/

#include "spex/tensor.h"

#include "runtime/Tensor/File.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A longer header holds no array that we take. */
enum { MAX_HEADER = 65536 };

typedef struct header {
  const char *at, *end, *path;
  spex_error *error;
  spex_type type;
  int fortran_order;
  int rank;
  int64_t shape[SPEX_MAX_RANK];
} header;

static spex_status malformed(header *h, const char *what) {
  return spex_error_set(h->error, "`%s` is not a .npy file: %s", h->path, what);
}

static void skip_blanks(header *h) {
  while (h->at < h->end && (*h->at == ' ' || *h->at == '\n' || *h->at == '\t'))
    ++h->at;
}

/* Takes `text` after blanks, if it is there. */
static int accept(header *h, const char *text) {
  skip_blanks(h);
  size_t length = strlen(text);
  if ((size_t)(h->end - h->at) < length || memcmp(h->at, text, length) != 0)
    return 0;
  h->at += length;
  return 1;
}

static spex_status parse_type(header *h) {
  static const struct {
    const char *text;
    spex_type type;
  } table[] = {{"f8", SPEX_F64}, {"f4", SPEX_F32}, {"f2", SPEX_F16},
               {"i8", SPEX_I64}, {"i4", SPEX_I32}, {"i2", SPEX_I16},
               {"i1", SPEX_I8},  {"u8", SPEX_U64}, {"u4", SPEX_U32},
               {"u2", SPEX_U16}, {"u1", SPEX_U8},  {"b1", SPEX_BOOL}};
  skip_blanks(h);
  if (h->end - h->at < 5 || (h->at[0] != '\'' && h->at[0] != '"') ||
      h->at[4] != h->at[0])
    return spex_error_set(h->error,
                          "`%s` has an element type that is not read: expected "
                          "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 or b1",
                          h->path);
  char order = h->at[1];
  for (size_t i = 0; i < sizeof table / sizeof *table; ++i) {
    if (memcmp(h->at + 2, table[i].text, 2) != 0)
      continue;
    int one_byte = table[i].text[1] == '1';
    if (order != '<' && !(order == '|' && one_byte))
      return spex_error_set(h->error,
                            "`%s` is not little endian: expected `<%s`",
                            h->path, table[i].text);
    h->type = table[i].type;
    h->at += 5;
    return SPEX_OK;
  }
  char quoted[SPEX_QUOTE];
  return spex_error_set(h->error,
                        "`%s` has elements `%s`, expected f2 f4 f8 i1 i2 i4 "
                        "i8 u1 u2 u4 u8 or b1",
                        h->path, spex_quote(quoted, h->at + 1, 3));
}

static spex_status parse_size(header *h) {
  int64_t value = 0;
  const char *begin = h->at;
  for (; h->at < h->end && *h->at >= '0' && *h->at <= '9'; ++h->at)
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, *h->at - '0', &value))
      return malformed(h, "a size is too large");
  if (h->at == begin)
    return malformed(h, "expected a size in `shape`");
  if (h->rank == SPEX_MAX_RANK)
    return malformed(h, "expected at most 16 dimensions");
  h->shape[h->rank++] = value;
  return SPEX_OK;
}

static spex_status parse_shape(header *h) {
  if (!accept(h, "("))
    return malformed(h, "expected `(` after `shape`");
  int comma = 1;
  while (!accept(h, ")")) {
    if (!comma)
      return malformed(h, "expected `,` or `)` in `shape`");
    skip_blanks(h);
    if (parse_size(h) != SPEX_OK)
      return SPEX_FAILED;
    comma = accept(h, ",");
  }
  /* (3) is a number in Python, not a tuple. */
  if (h->rank == 1 && !comma)
    return malformed(h, "expected `,` in a `shape` of one size");
  return SPEX_OK;
}

static spex_status parse_header(header *h) {
  int seen_type = 0, seen_order = 0, seen_shape = 0;
  if (!accept(h, "{"))
    return malformed(h, "expected `{` in its header");
  while (!accept(h, "}")) {
    if (!seen_type && accept(h, "'descr':")) {
      seen_type = 1;
      if (parse_type(h) != SPEX_OK)
        return SPEX_FAILED;
    } else if (!seen_order && accept(h, "'fortran_order':")) {
      seen_order = 1;
      h->fortran_order = accept(h, "True");
      if (!h->fortran_order && !accept(h, "False"))
        return malformed(h, "expected True or False after `fortran_order`");
    } else if (!seen_shape && accept(h, "'shape':")) {
      seen_shape = 1;
      if (parse_shape(h) != SPEX_OK)
        return SPEX_FAILED;
    } else
      return malformed(h, "expected `descr`, `fortran_order` and `shape`, each "
                          "once, in its header");
    if (!accept(h, ",")) {
      if (!accept(h, "}"))
        return malformed(h, "expected `,` or `}` in its header");
      break;
    }
  }
  if (!seen_type || !seen_order || !seen_shape)
    return malformed(h, "expected `descr`, `fortran_order` and `shape`, each "
                        "once, in its header");
  skip_blanks(h);
  return h->at == h->end ? SPEX_OK : malformed(h, "text after its header");
}

/* From the order in which the first index is the fastest. */
static spex_status to_c_order(spex_tensor *tensor, spex_error *error) {
  spex_tensor result = *tensor;
  if (spex_tensor_allocate(&result, error) != SPEX_OK)
    return SPEX_FAILED;
  int64_t bytes = spex_type_bytes(tensor->type);
  int64_t count = spex_element_count(tensor->shape, tensor->rank, bytes);
  int64_t index[SPEX_MAX_RANK] = {0};
  for (int64_t from = 0; from < count; ++from) {
    int64_t to = 0;
    for (int d = 0; d < tensor->rank; ++d)
      to = to * tensor->shape[d] + index[d];
    memcpy((char *)result.data + to * bytes,
           (char *)tensor->data + from * bytes, (size_t)bytes);
    for (int d = 0; d < tensor->rank && ++index[d] == tensor->shape[d]; ++d)
      index[d] = 0;
  }
  spex_tensor_free(tensor);
  *tensor = result;
  return SPEX_OK;
}

static spex_status read_data(int file, header *h, int64_t offset, int64_t size,
                             spex_tensor *tensor) {
  int64_t bytes = spex_type_bytes(h->type);
  int64_t count = spex_element_count(h->shape, h->rank, bytes);
  if (count < 0 || count * bytes != size - offset) {
    char text[256];
    return spex_error_set(
        h->error, "`%s` has %lld bytes of data, expected those of %s%s",
        h->path, (long long)(size - offset), spex_type_name(h->type),
        spex_shape_text(text, sizeof text, h->shape, h->rank));
  }
  tensor->type = h->type;
  tensor->rank = h->rank;
  memcpy(tensor->shape, h->shape, sizeof h->shape);
  if (spex_tensor_allocate(tensor, h->error) != SPEX_OK)
    return SPEX_FAILED;
  spex_status status = spex_file_read(file, h->path, tensor->data,
                                      count * bytes, offset, h->error);
  if (status == SPEX_OK && h->fortran_order && h->rank > 1)
    status = to_c_order(tensor, h->error);
  for (int64_t i = 0; status == SPEX_OK && h->type == SPEX_BOOL && i < count;
       ++i)
    if (((uint8_t *)tensor->data)[i] > 1)
      status = malformed(h, "a bool is neither 0 nor 1");
  if (status != SPEX_OK)
    spex_tensor_free(tensor);
  return status;
}

static spex_status read_file(int file, int64_t size, header *h,
                             spex_tensor *tensor) {
  uint8_t prefix[12] = {0};
  int64_t have = size < 12 ? size : 12;
  if (spex_file_read(file, h->path, prefix, have, 0, h->error) != SPEX_OK)
    return SPEX_FAILED;
  if (have < 10 || memcmp(prefix, "\x93NUMPY", 6) != 0)
    return malformed(h, "expected it to begin with \\x93NUMPY");
  if (prefix[6] < 1 || prefix[6] > 3 || prefix[7] != 0)
    return malformed(h, "expected format 1.0, 2.0 or 3.0");
  int64_t start = prefix[6] == 1 ? 10 : 12;
  int64_t length = prefix[8] | prefix[9] << 8;
  if (start == 12)
    length |= (int64_t)prefix[10] << 16 | (int64_t)prefix[11] << 24;
  if (length > MAX_HEADER || length > size - start)
    return malformed(h, "its header is longer than the file, or than 65536");
  char *text = malloc((size_t)length + 1);
  if (!text)
    return malformed(h, "not enough memory for its header");
  h->at = text;
  h->end = text + length;
  spex_status status =
      spex_file_read(file, h->path, text, length, start, h->error);
  if (status == SPEX_OK)
    status = parse_header(h);
  free(text);
  return status == SPEX_OK ? read_data(file, h, start + length, size, tensor)
                           : status;
}

spex_status spex_npy_read(const char *path, spex_tensor *tensor,
                          spex_error *error) {
  header h = {.path = path, .error = error};
  int64_t size = 0;
  memset(tensor, 0, sizeof *tensor);
  int file = spex_file_open(-1, path, &size, error);
  if (file < 0)
    return SPEX_FAILED;
  spex_status status = read_file(file, size, &h, tensor);
  close(file);
  return status;
}
