/*===- Options.c - The command line of an executable ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Options.h. Values stand behind `=` or as the next argument.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Main/Options.h"

#include "runtime/Threads/Pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  WEIGHTS,
  INPUT,
  OUTPUT,
  AT,
  THREADS,
  STATS,
  ROUTES,
  REPLAY,
  BENCH,
  SEED,
  GENERATE,
  PROMPT,
  PROMPT_IDS,
  TEMPERATURE,
  MEMORY,
  HELP,
  VERSION,
  OPTION_COUNT
};

static const struct {
  const char *name, *value, *text;
  int repeats;
} table[OPTION_COUNT] = {
    [WEIGHTS] = {"weights", "FILE",
                 "safetensors file, or a folder with one (default: initial "
                 "values)",
                 0},
    [INPUT] = {"input", "NAME=FILE.npy", "the value of an input", 1},
    [OUTPUT] = {"output", "NAME=FILE.npy", "where to write a result", 1},
    [AT] = {"at", "NAME=SIZE,...", "sizes that no input fixes", 1},
    [THREADS] = {"threads", "N",
                 "workers, 1 to 256 (default: one for each "
                 "CPU)",
                 0},
    [STATS] = {"stats", "FILE.json",
               "write how often each expert was chosen; "
               "`-` prints bars to stderr",
               0},
    [ROUTES] = {"routes", "FILE.json", "write every choice", 0},
    [REPLAY] = {"replay", "FILE.json", "use the choices of another run", 0},
    [BENCH] = {"bench", "N",
               "run N times and print milliseconds; inputs not "
               "given are random",
               0},
    [SEED] = {"seed", "N", "of initial values and sampling (default: 0)", 0},
    [GENERATE] = {"generate", "N",
                  "write the prompt and N new elements to "
                  "stdout",
                  0},
    [PROMPT] = {"prompt", "TEXT", "the prompt, byte for byte (V = 256)", 0},
    [PROMPT_IDS] = {"prompt-ids", "FILE.npy", "the prompt as integers [1, n]",
                    0},
    [TEMPERATURE] = {"temperature", "T",
                     "0 takes the likeliest (default), "
                     "above 0 samples",
                     0},
    [MEMORY] = {"memory", NULL,
                "print the bytes that a run needs as JSON, and stop; sizes "
                "without --at count at their bounds",
                0},
    [HELP] = {"help", NULL, "print this", 0},
    [VERSION] = {"version", NULL, "print the versions of model and compiler",
                 0}};

const char *spex_option_line(int i, const char **text) {
  static char line[64];
  if (i < 0 || i >= OPTION_COUNT)
    return NULL;
  snprintf(line, sizeof line, "--%s%s%s", table[i].name,
           table[i].value ? " " : "", table[i].value ? table[i].value : "");
  *text = table[i].text;
  return line;
}

/* Edits that make b of a; names are short. */
static int distance(const char *a, size_t length, const char *b) {
  int row[32];
  size_t columns = strlen(b);
  if (length > 30 || columns > 30)
    return 99;
  for (size_t j = 0; j <= columns; ++j)
    row[j] = (int)j;
  for (size_t i = 1; i <= length; ++i) {
    int diagonal = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= columns; ++j) {
      int change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      int least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
      row[j] = change < least ? change : least;
    }
  }
  return row[columns];
}

static spex_status unknown_option(const char *name, size_t length,
                                  spex_error *error) {
  int best = 0, least = 99;
  for (int i = 0; i < OPTION_COUNT; ++i) {
    int d = distance(name, length, table[i].name);
    if (d < least)
      least = d, best = i;
  }
  char quoted[SPEX_QUOTE];
  spex_quote(quoted, name, length);
  if (least <= 3)
    return spex_error_set(error, "unknown option `--%s`: did you mean `--%s`?",
                          quoted, table[best].name);
  return spex_error_set(error, "unknown option `--%s`: see --help", quoted);
}

/* A whole number from low to high. */
static spex_status read_number(int option, const char *text, uint64_t low,
                               uint64_t high, uint64_t *value,
                               spex_error *error) {
  char *end = NULL;
  errno = 0;
  *value = strtoull(text, &end, 10);
  if (*text >= '0' && *text <= '9' && !*end && !errno && *value >= low &&
      *value <= high)
    return SPEX_OK;
  char quoted[SPEX_QUOTE];
  return spex_error_set(
      error, "`--%s %s`: expected a whole number from %llu to %llu",
      table[option].name, spex_quote(quoted, text, strlen(text)),
      (unsigned long long)low, (unsigned long long)high);
}

