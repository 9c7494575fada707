/*===- Draw.c - Random numbers of a running model -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_draw of kernels.h: counter-based, so that no order of work and no number
// of threads changes a number.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Context.h"
#include "spex/kernels.h"
#include "spex/random.h"

enum { UNIFORM, NORMAL, GUMBEL, INDEX };

static double number_of(int64_t kind, uint32_t word) {
  return kind == NORMAL   ? spex_normal(word)
         : kind == GUMBEL ? spex_gumbel(word)
                          : spex_uniform(word);
}

void spex_draw(const spex_context *context, int64_t seed, const char *path,
               const char *statement, int64_t call, int64_t copy, int64_t count,
               int64_t kind, int64_t bound, int64_t bytes, void *out) {
  uint64_t number = (uint64_t)call + ((uint64_t)copy << 32);
  uint64_t key = spex_random_key(context ? context->seed : (uint64_t)seed, path,
                                 statement, number);
  for (int64_t i = 0; i < count; ++i) {
    uint32_t word = spex_random_word(key, (uint64_t)i, 0);
    double value = number_of(kind, word);
    if (kind == INDEX)
      ((int32_t *)out)[i] = (int32_t)((word * (uint64_t)bound) >> 32);
    else if (bytes == 8)
      ((double *)out)[i] = value;
    else
      ((float *)out)[i] = (float)value;
  }
}
