//===- MemoryFile.h - Bytes under a file name -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime's readers take paths; a fuzzer has bytes. The file lies in
// memory and is written anew for each input.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_FUZZ_MEMORYFILE_H
#define TEST_FUZZ_MEMORYFILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline const char *memory_file(const uint8_t *data, size_t size) {
  static int file = -1;
  static char path[64];
  if (file < 0) {
    file = memfd_create("input", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  }
  if (ftruncate(file, 0) != 0 ||
      pwrite(file, data, size, 0) != (ssize_t)size)
    abort();
  return path;
}

#endif // TEST_FUZZ_MEMORYFILE_H
