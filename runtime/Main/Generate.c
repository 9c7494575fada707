/*===- Generate.c - New elements, one by one ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Generate.h. stdout gets bytes for a vocabulary of 256, else numbers
// separated by blanks, and nothing else.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Main/Generate.h"

#include "runtime/Main/Clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static spex_status check_can_generate(const spex_manifest *m,
                                      spex_error *error) {
  if (m->step < 0)
    return spex_error_set(error,
                          "`%s` cannot generate: it was built without a "
                          "step",
                          m->name);
  const spex_port *in = m->inputs, *out = m->outputs;
  int fits = m->input_count == 1 && m->output_count == 1 && in->bound > 0 &&
             in->rank == 2 && out->rank == 3 && in->dim[1] == m->step &&
             out->dim[1] == m->step && out->dim[0] == in->dim[0] &&
             out->dim[2] < 0 && out->size[2] == in->bound &&
             out->type <= SPEX_F16;
  fits = fits && (in->dim[0] >= 0 || in->size[0] == 1);
  /* No size may be left open but the batch and the positions. */
  for (int64_t d = 0; fits && d < m->dim_count; ++d)
    fits = d == in->dim[0] || d == m->step;
  if (fits)
    return SPEX_OK;
  return spex_error_set(error,
                        "`%s` cannot generate: expected one input "
                        "index<V>[B, %s] and one result [B, %s, V]",
                        m->name, m->dims[m->step].name, m->dims[m->step].name);
}

static spex_status read_prompt_text(spex_prompt *prompt, const char *text,
                                    int64_t bound, spex_error *error) {
  if (bound != 256)
    return spex_error_set(error,
                          "`--prompt` needs a vocabulary of 256 bytes, "
                          "and this one has %lld: use `--prompt-ids`",
                          (long long)bound);
  prompt->count = (int64_t)strlen(text);
  prompt->ids = malloc((size_t)(prompt->count + 1) * sizeof *prompt->ids);
  if (!prompt->ids)
    return spex_error_set(error, "not enough memory for the prompt");
  for (int64_t i = 0; i < prompt->count; ++i)
    prompt->ids[i] = (unsigned char)text[i];
  return SPEX_OK;
}

static spex_status read_prompt_ids(spex_prompt *prompt, const char *path,
                                   int64_t bound, spex_error *error) {
  spex_tensor file;
  if (spex_npy_read(path, &file, error) != SPEX_OK)
    return SPEX_FAILED;
  spex_status status = SPEX_OK;
  char text[256];
  if (file.rank != 2 || file.shape[0] != 1)
    status = spex_error_set(
        error,
        "the prompt in `%s` has shape %s, expected "
        "[1, n]",
        path, spex_shape_text(text, sizeof text, file.shape, file.rank));
  else {
    prompt->count = file.shape[1];
    prompt->ids = malloc((size_t)(prompt->count + 1) * sizeof *prompt->ids);
    status = prompt->ids
                 ? spex_indices(&file, path, bound, prompt->ids, error)
                 : spex_error_set(error, "not enough memory for the prompt");
  }
  spex_tensor_free(&file);
  return status;
}

spex_status spex_prompt_read(spex_prompt *prompt, const spex_manifest *m,
                             const spex_options *options, spex_error *error) {
  memset(prompt, 0, sizeof *prompt);
  if (check_can_generate(m, error) != SPEX_OK)
    return SPEX_FAILED;
  int64_t bound = m->inputs[0].bound;
  spex_status status =
      options->prompt
          ? read_prompt_text(prompt, options->prompt, bound, error)
          : read_prompt_ids(prompt, options->prompt_ids, bound, error);
  if (status != SPEX_OK)
    return status;
  if (prompt->count == 0)
    return spex_error_set(error, "the prompt is empty, expected at least one "
                                 "element");
  const spex_dim *dim = &m->dims[m->step];
  int64_t total = prompt->count + options->generate;
  if (total <= dim->max)
    return SPEX_OK;
  return spex_error_set(error,
                        "a prompt of %lld and %lld new elements need %lld "
                        "positions, expected at most %lld: build with `--dim "
                        "%s=%lld` to allow them",
                        (long long)prompt->count, (long long)options->generate,
                        (long long)total, (long long)dim->max, dim->name,
                        (long long)total);
}

