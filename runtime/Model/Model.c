/*===- Model.c - A program with its weights -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Model.h.
//
//===----------------------------------------------------------------------===*/

#include "runtime/Model/Model.h"

#include "runtime/Model/Cpu.h"
#include "spex/weights.h"

#include <stdlib.h>
#include <string.h>

spex_status spex_model_open(spex_model *model, const spex_program *program,
                            spex_error *error) {
  memset(model, 0, sizeof *model);
  model->program = program;
  if (program->size != sizeof *program || program->abi != SPEX_ABI)
    return spex_error_set(error,
                          "this executable is damaged: its program has "
                          "abi %u, expected %u",
                          program->abi, SPEX_ABI);
  if (spex_manifest_read(&model->manifest, program->manifest,
                         (int64_t)program->manifest_size, error) != SPEX_OK)
    return SPEX_FAILED;
  if (model->manifest.dim_count + 2 > SPEX_MAX_DIMS)
    return spex_error_set(error,
                          "this executable is damaged: its manifest has "
                          "more than %d dimensions",
                          SPEX_MAX_DIMS - 2);
  model->context.routes = model->manifest.routes;
  return SPEX_OK;
}

void spex_model_close(spex_model *model) {
  spex_pool_destroy(model->context.pool);
  spex_block_free(&model->packed_block);
  spex_block_free(&model->scratch);
  spex_block_free(&model->state);
  free(model->packed);
  spex_manifest_free(&model->manifest);
  memset(model, 0, sizeof *model);
}

spex_status spex_model_check_cpu(const spex_model *model, spex_error *error) {
  char missing[512] = "";
  size_t used = 0;
  for (int64_t i = 0; i < model->manifest.feature_count; ++i) {
    const char *feature = model->manifest.features[i];
    size_t length = strlen(feature);
    if (spex_cpu_has(feature) == 1 || used + length + 3 > sizeof missing)
      continue;
    if (used > 0)
      missing[used++] = ' ';
    memcpy(missing + used, feature, length + 1);
    used += length;
  }
  if (used == 0)
    return SPEX_OK;
  return spex_error_set(error,
                        "this CPU lacks %s, which `%s` was compiled for: "
                        "build it with --cpu=native on this machine, or with "
                        "--cpu=x86-64-v3",
                        missing, model->manifest.name);
}

spex_status spex_model_start(spex_model *model, int threads,
                             spex_error *error) {
  model->context.pool = spex_pool_create(threads);
  if (!model->context.pool)
    return spex_error_set(error, "not enough memory to start %d threads",
                          threads);
  return SPEX_OK;
}

/* Takes the message of the context, if the generated code left one. */
static spex_status take_failure(spex_model *model, spex_status status,
                                spex_error *error) {
  if (model->context.failed)
    *error = model->context.error;
  else if (status != SPEX_OK)
    spex_error_set(error, "`%s` failed without a message",
                   model->manifest.name);
  return model->context.failed ? SPEX_FAILED : status;
}

static int64_t evaluate(int64_t (*formula)(const int64_t *),
                        const int64_t *dims) {
  return formula ? formula(dims) : 0;
}

static int64_t round_up(int64_t bytes, int64_t to) {
  return bytes < 0 || bytes > INT64_MAX - to ? -1 : (bytes + to - 1) / to * to;
}

spex_model_memory spex_model_measure(const spex_model *model,
                                     const int64_t *dims) {
  const spex_program *program = model->program;
  spex_model_memory memory = {0};
  memory.scratch = round_up(evaluate(program->scratch_bytes, dims), 128);
  memory.worker = round_up(evaluate(program->worker_bytes, dims), 128);
  if (model->manifest.step >= 0)
    memory.state = evaluate(program->state_bytes, dims);
  for (int64_t i = 0; i < model->manifest.packed_count; ++i)
    if (__builtin_add_overflow(memory.packed, program->packed_bytes[i],
                               &memory.packed))
      memory.packed = INT64_MAX;
  return memory;
}

