/*===- Calibration.h - What this machine can do right now ---------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Short loops that stand before and after every timed run, so that a figure is
// a ratio to its own neighbourhood in time: clocks and neighbours change.
//
//===----------------------------------------------------------------------===*/

#ifndef BENCH_CALIBRATION_H
#define BENCH_CALIBRATION_H

/* Seconds of a clock that only goes forward. */
double bench_now(void);

/* f32 operations in a second of fused multiply-adds on one thread, in units of
   10^9; about a quarter of a millisecond. */
double bench_peak_f32(void);

/* The same for products of bf16 with sums in f32: by vdpbf16ps where this was
   compiled for it, else the peak of f32, since operands have to be widened. */
double bench_peak_bf16(void);

/* Bytes read in a second from beyond the caches by one thread, in units of
   10^9: the best of one and of two streams. The first call makes a buffer of
   512 MiB. */
double bench_read_bandwidth(void);

/* "AVX-512" or "AVX2": what the loops above were compiled for. */
const char *bench_instruction_set(void);

#endif /* BENCH_CALIBRATION_H */
