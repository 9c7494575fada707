//===- Tensor.h - Tensors with named dimensions -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The interpreter's values: f64 numbers over a list of dimensions. A tensor is
// a view, so renaming, picking an entry, repeating and reordering cost nothing.
// Every operation of Operations.h works on the union of its operands' names.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_TENSOR_H
#define COMPILER_INTERPRETER_TENSOR_H

#include "compiler/Sema/Program.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace spex::interpreter {

using DimList = std::vector<const Dimension *>;
using SizeList = std::vector<int64_t>;

/// Copies share their numbers, which are written only while one owner fills a
/// tensor just made. Ints, indices and bools are exact in f64.
struct Tensor {
  ElementType element = ElementType::F32;
  const Dimension *target = nullptr; ///< of index<target>
  /// Every number is already a value of `element`.
  bool isRounded = false;
  DimList dims;
  SizeList sizes;
  SizeList strides; ///< 0 where a dimension only repeats
  int64_t offset = 0;
  std::shared_ptr<std::vector<double>> storage;

  /// Zeros, row-major in the order of `dims`.
  static Tensor make(ElementType element, DimList dims, SizeList sizes);
  static Tensor number(double value, ElementType element);

  bool isValid() const { return storage != nullptr; }
  int64_t count() const;
  /// The position of a dimension, or -1.
  int axis(const Dimension *dim) const;
  bool has(const Dimension *dim) const { return axis(dim) >= 0; }
  bool isContiguous() const;

  /// The numbers of a tensor that `make` gave.
  double *data() { return storage->data() + offset; }
  const double *data() const { return storage->data() + offset; }
  /// The value of a tensor without dimensions.
  double single() const { return (*storage)[offset]; }

  Tensor withElement(ElementType newElement,
                     const Dimension *newTarget = nullptr) const;
  /// The same dims in another order; `order` holds them all.
  Tensor permuted(const DimList &order) const;
  /// One more dimension, in front, along which the value repeats.
  Tensor repeated(const Dimension *dim, int64_t size) const;
  Tensor picked(int position, int64_t index) const;
  Tensor renamed(int position, const Dimension *dim) const;
  /// Entries from..from + size - 1 of an axis, which is called `dim` from now.
  Tensor sliced(int position, int64_t from, int64_t size,
                const Dimension *dim) const;
  /// Row-major numbers of its own.
  Tensor contiguous() const;
};

/// Where each element lies in `tensor`, row-major over `dims`; dims that it
/// lacks repeat it.
std::vector<int64_t> offsetsOver(const Tensor &tensor, const DimList &dims,
                                 const SizeList &sizes);

/// Rounds to `element`; a tensor that is rounded already is handed through.
Tensor rounded(const Tensor &tensor, ElementType element);

bool contains(const DimList &dims, const Dimension *dim);
/// The dims of `dims` that are not in `removed`.
DimList without(const DimList &dims, const DimList &removed);
/// Appends what is missing.
void addMissing(DimList &dims, const DimList &more);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_TENSOR_H
