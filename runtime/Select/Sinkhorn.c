/*===- Sinkhorn.c - A transport plan by scaling rows and columns ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_sinkhorn of kernels.h. Everything is computed in double and every sum
// ascends, so the plan is the same bits on every machine.
//
//===----------------------------------------------------------------------===*/

#include "spex/kernels.h"
#include "spex/random.h"

#include "runtime/Select/Values.h"

#include <math.h>

#define SMALL 1e-8

/* kernel = exp(x - max x) */
static void take_exponentials(const void *x, int64_t bytes, int64_t count,
                              double *kernel) {
  double largest = spex_value_at(x, bytes, 0);
  for (int64_t i = 1; i < count; ++i)
    if (spex_value_at(x, bytes, i) > largest)
      largest = spex_value_at(x, bytes, i);
  for (int64_t i = 0; i < count; ++i)
    kernel[i] = spex_exp(spex_value_at(x, bytes, i) - largest);
}

/* One round: the new scale of the rows, then of the columns. Gives back how far
   the columns' moved, on average. */
static double scale(const double *kernel, int64_t rows, int64_t columns,
                    double *row_scale, double *column_scale, double *sums) {
  for (int64_t c = 0; c < columns; ++c)
    sums[c] = 0;
  for (int64_t r = 0; r < rows; ++r) {
    double sum = 0;
    for (int64_t c = 0; c < columns; ++c)
      sum += kernel[r * columns + c] * column_scale[c];
    row_scale[r] = 1 / (double)rows / (sum + SMALL);
    for (int64_t c = 0; c < columns; ++c)
      sums[c] += kernel[r * columns + c] * row_scale[r];
  }
  double moved = 0;
  for (int64_t c = 0; c < columns; ++c) {
    double next = 1 / (double)columns / (sums[c] + SMALL);
    moved += fabs(next - column_scale[c]);
    column_scale[c] = next;
  }
  return moved / (double)columns;
}

void spex_sinkhorn(const void *x, int64_t bytes, int64_t batches, int64_t rows,
                   int64_t columns, double tolerance, int64_t limit, void *plan,
                   double *work) {
  int64_t count = rows * columns;
  double *kernel = work, *row_scale = work + count;
  double *column_scale = row_scale + rows, *sums = column_scale + columns;
  for (int64_t batch = 0; batch < batches; ++batch) {
    const char *in = (const char *)x + batch * count * bytes;
    take_exponentials(in, bytes, count, kernel);
    for (int64_t c = 0; c < columns; ++c)
      column_scale[c] = 1;
    for (int64_t r = 0; r < rows; ++r)
      row_scale[r] = 1;
    for (int64_t round = 0; round < limit; ++round)
      if (scale(kernel, rows, columns, row_scale, column_scale, sums) <=
          tolerance)
        break;
    for (int64_t i = 0; i < count; ++i) {
      double value =
          kernel[i] * row_scale[i / columns] * column_scale[i % columns];
      if (bytes == 8)
        ((double *)plan)[batch * count + i] = value;
      else
        ((float *)plan)[batch * count + i] = (float)value;
    }
  }
}
