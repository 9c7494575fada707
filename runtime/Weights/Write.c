/*===- Write.c - Writing safetensors --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One file, tensors in the order given. Names are paths of the language and
// need no escapes.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Tensor/File.h"
#include "spex/weights.h"

#include <stdio.h>
#include <string.h>

static const char *const words[SPEX_TYPE_COUNT] = {
    [SPEX_F64] = "F64",  [SPEX_F32] = "F32", [SPEX_BF16] = "BF16",
    [SPEX_F16] = "F16",  [SPEX_I64] = "I64", [SPEX_I32] = "I32",
    [SPEX_I16] = "I16",  [SPEX_I8] = "I8",   [SPEX_U64] = "U64",
    [SPEX_U32] = "U32",  [SPEX_U16] = "U16", [SPEX_U8] = "U8",
    [SPEX_BOOL] = "BOOL"};

/* The entry of tensor i; gives back its length, at most room - 1. */
static int entry_text(char *text, size_t room, const spex_wanted *tensor,
                      int first, int64_t begin, int64_t end) {
  char shape[256];
  spex_shape_text(shape, sizeof shape, tensor->shape, tensor->rank);
  return snprintf(text, room,
                  "%s\"%.2047s\":{\"dtype\":\"%s\",\"shape\":%s,"
                  "\"data_offsets\":[%lld,%lld]}",
                  first ? "{" : ",", tensor->name, words[tensor->type], shape,
                  (long long)begin, (long long)end);
}

/* Twice over the entries: with null for `output` only to measure. */
static int64_t header(spex_output *output, const spex_wanted *tensors,
                      int64_t count, spex_error *error) {
  int64_t size = 0, at = 0;
  for (int64_t i = 0; i < count; ++i) {
    char text[4096];
    int64_t bytes = spex_type_bytes(tensors[i].type);
    int64_t end = at + bytes * spex_element_count(tensors[i].shape,
                                                  tensors[i].rank, bytes);
    int n = entry_text(text, sizeof text, &tensors[i], i == 0, at, end);
    at = end;
    size += n;
    if (output && spex_output_write(output, text, n, error) != SPEX_OK)
      return -1;
  }
  return size;
}

static spex_status write_all(spex_output *output, const spex_wanted *tensors,
                             int64_t count, spex_error *error) {
  int64_t size = header(NULL, tensors, count, error) + (count ? 1 : 2);
  int64_t padded = (size + 7) / 8 * 8;
  uint8_t prefix[8];
  for (int i = 0; i < 8; ++i)
    prefix[i] = (uint8_t)(padded >> (8 * i));
  if (spex_output_write(output, prefix, 8, error) != SPEX_OK ||
      header(output, tensors, count, error) < 0 ||
      spex_output_write(output, count ? "}" : "{}", count ? 1 : 2, error) !=
          SPEX_OK ||
      spex_output_write(output, "       ", padded - size, error) != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; i < count; ++i) {
    int64_t bytes = spex_type_bytes(tensors[i].type);
    int64_t n = spex_element_count(tensors[i].shape, tensors[i].rank, bytes);
    if (spex_output_write(output, tensors[i].data, n * bytes, error) != SPEX_OK)
      return SPEX_FAILED;
  }
  return SPEX_OK;
}

spex_status spex_weights_write(const char *path, const spex_wanted *tensors,
                               int64_t count, spex_error *error) {
  spex_outputs outputs = {NULL};
  spex_output *output = spex_output_open(&outputs, path, error);
  spex_status status =
      output ? write_all(output, tensors, count, error) : SPEX_FAILED;
  if (status == SPEX_OK)
    status = spex_outputs_commit(&outputs, error);
  spex_outputs_discard(&outputs);
  return status;
}
