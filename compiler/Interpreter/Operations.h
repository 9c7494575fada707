//===- Operations.h - Loops over named tensors ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The few shapes of loop that all built-in functions are made of: elementwise,
// along fibres (the values over some dims, for each index of the others), and
// contraction. Results are f64, not rounded.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_OPERATIONS_H
#define COMPILER_INTERPRETER_OPERATIONS_H

#include "compiler/Interpreter/Perturbation.h"
#include "compiler/Interpreter/Tensor.h"

#include <cassert>

namespace spex::interpreter {

/// The union of the operands' dims, those of the widest operand first, so that
/// the usual result has the order of its largest operand.
struct Shape {
  DimList dims;
  SizeList sizes;
};
Shape unionOf(const std::vector<const Tensor *> &tensors);
/// The sizes in `tensor` of some of its dims.
SizeList sizesOf(const Tensor &tensor, const DimList &dims);

template <typename Fn>
Tensor mapElements(ElementType element, const Tensor &x, Fn fn) {
  Tensor result = Tensor::make(element, x.dims, x.sizes);
  std::vector<int64_t> from = offsetsOver(x, x.dims, x.sizes);
  const double *in = x.storage->data();
  double *out = result.data();
  for (size_t i = 0; i < from.size(); ++i)
    out[i] = fn(in[from[i]]);
  return result;
}

template <typename Fn>
Tensor mapElements(ElementType element, const Tensor &a, const Tensor &b,
                   Fn fn) {
  Shape shape = unionOf({&a, &b});
  Tensor result = Tensor::make(element, shape.dims, shape.sizes);
  std::vector<int64_t> fromA = offsetsOver(a, shape.dims, shape.sizes);
  std::vector<int64_t> fromB = offsetsOver(b, shape.dims, shape.sizes);
  const double *inA = a.storage->data(), *inB = b.storage->data();
  double *out = result.data();
  for (size_t i = 0; i < fromA.size(); ++i)
    out[i] = fn(inA[fromA[i]], inB[fromB[i]]);
  return result;
}

template <typename Fn>
Tensor mapElements(ElementType element, const Tensor &a, const Tensor &b,
                   const Tensor &c, Fn fn) {
  Shape shape = unionOf({&a, &b, &c});
  Tensor result = Tensor::make(element, shape.dims, shape.sizes);
  std::vector<int64_t> fromA = offsetsOver(a, shape.dims, shape.sizes);
  std::vector<int64_t> fromB = offsetsOver(b, shape.dims, shape.sizes);
  std::vector<int64_t> fromC = offsetsOver(c, shape.dims, shape.sizes);
  const double *inA = a.storage->data(), *inB = b.storage->data(),
               *inC = c.storage->data();
  double *out = result.data();
  for (size_t i = 0; i < fromA.size(); ++i)
    out[i] = fn(inA[fromA[i]], inB[fromB[i]], inC[fromC[i]]);
  return result;
}

/// Calls `fn(in, n, out)` for the n values over `along` at each index of the
/// other dims; `out` has room for the `newSizes` that take their place, last.
template <typename Fn>
Tensor mapFibres(ElementType element, const Tensor &x, const DimList &along,
                 const DimList &newDims, const SizeList &newSizes, Fn fn) {
  DimList outer = without(x.dims, along);
  SizeList outerSizes = sizesOf(x, outer);
  std::vector<int64_t> starts = offsetsOver(x, outer, outerSizes);
  std::vector<int64_t> steps = offsetsOver(x, along, sizesOf(x, along));
  int64_t width = 1;
  for (int64_t size : newSizes)
    width *= size;

  DimList dims = outer;
  dims.insert(dims.end(), newDims.begin(), newDims.end());
  SizeList sizes = outerSizes;
  sizes.insert(sizes.end(), newSizes.begin(), newSizes.end());
  Tensor result = Tensor::make(element, dims, sizes);

  std::vector<double> fibre(steps.size());
  const double *in = x.storage->data();
  double *out = result.data();
  for (size_t i = 0; i < starts.size(); ++i) {
    for (size_t j = 0; j < steps.size(); ++j)
      fibre[j] = in[starts[i] + steps[j] - x.offset];
    fn(fibre.data(), static_cast<int64_t>(fibre.size()), out + i * width);
  }
  return result;
}

/// One value for each fibre: `fn(in, n)`.
template <typename Fn>
Tensor reduceFibres(ElementType element, const Tensor &x, const DimList &along,
                    Fn fn) {
  return mapFibres(
      element, x, along, {}, {},
      [&](const double *in, int64_t n, double *out) { *out = fn(in, n); });
}

/// The same dims again, those of `along` last.
template <typename Fn>
Tensor rewriteFibres(ElementType element, const Tensor &x, const DimList &along,
                     Fn fn) {
  return mapFibres(element, x, along, along, sizesOf(x, along), fn);
}

/// What choices compare: NaN counts as the lowest value.
inline double orLowest(double x) { return std::isnan(x) ? -HUGE_VAL : x; }

/// NaN if either is NaN, as arith.maximumf and arith.minimumf.
inline double maximum(double a, double b) {
  return std::isnan(a) || a > b ? a : b;
}
inline double minimum(double a, double b) {
  return std::isnan(a) || a < b ? a : b;
}

/// Repeats `x` over the dims of `shape` that it lacks.
Tensor expandTo(const Tensor &x, const DimList &dims, const SizeList &sizes);

/// sum over `contracted` of a * b; other shared dims are aligned. The index
/// ascends row-major in the order of `contracted`.
Tensor contract(const Tensor &a, const Tensor &b, const DimList &contracted,
                Perturbation &perturbation);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_OPERATIONS_H
