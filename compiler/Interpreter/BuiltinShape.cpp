//===- BuiltinShape.cpp - Functions that change dimensions ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Splitting, joining, cutting and repeating.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"

#include <algorithm>

namespace spex::interpreter {

/// x[D] as x[H, A], the last of them fastest.
static Tensor split(const Tensor &x, const Dimension *from, const DimList &to,
                    const SizeList &sizes) {
  int position = x.axis(from);
  Tensor result = x;
  int64_t stride = x.strides[position];
  result.dims.erase(result.dims.begin() + position);
  result.sizes.erase(result.sizes.begin() + position);
  result.strides.erase(result.strides.begin() + position);
  for (size_t i = to.size(); i-- > 0;) {
    result.dims.insert(result.dims.begin() + position, to[i]);
    result.sizes.insert(result.sizes.begin() + position, sizes[i]);
    result.strides.insert(result.strides.begin() + position, stride);
    stride *= sizes[i];
  }
  return result;
}

static Tensor merge(const Tensor &x, const DimList &from, const Dimension *to) {
  DimList order = without(x.dims, from);
  order.insert(order.end(), from.begin(), from.end());
  Tensor flat = x.permuted(order).contiguous();
  int64_t size = 1;
  for (size_t i = 0; i < from.size(); ++i) {
    size *= flat.sizes.back();
    flat.dims.pop_back();
    flat.sizes.pop_back();
    flat.strides.pop_back();
  }
  flat.dims.push_back(to);
  flat.sizes.push_back(size);
  flat.strides.push_back(1);
  return flat;
}

Tensor Evaluator::reshape(const Expr &expr, const std::vector<Tensor> &args,
                          Frame &frame) {
  switch (expr.builtin) {
  case Builtin::Expand:
    return expandTo(args[0], expr.dims, sizesOf(expr.dims));
  case Builtin::Split:
    return split(args[0], expr.dims[0], expr.toDims, sizesOf(expr.toDims));
  case Builtin::Merge:
    return merge(args[0], expr.dims, expr.toDims[0]);
  case Builtin::Concat:
    return concat(expr, args);
  case Builtin::Slice:
    return slice(expr, args[0], frame);
  case Builtin::Windows:
    return windows(expr, args[0], frame);
  default: { // onehot
    const Dimension *target = args[0].target;
    Tensor entries =
        Tensor::make(ElementType::Index, {target}, {sizeOf(target)});
    for (int64_t i = 0; i < entries.count(); ++i)
      entries.data()[i] = i;
    return mapElements(expr.type.element, args[0], entries,
                       [](double i, double e) { return double(i == e); });
  }
  }
}

Tensor Evaluator::concat(const Expr &expr, const std::vector<Tensor> &args) {
  const Dimension *to = expr.toDims[0];
  // Each operand has its own dim, or all have the one that is named.
  std::vector<Tensor> parts;
  int64_t total = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    const Dimension *from = expr.dims[std::min(i, expr.dims.size() - 1)];
    parts.push_back(args[i].renamed(args[i].axis(from), to));
    total += parts.back().sizes[parts.back().axis(to)];
  }
  Shape rest;
  for (const Tensor &part : parts)
    for (size_t d = 0; d < part.dims.size(); ++d)
      if (part.dims[d] != to && !contains(rest.dims, part.dims[d])) {
        rest.dims.push_back(part.dims[d]);
        rest.sizes.push_back(part.sizes[d]);
      }
  DimList dims = rest.dims;
  SizeList sizes = rest.sizes;
  dims.insert(dims.begin(), to);
  sizes.insert(sizes.begin(), total);
  Tensor result = Tensor::make(expr.type.element, dims, sizes);
  double *out = result.data();
  for (const Tensor &part : parts) {
    sizes.front() = part.sizes[part.axis(to)];
    for (int64_t from : offsetsOver(part, dims, sizes))
      *out++ = (*part.storage)[from];
  }
  return result;
}

Tensor Evaluator::slice(const Expr &expr, const Tensor &x, Frame &frame) {
  const Dimension *to = expr.toDims[0];
  int position = x.axis(expr.dims[0]);
  int64_t size = sizeOf(to), room = x.sizes[position] - size;
  Tensor from = Tensor::number(0, ElementType::Int);
  if (const Expr *named = expr.findNamed("from"))
    from = evaluateTensor(*named, frame);
  if (failed())
    return {};
  for (int64_t start : offsetsOver(from, from.dims, from.sizes))
    if (double first = (*from.storage)[start]; !(first >= 0 && first <= room)) {
      fail("`slice` of " + std::to_string(size) + " entries from " +
           std::to_string(static_cast<int64_t>(first)) + " leaves `" +
           expr.dims[0]->name + "` [E0117]");
      return {};
    }
  if (from.dims.empty())
    return x.sliced(position, static_cast<int64_t>(from.single()), size, to);

  // The starts differ from index to index: gather.
  int64_t stride = x.strides[position];
  Tensor front = x.sliced(position, 0, size, to);
  Shape shape = unionOf({&front, &from});
  Tensor result = Tensor::make(expr.type.element, shape.dims, shape.sizes);
  std::vector<int64_t> values = offsetsOver(front, shape.dims, shape.sizes);
  std::vector<int64_t> starts = offsetsOver(from, shape.dims, shape.sizes);
  for (size_t i = 0; i < values.size(); ++i)
    result.data()[i] =
        (*x.storage)[values[i] +
                     static_cast<int64_t>((*from.storage)[starts[i]]) * stride];
  return result;
}

Tensor Evaluator::windows(const Expr &expr, const Tensor &x, Frame &frame) {
  int64_t stride = static_cast<int64_t>(namedNumber(expr, "stride", 1, frame));
  int64_t pad = static_cast<int64_t>(namedNumber(expr, "pad", 0, frame));
  SizeList sizes = sizesOf(expr.toDims);
  if (failed())
    return {};
  return mapFibres(expr.type.element, x, expr.dims, expr.toDims, sizes,
                   [&](const double *in, int64_t n, double *out) {
                     for (int64_t y = 0; y < sizes[0]; ++y)
                       for (int64_t k = 0; k < sizes[1]; ++k) {
                         int64_t at = y * stride + k - pad;
                         *out++ = at >= 0 && at < n ? in[at] : 0;
                       }
                   });
}

} // namespace spex::interpreter
