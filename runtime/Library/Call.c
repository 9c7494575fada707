/*===- Call.c - Checks what a caller gives --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes, pointers and indices of one call, before generated code sees them.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Library/Library.h"
#include "runtime/Model/Checks.h"

#include <stdlib.h>
#include <string.h>

spex_status spex_call_check_sizes(const spex_manifest *manifest,
                                  const int64_t *sizes, spex_error *error) {
  if (!sizes && manifest->dim_count > 0)
    return spex_error_set(error, "the sizes are null");
  for (int64_t i = 0; i < manifest->dim_count; ++i) {
    const spex_dim *dim = &manifest->dims[i];
    if (sizes[i] < 1)
      return spex_error_set(error, "`%s` is %lld, expected 1 to %lld [E0809]",
                            dim->name, (long long)sizes[i],
                            (long long)dim->max);
    if (sizes[i] > dim->max)
      return spex_error_set(error,
                            "`%s` is %lld, expected at most %lld: build with "
                            "`--dim %s=%lld` to allow it [E0809]",
                            dim->name, (long long)sizes[i], (long long)dim->max,
                            dim->name, (long long)sizes[i]);
  }
  return spex_checks_hold(manifest, sizes, error);
}

static int64_t count_elements(const spex_port *port, const int64_t *sizes) {
  int64_t shape[SPEX_MAX_RANK];
  spex_port_shape(port, sizes, shape);
  return spex_element_count(shape, port->rank, spex_type_bytes(port->type));
}

static spex_status check_pointer(const spex_manifest *manifest,
                                 const spex_port *port, const void *data,
                                 const char *what, spex_error *error) {
  char text[512];
  if (!data)
    return spex_error_set(error, "%s `%s` is null, expected %s", what,
                          port->name,
                          spex_port_text(text, sizeof text, port, manifest));
  int64_t bytes = spex_type_bytes(port->type);
  if ((uintptr_t)data % (uint64_t)bytes != 0)
    return spex_error_set(error, "%s `%s` is not aligned to its %lld bytes",
                          what, port->name, (long long)bytes);
  return SPEX_OK;
}

static spex_status check_values(const spex_port *port, const void *data,
                                int64_t count, spex_error *error) {
  const int32_t *indices = data;
  for (int64_t i = 0; port->bound > 0 && i < count; ++i)
    if (indices[i] < 0 || indices[i] >= port->bound)
      return spex_error_set(error,
                            "element %lld of input `%s` is %d, expected 0 to "
                            "%lld",
                            (long long)i, port->name, indices[i],
                            (long long)port->bound - 1);
  const uint8_t *flags = data;
  for (int64_t i = 0; port->type == SPEX_BOOL && i < count; ++i)
    if (flags[i] > 1)
      return spex_error_set(error,
                            "element %lld of input `%s` is %u, expected 0 or "
                            "1",
                            (long long)i, port->name, flags[i]);
  return SPEX_OK;
}

static spex_status make_default(const spex_port *port, int64_t count,
                                void **made, spex_error *error) {
  *made = malloc((size_t)(count * spex_type_bytes(port->type)) + 1);
  if (!*made)
    return spex_error_set(error, "not enough memory for input `%s`",
                          port->name);
  for (int64_t i = 0; i < count; ++i)
    spex_store_f64(port->type, *made, i, port->default_value);
  return SPEX_OK;
}

static spex_status take_input(spex_call *call, const spex_manifest *manifest,
                              int64_t number, const int64_t *sizes,
                              const void *data, spex_error *error) {
  const spex_port *port = &manifest->inputs[number];
  int64_t count = count_elements(port, sizes);
  if (count < 0)
    return spex_error_set(error, "input `%s` is larger than any memory",
                          port->name);
  /* Generated code reads inputs only. */
  call->in[number] = (void *)(uintptr_t)data;
  if (data || !port->has_default)
    return check_pointer(manifest, port, data, "input", error) != SPEX_OK
               ? SPEX_FAILED
               : check_values(port, data, count, error);
  if (make_default(port, count, &call->made[number], error) != SPEX_OK)
    return SPEX_FAILED;
  call->in[number] = call->made[number];
  return SPEX_OK;
}

static int overlap(const void *a, int64_t a_bytes, const void *b,
                   int64_t b_bytes) {
  uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;
  return x < y + (uint64_t)b_bytes && y < x + (uint64_t)a_bytes;
}

static int64_t byte_count(const spex_port *port, const int64_t *sizes) {
  return count_elements(port, sizes) * spex_type_bytes(port->type);
}

/* Kernels may write a result before they have read all of an input. */
static spex_status check_apart(const spex_call *call,
                               const spex_manifest *manifest, int64_t number,
                               const int64_t *sizes, spex_error *error) {
  const spex_port *port = &manifest->outputs[number];
  int64_t bytes = byte_count(port, sizes);
  const char *other = NULL;
  for (int64_t i = 0; i < manifest->input_count; ++i)
    if (overlap(call->out[number], bytes, call->in[i],
                byte_count(&manifest->inputs[i], sizes)))
      other = manifest->inputs[i].name;
  for (int64_t i = 0; i < number; ++i)
    if (overlap(call->out[number], bytes, call->out[i],
                byte_count(&manifest->outputs[i], sizes)))
      other = manifest->outputs[i].name;
  return other ? spex_error_set(error, "result `%s` overlaps `%s`", port->name,
                                other)
               : SPEX_OK;
}

static spex_status take_result(spex_call *call, const spex_manifest *manifest,
                               int64_t number, const int64_t *sizes, void *data,
                               spex_error *error) {
  const spex_port *port = &manifest->outputs[number];
  if (count_elements(port, sizes) < 0)
    return spex_error_set(error, "result `%s` is larger than any memory",
                          port->name);
  call->out[number] = data;
  if (check_pointer(manifest, port, data, "result", error) != SPEX_OK)
    return SPEX_FAILED;
  return check_apart(call, manifest, number, sizes, error);
}

spex_status spex_call_make(spex_call *call, const spex_manifest *manifest,
                           const int64_t *sizes, const void *const *in,
                           void *const *out, spex_error *error) {
  size_t inputs = (size_t)manifest->input_count;
  size_t outputs = (size_t)manifest->output_count;
  call->in = calloc(inputs + 1, sizeof *call->in);
  call->made = calloc(inputs + 1, sizeof *call->made);
  call->out = calloc(outputs + 1, sizeof *call->out);
  if (!call->in || !call->made || !call->out)
    return spex_error_set(error, "not enough memory");
  if ((!in && inputs > 0) || (!out && outputs > 0))
    return spex_error_set(error, "the list of %s is null",
                          !in && inputs > 0 ? "inputs" : "results");
  for (int64_t i = 0; i < manifest->input_count; ++i)
    if (take_input(call, manifest, i, sizes, in[i], error) != SPEX_OK)
      return SPEX_FAILED;
  for (int64_t i = 0; i < manifest->output_count; ++i)
    if (take_result(call, manifest, i, sizes, out[i], error) != SPEX_OK)
      return SPEX_FAILED;
  return SPEX_OK;
}

void spex_call_free(spex_call *call, const spex_manifest *manifest) {
  for (int64_t i = 0; call->made && i < manifest->input_count; ++i)
    free(call->made[i]);
  free(call->in);
  free(call->made);
  free(call->out);
}
