/*===- Initial.c - Initial values of parameters ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element n of a parameter depends on seed, path and n only: adding a layer
// elsewhere moves nothing. Used when no weights are given, and by the
// interpreter.
//
//===----------------------------------------------------------------------===*/

#include "spex/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int spex_init_kind_of(const char *word) {
  static const struct {
    const char *word;
    spex_init_kind kind;
  } table[] = {{"zeros", SPEX_INIT_ZEROS},
               {"ones", SPEX_INIT_ONES},
               {"constant", SPEX_INIT_CONSTANT},
               {"normal", SPEX_INIT_NORMAL},
               {"trunc_normal", SPEX_INIT_TRUNC_NORMAL},
               {"uniform", SPEX_INIT_UNIFORM},
               {"uniform_fan", SPEX_INIT_UNIFORM},
               {"orthogonal", SPEX_INIT_ORTHOGONAL}};
  for (size_t i = 0; i < sizeof table / sizeof *table; ++i)
    if (strcmp(word, table[i].word) == 0)
      return (int)table[i].kind;
  return -1;
}

/* The normal distribution function at -2: what is cut off on each side. */
#define BELOW_MINUS_TWO 0.022750131948179209

static double value_of(spex_init_kind kind, double value, uint32_t word) {
  switch (kind) {
  case SPEX_INIT_NORMAL:
    return value * spex_normal(word);
  case SPEX_INIT_TRUNC_NORMAL: {
    double u = (word + 0.5) * 0x1p-32;
    return value * spex_inverse_normal_cdf(BELOW_MINUS_TWO +
                                           u * (1 - 2 * BELOW_MINUS_TWO));
  }
  case SPEX_INIT_UNIFORM:
    return value * (2 * spex_uniform(word) - 1);
  case SPEX_INIT_ONES:
    return 1;
  case SPEX_INIT_CONSTANT:
    return value;
  default:
    return 0;
  }
}

double spex_initial_value(spex_init_kind kind, double value, uint64_t key,
                          uint64_t element) {
  return value_of(kind, value, spex_random_word(key, element, 0));
}

static double dot(const double *a, const double *b, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i)
    sum += a[i] * b[i];
  return sum;
}

/* Gram and Schmidt, twice over each vector, which is as good as Householder. */
static void orthonormalise(double *vectors, int64_t count, int64_t length) {
  for (int64_t i = 0; i < count; ++i) {
    double *v = vectors + i * length;
    for (int pass = 0; pass < 2; ++pass)
      for (int64_t j = 0; j < i; ++j) {
        const double *u = vectors + j * length;
        double along = dot(u, v, length);
        for (int64_t k = 0; k < length; ++k)
          v[k] -= along * u[k];
      }
    double norm = sqrt(dot(v, v, length));
    for (int64_t k = 0; k < length; ++k)
      v[k] = norm > 0 ? v[k] / norm : 0;
  }
}

/* One matrix [rows][columns] that begins at element `first`. The vectors made
   orthogonal are its rows or its columns, whichever are fewer. */
static void fill_orthogonal(double gain, uint64_t key, int64_t first,
                            int64_t rows, int64_t columns, double *work,
                            spex_type type, void *data) {
  int by_rows = rows <= columns;
  int64_t count = by_rows ? rows : columns, length = by_rows ? columns : rows;
  for (int64_t i = 0; i < count; ++i)
    for (int64_t k = 0; k < length; ++k) {
      int64_t element = first + (by_rows ? i * columns + k : k * columns + i);
      work[i * length + k] =
          spex_normal(spex_random_word(key, (uint64_t)element, 0));
    }
  orthonormalise(work, count, length);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t k = 0; k < length; ++k) {
      int64_t element = first + (by_rows ? i * columns + k : k * columns + i);
      spex_store_f64(type, data, element, gain * work[i * length + k]);
    }
}

static int64_t product(const int64_t *sizes, int count) {
  int64_t result = 1;
  for (int i = 0; i < count; ++i)
    result *= sizes[i];
  return result;
}

static spex_status all_orthogonal(double gain, uint64_t key,
                                  const int64_t *shape, int rank, int declared,
                                  spex_type type, void *data) {
  if (declared < 1 || declared > rank)
    declared = rank;
  int64_t columns = rank > 0 ? shape[rank - 1] : 1;
  int64_t matrix = product(shape + rank - declared, declared);
  int64_t total = product(shape, rank);
  double *work = malloc((size_t)matrix * sizeof *work);
  if (!work)
    return SPEX_FAILED;
  for (int64_t first = 0; first < total; first += matrix)
    fill_orthogonal(gain, key, first, matrix / columns, columns, work, type,
                    data);
  free(work);
  return SPEX_OK;
}

void spex_initial_range(spex_init_kind kind, double value, uint64_t key,
                        int64_t first, int64_t count, spex_type type,
                        void *data) {
  int random = kind == SPEX_INIT_NORMAL || kind == SPEX_INIT_TRUNC_NORMAL ||
               kind == SPEX_INIT_UNIFORM;
  uint32_t words[4] = {0}, halves[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
  for (int64_t i = first; i < first + count; ++i) {
    if (random && (i % 4 == 0 || i == first)) {
      uint64_t block = (uint64_t)i / 4;
      uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), 0, 0};
      spex_philox(counter, halves, words);
    }
    spex_store_f64(type, data, i, value_of(kind, value, words[i % 4]));
  }
}

spex_status spex_initial_values(spex_init_kind kind, double value, uint64_t key,
                                const int64_t *shape, int rank, int declared,
                                spex_type type, void *data) {
  if (kind == SPEX_INIT_ORTHOGONAL)
    return all_orthogonal(value, key, shape, rank, declared, type, data);
  spex_initial_range(kind, value, key, 0, product(shape, rank), type, data);
  return SPEX_OK;
}
