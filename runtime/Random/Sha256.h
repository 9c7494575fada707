/*===- Sha256.h - SHA-256 in pieces -------------------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pieces of a key are hashed one after the other, without a buffer.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_RANDOM_SHA256_H
#define RUNTIME_RANDOM_SHA256_H

#include "spex/random.h"

typedef struct spex_sha256_state {
  uint32_t state[8];
  uint64_t size;
  uint8_t block[64];
} spex_sha256_state;

void spex_sha256_begin(spex_sha256_state *hash);
void spex_sha256_add(spex_sha256_state *hash, const void *data, uint64_t size);
void spex_sha256_end(spex_sha256_state *hash, uint8_t digest[32]);

#endif /* RUNTIME_RANDOM_SHA256_H */
