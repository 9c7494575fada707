//===- Shapes.cpp - Parts, joins and look-ups -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What moves elements without computing any. Views where a view will do
// (slice, split, merge of neighbours); the rest is read element by element
// inside the loops that use it.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

/// `table` with `at` in the place of `dim`; dims that both have are aligned.
NodeRef Generator::gather(Location loc, const Tensor &table, const NodeRef &at,
                          const Dimension *dim) {
  Dims dims = unite(at->dims, without(table.dims, {dim}));
  auto read = [=](Scalars &s, ArrayRef<Value> x) -> Value {
    SmallVector<Value> indices;
    for (const Dimension *axis : table.dims) {
      if (axis == dim)
        indices.push_back(arith::IndexCastOp::create(
            s.builder, s.loc, s.builder.getIndexType(), x[0]));
      else
        indices.push_back(s.index(axis));
    }
    return tensor::ExtractOp::create(s.builder, s.loc, table.value, indices);
  };
  return makeRead(loc, table.element, dims, {at}, read);
}

NodeRef Generator::emitLookup(const Expr &expr) {
  Tensor table = materialize(emit(*expr.args[0]));
  NodeRef at = emit(*expr.args[1]);
  here = locate(expr.location);
  // What is looked up is rounded to its type, and the table has that already.
  return withTarget(gather(here, table, at, expr.dims[0]), expr.type.target);
}

/// The entry `at` along an axis of `x`, without that axis, as a view. Behind
/// other dims of size 1 a type does not say which of them a slice drops, and
/// canonicalization takes the first; so there the axis is kept and joined.
Value Generator::entryAlong(Location loc, const Tensor &x, size_t axis,
                            OpFoldResult at) {
  SmallVector<OpFoldResult> offsets, extents;
  SmallVector<OpFoldResult> strides(x.dims.size(), builder.getIndexAttr(1));
  SmallVector<ReassociationIndices> groups;
  for (size_t i = 0; i < x.dims.size(); ++i) {
    offsets.push_back(i == axis ? at : builder.getIndexAttr(0));
    extents.push_back(i == axis ? builder.getIndexAttr(1) : size(x.dims[i]));
    if (i != axis || groups.empty())
      groups.emplace_back();
    groups.back().push_back(i);
  }
  RankedTensorType whole = tensorType(x.dims, x.element);
  SmallVector<int64_t> shape(whole.getShape());
  bool isBehindOnes = llvm::is_contained(whole.getShape().take_front(axis), 1);
  if (isBehindOnes)
    shape[axis] = 1;
  else
    shape.erase(shape.begin() + axis);
  Value slice =
      tensor::ExtractSliceOp::create(builder, loc, whole.clone(shape), x.value,
                                     offsets, extents, strides);
  if (!isBehindOnes)
    return slice;
  return tensor::CollapseShapeOp::create(builder, loc, slice, groups);
}

/// The same by name.
NodeRef Generator::pickEntry(Location loc, const Tensor &x,
                             const Dimension *dim, OpFoldResult at) {
  Tensor result = x;
  result.dims = without(x.dims, {dim});
  size_t axis = llvm::find(x.dims, dim) - x.dims.begin();
  result.value = entryAlong(loc, x, axis, at);
  return makeLeaf(loc, result);
}

