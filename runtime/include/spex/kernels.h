/*===- kernels.h - What generated code calls ----------------------*- C -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The function table of the lowering (dialects/Conversion/GroupedToRuntime).
// Every argument is a pointer, an int64_t or a double, so that calls need no
// struct in LLVM's sense. None of these fails; what can go wrong (replayed choices that
// do not fit, spex_fail) is kept in the context and ends the run afterwards.
//
//===----------------------------------------------------------------------===*/

#ifndef SPEX_KERNELS_H
#define SPEX_KERNELS_H

#include "spex/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* grouped.plan: orders the choices of all units by expert.
   ids [units][choices]: the expert chosen, or -1 for nobody (below `experts`).
   offsets [experts + 1]: rows offsets[e] .. offsets[e + 1] - 1 are e's.
   rows [units * choices]: the unit whose choice row r is; -1 behind the last.
   place [units][choices]: the row of that choice, or -1.
   Rows of one expert are in order of unit, then rank. All three are written
   whole. ids = [[1, -1], [0, 1]], 2 experts: offsets = [0, 1, 3],
   rows = [1, 0, 1, -1], place = [[1, -1], [0, 2]]. */
void spex_plan(const int32_t *ids, int64_t units, int64_t choices,
               int64_t experts, int32_t *offsets, int32_t *rows,
               int32_t *place);

/* One piece of work: rows first_row .. first_row + rows - 1 (numbered over all
   groups, as in spex_plan), columns first_column .. first_column + columns - 1
   of group `group`. */
typedef struct spex_task {
  int32_t group, first_row, rows, first_column, columns;
} spex_task;

/* Cuts groups into row blocks of at most `row_block` rows, as even as can be,
   and those into column chunks of `column_block` columns (the last may be
   narrower), largest first; then by group, row and column. Writes at most
   spex_task_bound(...) tasks and gives back how many. Groups without rows have
   no task.
   offsets: as in spex_plan, or null: each group has `group_rows` rows, and
   group g begins at row g * group_rows (dense work).
   For work that is not cut by columns pass columns = column_block = 1. */
int64_t spex_order_tasks(const int32_t *offsets, int64_t groups,
                         int64_t group_rows, int64_t row_block, int64_t columns,
                         int64_t column_block, spex_task *tasks);

/* A task of several lists that are done as one: `task` is its place in list
   number `list`, `cost` what the order goes by. */
typedef struct spex_joined_task {
  int64_t cost, list, task;
} spex_joined_task;

/* Merges `count` tasks, ordered by spex_order_tasks, into `joined`, which holds
   `joined_count` already and has room for them: the most expensive first, and
   of equal ones those that were there before. A task costs rows * columns *
   `cost`. Gives back joined_count + count. */
int64_t spex_join_tasks(const spex_task *tasks, int64_t count, int64_t list,
                        int64_t cost, spex_joined_task *joined,
                        int64_t joined_count);

/* The largest number of tasks for `rows` rows in all (units * choices, or
   groups * group_rows), for the formula of the scratch:
   (rows / row_block + groups) * ceil(columns / column_block). Never more than
   rows * ceil(columns / column_block) are written. */
static inline int64_t spex_task_bound(int64_t rows, int64_t groups,
                                      int64_t row_block, int64_t columns,
                                      int64_t column_block) {
  return (rows / row_block + groups) *
         ((columns + column_block - 1) / column_block);
}

/* `scratch` is this worker's own, worker_bytes(dims) long, aligned to 64; what
   another task left there is undefined. */
typedef void (*spex_task_fn)(void *closure, int64_t task, void *scratch);

/* Calls fn(closure, t, scratch) once for each t in 0 .. tasks - 1, in any order
   on any worker, and returns when all are done. Tasks must not depend on each
   other and write apart. Must not be called from inside a task. */
void spex_parallel_for(spex_context *context, int64_t tasks, spex_task_fn fn,
                       void *closure);

/* moe.observe: takes note of the choices of a route, for --stats and --routes,
   and with --replay overwrites `ids` by the recorded ones. Call it right after
   the selection, before capacity and plan.
   route: its number in the manifest's "routes"; layer: 0 outside of `stack`.
   Several calls for one layer (of a generation) are taken as one after the
   other; at a batch of 1 that is what one forward run would give. */
void spex_observe_route(spex_context *context, int64_t route, int64_t layer,
                        int32_t *ids, int64_t units, int64_t choices);

/* The same for a route of experts inside of others: outer[u] is the outer
   expert whose unit u is, or -1 for nobody's, which are left aside. Each of
   the outer experts counts as a layer, layer * outer_count + outer[u]. */
void spex_observe_within(spex_context *context, int64_t route, int64_t layer,
                         int32_t *ids, int64_t units, int64_t choices,
                         const int32_t *outer, int64_t outer_count);

/* After a capacity: the choices that are left. Those that spex_observe_route
   saw and that are -1 here count as dropped. */
void spex_observe_kept(spex_context *context, int64_t route, int64_t layer,
                       const int32_t *kept, int64_t units, int64_t choices);
void spex_observe_kept_within(spex_context *context, int64_t route,
                              int64_t layer, const int32_t *kept, int64_t units,
                              int64_t choices, const int32_t *outer,
                              int64_t outer_count);

