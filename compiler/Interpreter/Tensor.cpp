//===- Tensor.cpp - Tensors with named dimensions -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Views of named tensors, and the offsets by which every operation walks them.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Tensor.h"
#include "compiler/Interpreter/Rounding.h"

#include <algorithm>
#include <cassert>

namespace spex::interpreter {

bool contains(const DimList &dims, const Dimension *dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

DimList without(const DimList &dims, const DimList &removed) {
  DimList left;
  for (const Dimension *dim : dims)
    if (!contains(removed, dim))
      left.push_back(dim);
  return left;
}

void addMissing(DimList &dims, const DimList &more) {
  for (const Dimension *dim : more)
    if (!contains(dims, dim))
      dims.push_back(dim);
}

Tensor Tensor::make(ElementType element, DimList dims, SizeList sizes) {
  assert(dims.size() == sizes.size() && "one size for each dimension");
  Tensor tensor;
  tensor.element = element;
  tensor.isRounded = !isFloat(element) || element == ElementType::F64;
  tensor.dims = std::move(dims);
  tensor.sizes = std::move(sizes);
  tensor.strides.resize(tensor.sizes.size());
  int64_t total = 1;
  for (size_t i = tensor.sizes.size(); i-- > 0;) {
    tensor.strides[i] = total;
    total *= tensor.sizes[i];
  }
  tensor.storage = std::make_shared<std::vector<double>>(total);
  return tensor;
}

Tensor Tensor::number(double value, ElementType element) {
  Tensor tensor = make(element, {}, {});
  tensor.storage->front() = value;
  return tensor;
}

int64_t Tensor::count() const {
  int64_t total = 1;
  for (int64_t size : sizes)
    total *= size;
  return total;
}

int Tensor::axis(const Dimension *dim) const {
  auto found = std::find(dims.begin(), dims.end(), dim);
  return found == dims.end() ? -1 : static_cast<int>(found - dims.begin());
}

bool Tensor::isContiguous() const {
  int64_t total = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] != 1 && strides[i] != total)
      return false;
    total *= sizes[i];
  }
  return true;
}

Tensor Tensor::withElement(ElementType newElement,
                           const Dimension *newTarget) const {
  Tensor result = *this;
  result.isRounded = element == newElement ? isRounded : !isFloat(newElement);
  result.element = newElement;
  result.target = newTarget;
  return result;
}

Tensor Tensor::permuted(const DimList &order) const {
  assert(order.size() == dims.size() && "an order of the same dims");
  Tensor result = *this;
  for (size_t i = 0; i < order.size(); ++i) {
    int from = axis(order[i]);
    assert(from >= 0 && "an order of the same dims");
    result.dims[i] = order[i];
    result.sizes[i] = sizes[from];
    result.strides[i] = strides[from];
  }
  return result;
}

Tensor Tensor::repeated(const Dimension *dim, int64_t size) const {
  Tensor result = *this;
  result.dims.insert(result.dims.begin(), dim);
  result.sizes.insert(result.sizes.begin(), size);
  result.strides.insert(result.strides.begin(), 0);
  return result;
}

Tensor Tensor::picked(int position, int64_t index) const {
  assert(index >= 0 && index < sizes[position] && "an entry of the axis");
  Tensor result = *this;
  result.offset += index * strides[position];
  result.dims.erase(result.dims.begin() + position);
  result.sizes.erase(result.sizes.begin() + position);
  result.strides.erase(result.strides.begin() + position);
  return result;
}

Tensor Tensor::renamed(int position, const Dimension *dim) const {
  Tensor result = *this;
  result.dims[position] = dim;
  return result;
}

Tensor Tensor::sliced(int position, int64_t from, int64_t size,
                      const Dimension *dim) const {
  assert(from >= 0 && from + size <= sizes[position] && "within the axis");
  Tensor result = *this;
  result.offset += from * strides[position];
  result.sizes[position] = size;
  result.dims[position] = dim;
  return result;
}

Tensor Tensor::contiguous() const {
  if (isContiguous())
    return *this;
  Tensor result = make(element, dims, sizes);
  result.target = target;
  result.isRounded = isRounded;
  std::vector<int64_t> from = offsetsOver(*this, dims, sizes);
  double *out = result.data();
  for (size_t i = 0; i < from.size(); ++i)
    out[i] = (*storage)[from[i]];
  return result;
}

std::vector<int64_t> offsetsOver(const Tensor &tensor, const DimList &dims,
                                 const SizeList &sizes) {
  std::vector<int64_t> offsets{tensor.offset};
  // Each dimension multiplies the list, so the last one runs fastest.
  for (size_t d = 0; d < dims.size(); ++d) {
    int position = tensor.axis(dims[d]);
    int64_t stride = position < 0 ? 0 : tensor.strides[position];
    std::vector<int64_t> next;
    next.reserve(offsets.size() * sizes[d]);
    for (int64_t base : offsets)
      for (int64_t i = 0; i < sizes[d]; ++i)
        next.push_back(base + i * stride);
    offsets = std::move(next);
  }
  return offsets;
}

Tensor rounded(const Tensor &tensor, ElementType element) {
  if (tensor.element == element && tensor.isRounded)
    return tensor;
  if (!isFloat(element)) {
    Tensor result = tensor.withElement(element, tensor.target);
    result.isRounded = true;
    return result;
  }
  // Repeated numbers are rounded once: only what is stored is touched.
  Tensor source = tensor;
  SizeList repeats = tensor.sizes;
  for (size_t i = 0; i < source.sizes.size(); ++i)
    if (source.strides[i] == 0)
      source.sizes[i] = std::min<int64_t>(source.sizes[i], 1);
  std::vector<int64_t> from = offsetsOver(source, source.dims, source.sizes);
  Tensor result = Tensor::make(element, source.dims, source.sizes);
  double *out = result.data();
  for (size_t i = 0; i < from.size(); ++i)
    out[i] = roundTo(element, (*source.storage)[from[i]]);
  for (size_t i = 0; i < repeats.size(); ++i)
    if (result.sizes[i] != repeats[i]) {
      result.sizes[i] = repeats[i];
      result.strides[i] = 0;
    }
  result.isRounded = true;
  return result;
}

} // namespace spex::interpreter
