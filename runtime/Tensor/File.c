/*===- File.c - Reading and writing whole files ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See File.h.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Tensor/File.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int spex_file_open(int folder, const char *path, int64_t *size,
                   spex_error *error) {
  /* O_NONBLOCK: a pipe without a writer must not hang us. */
  int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int file = folder >= 0 ? openat(folder, path, flags | O_NOFOLLOW)
                         : open(path, flags);
  if (file < 0) {
    spex_error_errno(error, "cannot open", path);
    return -1;
  }
  struct stat info;
  if (fstat(file, &info) != 0)
    spex_error_errno(error, "cannot read", path);
  else if (!S_ISREG(info.st_mode))
    spex_error_set(error, "cannot read `%s`: expected a regular file%s", path,
                   S_ISDIR(info.st_mode) ? ", found a folder" : "");
  else {
    *size = info.st_size;
    return file;
  }
  close(file);
  return -1;
}

spex_status spex_file_read(int file, const char *path, void *buffer,
                           int64_t count, int64_t offset, spex_error *error) {
  char *to = buffer;
  while (count > 0) {
    /* Some file systems refuse more than 2 GiB at once. */
    size_t piece = count < (1 << 30) ? (size_t)count : (size_t)1 << 30;
    ssize_t n = pread(file, to, piece, offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return spex_error_errno(error, "cannot read", path);
    if (n == 0)
      return spex_error_set(error, "`%s` became shorter while it was read",
                            path);
    to += n, offset += n, count -= n;
  }
  return SPEX_OK;
}

spex_status spex_file_read_all(int folder, const char *path, int64_t limit,
                               char **data, int64_t *size, spex_error *error) {
  int file = spex_file_open(folder, path, size, error);
  if (file < 0)
    return SPEX_FAILED;
  spex_status status = SPEX_FAILED;
  *data = NULL;
  if (*size > limit)
    spex_error_set(error, "`%s` has %lld bytes, expected at most %lld", path,
                   (long long)*size, (long long)limit);
  else if (!(*data = malloc((size_t)*size + 1)))
    spex_error_set(error, "not enough memory to read `%s` (%lld bytes)", path,
                   (long long)*size);
  else
    status = spex_file_read(file, path, *data, *size, 0, error);
  close(file);
  if (status != SPEX_OK) {
    free(*data);
    *data = NULL;
  }
  return status;
}

/* Opens a new file beside the target, whose name no other process has. */
static int open_beside(spex_output *output) {
  size_t room = strlen(output->path) + 48;
  output->written = malloc(room);
  if (!output->written) {
    errno = ENOMEM;
    return -1;
  }
  for (int attempt = 0; attempt < 100; ++attempt) {
    snprintf(output->written, room, "%s.%ld-%d.part", output->path,
             (long)getpid(), attempt);
    int file =
        open(output->written, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0 || errno != EEXIST)
      return file;
  }
  return -1;
}

spex_output *spex_output_open(spex_outputs *outputs, const char *path,
                              spex_error *error) {
  spex_output *output = calloc(1, sizeof *output);
  /* A link keeps pointing where it does; its target is replaced. */
  char *target = output ? realpath(path, NULL) : NULL;
  if (output)
    output->path = target ? target : strdup(path);
  if (!output || !output->path) {
    free(output);
    spex_error_set(error, "not enough memory to write `%s`", path);
    return NULL;
  }
  struct stat info;
  int special = stat(output->path, &info) == 0 && !S_ISREG(info.st_mode);
  output->file = special ? open(output->path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
                         : open_beside(output);
  if (output->file < 0) {
    spex_error_errno(error, "cannot write", path);
    free(output->written);
    free(output->path);
    free(output);
    return NULL;
  }
  output->next = outputs->first;
  outputs->first = output;
  return output;
}

spex_status spex_output_write(spex_output *output, const void *data,
                              int64_t count, spex_error *error) {
  const char *from = data;
  while (count > 0) {
    size_t piece = count < (1 << 30) ? (size_t)count : (size_t)1 << 30;
    ssize_t n = write(output->file, from, piece);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return spex_error_errno(error, "cannot write", output->path);
    from += n, count -= n;
  }
  return SPEX_OK;
}

static spex_status close_output(spex_output *output, spex_error *error) {
  int file = output->file;
  output->file = -1;
  /* Some file systems report a full disk only here. */
  if (file >= 0 && close(file) != 0)
    return spex_error_errno(error, "cannot write", output->path);
  return SPEX_OK;
}

spex_status spex_outputs_commit(spex_outputs *outputs, spex_error *error) {
  for (spex_output *o = outputs->first; o; o = o->next)
    if (close_output(o, error) != SPEX_OK)
      return SPEX_FAILED;
  for (spex_output *o = outputs->first; o; o = o->next) {
    if (o->written && rename(o->written, o->path) != 0) {
      spex_error_errno(error, "cannot write", o->path);
      for (spex_output *done = outputs->first; done != o; done = done->next)
        if (done->renamed)
          unlink(done->path);
      return SPEX_FAILED;
    }
    o->renamed = o->written != NULL;
  }
  return SPEX_OK;
}

void spex_outputs_discard(spex_outputs *outputs) {
  while (outputs->first) {
    spex_output *output = outputs->first;
    outputs->first = output->next;
    if (output->file >= 0)
      close(output->file);
    if (output->written && !output->renamed)
      unlink(output->written);
    free(output->written);
    free(output->path);
    free(output);
  }
}