/* grouped.limit: lets every expert take `capacity` choices of each group.
   Groups are `groups` equal parts of the units, one behind the other. Places go
   rank by rank and within a rank unit by unit; with `order` [units][choices] the
   larger first within a rank, or before ranks are compared with `order_first`;
   NaN counts as minus infinity. ids [units][choices]: choices, or -1.
   kept: the expert that runs each choice, or -1.
   With `by` [units][experts] refused choices try again, `rounds` times in the
   same order, each the expert with the largest value that is not among the
   unit's `selected` [units][choices] and has not refused it. `order`, `by` and
   `selected` may be null. scratch: experts + 2 * units * choices numbers, with
   `by` also units * experts more. */
void spex_limit(const int32_t *ids, const int32_t *selected, int64_t units,
                int64_t choices, int64_t experts, int64_t groups,
                int64_t capacity, const double *order, int64_t order_first,
                const double *by, int64_t rounds, int32_t *scratch,
                int32_t *kept);

/* `overflow = error`: fails if an expert's choice in `ids` is nobody's in
   `kept`. route, layer: as in spex_observe_route. */
void spex_expect_kept(spex_context *context, int64_t route, int64_t layer,
                      int64_t capacity, const int32_t *ids,
                      const int32_t *kept, int64_t units, int64_t choices);

/* grouped.take: each expert takes its `count` units (or all, if there are
   fewer) with the largest values in each group; ties go to the lower unit, NaN
   counts as the lowest value. Where `mask` is not null only units with a true
   one are taken.
   values [groups * tokens][experts]: floats of `bytes` bytes (4 or 8).
   mask [groups * tokens][experts]: 0 or 1, or null.
   ids [groups * tokens][experts]: e in column e where e takes the unit, else
   -1. work [tokens] is scratch. */
void spex_take(const void *values, int64_t bytes, const uint8_t *mask,
               int64_t groups, int64_t tokens, int64_t experts, int64_t count,
               int32_t *ids, int32_t *work);

/* grouped.balance: an expert for each unit, tokens / experts units for each
   expert in each group, by the auction of BASE layers: nearly the largest sum
   of values. A value that is not finite counts as the smallest finite one. Fails
   if tokens is no multiple of experts.
   ids [groups * tokens]; work [4 * tokens + experts] is scratch. */
void spex_balance(spex_context *context, const void *values, int64_t bytes,
                  int64_t groups, int64_t tokens, int64_t experts,
                  int32_t *ids, double *work);

/* grouped.sinkhorn: for each of `batches` matrices x [rows][columns] the
   transport plan of exp(x - max x), whose rows add up to 1 / rows and whose
   columns to 1 / columns. Ends when the scales of the columns moved by
   `tolerance` or less on average, or after `limit` rounds.
   plan: as x. work [rows * columns + rows + 2 * columns] is scratch. */
void spex_sinkhorn(const void *x, int64_t bytes, int64_t batches, int64_t rows,
                   int64_t columns, double tolerance, int64_t limit, void *plan,
                   double *work);

/* grouped.draw: `entries` times `width` elements of the stream of `statement`
   in `path` with number call + 2^32 * copy (spex_random_key), at step 0. The
   seed is that of the context, or `seed` where the context is null. Entry e
   begins at element numbers[e] * width, or e * width where `numbers` is null;
   copies[e] is added to its copy unless `copies` is null.
   kind: 0 spex_uniform, 1 spex_normal, 2 spex_gumbel, as floats of `bytes`
   bytes (4 or 8); 3: int32, (word * bound) / 2^32 rounded down; 4: spex_gamma
   of shapes [entries * width], in f64. */
void spex_draw(const spex_context *context, int64_t seed, const char *path,
               const char *statement, int64_t call, int64_t copy,
               int64_t entries, int64_t width, const int32_t *numbers,
               const int32_t *copies, int64_t kind, int64_t bound,
               const double *shapes, int64_t bytes, void *out);

/* A run-time error of the program, as a size that does not divide. `message` [length] is UTF-8 without a final stop. The first one
   counts; the run goes on and its results are thrown away. */
void spex_fail(spex_context *context, const char *message, int64_t length);

/* grouped.pack: copies parameters into `packed`, padding with zeros. The
   descriptor is an array of int64_t:

     [0] bytes of one element (1, 2, 4, 8)
     [1] R, right-hand sides side by side (1 .. 4)
     [2] W, columns of a panel; 0: no panels
     [3] I, neighbours in k that lie together (1; 2 for bf16 pairs, 4 for int8)
     [4] number of outer dimensions  (0 .. 8)
     [5] number of k dimensions      (1 .. 8), contracted
     [6] number of n dimensions      (0 .. 8), columns
     then R times the number of the raw parameter,
     then R times the offset of its first element, in elements,
     then the sizes of the dimensions, outer, k, n,
     then R times their strides in elements, outer, k, n.

   With K and N the products of the k and n sizes (the first slowest), KI and NW
   those rounded up to I and W, packed is
     W > 0: [outer ...][NW / W][KI / I][R][W][I]
     W = 0: [outer ...][K][R][N]            (I must be 1)
   A plain copy has no n dimension, R = 1 and W = 0. */
enum {
  SPEX_PACK_ELEMENT_BYTES,
  SPEX_PACK_RIGHT_SIDES,
  SPEX_PACK_COLUMNS,
  SPEX_PACK_INTERLEAVE,
  SPEX_PACK_OUTER_RANK,
  SPEX_PACK_K_RANK,
  SPEX_PACK_N_RANK,
  SPEX_PACK_HEADER
};
void spex_pack(spex_context *context, const int64_t *descriptor,
               void *const *raw, void *packed);

#ifdef __cplusplus
}
#endif

#endif /* SPEX_KERNELS_H */
