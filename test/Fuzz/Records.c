/*===- Records.c - Any bytes as recorded choices or a manifest ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two forms of JSON: every input is read as both.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Manifest.h"
#include "runtime/Stats/Choices.h"
#include "test/Fuzz/MemoryFile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  spex_error error;
  spex_route route = {"Block.y", 4, 2, 2};
  spex_choices *choices = spex_choices_create(&route, 1, 1);
  spex_choices_read_replay(choices, memory_file(data, size), &error);
  spex_choices_destroy(choices);

  spex_manifest manifest;
  spex_manifest_read(&manifest, (const char *)data, (int64_t)size, &error);
  spex_manifest_free(&manifest);
  return 0;
}
