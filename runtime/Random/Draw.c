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

enum { UNIFORM, NORMAL, GUMBEL, INDEX, GAMMA };

static double number_of(int64_t kind, uint32_t word) {
  return kind == NORMAL   ? spex_normal(word)
         : kind == GUMBEL ? spex_gumbel(word)
                          : spex_uniform(word);
}

/* Elements first .. first + width - 1 into out [at], ... */
static void draw_entry(uint64_t key, uint64_t first, int64_t width,
                       int64_t kind, int64_t bound, const double *shapes,
                       int64_t bytes, void *out, int64_t at) {
  for (int64_t i = 0; i < width; ++i, ++at) {
    uint64_t element = first + (uint64_t)i;
    if (kind == GAMMA) {
      ((double *)out)[at] = spex_gamma(shapes[at], key, element);
      continue;
    }
    uint32_t word = spex_random_word(key, element, 0);
    double value = number_of(kind, word);
    if (kind == INDEX)
      ((int32_t *)out)[at] = (int32_t)((word * (uint64_t)bound) >> 32);
    else if (bytes == 8)
      ((double *)out)[at] = value;
    else
      ((float *)out)[at] = (float)value;
  }
}

void spex_draw(const spex_context *context, int64_t seed, const char *path,
               const char *statement, int64_t call, int64_t copy,
               int64_t entries, int64_t width, const int32_t *numbers,
               const int32_t *copies, int64_t kind, int64_t bound,
               const double *shapes, int64_t bytes, void *out) {
  uint64_t key = 0, known = UINT64_MAX;
  for (int64_t e = 0; e < entries; ++e) {
    uint64_t mine = (uint64_t)(copies ? copy + copies[e] : copy);
    if (mine != known) /* entries of one copy mostly follow each other */
      key = spex_random_key(context ? context->seed : (uint64_t)seed, path,
                            statement, (uint64_t)call + (mine << 32));
    known = mine;
    uint64_t number = (uint64_t)(numbers ? numbers[e] : e);
    draw_entry(key, number * (uint64_t)width, width, kind, bound, shapes, bytes,
               out, e * width);
  }
}
