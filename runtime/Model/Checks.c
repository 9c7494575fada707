/*===- Checks.c - What the sizes of a call must fulfil --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads and evaluates formulas of sizes. A formula that grows out of 64 bits
// does not hold.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Checks.h"
#include "runtime/Model/Sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Operands that wait for their operation. */
enum { MOST_OPERANDS = 64 };

static const char *const WORDS[] = {"+",     "-",   "*",    "/",   "/floor",
                                    "/ceil", "*up", "<min", ">max"};
enum { ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR, CEIL, ROUND_UP, MIN, MAX, COUNT };

/* What a word of a formula stands for. */
static spex_status read_word(spex_json *json, const spex_manifest *manifest,
                             spex_term *term) {
  char word[256];
  if (spex_json_string(json, word, sizeof word) != SPEX_OK)
    return SPEX_FAILED;
  for (int i = 0; i < COUNT; ++i)
    if (strcmp(word, WORDS[i]) == 0) {
      *term = (spex_term){SPEX_TERM_OPERATION, i};
      return SPEX_OK;
    }
  for (int64_t i = 0; i < manifest->dim_count; ++i)
    if (strcmp(word, manifest->dims[i].name) == 0) {
      *term = (spex_term){SPEX_TERM_DIM, i};
      return SPEX_OK;
    }
  return spex_json_expected(json, "an operation or a dimension listed before");
}

static spex_status read_term(spex_json *json, const spex_manifest *manifest,
                             spex_term *term) {
  if (spex_json_accept(json, "\"")) {
    --json->at;
    return read_word(json, manifest, term);
  }
  term->kind = SPEX_TERM_NUMBER;
  return spex_json_int(json, &term->value);
}

/* Every operation has two operands, and one value is left. */
static int is_formula(const spex_check *check) {
  int64_t depth = 0;
  for (int64_t i = 0; i < check->count; ++i) {
    int is_operation = check->terms[i].kind == SPEX_TERM_OPERATION;
    if ((is_operation && depth < 2) || depth >= MOST_OPERANDS)
      return 0;
    depth += is_operation ? -1 : 1;
  }
  return depth == 1;
}

static spex_status read_terms(spex_json *json, const spex_manifest *manifest,
                              spex_check *check) {
  int more;
  if (spex_json_open(json, '[') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(json, ']', i)) > 0; ++i) {
    spex_term *terms =
        realloc(check->terms, (size_t)(i + 1) * sizeof *check->terms);
    if (!terms)
      return spex_json_expected(json, "more memory");
    check->terms = terms;
    check->count = i + 1;
    if (read_term(json, manifest, &terms[i]) != SPEX_OK)
      return SPEX_FAILED;
  }
  if (more != 0)
    return SPEX_FAILED;
  return is_formula(check) ? SPEX_OK
                           : spex_json_expected(json, "a formula of sizes");
}

spex_status spex_check_read(spex_json *json, spex_manifest *manifest,
                            spex_check *check) {
  int more;
  if (spex_json_open(json, '{') != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; (more = spex_json_next(json, '}', i)) > 0; ++i) {
    char key[32];
    if (spex_json_key(json, key, sizeof key) != SPEX_OK)
      return SPEX_FAILED;
    spex_status status =
        strcmp(key, "text") == 0 && !check->text
            ? spex_manifest_string(manifest, json, &check->text)
        : strcmp(key, "terms") == 0 && !check->terms
            ? read_terms(json, manifest, check)
            : spex_json_expected(json, "one text and terms of a check");
    if (status != SPEX_OK)
      return SPEX_FAILED;
  }
  if (more != 0)
    return SPEX_FAILED;
  return check->text && check->terms
             ? SPEX_OK
             : spex_json_expected(json, "text and terms of a check");
}

/* `a / b` rounded down, also below zero. */
static int64_t floor_divide(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/* Whether there is a result. */
static int divide(int64_t operation, int64_t a, int64_t b, int64_t *result) {
  if (b == 0 || (b == -1 && a == INT64_MIN))
    return 0;
  int64_t down = floor_divide(a, b);
  int64_t up = a % b == 0 ? down : down + 1;
  *result = operation == CEIL ? up : down;
  if (operation == ROUND_UP)
    return !__builtin_mul_overflow(up, b, result);
  return operation != DIVIDE || a % b == 0;
}

static int apply(int64_t operation, int64_t a, int64_t b, int64_t *result) {
  switch (operation) {
  case ADD:
    return !__builtin_add_overflow(a, b, result);
  case SUBTRACT:
    return !__builtin_sub_overflow(a, b, result);
  case MULTIPLY:
    return !__builtin_mul_overflow(a, b, result);
  case MIN:
    *result = a < b ? a : b;
    return 1;
  case MAX:
    *result = a > b ? a : b;
    return 1;
  default:
    return divide(operation, a, b, result);
  }
}

static int holds(const spex_check *check, const int64_t *sizes) {
  int64_t stack[MOST_OPERANDS];
  int64_t depth = 0;
  for (int64_t i = 0; i < check->count; ++i) {
    const spex_term *term = &check->terms[i];
    if (term->kind != SPEX_TERM_OPERATION) {
      stack[depth++] =
          term->kind == SPEX_TERM_DIM ? sizes[term->value] : term->value;
      continue;
    }
    --depth;
    int64_t *top = &stack[depth - 1];
    if (!apply(term->value, *top, stack[depth], top))
      return 0;
  }
  return stack[0] >= 0;
}

spex_status spex_checks_hold(const spex_manifest *manifest,
                             const int64_t *sizes, spex_error *error) {
  for (int64_t i = 0; i < manifest->check_count; ++i) {
    if (holds(&manifest->checks[i], sizes))
      continue;
    char text[512] = "";
    size_t at = 0;
    for (int64_t d = 0; d < manifest->dim_count && at < sizeof text; ++d)
      at += (size_t)snprintf(text + at, sizeof text - at, "%s%s = %lld",
                             d ? ", " : "", manifest->dims[d].name,
                             (long long)sizes[d]);
    return spex_error_set(error, "%s, at %s", manifest->checks[i].text, text);
  }
  return SPEX_OK;
}
