/*===- Manifest.h - What a program says about itself --------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The manifest of spex_program, read once at the start.
//
//===----------------------------------------------------------------------===*/

#ifndef RUNTIME_MODEL_MANIFEST_H
#define RUNTIME_MODEL_MANIFEST_H

#include "runtime/Stats/Choices.h"
#include "spex/random.h"
#include "spex/tensor.h"
#include "spex/weights.h"

#include <stddef.h>

/* A bounded dimension. */
typedef struct spex_dim {
  const char *name;
  int64_t max;
} spex_dim;

/* An input or output. */
typedef struct spex_port {
  const char *name;
  spex_type type;
  const char *type_name; /* "index", "int", "f32" ... */
  int64_t bound;         /* of an index; else 0 */
  int has_default;
  double default_value;
  int rank;
  int dim[SPEX_MAX_RANK];      /* number of a bounded dimension, or -1 */
  int64_t size[SPEX_MAX_RANK]; /* the bound of that, or the static size */
} spex_port;

typedef struct spex_parameter {
  const char *path;
  spex_type type;
  int rank, declared;
  int64_t shape[SPEX_MAX_RANK];
  int64_t count; /* elements */
  spex_init_kind init;
  double init_value;
  int is_fixed; /* not in files */
  /* By a `weights` section; without a source it is fresh. */
  int is_bound;
  spex_source *sources;
  int64_t source_count;
} spex_parameter;

/* A part of a formula of sizes: a number, the number of a dimension, or an
   operation on the two values before it (Checks.c). */
typedef enum spex_term_kind {
  SPEX_TERM_NUMBER,
  SPEX_TERM_DIM,
  SPEX_TERM_OPERATION
} spex_term_kind;
typedef struct spex_term {
  spex_term_kind kind;
  int64_t value;
} spex_term;

/* What the sizes of a call must fulfil: the formula is 0 or more. */
typedef struct spex_check {
  const char *text;
  spex_term *terms;
  int64_t count;
} spex_check;

typedef struct spex_manifest {
  char *strings;
  int64_t strings_used;
  const char *name;
  const char **features;
  int64_t feature_count;
  spex_dim *dims;
  int64_t dim_count;
  int step; /* number of the dimension that a step goes along, or -1 */
  spex_port *inputs, *outputs;
  int64_t input_count, output_count;
  spex_parameter *parameters;
  int64_t parameter_count;
  spex_route *routes;
  int64_t route_count;
  int64_t packed_count;
  int is_bound; /* there is a `weights` section */
  spex_check *checks;
  int64_t check_count;
  const char **skips;
  int64_t skip_count;
} spex_manifest;

spex_status spex_manifest_read(spex_manifest *manifest, const char *text,
                               int64_t size, spex_error *error);
void spex_manifest_free(spex_manifest *manifest);

/* The shape at these sizes, into `shape`. */
void spex_port_shape(const spex_port *port, const int64_t *dims,
                     int64_t *shape);
/* "index<256>[B, S]" into `text`. */
const char *spex_port_text(char *text, size_t room, const spex_port *port,
                           const spex_manifest *manifest);

#endif /* RUNTIME_MODEL_MANIFEST_H */