static spex_status read_temperature(const char *text, double *value,
                                    spex_error *error) {
  char *end = NULL;
  *value = strtod(text, &end);
  if (*text && !*end && *value >= 0 && *value <= 1e6)
    return SPEX_OK;
  char quoted[SPEX_QUOTE];
  return spex_error_set(error,
                        "`--temperature %s`: expected a number from 0 to 1e6",
                        spex_quote(quoted, text, strlen(text)));
}

static spex_status add_file(int option, const char *text,
                            const spex_port *ports, int64_t port_count,
                            spex_named_file *files, int64_t *count,
                            spex_error *error) {
  const char *equals = strchr(text, '=');
  char quoted[SPEX_QUOTE];
  const char *word = option == INPUT ? "input" : "output";
  if (!equals)
    return spex_error_set(error, "`--%s %s`: expected NAME=FILE.npy", word,
                          spex_quote(quoted, text, strlen(text)));
  size_t length = (size_t)(equals - text);
  spex_quote(quoted, text, length);
  char names[256] = "";
  int known = 0;
  for (int64_t i = 0; i < port_count; ++i) {
    known |= strlen(ports[i].name) == length &&
             memcmp(ports[i].name, text, length) == 0;
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s`%s`", i ? ", " : "",
             ports[i].name);
  }
  if (!known)
    return spex_error_set(error, "this model has no %s `%s`, expected %s", word,
                          quoted, names[0] ? names : "none");
  char *name = strndup(text, length);
  if (!name)
    return spex_error_set(error, "not enough memory");
  if (spex_named_path(files, *count, name)) {
    free(name);
    return spex_error_set(error, "%s `%s` is given twice", word, quoted);
  }
  spex_named_file file = {name, equals + 1};
  files[(*count)++] = file;
  return SPEX_OK;
}

/* "B=2,S=7" */
static spex_status read_at(spex_options *options, const spex_manifest *manifest,
                           const char *text, spex_error *error) {
  for (;;) {
    size_t name = strcspn(text, "=,"), all = strcspn(text, ",");
    char quoted[SPEX_QUOTE], number[32] = "";
    spex_quote(quoted, text, name);
    int64_t dim = 0;
    while (dim < manifest->dim_count &&
           (strlen(manifest->dims[dim].name) != name ||
            memcmp(manifest->dims[dim].name, text, name) != 0))
      ++dim;
    if (dim == manifest->dim_count)
      return spex_error_set(
          error,
          "`%s` is not a run-time size of this model: see --help [E0809]",
          quoted);
    if (text[name] == '=' && all - name - 1 < sizeof number)
      memcpy(number, text + name + 1, all - name - 1);
    uint64_t value;
    spex_error unused;
    if (read_number(AT, number, 1, INT64_MAX, &value, &unused) != SPEX_OK)
      return spex_error_set(error, "`--at` of `%s`: expected %s=N", quoted,
                            quoted);
    if ((int64_t)value > manifest->dims[dim].max)
      return spex_error_set(error,
                            "`%s` is %llu, expected at most %lld: build with "
                            "`--dim %s=%llu` to allow it [E0809]",
                            quoted, (unsigned long long)value,
                            (long long)manifest->dims[dim].max, quoted,
                            (unsigned long long)value);
    if (options->at[dim] && options->at[dim] != (int64_t)value)
      return spex_error_set(error, "`--at` gives `%s` twice", quoted);
    options->at[dim] = (int64_t)value;
    if (!text[all])
      return SPEX_OK;
    text += all + 1;
  }
}

