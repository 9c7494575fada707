/*===- Weights.c - Any bytes as safetensors -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===*/

#include "spex/weights.h"
#include "test/Fuzz/MemoryFile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int64_t shape_a[1] = {2}, shape_b[2] = {2, 2};
  float a[2], b[4];
  spex_wanted wanted[2] = {{"a", SPEX_F32, 1, shape_a, a, 0, NULL},
                           {"b", SPEX_F32, 2, shape_b, b, 0, NULL}};
  spex_error error;
  spex_weights_read(memory_file(data, size), wanted, 2, &error);
  return 0;
}
