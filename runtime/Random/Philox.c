/*===- Philox.c - Philox4x32-10 and its keys ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Keys
// and counters as in language.md, section 11.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Random/Sha256.h"

#include <string.h>

void spex_philox(const uint32_t counter[4], const uint32_t key[2],
                 uint32_t words[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)b;
    c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)a;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

static void add_u64(spex_sha256_state *hash, uint64_t value) {
  uint8_t bytes[8];
  for (int i = 0; i < 8; ++i)
    bytes[i] = (uint8_t)(value >> (8 * i));
  spex_sha256_add(hash, bytes, sizeof bytes);
}

uint64_t spex_random_key(uint64_t seed, const char *path, const char *statement,
                         uint64_t call) {
  spex_sha256_state hash;
  spex_sha256_begin(&hash);
  add_u64(&hash, seed);
  /* With their zeros, so that "ab", "c" and "a", "bc" differ. */
  spex_sha256_add(&hash, path, strlen(path) + 1);
  spex_sha256_add(&hash, statement, strlen(statement) + 1);
  add_u64(&hash, call);
  uint8_t digest[32];
  spex_sha256_end(&hash, digest);
  uint64_t key = 0;
  for (int i = 7; i >= 0; --i)
    key = key << 8 | digest[i];
  return key;
}

uint32_t spex_random_word(uint64_t key, uint64_t element, uint64_t step) {
  uint64_t block = element / 4;
  uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32),
                         (uint32_t)step, (uint32_t)(step >> 32)};
  uint32_t halves[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
  uint32_t words[4];
  spex_philox(counter, halves, words);
  return words[element % 4];
}
