/*===- error.h - One sentence about what went wrong ---------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every function of the runtime that can fail fills one of these and returns
// SPEX_FAILED; none of them prints or exits.
//
//===----------------------------------------------------------------------===*/

#ifndef SPEX_ERROR_H
#define SPEX_ERROR_H

#include "spex/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `message` is one line of printable text: names out of files are escaped and
   cut. It holds the code, as `... [E0409]`, where language.md has one. */
typedef struct spex_error {
  char message[1024];
} spex_error;

/* Writes the message as printf does, and returns SPEX_FAILED. */
spex_status spex_error_set(spex_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a failed call of libc: "cannot open `x`: No such file ...". */
spex_status spex_error_errno(spex_error *error, const char *what,
                             const char *path);

/* Copies `text` [length] for use inside a message: at most 80 characters,
   control characters and broken UTF-8 as \xNN. `buffer` has SPEX_QUOTE bytes.
 */
enum { SPEX_QUOTE = 352 };
const char *spex_quote(char *buffer, const char *text, uint64_t length);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_ERROR_H */
