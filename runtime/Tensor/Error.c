/*===- Error.c - One line of printable text -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages of the runtime. Names from files go through spex_quote, so that no
// file can write a second line or a control sequence to the terminal.
//
//===----------------------------------------------------------------------===*/

#include "spex/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

spex_status spex_error_set(spex_error *error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  /* Paths are the user's own and may hold anything. */
  for (char *at = error->message; *at; ++at)
    if ((unsigned char)*at < 0x20 || *at == 0x7f)
      *at = '?';
  return SPEX_FAILED;
}

spex_status spex_error_errno(spex_error *error, const char *what,
                             const char *path) {
  int number = errno;
  return spex_error_set(error, "%s `%s`: %s", what, path, strerror(number));
}

/* Bytes of the UTF-8 character at `text`, 0 if it is broken or must be hidden.
 */
static int printable_bytes(const unsigned char *text, uint64_t left) {
  if (text[0] >= 0x20 && text[0] < 0x7f)
    return 1;
  /* 0xc2 0x80 .. 0xc2 0x9f are control characters too. */
  if (text[0] >= 0xc3 && text[0] <= 0xdf && left >= 2 &&
      (text[1] & 0xc0) == 0x80)
    return 2;
  return 0;
}

const char *spex_quote(char *buffer, const char *text, uint64_t length) {
  const unsigned char *bytes = (const unsigned char *)text;
  uint64_t shown = 0, at = 0, out = 0;
  for (; at < length && shown < 80; ++shown) {
    int n = printable_bytes(bytes + at, length - at);
    if (n == 0) {
      out += (uint64_t)sprintf(buffer + out, "\\x%02x", bytes[at]);
      ++at;
      continue;
    }
    memcpy(buffer + out, text + at, (size_t)n);
    out += (uint64_t)n;
    at += (uint64_t)n;
  }
  strcpy(buffer + out, at < length ? "..." : "");
  return buffer;
}
