/*===- TensorName.c - Names with numbers in braces ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See TensorName.h.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Weights/TensorName.h"

#include <stdio.h>

/* Digits, as a number; 0 if there are none or too many. */
static int read_number(const char **at, int64_t *value) {
  const char *begin = *at;
  *value = 0;
  for (; **at >= '0' && **at <= '9'; ++*at)
    if (__builtin_mul_overflow(*value, 10, value) ||
        __builtin_add_overflow(*value, **at - '0', value))
      return 0;
  return *at > begin;
}

/* `3`, `d0`, `2*d0` or `-2*d0`: `*dim` is -1 or the number behind d. */
static int read_term(const char **at, int64_t *factor, int64_t *dim) {
  int is_negative = **at == '-';
  *at += is_negative;
  *dim = -1;
  *factor = 1;
  if (**at != 'd') {
    if (!read_number(at, factor))
      return 0;
    if (is_negative)
      *factor = -*factor;
    if (**at != '*')
      return 1;
    ++*at;
  } else if (is_negative)
    return 0;
  if (**at != 'd')
    return 0;
  ++*at;
  return read_number(at, dim) && *dim < SPEX_MAX_RANK;
}

/* The sum behind `{`, up to and with `}`. */
static spex_status read_sum(const char **at, const int64_t *index,
                            int64_t *value, uint32_t *dims) {
  *value = 0;
  do {
    int64_t factor, dim;
    if (!read_term(at, &factor, &dim))
      return SPEX_FAILED;
    if (dim >= 0) {
      *dims |= 1u << dim;
      if (__builtin_mul_overflow(factor, index[dim], &factor))
        return SPEX_FAILED;
    }
    if (__builtin_add_overflow(*value, factor, value))
      return SPEX_FAILED;
  } while (*(*at)++ == '+');
  return (*at)[-1] == '}' ? SPEX_OK : SPEX_FAILED;
}

spex_status spex_tensor_name_dims(const char *tensor, int rank,
                                  uint32_t *dims) {
  static const int64_t zeros[SPEX_MAX_RANK];
  int64_t value;
  *dims = 0;
  for (const char *at = tensor; *at;) {
    if (*at == '}')
      return SPEX_FAILED;
    if (*at++ == '{' && read_sum(&at, zeros, &value, dims) != SPEX_OK)
      return SPEX_FAILED;
  }
  return *dims >> rank == 0 ? SPEX_OK : SPEX_FAILED;
}

spex_status spex_tensor_name(char *name, size_t room, const char *tensor,
                             const int64_t *index) {
  size_t used = 0;
  for (const char *at = tensor; *at;) {
    if (*at != '{') {
      if (used + 1 >= room)
        return SPEX_FAILED;
      name[used++] = *at++;
      continue;
    }
    ++at;
    int64_t value;
    uint32_t dims = 0;
    if (read_sum(&at, index, &value, &dims) != SPEX_OK || value < 0)
      return SPEX_FAILED;
    int length = snprintf(name + used, room - used, "%lld", (long long)value);
    if (length < 0 || (size_t)length >= room - used)
      return SPEX_FAILED;
    used += (size_t)length;
  }
  name[used] = 0;
  return used > 0 ? SPEX_OK : SPEX_FAILED;
}
