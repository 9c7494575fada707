/*===- Json.c - A strict reader of JSON, piece by piece -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Json.h. RFC 8259, nothing more.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Weights/Json.h"

#include <stdlib.h>
#include <string.h>

spex_json spex_json_begin(const char *text, int64_t size, const char *source,
                          spex_error *error) {
  spex_json json = {text, text, text + size, source, error};
  return json;
}

spex_status spex_json_expected(spex_json *json, const char *what) {
  return spex_error_set(json->error, "%s is damaged at byte %lld: expected %s",
                        json->source, (long long)(json->at - json->begin),
                        what);
}

static void skip_blanks(spex_json *json) {
  while (json->at < json->end && (*json->at == ' ' || *json->at == '\n' ||
                                  *json->at == '\t' || *json->at == '\r'))
    ++json->at;
}

int spex_json_accept(spex_json *json, const char *word) {
  skip_blanks(json);
  size_t length = strlen(word);
  if ((size_t)(json->end - json->at) < length ||
      memcmp(json->at, word, length) != 0)
    return 0;
  json->at += length;
  return 1;
}

static int accept_char(spex_json *json, char c) {
  char word[2] = {c, 0};
  return spex_json_accept(json, word);
}

spex_status spex_json_open(spex_json *json, char bracket) {
  if (accept_char(json, bracket))
    return SPEX_OK;
  return spex_json_expected(json, bracket == '{' ? "`{`" : "`[`");
}

int spex_json_next(spex_json *json, char close, int64_t index) {
  if (accept_char(json, close))
    return 0;
  if (index == 0 || accept_char(json, ','))
    return 1;
  spex_json_expected(json, close == '}' ? "`,` or `}`" : "`,` or `]`");
  return -1;
}

/* Four hexadecimal digits at json->at, or -1. */
static int32_t take_hex(spex_json *json) {
  int32_t value = 0;
  if (json->end - json->at < 4)
    return -1;
  for (int i = 0; i < 4; ++i) {
    char c = *json->at++;
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0)
      return -1;
    value = value << 4 | digit;
  }
  return value;
}

