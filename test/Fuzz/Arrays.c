/*===- Arrays.c - Any bytes as npy ----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===*/

#include "spex/tensor.h"
#include "test/Fuzz/MemoryFile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  spex_tensor tensor;
  spex_error error;
  if (spex_npy_read(memory_file(data, size), &tensor, &error) == SPEX_OK)
    spex_tensor_free(&tensor);
  return 0;
}
