/*===- Clock.h - Seconds ------------------------------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For what is printed about speed.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MAIN_CLOCK_H
#define RUNTIME_MAIN_CLOCK_H

#include <time.h>

static inline double spex_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif /* RUNTIME_MAIN_CLOCK_H */
