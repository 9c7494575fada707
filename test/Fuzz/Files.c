/*===- Files.c - Any bytes as a file --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first byte chooses the reader, the rest is the file: weights, arrays,
// recorded choices, the manifest.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Manifest.h"
#include "runtime/Stats/Choices.h"
#include "spex/weights.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_weights(const char *path) {
  int64_t shape_a[1] = {2}, shape_b[2] = {2, 2};
  float a[2], b[4];
  spex_wanted wanted[2] = {{"a", SPEX_F32, 1, shape_a, a, 0, NULL},
                           {"b", SPEX_F32, 2, shape_b, b, 0, NULL}};
  spex_error error;
  spex_weights_read(path, wanted, 2, &error);
}

static void read_array(const char *path) {
  spex_tensor tensor;
  spex_error error;
  if (spex_npy_read(path, &tensor, &error) == SPEX_OK)
    spex_tensor_free(&tensor);
}

static void read_choices(const char *path) {
  spex_route route = {"Block.y", 4, 2, 2};
  spex_choices *choices = spex_choices_create(&route, 1, 1);
  spex_error error;
  spex_choices_read_replay(choices, path, &error);
  spex_choices_destroy(choices);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int file = -1;
  static char path[64];
  if (size == 0)
    return 0;
  if (file < 0) {
    file = memfd_create("input", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  }
  if (ftruncate(file, 0) != 0 ||
      pwrite(file, data + 1, size - 1, 0) != (ssize_t)(size - 1))
    return 0;
  spex_manifest manifest;
  spex_error error;
  switch (data[0] % 4) {
  case 0:
    read_weights(path);
    break;
  case 1:
    read_array(path);
    break;
  case 2:
    read_choices(path);
    break;
  default:
    spex_manifest_read(&manifest, (const char *)data + 1, (int64_t)size - 1,
                       &error);
    spex_manifest_free(&manifest);
  }
  return 0;
}
