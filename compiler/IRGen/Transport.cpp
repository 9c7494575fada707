//===- Transport.cpp - Sinkhorn's transport plan --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The op takes batches of matrices: what is neither row nor column is flattened
// to the batch.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

NodeRef Generator::emitSinkhorn(const Expr &expr) {
  NodeRef x = emit(*expr.args[0]);
  here = locate(expr.location);
  Dims rows(expr.dims.begin(), expr.dims.end());
  const Dimension *columns = expr.toDims[0];
  Dims matrix = unite(rows, {columns});
  Dims batch = without(x->dims, matrix);
  // An own dim of size 1 where there is no batch.
  bool isAlone = batch.empty();
  if (isAlone)
    batch = {makeDimension("N", 1)};
  Dims order = unite(batch, matrix);
  ElementType element = x->element == ElementType::F64 ? ElementType::F64
                                                       : ElementType::F32;
  Tensor scores = materialize(expanded(convert(x, element), order), order);
  Tensor flat = scores;
  flat.dims = {unitDimension(batch), unitDimension(rows), columns};
  SmallVector<ReassociationIndices> groups(3);
  for (unsigned axis = 0; axis < order.size(); ++axis)
    groups[axis < batch.size() ? 0 : axis + 1 < order.size() ? 1 : 2].push_back(
        axis);
  mlir::Type type = tensorType(flat.dims, element);
  if (order.size() > 3)
    flat.value = tensor::CollapseShapeOp::create(builder, here, type,
                                                 scores.value, groups);
  int64_t limit = static_cast<int64_t>(namedNumber(expr, "limit", 100));
  flat.value = moe::SinkhornOp::create(
      builder, here, type, flat.value,
      builder.getF64FloatAttr(namedNumber(expr, "tol", 1e-4)),
      builder.getI64IntegerAttr(std::max<int64_t>(limit, 1)));
  Tensor plan = scores;
  plan.value = flat.value;
  if (order.size() > 3) {
    SmallVector<OpFoldResult> shape;
    for (const Dimension *dim : order)
      shape.push_back(size(dim));
    plan.value = tensor::ExpandShapeOp::create(
        builder, here, tensorType(order, element), flat.value, groups, shape);
  }
  return isAlone ? pickEntry(here, plan, batch[0], builder.getIndexAttr(0))
                 : makeLeaf(here, plan);
}

} // namespace spex::irgen
