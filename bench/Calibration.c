/*===- Calibration.c - What this machine can do right now -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops are written as instructions: compilers differ in what they make of
// a loop around intrinsics, and some make half of the peak of it.
//
//===----------------------------------------------------------------------===*/

#include "bench/Calibration.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#ifdef __AVX512F__
#define REGISTER "%%zmm"
enum { LANES = 16 };
const char *bench_instruction_set(void) { return "AVX-512"; }
#else
#define REGISTER "%%ymm"
enum { LANES = 8 };
const char *bench_instruction_set(void) { return "AVX2"; }
#endif

double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Twelve chains: at least as many as latency times width needs. */
#define FMA(n) "vfmadd231ps " REGISTER "14, " REGISTER "15, " REGISTER #n "\n\t"
#define CLEAR(n) "vxorps %%xmm" #n ", %%xmm" #n ", %%xmm" #n "\n\t"
#define EACH(op)                                                               \
  op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11)

#define DOT(n) "vdpbf16ps " REGISTER "14, " REGISTER "15, " REGISTER #n "\n\t"

enum { LOOPS = 40000 };

/* Seconds of LOOPS rounds of the twelve. */
#define TIME(seconds, op)                                                      \
  long n = LOOPS;                                                              \
  double begin = bench_now();                                                  \
  __asm__ volatile(                                                            \
      EACH(CLEAR) CLEAR(14) CLEAR(15) "1:\n\t" EACH(op) "dec %0\n\tjnz 1b\n\t" \
      : "+r"(n)                                                                \
      :                                                                        \
      : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",  \
        "xmm8", "xmm9", "xmm10", "xmm11", "xmm14", "xmm15");                   \
  double seconds = bench_now() - begin

double bench_peak_f32(void) {
  TIME(seconds, FMA);
  return LOOPS * 12.0 * 2 * LANES / seconds * 1e-9;
}

double bench_peak_bf16(void) {
#ifdef __AVX512BF16__
  TIME(seconds, DOT);
  return LOOPS * 12.0 * 4 * LANES / seconds * 1e-9;
#else
  return bench_peak_f32();
#endif
}

enum { BUFFER = 512 << 20, SAMPLE = 32 << 20 };

#define LOAD(p, offset, n) "vmovaps " #offset "(%" #p "), %%ymm" #n "\n\t"

/* Two streams, `apart` bytes from each other (0: one stream). */
static double sample(const char *p, long bytes, long apart) {
  const char *q = p + apart;
  long step = apart ? 128 : 256, n = (apart ? bytes / 2 : bytes) / step;
  double begin = bench_now();
  if (apart)
    for (long i = 0; i < n; ++i, p += step, q += step)
      __asm__ volatile(LOAD(0, 0, 0) LOAD(0, 32, 1) LOAD(1, 0, 2) LOAD(1, 32, 3)
                           LOAD(0, 64, 0) LOAD(0, 96, 1) LOAD(1, 64, 2)
                               LOAD(1, 96, 3)
                       :
                       : "r"(p), "r"(q)
                       : "memory", "xmm0", "xmm1", "xmm2", "xmm3");
  else
    for (long i = 0; i < n; ++i, p += step)
      __asm__ volatile(LOAD(0, 0, 0) LOAD(0, 32, 1) LOAD(0, 64, 2)
                           LOAD(0, 96, 3) LOAD(0, 128, 0) LOAD(0, 160, 1)
                               LOAD(0, 192, 2) LOAD(0, 224, 3)
                       :
                       : "r"(p)
                       : "memory", "xmm0", "xmm1", "xmm2", "xmm3");
  return (double)bytes / (bench_now() - begin) * 1e-9;
}

double bench_read_bandwidth(void) {
  static char *buffer;
  static long at;
  if (!buffer) {
    buffer = aligned_alloc(2 << 20, BUFFER);
    if (!buffer)
      return 0;
    madvise(buffer, BUFFER, MADV_HUGEPAGE);
    memset(buffer, 1, BUFFER);
  }
  double one = sample(buffer + at, SAMPLE, 0);
  at = (at + SAMPLE) % BUFFER;
  double two = sample(buffer + at, SAMPLE, SAMPLE / 2);
  at = (at + SAMPLE) % BUFFER;
  return one > two ? one : two;
}
