/*===- ExpertFfn.c - Time a compiled layer of experts -------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs cases/expert_ffn.spex, which is linked in, on 512, 64, 16 and 1 tokens,
// through the C interface of compiled programs. Says what part of the limit is
// reached: the larger of operations / peak and bytes of the chosen experts'
// weights / read bandwidth, divided by the time. The sizes are those that
// bench/run compiled the case with.
//
//===----------------------------------------------------------------------===*/

#include "bench/Calibration.h"
#include "runtime/Model/Model.h"
#include "spex/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  D = BENCH_D,
  F = BENCH_F,
  E = BENCH_E,
  K = BENCH_K,
  MAX_T = 512,
  MAX_RUNS = 61
};

typedef struct figure {
  double seconds, ofLimit, ofPeak, ofBandwidth;
} figure;

static int byTime(const void *a, const void *b) {
  double x = ((const figure *)a)->seconds, y = ((const figure *)b)->seconds;
  return (x > y) - (x < y);
}
static int byLimit(const void *a, const void *b) {
  double x = ((const figure *)a)->ofLimit, y = ((const figure *)b)->ofLimit;
  return (x > y) - (x < y);
}

/* Numbers from -1 to 1 that do not repeat. */
static void fill(void *x, int isBf16, long n) {
  static unsigned state = 1;
  for (long i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    float value = (float)(state >> 8) * 0x1p-23f - 1;
    if (isBf16)
      ((uint16_t *)x)[i] = spex_bf16_from_f64(value);
    else
      ((float *)x)[i] = value;
  }
}

static int activeExperts(const spex_model *model) {
  const spex_layer *layer = &model->context.choices->layers[0][0];
  int active = 0;
  for (int e = 0; e < E; ++e)
    active += layer->count[e] > 0;
  return active;
}

/* One run on fresh tokens, so that a single token's experts come from memory.
 */
static spex_status measure(spex_model *model, int64_t tokens, int threads,
                           void *x, void *y, figure *result,
                           spex_error *error) {
  int isBf16 = model->manifest.inputs[0].type == SPEX_BF16;
  double (*measurePeak)(void) = isBf16 ? bench_peak_bf16 : bench_peak_f32;
  fill(x, isBf16, tokens * D);
  void *in[] = {x}, *out[] = {y};
  double peak = measurePeak(), bandwidth = bench_read_bandwidth();
  spex_choices_clear(model->context.choices);
  double begin = bench_now();
  if (spex_model_run(model, &tokens, in, out, error) != SPEX_OK)
    return SPEX_FAILED;
  result->seconds = bench_now() - begin;
  peak = threads * (peak + measurePeak()) / 2;
  double after = bench_read_bandwidth();
  bandwidth = bandwidth > after ? bandwidth : after;
  double operations =
      2.0 * (double)tokens * (K * 3.0 * D * F + (double)D * E) * 1e-9;
  double bytes =
      (isBf16 ? 2.0 : 4.0) * activeExperts(model) * 3.0 * D * F * 1e-9;
  result->ofPeak = operations / peak / result->seconds;
  result->ofBandwidth = bytes / bandwidth / result->seconds;
  result->ofLimit = result->ofPeak > result->ofBandwidth ? result->ofPeak
                                                         : result->ofBandwidth;
  return SPEX_OK;
}

static spex_status report(spex_model *model, int64_t tokens, int threads,
                          double seconds, spex_error *error) {
  static float x[MAX_T * D], y[MAX_T * D];
  figure runs[MAX_RUNS];
  int count = 0;
  double begin = bench_now();
  figure warm;
  if (measure(model, tokens, threads, x, y, &warm, error) != SPEX_OK)
    return SPEX_FAILED;
  while (count < MAX_RUNS && (count < 5 || bench_now() - begin < seconds))
    if (measure(model, tokens, threads, x, y, &runs[count++], error) != SPEX_OK)
      return SPEX_FAILED;
  qsort(runs, (size_t)count, sizeof *runs, byTime);
  figure typical = runs[count / 2], best = runs[count / 10];
  qsort(runs, (size_t)count, sizeof *runs, byLimit);
  printf("T=%-4lld %8.2f ms  %5.1f %% of the limit (p90 %5.1f)   %5.1f %% of "
         "the peak, %5.1f %% of reading   p10 %.2f ms, %d runs\n",
         (long long)tokens, typical.seconds * 1e3,
         100 * runs[count / 2].ofLimit,
         100 * runs[count - 1 - count / 10].ofLimit, 100 * typical.ofPeak,
         100 * typical.ofBandwidth, best.seconds * 1e3, count);
  fflush(stdout);
  return SPEX_OK;
}

static spex_status run(int threads, double seconds, int argc, char **argv,
                       spex_error *error) {
  spex_model model;
  if (spex_model_open(&model, &spex_executable_program, error) != SPEX_OK ||
      spex_model_check_cpu(&model, error) != SPEX_OK ||
      spex_model_start(&model, threads, error) != SPEX_OK ||
      spex_model_load(&model, NULL, 0, error) != SPEX_OK)
    return SPEX_FAILED;
  model.context.choices =
      spex_choices_create(model.manifest.routes, model.manifest.route_count, 0);
  if (!model.context.choices)
    return spex_error_set(error, "no memory for statistics");
  int isBf16 = model.manifest.inputs[0].type == SPEX_BF16;
  printf("expert FFN, d %d, f %d, %d experts, %d chosen, %s, %d thread(s); "
         "%s, peak %.1f Gop/s, read %.1f GB/s a thread\n",
         D, F, E, K, isBf16 ? "bf16" : "f32", threads, bench_instruction_set(),
         isBf16 ? bench_peak_bf16() : bench_peak_f32(), bench_read_bandwidth());
  static const int64_t usual[] = {512, 64, 16, 1};
  int count = argc ? argc : 4;
  for (int i = 0; i < count; ++i) {
    int64_t tokens = argc ? atoll(argv[i]) : usual[i];
    if (tokens < 1 || tokens > MAX_T)
      return spex_error_set(error, "T must be 1 to %d", MAX_T);
    if (report(&model, tokens, threads, seconds, error) != SPEX_OK)
      return SPEX_FAILED;
  }
  return SPEX_OK;
}

int main(int argc, char **argv) {
  int threads = 1, next = 1;
  double seconds = 4;
  for (; next + 1 < argc && argv[next][0] == '-'; next += 2) {
    if (!strcmp(argv[next], "--threads"))
      threads = atoi(argv[next + 1]);
    else if (!strcmp(argv[next], "--seconds"))
      seconds = atof(argv[next + 1]);
  }
  spex_error error;
  if (run(threads, seconds, argc - next, argv + next, &error) == SPEX_OK)
    return 0;
  fprintf(stderr, "error: %s\n", error.message);
  return 1;
}