/* Scratch of the entry, then that of each worker. Grows as needed: a step needs
   more with every position. */
static spex_status reserve_scratch(spex_model *model, const int64_t *dims,
                                   spex_error *error) {
  spex_model_memory memory = spex_model_measure(model, dims);
  int64_t entry = memory.scratch, worker = memory.worker;
  int64_t total = -1, workers = spex_pool_workers(model->context.pool);
  if (entry < 0 || worker < 0 ||
      __builtin_mul_overflow(worker, workers, &total) ||
      __builtin_add_overflow(total, entry, &total))
    return spex_error_set(error, "not enough memory for the scratch: its size "
                                 "does not fit in 63 bits");
  if (!model->scratch.data || total > model->scratch.bytes) {
    int64_t more = model->scratch.data ? total / 4 : 0;
    spex_block_free(&model->scratch);
    if (spex_block_allocate(&model->scratch, total + more, "the scratch",
                            error) != SPEX_OK)
      return SPEX_FAILED;
  }
  model->context.worker_scratch = model->scratch.data + entry;
  model->context.worker_stride = worker;
  return SPEX_OK;
}

spex_status spex_model_reserve_state(spex_model *model, const int64_t *dims,
                                     spex_error *error) {
  if (model->manifest.step < 0)
    return SPEX_OK;
  int64_t bytes = spex_model_measure(model, dims).state;
  if (model->state.data && bytes == model->state.bytes) {
    memset(model->state.data, 0, (size_t)bytes);
    return SPEX_OK;
  }
  spex_block_free(&model->state);
  return spex_block_allocate(&model->state, bytes, "the state of a step",
                             error);
}

spex_status spex_model_run(spex_model *model, const int64_t *dims,
                           void *const *in, void *const *out,
                           spex_error *error) {
  int can_step = model->manifest.step >= 0;
  if (reserve_scratch(model, dims, error) != SPEX_OK)
    return SPEX_FAILED;
  if (can_step && dims[model->manifest.dim_count] == 0 &&
      spex_model_reserve_state(model, dims, error) != SPEX_OK)
    return SPEX_FAILED;
  model->context.failed = 0;
  spex_status status = model->program->run(&model->context, dims, in, out,
                                           model->packed, model->scratch.data,
                                           can_step ? model->state.data : NULL);
  return take_failure(model, status, error);
}

/* Parameters before they are packed. */
typedef struct raw_parameters {
  spex_block block;
  void **data;
  spex_stored *stored;
} raw_parameters;

static spex_status allocate_raw(const spex_manifest *manifest,
                                raw_parameters *raw, spex_error *error) {
  int64_t total = 0;
  for (int64_t i = 0; i < manifest->parameter_count; ++i) {
    const spex_parameter *p = &manifest->parameters[i];
    int64_t bytes = round_up(p->count * spex_type_bytes(p->type), 64);
    if (bytes < 0 || __builtin_add_overflow(total, bytes, &total))
      total = -1;
    if (total < 0)
      break;
  }
  size_t count = (size_t)manifest->parameter_count + 1;
  raw->data = calloc(count, sizeof *raw->data);
  raw->stored = calloc(count, sizeof *raw->stored);
  if (!raw->data || !raw->stored)
    return spex_error_set(error, "not enough memory for the weights");
  if (spex_block_allocate(&raw->block, total, "the weights", error) != SPEX_OK)
    return SPEX_FAILED;
  char *at = raw->block.data;
  for (int64_t i = 0; i < manifest->parameter_count; ++i) {
    const spex_parameter *p = &manifest->parameters[i];
    raw->data[i] = at;
    at += round_up(p->count * spex_type_bytes(p->type), 64);
  }
  return SPEX_OK;
}

/* The initial values of one parameter, made by all workers. */
typedef struct filling {
  const spex_parameter *parameter;
  uint64_t key;
  void *data;
} filling;

enum { FILL_ELEMENTS = 1 << 16 };