/* The character of \uXXXX, with its second half, or -1. */
static int32_t take_unicode(spex_json *json) {
  int32_t high = take_hex(json);
  if (high < 0xd800 || high > 0xdfff)
    return high;
  if (high > 0xdbff || json->end - json->at < 2 || json->at[0] != '\\' ||
      json->at[1] != 'u')
    return -1;
  json->at += 2;
  int32_t low = take_hex(json);
  if (low < 0xdc00 || low > 0xdfff)
    return -1;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static int encode_utf8(int32_t c, char bytes[4]) {
  if (c < 0x80) {
    bytes[0] = (char)c;
    return 1;
  }
  int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (int i = n - 1; i > 0; --i, c >>= 6)
    bytes[i] = (char)(0x80 | (c & 0x3f));
  bytes[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
  return n;
}

/* Bytes of the well-formed UTF-8 character at `at`, or 0. */
static int utf8_bytes(const unsigned char *at, int64_t left) {
  if (at[0] < 0x80)
    return 1;
  int n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  if (at[0] < 0xc2 || at[0] > 0xf4 || left < n)
    return 0;
  for (int i = 1; i < n; ++i)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  /* Too long an encoding, halves of pairs, beyond the last character. */
  if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
      (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
    return 0;
  return n;
}

/* What stands behind a backslash, as UTF-8; 0 for an unknown escape. */
static int take_escape(spex_json *json, char bytes[4]) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (json->at == json->end)
    return 0;
  char c = *json->at++;
  if (c == 'u') {
    int32_t character = take_unicode(json);
    return character > 0 ? encode_utf8(character, bytes) : 0;
  }
  const char *found = c ? strchr(from, c) : NULL;
  if (!found)
    return 0;
  bytes[0] = to[found - from];
  return 1;
}

spex_status spex_json_string(spex_json *json, char *buffer, int64_t room) {
  if (!accept_char(json, '"'))
    return spex_json_expected(json, "a string");
  int64_t length = 0;
  while (json->at < json->end && *json->at != '"') {
    char bytes[4];
    int n;
    if (*json->at == '\\') {
      ++json->at;
      n = take_escape(json, bytes);
    } else {
      n = (unsigned char)*json->at < 0x20
              ? 0
              : utf8_bytes((const unsigned char *)json->at,
                           json->end - json->at);
      memcpy(bytes, json->at, (size_t)n);
      json->at += n;
    }
    if (n == 0)
      return spex_json_expected(json, "a character of a string");
    if (buffer && length + n >= room)
      return spex_json_expected(json, "a shorter string");
    if (buffer)
      memcpy(buffer + length, bytes, (size_t)n);
    length += n;
  }
  if (json->at == json->end)
    return spex_json_expected(json, "the end of a string");
  ++json->at;
  if (buffer)
    buffer[length] = 0;
  return SPEX_OK;
}

spex_status spex_json_key(spex_json *json, char *buffer, int64_t room) {
  if (spex_json_string(json, buffer, room) != SPEX_OK)
    return SPEX_FAILED;
  return accept_char(json, ':') ? SPEX_OK : spex_json_expected(json, "`:`");
}

static int is_digit(const spex_json *json) {
  return json->at < json->end && *json->at >= '0' && *json->at <= '9';
}

spex_status spex_json_size(spex_json *json, int64_t *value) {
  skip_blanks(json);
  const char *begin = json->at;
  int64_t result = 0;
  for (; is_digit(json); ++json->at)
    if (__builtin_mul_overflow(result, 10, &result) ||
        __builtin_add_overflow(result, *json->at - '0', &result))
      return spex_json_expected(json, "a whole number below 2^63");
  int fraction = json->at < json->end && memchr(".eE", *json->at, 3) != NULL;
  if (json->at == begin || fraction || (*begin == '0' && json->at > begin + 1))
    return spex_json_expected(json, "a whole number");
  *value = result;
  return SPEX_OK;
}

spex_status spex_json_int(spex_json *json, int64_t *value) {
  int negative = accept_char(json, '-');
  /* No blank between the sign and the digits. */
  if (negative && !is_digit(json))
    return spex_json_expected(json, "a whole number");
  if (spex_json_size(json, value) != SPEX_OK)
    return SPEX_FAILED;
  *value = negative ? -*value : *value;
  return SPEX_OK;
}

spex_status spex_json_number(spex_json *json, double *value) {
  skip_blanks(json);
  char text[64], *end;
  size_t length = 0;
  while (json->at + length < json->end && length < sizeof text - 1 &&
         json->at[length] && strchr("+-.0123456789eE", json->at[length]))
    ++length;
  memcpy(text, json->at, length);
  text[length] = 0;
  int digit = text[0] == '-' ? text[1] : text[0];
  *value = strtod(text, &end);
  if (digit < '0' || digit > '9' || *end)
    return spex_json_expected(json, "a number");
  json->at += length;
  return SPEX_OK;
}

spex_status spex_json_skip(spex_json *json) {
  /* One bit for each open bracket: 1 for an object. */
  uint64_t objects = 0;
  int depth = 0;
  int expect_key = 0;
  for (;;) {
    double number;
    if (expect_key && spex_json_key(json, NULL, 0) != SPEX_OK)
      return SPEX_FAILED;
    expect_key = 0;
    int opened = spex_json_accept(json, "{")   ? 1
                 : spex_json_accept(json, "[") ? 2
                                               : 0;
    if (opened) {
      if (depth == 64)
        return spex_json_expected(json,
                                  "at most 64 brackets inside each other");
      objects = objects << 1 | (opened == 1);
      ++depth;
    } else if (json->at < json->end && *json->at == '"') {
      if (spex_json_string(json, NULL, 0) != SPEX_OK)
        return SPEX_FAILED;
    } else if (!spex_json_accept(json, "null") &&
               !spex_json_accept(json, "true") &&
               !spex_json_accept(json, "false") &&
               spex_json_number(json, &number) != SPEX_OK)
      return SPEX_FAILED;
    /* Behind a value: close what ends here, until another one begins. */
    int64_t index = opened ? 0 : 1;
    int more = 0;
    while (depth > 0 &&
           (more = spex_json_next(json, objects & 1 ? '}' : ']', index)) == 0) {
      objects >>= 1;
      --depth;
      index = 1;
    }
    if (depth == 0)
      return SPEX_OK;
    if (more < 0)
      return SPEX_FAILED;
    expect_key = (int)(objects & 1);
  }
}

spex_status spex_json_end(spex_json *json) {
  skip_blanks(json);
  return json->at == json->end ? SPEX_OK
                               : spex_json_expected(json, "nothing more");
}
