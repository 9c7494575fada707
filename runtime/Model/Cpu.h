/*===- Cpu.h - What this CPU can do -------------------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiled model checks what it needs when it starts, instead of dying of an
// illegal instruction.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MODEL_CPU_H
#define RUNTIME_MODEL_CPU_H

#include <stdint.h>

/* `feature` is LLVM's name: "avx2". 1 if CPU and system have it, 0 if not, -1
   if the name is unknown. */
int spex_cpu_has(const char *feature);

#endif /* RUNTIME_MODEL_CPU_H */