static void fill_task(void *argument, int64_t task, int worker) {
  const filling *f = argument;
  const spex_parameter *p = f->parameter;
  (void)worker;
  int64_t first = task * FILL_ELEMENTS, left = p->count - first;
  spex_initial_range(p->init, p->init_value, f->key, first,
                     left < FILL_ELEMENTS ? left : FILL_ELEMENTS, p->type,
                     f->data);
}

static spex_status fill_initial(spex_pool *pool, const spex_parameter *p,
                                uint64_t seed, void *data, spex_error *error) {
  uint64_t key = spex_random_key(seed, p->path, "init", 0);
  filling f = {p, key, data};
  if (p->init != SPEX_INIT_ORTHOGONAL) {
    int64_t tasks = (p->count + FILL_ELEMENTS - 1) / FILL_ELEMENTS;
    spex_pool_run(pool, tasks, fill_task, &f);
    return SPEX_OK;
  }
  if (spex_initial_values(p->init, p->init_value, key, p->shape, p->rank,
                          p->declared, p->type, data) == SPEX_OK)
    return SPEX_OK;
  return spex_error_set(error,
                        "not enough memory for the initial values of "
                        "`%s`",
                        p->path);
}

static spex_status fill_raw(const spex_model *model, const char *path,
                            uint64_t seed, raw_parameters *raw,
                            spex_error *error) {
  const spex_manifest *manifest = &model->manifest;
  int64_t count = 0;
  for (int64_t i = 0; i < manifest->parameter_count; ++i) {
    const spex_parameter *p = &manifest->parameters[i];
    int is_fresh = p->is_bound && p->source_count == 0;
    if (path && !p->is_fixed && !is_fresh) {
      spex_stored stored = {p->path,      p->type,    p->rank,
                            p->shape,     raw->data[i], p->sources,
                            p->source_count};
      raw->stored[count++] = stored;
    } else if (fill_initial(model->context.pool, p, seed, raw->data[i],
                            error) != SPEX_OK)
      return SPEX_FAILED;
  }
  if (!path)
    return SPEX_OK;
  spex_skips skips = {manifest->skips, manifest->skip_count,
                      manifest->is_bound};
  return spex_parameters_read(path, raw->stored, count, &skips, error);
}

/* One block for all packed weights, each at a multiple of 64. */
static spex_status allocate_packed(spex_model *model, spex_error *error) {
  int64_t count = model->manifest.packed_count, total = 0;
  const int64_t *bytes = model->program->packed_bytes;
  if (count > (1 << 20))
    return spex_error_set(error, "this executable is damaged: its manifest has "
                                 "too many packed weights");
  for (int64_t i = 0; i < count && total >= 0; ++i)
    if (bytes[i] < 0 ||
        __builtin_add_overflow(total, round_up(bytes[i], 64), &total))
      total = -1;
  model->packed = calloc((size_t)count + 1, sizeof *model->packed);
  if (!model->packed)
    return spex_error_set(error, "not enough memory for the weights");
  if (spex_block_allocate(&model->packed_block, total, "the packed weights",
                          error) != SPEX_OK)
    return SPEX_FAILED;
  char *at = model->packed_block.data;
  for (int64_t i = 0; i < count; ++i) {
    model->packed[i] = at;
    at += round_up(bytes[i], 64);
  }
  return SPEX_OK;
}

spex_status spex_model_load(spex_model *model, const char *path, uint64_t seed,
                            spex_error *error) {
  raw_parameters raw = {0};
  model->context.seed = seed;
  spex_status status = allocate_raw(&model->manifest, &raw, error);
  if (status == SPEX_OK)
    status = fill_raw(model, path, seed, &raw, error);
  if (status == SPEX_OK)
    status = allocate_packed(model, error);
  if (status == SPEX_OK) {
    status = model->program->prepare(&model->context, raw.data, model->packed);
    status = take_failure(model, status, error);
  }
  spex_block_free(&raw.block);
  free(raw.data);
  free(raw.stored);
  return status;
}
