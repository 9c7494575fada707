//===- Operations.cpp - Loops over named tensors --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unions of shapes, repetition, and the contraction behind `@` and `dot`.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Operations.h"

#include <algorithm>

namespace spex::interpreter {

Shape unionOf(const std::vector<const Tensor *> &tensors) {
  const Tensor *widest = tensors.front();
  for (const Tensor *tensor : tensors)
    if (tensor->dims.size() > widest->dims.size())
      widest = tensor;
  Shape shape{widest->dims, widest->sizes};
  for (const Tensor *tensor : tensors)
    for (size_t i = 0; i < tensor->dims.size(); ++i)
      if (!contains(shape.dims, tensor->dims[i])) {
        shape.dims.push_back(tensor->dims[i]);
        shape.sizes.push_back(tensor->sizes[i]);
      }
  return shape;
}

SizeList sizesOf(const Tensor &tensor, const DimList &dims) {
  SizeList sizes;
  for (const Dimension *dim : dims) {
    int position = tensor.axis(dim);
    assert(position >= 0 && "the tensor has the dimension");
    sizes.push_back(tensor.sizes[position]);
  }
  return sizes;
}

Tensor expandTo(const Tensor &x, const DimList &dims, const SizeList &sizes) {
  Tensor result = x;
  for (size_t i = dims.size(); i-- > 0;)
    if (!result.has(dims[i]))
      result = result.repeated(dims[i], sizes[i]);
  return result;
}

namespace {
/// The four kinds of dims in a contraction.
struct ContractionDims {
  DimList both, onlyA, onlyB;
  SizeList bothSizes, onlyASizes, onlyBSizes, contractedSizes;
};
} // namespace

static ContractionDims sortDims(const Tensor &a, const Tensor &b,
                                const DimList &contracted) {
  ContractionDims sorted;
  for (const Dimension *dim : without(a.dims, contracted))
    (b.has(dim) ? sorted.both : sorted.onlyA).push_back(dim);
  sorted.onlyB = without(without(b.dims, contracted), sorted.both);
  sorted.bothSizes = sizesOf(a, sorted.both);
  sorted.onlyASizes = sizesOf(a, sorted.onlyA);
  sorted.onlyBSizes = sizesOf(b, sorted.onlyB);
  sorted.contractedSizes = sizesOf(a, contracted);
  return sorted;
}

/// One row of results: `sums[j] += a_c * b[c][j]` for each c, ascending.
static void contractRow(const double *a, const std::vector<int64_t> &stepsA,
                        const double *b, const std::vector<int64_t> &stepsB,
                        const std::vector<int64_t> &columns, bool unitColumns,
                        double *sums, double *magnitudes) {
  int64_t width = columns.size();
  for (size_t c = 0; c < stepsA.size(); ++c) {
    double factor = a[stepsA[c]];
    const double *row = b + stepsB[c];
    if (magnitudes) {
      for (int64_t j = 0; j < width; ++j) {
        double term = factor * row[columns[j]];
        sums[j] += term;
        magnitudes[j] += std::abs(term);
      }
    } else if (unitColumns) {
      for (int64_t j = 0; j < width; ++j)
        sums[j] += factor * row[j];
    } else {
      for (int64_t j = 0; j < width; ++j)
        sums[j] += factor * row[columns[j]];
    }
  }
}

/// The distances from the first element over `dims`.
static std::vector<int64_t> stepsOver(const Tensor &tensor, const DimList &dims,
                                      const SizeList &sizes) {
  std::vector<int64_t> steps = offsetsOver(tensor, dims, sizes);
  for (int64_t &step : steps)
    step -= tensor.offset;
  return steps;
}

Tensor contract(const Tensor &a, const Tensor &b, const DimList &contracted,
                Perturbation &perturbation) {
  ContractionDims d = sortDims(a, b, contracted);
  std::vector<int64_t> bothA = offsetsOver(a, d.both, d.bothSizes);
  std::vector<int64_t> bothB = offsetsOver(b, d.both, d.bothSizes);
  std::vector<int64_t> rows = stepsOver(a, d.onlyA, d.onlyASizes);
  std::vector<int64_t> columns = stepsOver(b, d.onlyB, d.onlyBSizes);
  std::vector<int64_t> stepsA = stepsOver(a, contracted, d.contractedSizes);
  std::vector<int64_t> stepsB = stepsOver(b, contracted, d.contractedSizes);
  bool unitColumns = true;
  for (size_t j = 0; j < columns.size(); ++j)
    unitColumns &= columns[j] == static_cast<int64_t>(j);

  DimList dims = d.both;
  SizeList sizes = d.bothSizes;
  for (auto [more, moreSizes] : {std::pair{&d.onlyA, &d.onlyASizes},
                                 std::pair{&d.onlyB, &d.onlyBSizes}}) {
    dims.insert(dims.end(), more->begin(), more->end());
    sizes.insert(sizes.end(), moreSizes->begin(), moreSizes->end());
  }
  Tensor result = Tensor::make(ElementType::F64, dims, sizes);
  std::vector<double> magnitudes(perturbation.isEnabled() ? columns.size() : 0);
  double *out = result.data();
  for (size_t g = 0; g < bothA.size(); ++g)
    for (int64_t row : rows) {
      std::fill(magnitudes.begin(), magnitudes.end(), 0.0);
      contractRow(a.storage->data() + bothA[g] + row, stepsA,
                  b.storage->data() + bothB[g], stepsB, columns, unitColumns,
                  out, magnitudes.empty() ? nullptr : magnitudes.data());
      for (size_t j = 0; j < magnitudes.size(); ++j)
        out[j] = perturbation.apply(out[j], magnitudes[j], stepsA.size());
      out += columns.size();
    }
  return result;
}

} // namespace spex::interpreter
