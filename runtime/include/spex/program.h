/*===- program.h - What a compiled model exports ------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one symbol of a compiled program and what the runtime calls through it.
// WrapEntry (dialects/Conversion/GroupedToRuntime) writes it, runtime/Model
// reads it. docs/runtime-abi.md describes the manifest.
//
//===----------------------------------------------------------------------===*/

#ifndef SPEX_PROGRAM_H
#define SPEX_PROGRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a structure or a function of this directory changes. */
#define SPEX_ABI 1

/* 0 is success; anything else ends the run. The reason stands in the context
   (spex_fail) or in the spex_error of the caller. */
typedef int32_t spex_status;
enum { SPEX_OK = 0, SPEX_FAILED = 1 };

/* Pool, statistics, recorded choices and the worker scratch of one run.
   Generated code passes it on and never looks inside. */
typedef struct spex_context spex_context;

/* `dims` everywhere: one size for each entry of the manifest's "dims", in
   order; then, if its "step" is not null, two more: the position of the first
   element of this call, and the positions the state was made for. A forward
   run has position 0 and as many positions as the call has. */
typedef struct spex_program {
  uint32_t size;        /* sizeof(spex_program) */
  uint32_t abi;         /* SPEX_ABI */
  const char *manifest; /* JSON, not ended by a zero */
  uint64_t manifest_size;

  /* Bytes for a call of these sizes; none may be negative. `worker_bytes` is
     needed once for each worker. `state_bytes` depends on the capacity and the
     batch only. A null function means 0. */
  int64_t (*scratch_bytes)(const int64_t *dims);
  int64_t (*worker_bytes)(const int64_t *dims);
  int64_t (*state_bytes)(const int64_t *dims);

  /* Makes the packed weights, once, after loading. raw[i] holds parameter i of
     the manifest, contiguous, row-major, in the parameter's type; it is gone
     when prepare has returned. packed[j] has packed_bytes[j] zeroed bytes,
     aligned to 64 and in 2 MiB pages where it is large. The manifest's
     "packed" is the number of entries of packed_bytes. */
  spex_status (*prepare)(spex_context *context, void *const *raw,
                         void *const *packed);
  const int64_t *packed_bytes;

  /* Runs once. in[i], out[i]: arrays in manifest order, row-major (index:
     int32, bool: one byte, int: int32). scratch and state are aligned to 64;
     state is zeroed before position 0 and otherwise as the last call left it;
     it is null if the manifest has no "step". */
  spex_status (*run)(spex_context *context, const int64_t *dims,
                     void *const *in, void *const *out, void *const *packed,
                     void *scratch, void *state);
} spex_program;

/* The symbol of the program inside an executable; start.c passes it on. */
extern const spex_program spex_executable_program;

/* main() of every executable. Never prints to stdout but what was asked for;
   returns the exit status. */
int spex_main(const spex_program *program, int argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_PROGRAM_H */
