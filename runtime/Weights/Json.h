/*===- Json.h - A strict reader of JSON, piece by piece -----------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Goes over the bytes once, builds nothing and never recurses: depth and
// memory do not depend on the text. For files from outside (weights, recorded
// choices) and for the manifest.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_WEIGHTS_JSON_H
#define RUNTIME_WEIGHTS_JSON_H

#include "spex/error.h"

typedef struct spex_json {
  const char *begin, *at, *end;
  const char *source; /* what is read, for messages: "the header of `x`" */
  spex_error *error;
} spex_json;

spex_json spex_json_begin(const char *text, int64_t size, const char *source,
                          spex_error *error);

/* Sets the error to "SOURCE is damaged at byte N: expected WHAT". */
spex_status spex_json_expected(spex_json *json, const char *what);

/* Takes `{` or `[`. */
spex_status spex_json_open(spex_json *json, char bracket);
/* In front of entry number `index`: 1 if there is one, 0 if `close` was taken
   instead, -1 after an error. */
int spex_json_next(spex_json *json, char close, int64_t index);
/* 1 and taken if `word` (null, true, false, or a bracket) is next. */
int spex_json_accept(spex_json *json, const char *word);

/* A string without zeros, decoded and ended by a zero: at most room - 1 bytes
   of valid UTF-8. With a null buffer it may be of any length and is only
   checked. */
spex_status spex_json_string(spex_json *json, char *buffer, int64_t room);
/* The same and a colon. */
spex_status spex_json_key(spex_json *json, char *buffer, int64_t room);
/* A whole number, without fraction or exponent. */
spex_status spex_json_size(spex_json *json, int64_t *value); /* >= 0 */
spex_status spex_json_int(spex_json *json, int64_t *value);
spex_status spex_json_number(spex_json *json, double *value);
/* Any one value, brackets at most 64 deep. */
spex_status spex_json_skip(spex_json *json);
/* Only blanks may follow. */
spex_status spex_json_end(spex_json *json);

#endif /* RUNTIME_WEIGHTS_JSON_H */
