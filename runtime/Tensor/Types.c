/*===- Types.c - Element types and their conversions ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// bf16 and f16 in plain integer arithmetic: the same on every CPU.
//
//===----------------------------------------------------------------------===*/

#include "spex/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  int bytes;
} types[SPEX_TYPE_COUNT] = {[SPEX_F64] = {"f64", 8},   [SPEX_F32] = {"f32", 4},
                            [SPEX_BF16] = {"bf16", 2}, [SPEX_F16] = {"f16", 2},
                            [SPEX_I64] = {"i64", 8},   [SPEX_I32] = {"i32", 4},
                            [SPEX_I16] = {"i16", 2},   [SPEX_I8] = {"i8", 1},
                            [SPEX_U64] = {"u64", 8},   [SPEX_U32] = {"u32", 4},
                            [SPEX_U16] = {"u16", 2},   [SPEX_U8] = {"u8", 1},
                            [SPEX_BOOL] = {"bool", 1}};

int64_t spex_type_bytes(spex_type type) { return types[type].bytes; }
const char *spex_type_name(spex_type type) { return types[type].name; }

float spex_f32_from_bf16(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

float spex_f32_from_f16(uint16_t bits) {
  uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
  uint32_t exponent = bits >> 10 & 31, mantissa = bits & 0x3ff, wide;
  if (exponent == 31)
    wide = sign | 0x7f800000 | mantissa << 13;
  else if (exponent != 0)
    wide = sign | (exponent + 112) << 23 | mantissa << 13;
  else {
    /* Denormal or zero: a whole number of 2^-24. */
    float value = (float)mantissa * 0x1p-24f;
    memcpy(&wide, &value, sizeof wide);
    wide |= sign;
  }
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

/* Rounds to a 16-bit float of `mantissa` explicit bits and `bias`. */
static uint16_t round_to_16(double value, int mantissa, int bias) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint16_t sign = (uint16_t)(bits >> 48 & 0x8000);
  uint16_t infinity = (uint16_t)((2 * bias + 1) << mantissa);
  bits &= 0x7fffffffffffffffull;
  if (bits > 0x7ff0000000000000ull)
    return sign | infinity | (uint16_t)(1 << (mantissa - 1));
  int exponent = (int)(bits >> 52) - 1023;
  if (exponent > bias)
    return sign | infinity;
  if (exponent < -bias - mantissa - 1)
    return sign;
  uint64_t fraction = (bits & 0xfffffffffffffull) | 0x10000000000000ull;
  /* Below the smallest normal number the last place stays where it is. */
  int shift = 52 - mantissa;
  int field = exponent + bias;
  if (field < 1) {
    shift += 1 - field;
    field = 1;
  }
  uint64_t kept = fraction >> shift, half = 1ull << (shift - 1);
  uint64_t rest = fraction & ((1ull << shift) - 1);
  if (rest > half || (rest == half && (kept & 1)))
    ++kept;
  /* The leading one of `kept` adds one to the field, as does a carry. */
  return sign | (uint16_t)(((uint64_t)(field - 1) << mantissa) + kept);
}

uint16_t spex_bf16_from_f64(double value) { return round_to_16(value, 7, 127); }

uint16_t spex_f16_from_f64(double value) { return round_to_16(value, 10, 15); }

double spex_load_f64(spex_type type, const void *data, int64_t i) {
  const char *at = (const char *)data + i * types[type].bytes;
#define LOAD(T)                                                                \
  {                                                                            \
    T x;                                                                       \
    memcpy(&x, at, sizeof x);                                                  \
    return (double)x;                                                          \
  }
  uint16_t half;
  switch (type) {
  case SPEX_F64:
    LOAD(double)
  case SPEX_F32:
    LOAD(float)
  case SPEX_I64:
    LOAD(int64_t)
  case SPEX_I32:
    LOAD(int32_t)
  case SPEX_I16:
    LOAD(int16_t)
  case SPEX_I8:
    LOAD(int8_t)
  case SPEX_U64:
    LOAD(uint64_t)
  case SPEX_U32:
    LOAD(uint32_t)
  case SPEX_U16:
    LOAD(uint16_t)
  case SPEX_U8:
  case SPEX_BOOL:
    LOAD(uint8_t)
  case SPEX_BF16:
    memcpy(&half, at, sizeof half);
    return spex_f32_from_bf16(half);
  case SPEX_F16:
    memcpy(&half, at, sizeof half);
    return spex_f32_from_f16(half);
  case SPEX_TYPE_COUNT:
    break;
  }
#undef LOAD
  return 0;
}

void spex_store_f64(spex_type type, void *data, int64_t i, double value) {
  char *at = (char *)data + i * types[type].bytes;
#define STORE(T)                                                               \
  {                                                                            \
    T x = (T)value;                                                            \
    memcpy(at, &x, sizeof x);                                                  \
    return;                                                                    \
  }
  uint16_t half;
  switch (type) {
  case SPEX_F64:
    STORE(double)
  case SPEX_F32:
    STORE(float)
  case SPEX_I64:
    STORE(int64_t)
  case SPEX_I32:
    STORE(int32_t)
  case SPEX_I16:
    STORE(int16_t)
  case SPEX_I8:
    STORE(int8_t)
  case SPEX_U64:
    STORE(uint64_t)
  case SPEX_U32:
    STORE(uint32_t)
  case SPEX_U16:
    STORE(uint16_t)
  case SPEX_U8:
  case SPEX_BOOL:
    STORE(uint8_t)
  case SPEX_BF16:
  case SPEX_F16:
    half = type == SPEX_BF16 ? spex_bf16_from_f64(value)
                             : spex_f16_from_f64(value);
    memcpy(at, &half, sizeof half);
    return;
  case SPEX_TYPE_COUNT:
    break;
  }
#undef STORE
}

void spex_convert(spex_type from_type, const void *from, spex_type to_type,
                  void *to, int64_t count) {
  if (from_type == to_type) {
    memcpy(to, from, (size_t)(count * types[to_type].bytes));
    return;
  }
  if (from_type == SPEX_BF16 && to_type == SPEX_F32) {
    /* The usual case of published weights. */
    for (int64_t i = 0; i < count; ++i) {
      uint16_t half;
      memcpy(&half, (const char *)from + 2 * i, sizeof half);
      ((float *)to)[i] = spex_f32_from_bf16(half);
    }
    return;
  }
  for (int64_t i = 0; i < count; ++i)
    spex_store_f64(to_type, to, i, spex_load_f64(from_type, from, i));
}

int64_t spex_element_count(const int64_t *shape, int rank, int64_t bytes) {
  int64_t count = 1, all;
  for (int i = 0; i < rank; ++i)
    if (shape[i] < 0 || __builtin_mul_overflow(count, shape[i], &count))
      return -1;
  return __builtin_mul_overflow(count, bytes, &all) ? -1 : count;
}

spex_status spex_tensor_allocate(spex_tensor *tensor, spex_error *error) {
  int64_t bytes = types[tensor->type].bytes;
  int64_t count = spex_element_count(tensor->shape, tensor->rank, bytes);
  tensor->data = count < 0 ? NULL : calloc((size_t)count + 1, (size_t)bytes);
  if (tensor->data)
    return SPEX_OK;
  char text[256];
  return spex_error_set(
      error, "not enough memory for %s%s", types[tensor->type].name,
      spex_shape_text(text, sizeof text, tensor->shape, tensor->rank));
}

void spex_tensor_free(spex_tensor *tensor) {
  free(tensor->data);
  tensor->data = NULL;
}

const char *spex_shape_text(char *text, uint64_t size, const int64_t *shape,
                            int rank) {
  uint64_t at = 0;
  text[0] = 0;
  for (int i = 0; i <= rank && at < size; ++i) {
    int n = i < rank ? snprintf(text + at, size - at, "%s%lld", i ? ", " : "[",
                                (long long)shape[i])
                     : snprintf(text + at, size - at, i ? "]" : "[]");
    at += n > 0 ? (uint64_t)n : 0;
  }
  return text;
}

spex_status spex_indices(const spex_tensor *tensor, const char *name,
                         int64_t bound, int32_t *values, spex_error *error) {
  spex_type type = tensor->type;
  if (type < SPEX_I64 || type > SPEX_U8)
    return spex_error_set(error, "input `%s` must hold integers, and is %s",
                          name, spex_type_name(type));
  int64_t count = spex_element_count(tensor->shape, tensor->rank, 8);
  int64_t low = bound > 0 ? 0 : INT32_MIN;
  int64_t high = bound > 0 ? bound - 1 : INT32_MAX;
  for (int64_t i = 0; i < count; ++i) {
    /* As a double only in the narrow types, where it is exact. */
    int64_t value;
    if (type == SPEX_I64 || type == SPEX_U64)
      memcpy(&value, (const char *)tensor->data + 8 * i, sizeof value);
    else
      value = (int64_t)spex_load_f64(type, tensor->data, i);
    int huge = type == SPEX_U64 && value < 0;
    if (huge || value < low || value > high) {
      char text[32];
      snprintf(text, sizeof text, huge ? "%llu" : "%lld", (long long)value);
      return spex_error_set(
          error, "element %lld of input `%s` is %s, expected %lld to %lld",
          (long long)i, name, text, (long long)low, (long long)high);
    }
    values[i] = (int32_t)value;
  }
  return SPEX_OK;
}
