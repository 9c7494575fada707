/*===- Inputs.c - Arrays for one forward run ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Inputs.h.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Main/Inputs.h"
#include "runtime/Model/Checks.h"

#include <stdlib.h>
#include <string.h>

/* `input` says that dimension `dim` has `size`. */
static spex_status fix_size(int64_t *sizes, const spex_manifest *manifest,
                            int dim, int64_t size, const char *input,
                            spex_error *error) {
  const spex_dim *d = &manifest->dims[dim];
  if (size < 1)
    return spex_error_set(error,
                          "`%s` is %lld in input `%s`, expected 1 to "
                          "%lld [E0809]",
                          d->name, (long long)size, input, (long long)d->max);
  if (size > d->max)
    return spex_error_set(error,
                          "`%s` is %lld in input `%s`, expected at most %lld: "
                          "build with `--dim %s=%lld` to allow it [E0809]",
                          d->name, (long long)size, input, (long long)d->max,
                          d->name, (long long)size);
  if (sizes[dim] > 0 && sizes[dim] != size)
    return spex_error_set(error,
                          "`%s` is %lld in input `%s`, expected %lld as given "
                          "elsewhere",
                          d->name, (long long)size, input,
                          (long long)sizes[dim]);
  sizes[dim] = size;
  return SPEX_OK;
}

static spex_status check_shape(const spex_port *port, const spex_tensor *file,
                               const char *path, int64_t *sizes,
                               const spex_manifest *manifest,
                               spex_error *error) {
  int fits = file->rank == port->rank;
  for (int i = 0; i < port->rank && fits; ++i)
    fits = port->dim[i] >= 0 || file->shape[i] == port->size[i];
  if (!fits) {
    char found[256], wanted[512];
    return spex_error_set(
        error, "input `%s` in `%s` has shape %s, expected %s", port->name, path,
        spex_shape_text(found, sizeof found, file->shape, file->rank),
        spex_port_text(wanted, sizeof wanted, port, manifest));
  }
  for (int i = 0; i < port->rank; ++i)
    if (port->dim[i] >= 0 &&
        fix_size(sizes, manifest, port->dim[i], file->shape[i], port->name,
                 error) != SPEX_OK)
      return SPEX_FAILED;
  return SPEX_OK;
}

/* From the types of files to that of the program. */
static spex_status convert_input(const spex_port *port, spex_tensor *file,
                                 const char *path, spex_tensor *result,
                                 spex_error *error) {
  /* Files have no bf16, and numpy writes bools as bytes of their own. */
  spex_type wanted = port->type == SPEX_BF16 ? SPEX_F32 : port->type;
  int same =
      file->type == wanted || (wanted == SPEX_BOOL && file->type == SPEX_U8);
  if (port->type != SPEX_I32 && !same)
    return spex_error_set(error, "input `%s` in `%s` is %s, expected %s",
                          port->name, path, spex_type_name(file->type),
                          wanted == SPEX_BOOL ? "bool or u8"
                                              : spex_type_name(wanted));
  *result = *file;
  result->type = port->type;
  result->data = NULL;
  int64_t count = spex_element_count(file->shape, file->rank, 8);
  if (port->type == SPEX_I32) {
    if (spex_tensor_allocate(result, error) != SPEX_OK)
      return SPEX_FAILED;
    return spex_indices(file, port->name, port->bound, result->data, error);
  }
  if (port->type == SPEX_BF16) {
    if (spex_tensor_allocate(result, error) != SPEX_OK)
      return SPEX_FAILED;
    spex_convert(SPEX_F32, file->data, SPEX_BF16, result->data, count);
    return SPEX_OK;
  }
  for (int64_t i = 0; port->type == SPEX_BOOL && i < count; ++i)
    if (((uint8_t *)file->data)[i] > 1)
      return spex_error_set(error,
                            "element %lld of input `%s` is %u, expected "
                            "0 or 1",
                            (long long)i, port->name,
                            ((uint8_t *)file->data)[i]);
  result->data = file->data;
  file->data = NULL;
  return SPEX_OK;
}

static spex_status read_input(const spex_port *port, const char *path,
                              int64_t *sizes, const spex_manifest *manifest,
                              spex_tensor *result, spex_error *error) {
  spex_tensor file;
  if (spex_npy_read(path, &file, error) != SPEX_OK)
    return SPEX_FAILED;
  spex_status status = check_shape(port, &file, path, sizes, manifest, error);
  if (status == SPEX_OK)
    status = convert_input(port, &file, path, result, error);
  spex_tensor_free(&file);
  return status;
}

static void fill_random(const spex_port *port, uint64_t seed,
                        spex_tensor *tensor) {
  uint64_t key = spex_random_key(seed, port->name, "input", 0);
  int64_t count = spex_element_count(tensor->shape, tensor->rank, 8);
  for (int64_t i = 0; i < count; ++i) {
    uint32_t word = spex_random_word(key, (uint64_t)i, 0);
    double value = port->bound > 0
                       ? (double)((uint64_t)word * (uint64_t)port->bound >> 32)
                   : port->type == SPEX_BOOL ? (double)(word >> 31)
                   : port->type == SPEX_I32  ? (double)(word >> 30)
                                             : spex_normal(word);
    spex_store_f64(port->type, tensor->data, i, value);
  }
}

