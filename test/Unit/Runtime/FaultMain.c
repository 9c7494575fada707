/*===- FaultMain.c - The hand-written program on a failing system ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SPEX_FAIL=n makes the n-th of its calls to the system fail: memory, reading,
// writing, threads. The linker puts these between the runtime and libc.
//
//===----------------------------------------------------------------------===*/

#include "spex/program.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/types.h>

static long left;

static int fails(void) { return left > 0 && --left == 0; }

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *data, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_mmap(void *at, size_t size, int protection, int flags, int file,
                  off_t offset);
ssize_t __real_pread(int file, void *data, size_t size, off_t offset);
ssize_t __real_write(int file, const void *data, size_t size);
int __real_close(int file);
int __real_rename(const char *from, const char *to);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);

void *__wrap_malloc(size_t size) {
  return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *data, size_t size) {
  return fails() ? NULL : __real_realloc(data, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
  return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int file,
                  off_t offset) {
  return fails() ? (void *)-1
                 : __real_mmap(at, size, protection, flags, file, offset);
}

static int set_error(int number) {
  errno = number;
  return -1;
}

ssize_t __wrap_pread(int file, void *data, size_t size, off_t offset) {
  return fails() ? set_error(EIO) : __real_pread(file, data, size, offset);
}

ssize_t __wrap_write(int file, const void *data, size_t size) {
  return fails() ? set_error(ENOSPC) : __real_write(file, data, size);
}

int __wrap_close(int file) {
  int result = __real_close(file);
  return fails() ? set_error(EIO) : result;
}

int __wrap_rename(const char *from, const char *to) {
  return fails() ? set_error(EACCES) : __real_rename(from, to);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument) {
  return fails() ? EAGAIN
                 : __real_pthread_create(thread, attributes, start, argument);
}

int main(int argc, char **argv) {
  const char *text = getenv("SPEX_FAIL");
  left = text ? atol(text) : 0;
  return spex_main(&spex_executable_program, argc, argv);
}
