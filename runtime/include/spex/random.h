/*===- random.h - Counter-based random numbers and initial values -*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Philox4x32-10 keyed by SHA-256, as language.md section 11 says. The compiled
// model, the interpreter and the tests draw the same bits from here; nothing in
// it depends on libm, so they are the same on every machine.
//
//===----------------------------------------------------------------------===*/

#ifndef SPEX_RANDOM_H
#define SPEX_RANDOM_H

#include "spex/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The 32 bytes of SHA-256 of data [size]. */
void spex_sha256(const void *data, uint64_t size, uint8_t digest[32]);

/* Philox4x32 with ten rounds: four words from a counter and a key. */
void spex_philox(const uint32_t counter[4], const uint32_t key[2],
                 uint32_t words[4]);

/* The key of one call in one statement: the first 8 bytes, little endian, of
   SHA-256 of seed (8 bytes, little endian), path, a zero byte, statement, a
   zero byte, and call (8 bytes, little endian). Paths longer than 4096 bytes
   are never made by the compiler; longer ones are hashed to their end too. */
uint64_t spex_random_key(uint64_t seed, const char *path, const char *statement,
                         uint64_t call);

/* Word `element` of the stream at `step`: word element mod 4 of the counter
   (element div 4: 64 bits, step: 64 bits), low words first. */
uint32_t spex_random_word(uint64_t key, uint64_t element, uint64_t step);

double spex_uniform(uint32_t word); /* (w div 256) * 2^-24 */
double spex_normal(uint32_t word); /* inverse normal CDF of (w + 1/2) * 2^-32 */
double spex_gumbel(uint32_t word); /* -log(-log((w + 1/2) * 2^-32)) */

/* A gamma number, by Marsaglia and Tsang: attempt i takes the words of
   `element` at steps 2i and 2i + 1, behind one more uniform for a shape below
   1. After 64 attempts, of which each succeeds in 19 of 20 cases, the mean. */
double spex_gamma(double shape, uint64_t key, uint64_t element);

/* The inverse of the normal distribution function, 0 < p < 1, to about 1e-15.
 */
double spex_inverse_normal_cdf(double p);
/* log and exp to about 1 unit in the last place, by additions,
   multiplications and divisions only: the same bits on every machine. */
double spex_log(double x);
double spex_exp(double x);

/* The first index whose running sum (ascending) exceeds u * sum(p); the last
   one with p > 0 if rounding leaves none. */
int64_t spex_categorical(const float *p, int64_t count, double u);

/* The element after `count` logits at position p, of language.md section 12 and
   the `--temperature` of an executable: the greatest (the first of equals; NaN
   counts as the lowest) at temperature 0, else
   categorical(softmax(logits / temperature)) in f32 with path `generate`,
   statement `sample`, call 0, element 0 and `position` as the step. */
int64_t spex_sample(const float *logits, int64_t count, double temperature,
                    uint64_t seed, uint64_t position);

typedef enum spex_init_kind {
  SPEX_INIT_ZEROS,
  SPEX_INIT_ONES,
  SPEX_INIT_CONSTANT,
  SPEX_INIT_NORMAL,
  SPEX_INIT_TRUNC_NORMAL, /* cut at two standard deviations */
  SPEX_INIT_UNIFORM,      /* value: the bound, of `uniform_fan` too */
  SPEX_INIT_ORTHOGONAL
} spex_init_kind;

/* "zeros", "normal", ... of a manifest ("uniform_fan" is "uniform" with its
   bound worked out). Gives back -1 for another word. */
int spex_init_kind_of(const char *word);

/* The initial value of an element, not yet rounded. `key` is
   spex_random_key(seed, full path, "init", 0); the step is 0. `element` counts
   over the full shape, dimensions of `stack`, `each` and experts in front.
   Not for SPEX_INIT_ORTHOGONAL. */
double spex_initial_value(spex_init_kind kind, double value, uint64_t key,
                          uint64_t element);

/* All initial values of one parameter, of any kind, rounded to `type` (a float
   type) into `data`. For `orthogonal` the `declared` last dimensions of `shape`
   make one matrix each: the last against the rest. SPEX_FAILED: no memory for
   such a matrix. */
spex_status spex_initial_values(spex_init_kind kind, double value, uint64_t key,
                                const int64_t *shape, int rank, int declared,
                                spex_type type, void *data);

/* Elements first .. first + count - 1 of them, for work on several threads; not
   for SPEX_INIT_ORTHOGONAL. `data` is that of element 0. */
void spex_initial_range(spex_init_kind kind, double value, uint64_t key,
                        int64_t first, int64_t count, spex_type type,
                        void *data);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_RANDOM_H */