void spex_prompt_free(spex_prompt *prompt) { free(prompt->ids); }

static spex_status write_stdout(const char *text, size_t length,
                                spex_error *error) {
  while (length > 0) {
    ssize_t n = write(STDOUT_FILENO, text, length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return spex_error_set(error, "cannot write to standard output: %s",
                            strerror(errno));
    text += n;
    length -= (size_t)n;
  }
  return SPEX_OK;
}

static spex_status write_elements(const int32_t *ids, int64_t count,
                                  int64_t bound, int first, spex_error *error) {
  for (int64_t i = 0; i < count; ++i) {
    char text[16];
    int length = 1;
    if (bound == 256)
      text[0] = (char)ids[i];
    else
      length =
          snprintf(text, sizeof text, first && i == 0 ? "%d" : " %d", ids[i]);
    if (write_stdout(text, (size_t)length, error) != SPEX_OK)
      return SPEX_FAILED;
  }
  return SPEX_OK;
}

/* One call: `count` positions from `position` on. `last` gets the logits of the
   last of them, as f32. */
typedef struct stepper {
  spex_model *model;
  int64_t dims[SPEX_MAX_DIMS];
  int64_t vocabulary;
  char *out;
  float *last;
} stepper;

static spex_status step(stepper *s, int32_t *ids, int64_t position,
                        int64_t count, spex_error *error) {
  const spex_manifest *m = &s->model->manifest;
  s->dims[m->step] = count;
  s->dims[m->dim_count] = position;
  void *in[1] = {ids}, *out[1] = {s->out};
  if (spex_model_run(s->model, s->dims, in, out, error) != SPEX_OK)
    return SPEX_FAILED;
  spex_type type = m->outputs[0].type;
  int64_t skip = (count - 1) * s->vocabulary * spex_type_bytes(type);
  spex_convert(type, s->out + skip, SPEX_F32, s->last, s->vocabulary);
  return SPEX_OK;
}

static spex_status generate_all(stepper *s, const spex_prompt *prompt,
                                const spex_options *options, spex_times *times,
                                spex_error *error) {
  double begin = spex_seconds();
  if (step(s, prompt->ids, 0, prompt->count, error) != SPEX_OK ||
      write_elements(prompt->ids, prompt->count, s->vocabulary, 1, error) !=
          SPEX_OK)
    return SPEX_FAILED;
  double middle = spex_seconds();
  for (int64_t i = 0; i < options->generate; ++i) {
    int64_t position = prompt->count + i;
    int32_t id =
        (int32_t)spex_sample(s->last, s->vocabulary, options->temperature,
                             options->seed, (uint64_t)position);
    if (write_elements(&id, 1, s->vocabulary, 0, error) != SPEX_OK)
      return SPEX_FAILED;
    /* What follows the last element is not asked for. */
    if (i + 1 < options->generate &&
        step(s, &id, position, 1, error) != SPEX_OK)
      return SPEX_FAILED;
  }
  times->prefill = middle - begin;
  times->generation = spex_seconds() - middle;
  return SPEX_OK;
}

spex_status spex_generate(spex_model *model, const spex_prompt *prompt,
                          const spex_options *options, spex_times *times,
                          spex_error *error) {
  const spex_manifest *m = &model->manifest;
  stepper s = {.model = model, .vocabulary = m->inputs[0].bound};
  if (m->inputs[0].dim[0] >= 0)
    s.dims[m->inputs[0].dim[0]] = 1;
  s.dims[m->dim_count + 1] = prompt->count + options->generate;
  size_t bytes = (size_t)(s.vocabulary * spex_type_bytes(m->outputs[0].type));
  s.out = calloc((size_t)prompt->count, bytes);
  s.last = malloc((size_t)s.vocabulary * sizeof *s.last);
  spex_status status =
      s.out && s.last
          ? generate_all(&s, prompt, options, times, error)
          : spex_error_set(error, "not enough memory for the results");
  free(s.out);
  free(s.last);
  return status;
}