/// The entries from `from` on along an axis, under the name `to`.
Tensor Generator::sliceOf(Location loc, const Tensor &x, unsigned axis,
                          OpFoldResult from, const Dimension *to) {
  Tensor result = x;
  result.dims[axis] = to;
  SmallVector<OpFoldResult> offsets(x.dims.size(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> extents;
  SmallVector<OpFoldResult> strides(x.dims.size(), builder.getIndexAttr(1));
  offsets[axis] = from;
  for (const Dimension *dim : result.dims)
    extents.push_back(size(dim));
  result.value = tensor::ExtractSliceOp::create(
      builder, loc, tensorType(result.dims, x.element), x.value, offsets,
      extents, strides);
  return result;
}

NodeRef Generator::emitSlice(const Expr &expr) {
  Tensor x = materialize(emit(*expr.args[0]));
  NodeRef from;
  if (const Expr *given = expr.findNamed("from"))
    from = emit(*given);
  here = locate(expr.location);
  const Dimension *dim = expr.dims[0], *to = expr.toDims[0];
  unsigned axis = llvm::find(x.dims, dim) - x.dims.begin();
  if (!from || from->kind == Node::Kind::Constant) {
    int64_t first = from ? static_cast<int64_t>(from->constant) : 0;
    return makeLeaf(
        here, sliceOf(here, x, axis, builder.getIndexAttr(first), to));
  }
  // Another place for each unit: read where it is used.
  Dims dims = unite(from->dims, x.dims);
  for (const Dimension *&each : dims)
    if (each == dim)
      each = to;
  auto read = [=](Scalars &s, ArrayRef<Value> v) -> Value {
    SmallVector<Value> indices;
    for (const Dimension *each : x.dims) {
      if (each != dim) {
        indices.push_back(s.index(each));
        continue;
      }
      Value first = arith::IndexCastOp::create(s.builder, s.loc,
                                               s.builder.getIndexType(), v[0]);
      indices.push_back(
          arith::AddIOp::create(s.builder, s.loc, first, s.index(to)));
    }
    return tensor::ExtractOp::create(s.builder, s.loc, x.value, indices);
  };
  return makeRead(here, x.element, dims, {from}, read);
}

NodeRef Generator::emitSplit(const Expr &expr) {
  Tensor x = materialize(emit(*expr.args[0]));
  here = locate(expr.location);
  Tensor result = x;
  result.dims.clear();
  SmallVector<ReassociationIndices> groups;
  SmallVector<OpFoldResult> shape;
  for (const Dimension *dim : x.dims) {
    Dims parts = {dim};
    if (dim == expr.dims[0])
      parts.assign(expr.toDims.begin(), expr.toDims.end());
    ReassociationIndices &group = groups.emplace_back();
    for (const Dimension *part : parts) {
      group.push_back(result.dims.size());
      result.dims.push_back(part);
      shape.push_back(size(part));
    }
  }
  result.value = tensor::ExpandShapeOp::create(
      builder, here, tensorType(result.dims, x.element), x.value, groups,
      shape);
  return makeLeaf(here, result);
}

NodeRef Generator::emitMerge(const Expr &expr) {
  NodeRef node = emit(*expr.args[0]);
  here = locate(expr.location);
  // The merged dims side by side and in order, at the place of the first.
  DimsRef merged(expr.dims.data(), expr.dims.size());
  Dims order, dims;
  SmallVector<ReassociationIndices> groups;
  bool isPlaced = false;
  for (const Dimension *dim : node->dims) {
    if (contains(merged, dim) && isPlaced)
      continue;
    ReassociationIndices &group = groups.emplace_back();
    Dims parts = {dim};
    if (contains(merged, dim)) {
      isPlaced = true;
      parts.assign(merged.begin(), merged.end());
      dims.push_back(expr.toDims[0]);
    } else {
      dims.push_back(dim);
    }
    for (const Dimension *part : parts) {
      group.push_back(order.size());
      order.push_back(part);
    }
  }
  Tensor x = materialize(node, order);
  Tensor result = x;
  result.dims = dims;
  result.value = tensor::CollapseShapeOp::create(
      builder, here, tensorType(dims, x.element), x.value, groups);
  return makeLeaf(here, result);
}

NodeRef Generator::emitConcat(const Expr &expr) {
  SmallVector<NodeRef> parts;
  Dims dims;
  const Dimension *joined = expr.toDims[0];
  auto partDim = [&](size_t i) {
    return expr.dims[std::min(i, expr.dims.size() - 1)];
  };
  for (size_t i = 0; i < expr.args.size(); ++i) {
    parts.push_back(emit(*expr.args[i]));
    Dims renamed = parts[i]->dims;
    for (const Dimension *&dim : renamed)
      if (dim == partDim(i))
        dim = joined;
    dims = unite(dims, renamed);
  }
  here = locate(expr.location);
  ElementType type = expr.type.element;
  Tensor result;
  result.dims = dims;
  result.element = type;
  result.target = expr.type.target;
  result.value = emptyTensor(here, dims, type);
  unsigned axis = llvm::find(dims, joined) - dims.begin();
  SmallVector<OpFoldResult> offsets(dims.size(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(dims.size(), builder.getIndexAttr(1));
  int64_t first = 0;
  Value dynamicFirst;
  for (size_t i = 0; i < parts.size(); ++i) {
    Dims order = dims;
    order[axis] = partDim(i);
    Tensor part = materialize(convert(parts[i], type), order);
    SmallVector<OpFoldResult> extents;
    for (const Dimension *dim : order)
      extents.push_back(size(dim));
    offsets[axis] = dynamicFirst ? OpFoldResult(dynamicFirst)
                                 : OpFoldResult(builder.getIndexAttr(first));
    result.value = tensor::InsertSliceOp::create(
        builder, here, part.value, result.value, offsets, extents, strides);
    if (dynamicFirst || partDim(i)->isBounded) {
      Value start = dynamicFirst ? dynamicFirst : indexConstant(first);
      dynamicFirst = arith::AddIOp::create(builder, here, start,
                                           sizeValue(partDim(i)));
    } else {
      first += partDim(i)->size;
    }
  }
  return makeLeaf(here, result);
}

NodeRef Generator::emitShape(const Expr &expr) {
  switch (expr.builtin) {
  case Builtin::Expand: {
    NodeRef x = emit(*expr.args[0]);
    here = locate(expr.location);
    return expanded(x, DimsRef(expr.dims.data(), expr.dims.size()));
  }
  case Builtin::Split:
    return emitSplit(expr);
  case Builtin::Merge:
    return emitMerge(expr);
  case Builtin::Concat:
    return emitConcat(expr);
  case Builtin::Slice:
    return emitSlice(expr);
  default: {
    Tensor x = materialize(emit(*expr.args[0]));
    here = locate(expr.location);
    const Dimension *dim = expr.dims[0];
    if (!dim->isBounded)
      return pickEntry(here, x, dim, builder.getIndexAttr(dim->size - 1));
    Value last = arith::SubIOp::create(builder, here, sizeValue(dim),
                                       indexConstant(1));
    return pickEntry(here, x, dim, last);
  }
  }
}

} // namespace spex::irgen
