/*===- Memory.c - Large zeroed memory -------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Memory.h.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE (2ll << 20)

/* More than the machine has would be promised, and end in a signal later. */
static int exceeds_machine(int64_t bytes) {
  int64_t pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 && bytes / page >= pages;
}

static char *map_huge(spex_block *block, int64_t bytes) {
  block->base_bytes =
      (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE + HUGE_PAGE;
  block->base = mmap(NULL, (size_t)block->base_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block->base == MAP_FAILED)
    return NULL;
  block->mapped = 1;
  uintptr_t at =
      ((uintptr_t)block->base + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
  /* Only advice: without such pages everything works, more slowly. */
  madvise((void *)at, (size_t)(block->base_bytes - HUGE_PAGE), MADV_HUGEPAGE);
  return (char *)at;
}

spex_status spex_block_allocate(spex_block *block, int64_t bytes,
                                const char *what, spex_error *error) {
  memset(block, 0, sizeof *block);
  block->bytes = bytes;
  if (bytes >= 0 && bytes <= INT64_MAX / 2 && !exceeds_machine(bytes)) {
    if (bytes >= HUGE_PAGE)
      block->data = map_huge(block, bytes);
    else {
      size_t rounded = ((size_t)bytes + 127) / 64 * 64;
      block->base = aligned_alloc(64, rounded);
      if (block->base)
        memset(block->base, 0, rounded);
      block->data = block->base;
    }
  }
  if (block->data)
    return SPEX_OK;
  memset(block, 0, sizeof *block);
  return spex_error_set(error, "not enough memory for %s: %lld MiB are needed",
                        what, (long long)(bytes >> 20));
}

void spex_block_free(spex_block *block) {
  if (block->mapped)
    munmap(block->base, (size_t)block->base_bytes);
  else
    free(block->base);
  memset(block, 0, sizeof *block);
}