static spex_status set_option(spex_options *o, const spex_manifest *manifest,
                              int option, const char *value,
                              spex_error *error) {
  uint64_t number = 0;
  spex_status status = SPEX_OK;
  switch (option) {
  case WEIGHTS:
    o->weights = value;
    break;
  case STATS:
    o->stats = value;
    break;
  case ROUTES:
    o->routes = value;
    break;
  case REPLAY:
    o->replay = value;
    break;
  case PROMPT:
    o->prompt = value;
    break;
  case PROMPT_IDS:
    o->prompt_ids = value;
    break;
  case MEMORY:
    o->memory = 1;
    break;
  case HELP:
    o->help = 1;
    break;
  case VERSION:
    o->version = 1;
    break;
  case INPUT:
    return add_file(INPUT, value, manifest->inputs, manifest->input_count,
                    o->inputs, &o->input_count, error);
  case OUTPUT:
    return add_file(OUTPUT, value, manifest->outputs, manifest->output_count,
                    o->outputs, &o->output_count, error);
  case AT:
    return read_at(o, manifest, value, error);
  case THREADS:
    status = read_number(option, value, 1, SPEX_MAX_THREADS, &number, error);
    o->threads = (int)number;
    break;
  case BENCH:
    status = read_number(option, value, 1, 1000000, &number, error);
    o->bench = (int64_t)number;
    break;
  case GENERATE:
    status = read_number(option, value, 1, INT32_MAX, &number, error);
    o->generate = (int64_t)number;
    break;
  case SEED:
    return read_number(option, value, 0, UINT64_MAX, &o->seed, error);
  case TEMPERATURE:
    return read_temperature(value, &o->temperature, error);
  }
  return status;
}

static int find_option(const char *name, size_t length) {
  for (int i = 0; i < OPTION_COUNT; ++i)
    if (strlen(table[i].name) == length &&
        memcmp(table[i].name, name, length) == 0)
      return i;
  return -1;
}

/* What cannot be asked for together. */
static spex_status check_together(const spex_options *o, spex_error *error) {
  static const int not_with_generate[] = {INPUT, OUTPUT, AT, BENCH};
  static const int only_with_generate[] = {PROMPT, PROMPT_IDS, TEMPERATURE};
  if (o->generate)
    for (int i = 0; i < 4; ++i)
      if (o->given >> not_with_generate[i] & 1)
        return spex_error_set(error, "`--%s` cannot be used with `--generate`",
                              table[not_with_generate[i]].name);
  if (!o->generate)
    for (int i = 0; i < 3; ++i)
      if (o->given >> only_with_generate[i] & 1)
        return spex_error_set(error, "`--%s` is only used with `--generate N`",
                              table[only_with_generate[i]].name);
  if (o->generate && !o->prompt == !o->prompt_ids)
    return spex_error_set(error, "`--generate` needs one of `--prompt TEXT` "
                                 "and `--prompt-ids FILE.npy`");
  return SPEX_OK;
}

spex_status spex_options_read(spex_options *options,
                              const spex_manifest *manifest, int argc,
                              char **argv, spex_error *error) {
  memset(options, 0, sizeof *options);
  size_t room = (size_t)argc + 1;
  options->inputs = calloc(room, sizeof *options->inputs);
  options->outputs = calloc(room, sizeof *options->outputs);
  options->at = calloc((size_t)manifest->dim_count + 1, sizeof *options->at);
  if (!options->inputs || !options->outputs || !options->at)
    return spex_error_set(error, "not enough memory");
  for (int i = 1; i < argc; ++i) {
    const char *name = argv[i];
    char quoted[SPEX_QUOTE];
    if (strncmp(name, "--", 2) != 0)
      return spex_error_set(error,
                            "unexpected argument `%s`: every value "
                            "belongs to an option, see --help",
                            spex_quote(quoted, name, strlen(name)));
    name += 2;
    size_t length = strcspn(name, "=");
    int option = find_option(name, length);
    if (option < 0)
      return unknown_option(name, length, error);
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    if (value && !table[option].value)
      return spex_error_set(error, "`--%s` takes no value", table[option].name);
    if (!value && table[option].value && !(value = argv[++i]))
      return spex_error_set(error, "`--%s` needs a value: --%s %s",
                            table[option].name, table[option].name,
                            table[option].value);
    if (options->given >> option & 1 && !table[option].repeats)
      return spex_error_set(error, "`--%s` is given twice", table[option].name);
    options->given |= 1u << option;
    if (set_option(options, manifest, option, value, error) != SPEX_OK)
      return SPEX_FAILED;
  }
  if (options->help || options->version)
    return SPEX_OK;
  return check_together(options, error);
}

void spex_options_free(spex_options *options) {
  for (int64_t i = 0; i < options->input_count; ++i)
    free(options->inputs[i].name);
  for (int64_t i = 0; i < options->output_count; ++i)
    free(options->outputs[i].name);
  free(options->inputs);
  free(options->outputs);
  free(options->at);
}

const char *spex_named_path(const spex_named_file *files, int64_t count,
                            const char *name) {
  for (int64_t i = 0; i < count; ++i)
    if (strcmp(files[i].name, name) == 0)
      return files[i].path;
  return NULL;
}
