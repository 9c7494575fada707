/*===- NpyWrite.c - Writing .npy files ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Format 1.0, as numpy writes it: a run's results are the same bytes that
// numpy.save would give.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Tensor/Npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const descriptors[SPEX_TYPE_COUNT] = {
    [SPEX_F64] = "<f8", [SPEX_F32] = "<f4", [SPEX_BF16] = "<f4",
    [SPEX_F16] = "<f2", [SPEX_I64] = "<i8", [SPEX_I32] = "<i4",
    [SPEX_I16] = "<i2", [SPEX_I8] = "|i1",  [SPEX_U64] = "<u8",
    [SPEX_U32] = "<u4", [SPEX_U16] = "<u2", [SPEX_U8] = "|u1",
    [SPEX_BOOL] = "|u1"};

/* Magic, version, length and the literal, padded so that data begins at a
   multiple of 64. Gives back its size. */
static int64_t make_header(char *text, size_t room, const spex_tensor *tensor) {
  int at = 10 + snprintf(text + 10, room - 10,
                         "{'descr': '%s', 'fortran_order': False, 'shape': (",
                         descriptors[tensor->type]);
  for (int i = 0; i < tensor->rank; ++i)
    at += snprintf(text + at, room - (size_t)at, i ? ", %lld" : "%lld",
                   (long long)tensor->shape[i]);
  at += snprintf(text + at, room - (size_t)at,
                 tensor->rank == 1 ? ",), }" : "), }");
  int64_t size = (at + 1 + 63) / 64 * 64;
  memset(text + at, ' ', (size_t)(size - at));
  text[size - 1] = '\n';
  memcpy(text, "\x93NUMPY\x01\x00", 8);
  text[8] = (char)((size - 10) & 0xff);
  text[9] = (char)((size - 10) >> 8);
  return size;
}

static spex_status write_widened(spex_output *output, const spex_tensor *tensor,
                                 int64_t count, spex_error *error) {
  float piece[1024];
  for (int64_t i = 0; i < count; i += 1024) {
    int64_t n = count - i < 1024 ? count - i : 1024;
    spex_convert(SPEX_BF16, (const uint16_t *)tensor->data + i, SPEX_F32, piece,
                 n);
    if (spex_output_write(output, piece, 4 * n, error) != SPEX_OK)
      return SPEX_FAILED;
  }
  return SPEX_OK;
}

spex_status spex_npy_write_to(spex_outputs *outputs, const char *path,
                              const spex_tensor *tensor, spex_error *error) {
  char header[1024];
  int64_t size = make_header(header, sizeof header, tensor);
  int64_t bytes = spex_type_bytes(tensor->type);
  int64_t count = spex_element_count(tensor->shape, tensor->rank, bytes);
  spex_output *output = spex_output_open(outputs, path, error);
  if (!output || spex_output_write(output, header, size, error) != SPEX_OK)
    return SPEX_FAILED;
  if (tensor->type == SPEX_BF16)
    return write_widened(output, tensor, count, error);
  return spex_output_write(output, tensor->data, count * bytes, error);
}

spex_status spex_npy_write(const char *path, const spex_tensor *tensor,
                           spex_error *error) {
  spex_outputs outputs = {NULL};
  spex_status status = spex_npy_write_to(&outputs, path, tensor, error);
  if (status == SPEX_OK)
    status = spex_outputs_commit(&outputs, error);
  spex_outputs_discard(&outputs);
  return status;
}