/* An input without a file: its default, or random numbers for --bench. */
static spex_status make_input(const spex_port *port, const int64_t *sizes,
                              const spex_options *options, spex_tensor *result,
                              spex_error *error) {
  result->type = port->type;
  result->rank = port->rank;
  spex_port_shape(port, sizes, result->shape);
  if (spex_tensor_allocate(result, error) != SPEX_OK)
    return SPEX_FAILED;
  int64_t count = spex_element_count(result->shape, result->rank, 8);
  if (!port->has_default)
    fill_random(port, options->seed, result);
  for (int64_t i = 0; port->has_default && i < count; ++i)
    spex_store_f64(port->type, result->data, i, port->default_value);
  return SPEX_OK;
}

static spex_status allocate_arrays(spex_arrays *arrays,
                                   const spex_manifest *manifest,
                                   spex_error *error) {
  size_t in = (size_t)manifest->input_count + 1;
  size_t out = (size_t)manifest->output_count + 1;
  memset(arrays, 0, sizeof *arrays);
  arrays->in = calloc(in, sizeof *arrays->in);
  arrays->out = calloc(out, sizeof *arrays->out);
  arrays->in_data = calloc(in, sizeof *arrays->in_data);
  arrays->out_data = calloc(out, sizeof *arrays->out_data);
  return arrays->in && arrays->out && arrays->in_data && arrays->out_data
             ? SPEX_OK
             : spex_error_set(error, "not enough memory");
}

static spex_status read_inputs(spex_arrays *arrays,
                               const spex_manifest *manifest,
                               const spex_options *options, spex_error *error) {
  for (int64_t i = 0; i < manifest->input_count; ++i) {
    const spex_port *port = &manifest->inputs[i];
    const char *path =
        spex_named_path(options->inputs, options->input_count, port->name);
    if (path && read_input(port, path, arrays->dims, manifest, &arrays->in[i],
                           error) != SPEX_OK)
      return SPEX_FAILED;
    char text[512];
    if (!path && !port->has_default && !options->bench)
      return spex_error_set(
          error, "input `%s` is not given, expected --input %s=FILE.npy of %s",
          port->name, port->name,
          spex_port_text(text, sizeof text, port, manifest));
  }
  for (int64_t d = 0; d < manifest->dim_count; ++d)
    if (arrays->dims[d] == 0)
      return spex_error_set(error,
                            "the size of `%s` is not given, expected --at "
                            "%s=N with N from 1 to %lld [E0809]",
                            manifest->dims[d].name, manifest->dims[d].name,
                            (long long)manifest->dims[d].max);
  if (spex_checks_hold(manifest, arrays->dims, error) != SPEX_OK)
    return SPEX_FAILED;
  for (int64_t i = 0; i < manifest->input_count; ++i)
    if (!arrays->in[i].data &&
        make_input(&manifest->inputs[i], arrays->dims, options, &arrays->in[i],
                   error) != SPEX_OK)
      return SPEX_FAILED;
  return SPEX_OK;
}

spex_status spex_arrays_make(spex_arrays *arrays, const spex_manifest *manifest,
                             const spex_options *options, spex_error *error) {
  if (allocate_arrays(arrays, manifest, error) != SPEX_OK)
    return SPEX_FAILED;
  memcpy(arrays->dims, options->at,
         (size_t)manifest->dim_count * sizeof *arrays->dims);
  if (read_inputs(arrays, manifest, options, error) != SPEX_OK)
    return SPEX_FAILED;
  if (manifest->step >= 0) {
    /* A forward run is a step from position 0, with state for just itself. */
    arrays->dims[manifest->dim_count] = 0;
    arrays->dims[manifest->dim_count + 1] = arrays->dims[manifest->step];
  }
  for (int64_t i = 0; i < manifest->input_count; ++i)
    arrays->in_data[i] = arrays->in[i].data;
  for (int64_t i = 0; i < manifest->output_count; ++i) {
    const spex_port *port = &manifest->outputs[i];
    arrays->out[i].type = port->type;
    arrays->out[i].rank = port->rank;
    spex_port_shape(port, arrays->dims, arrays->out[i].shape);
    if (spex_tensor_allocate(&arrays->out[i], error) != SPEX_OK)
      return SPEX_FAILED;
    arrays->out_data[i] = arrays->out[i].data;
  }
  return SPEX_OK;
}

void spex_arrays_free(spex_arrays *arrays, const spex_manifest *manifest) {
  for (int64_t i = 0; arrays->in && i < manifest->input_count; ++i)
    spex_tensor_free(&arrays->in[i]);
  for (int64_t i = 0; arrays->out && i < manifest->output_count; ++i)
    spex_tensor_free(&arrays->out[i]);
  free(arrays->in);
  free(arrays->out);
  free(arrays->in_data);
  free(arrays->out_data);
}
