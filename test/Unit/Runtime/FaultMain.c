/*===- FaultMain.c - The hand-written program on a failing system ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SPEX_FAIL=n makes the n-th of its calls to the system fail: memory, files,
// threads. SPEX_CALLS=FILE writes how many there were. The linker puts these
// functions between the runtime and libc.
//
//===----------------------------------------------------------------------===*/

#include "spex/program.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>

static long failing;
static _Atomic long calls;

static int fails(void) { return ++calls == failing; }

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *data, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_mmap(void *at, size_t size, int protection, int flags, int file,
                  off_t offset);
ssize_t __real_pread(int file, void *data, size_t size, off_t offset);
ssize_t __real_write(int file, const void *data, size_t size);
int __real_close(int file);
int __real_open(const char *path, int flags, ...);
int __real_openat(int folder, const char *path, int flags, ...);
int __real_fstat(int file, struct stat *info);
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

static mode_t mode_of(int flags, va_list arguments) {
  return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

int __wrap_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return fails() ? set_error(EMFILE) : __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return fails() ? set_error(EMFILE)
                 : __real_openat(folder, path, flags, mode);
}

int __wrap_fstat(int file, struct stat *info) {
  return fails() ? set_error(EIO) : __real_fstat(file, info);
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

static void write_calls(void) {
  const char *path = getenv("SPEX_CALLS");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (file) {
    fprintf(file, "%ld\n", (long)calls);
    fclose(file);
  }
}

int main(int argc, char **argv) {
  const char *text = getenv("SPEX_FAIL");
  failing = text ? atol(text) : 0;
  atexit(write_calls);
  return spex_main(&spex_executable_program, argc, argv);
}
