/*===- tensor.h - Arrays, element types and .npy files ------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What goes in and out of a model. Used by runtime/Main, by the interpreter's
// command and by tests. Row-major everywhere.
//
//===----------------------------------------------------------------------===*/

#ifndef SPEX_TENSOR_H
#define SPEX_TENSOR_H

#include "spex/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Element types of files and of programs. `int` of the language and index<V>
   are SPEX_I32, bool is SPEX_BOOL: one byte, 0 or 1. */
typedef enum spex_type {
  SPEX_F64,
  SPEX_F32,
  SPEX_BF16,
  SPEX_F16,
  SPEX_I64,
  SPEX_I32,
  SPEX_I16,
  SPEX_I8,
  SPEX_U64,
  SPEX_U32,
  SPEX_U16,
  SPEX_U8,
  SPEX_BOOL,
  SPEX_TYPE_COUNT
} spex_type;

enum { SPEX_MAX_RANK = 16 };

int64_t spex_type_bytes(spex_type type);
/* "f32", "i64", "bool" ... */
const char *spex_type_name(spex_type type);

float spex_f32_from_bf16(uint16_t bits);
float spex_f32_from_f16(uint16_t bits);
/* Round to nearest even; NaN stays NaN. The double is rounded once. */
uint16_t spex_bf16_from_f64(double value);
uint16_t spex_f16_from_f64(double value);

/* Element `i` of an array as a double (64-bit integers may round). */
double spex_load_f64(spex_type type, const void *data, int64_t i);
/* Rounds to a float type, once. Integer types: value must be in range. */
void spex_store_f64(spex_type type, void *data, int64_t i, double value);

/* Converts between float types, each element rounded once. `from` need not be
   aligned; the arrays must not overlap. */
void spex_convert(spex_type from_type, const void *from, spex_type to_type,
                  void *to, int64_t count);

typedef struct spex_tensor {
  spex_type type;
  int rank;
  int64_t shape[SPEX_MAX_RANK];
  void *data; /* owned; freed by spex_tensor_free */
} spex_tensor;

/* Product of the sizes, or -1 where it (or its bytes) would not fit. */
int64_t spex_element_count(const int64_t *shape, int rank, int64_t bytes);
/* Zeroed memory for type, rank and shape, which are set already. */
spex_status spex_tensor_allocate(spex_tensor *tensor, spex_error *error);
void spex_tensor_free(spex_tensor *tensor);
/* Writes "[2, 64]" into `text` [size]; cut if it does not fit. */
const char *spex_shape_text(char *text, uint64_t size, const int64_t *shape,
                            int rank);

/* Reads a .npy file of format 1.0, 2.0 or 3.0: little endian or one byte f16
   f32 f64 i8..i64 u8..u64 bool, C order. Memory follows the size of the file,
   never what its header claims. */
spex_status spex_npy_read(const char *path, spex_tensor *tensor,
                          spex_error *error);

/* Writes format 1.0 through a temporary file beside `path`, which is renamed
   when it is whole; nothing is left behind after an error. bf16 is written as
   f32 and bool as uint8, as language.md section 12 says. */
spex_status spex_npy_write(const char *path, const spex_tensor *tensor,
                           spex_error *error);

/* The integers of `tensor` as int32, each checked to be in 0 .. bound - 1;
   `name` is the input's, for the message. For a bound of 0, any int32. */
spex_status spex_indices(const spex_tensor *tensor, const char *name,
                         int64_t bound, int32_t *values, spex_error *error);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_TENSOR_H */
