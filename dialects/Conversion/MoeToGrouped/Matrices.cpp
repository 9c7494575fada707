//===- Matrices.cpp - Tensors as matrices, and back -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// grouped.matmul knows rows and columns; a contraction may have several loops
// of each kind, or none. Reshapes make no copies; a transposition, where an
// operand lies the other way round, is a loop of its own.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Contraction.h"
#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

Value createTransposed(OpBuilder &builder, Location loc, Value value,
                       ArrayRef<unsigned> order) {
  unsigned rank = order.size();
  SmallVector<OpFoldResult> sizes = getSizes(builder, loc, value), newSizes;
  for (unsigned dim : order)
    newSizes.push_back(sizes[dim]);
  Value empty = createEmpty(
      builder, loc, cast<RankedTensorType>(value.getType()).getElementType(),
      newSizes);
  // Result dimension i is loop i, and dimension order[i] of the operand.
  SmallVector<unsigned> loopOf(rank);
  for (auto [i, dim] : llvm::enumerate(order))
    loopOf[dim] = i;
  SmallVector<AffineMap> maps = {
      AffineMap::getPermutationMap(loopOf, builder.getContext()),
      builder.getMultiDimIdentityMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, empty.getType(), value, empty, maps, iterators,
      [](OpBuilder &b, Location at, ValueRange args) {
        linalg::YieldOp::create(b, at, args[0]);
      });
  return generic.getResult(0);
}

/// The leading `numFirst` dimensions and the others, each as one; none is 1.
static Value createCollapsed(OpBuilder &builder, Location loc, Value value,
                             unsigned numFirst) {
  auto type = cast<RankedTensorType>(value.getType());
  unsigned rank = type.getRank(), numSecond = rank - numFirst;
  SmallVector<ReassociationIndices> groups;
  for (auto [begin, size] :
       {std::pair(0u, numFirst), std::pair(numFirst, numSecond)}) {
    if (size == 0)
      continue;
    groups.emplace_back();
    for (unsigned i = begin; i < begin + size; ++i)
      groups.back().push_back(i);
  }
  if (groups.size() < rank)
    value = tensor::CollapseShapeOp::create(builder, loc, value, groups);
  if (groups.size() == 2)
    return value;

  // One row or one column.
  type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<OpFoldResult> sizes = getSizes(builder, loc, value);
  unsigned at = numFirst == 0 ? 0 : 1;
  shape.insert(shape.begin() + at, 1);
  sizes.insert(sizes.begin() + at, builder.getIndexAttr(1));
  return tensor::ExpandShapeOp::create(
      builder, loc, type.clone(shape), value,
      ArrayRef<ReassociationIndices>{ReassociationIndices{0, 1}}, sizes);
}

Value createMatrix(OpBuilder &builder, Location loc, Value value, AffineMap map,
                   ArrayRef<unsigned> first, ArrayRef<unsigned> second) {
  SmallVector<unsigned> order;
  for (ArrayRef<unsigned> loops : {first, second})
    for (unsigned loop : loops)
      order.push_back(*map.getResultPosition(builder.getAffineDimExpr(loop)));
  if (!llvm::is_sorted(order))
    value = createTransposed(builder, loc, value, order);
  return createCollapsed(builder, loc, value, first.size());
}

Value createWith(OpBuilder &builder, Location loc, const MatmulGroup &group,
                 const MatmulGroup::With &with, Value value) {
  unsigned numRows = group.products.front().rows.size();
  if (!with.isColumns)
    return createCollapsed(builder, loc, value, numRows);
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() == 1)
    return value;
  ReassociationIndices all;
  for (int64_t i = 0; i < type.getRank(); ++i)
    all.push_back(i);
  return tensor::CollapseShapeOp::create(builder, loc, value,
                                         ArrayRef<ReassociationIndices>{all});
}

Value createResultShape(OpBuilder &builder, Location loc,
                        const MatmulGroup &group, Value value, Value like) {
  auto type = cast<RankedTensorType>(group.getResult().getType());
  const Contraction &product = group.products.front();
  unsigned numRows = product.rows.size(), rank = type.getRank();
  unsigned numColumns = product.columns.size();
  if (numRows == 1 && numColumns == 1)
    return value;

  // One row or column that the result has no dimension for.
  if (numRows == 0 || numColumns == 0) {
    SmallVector<ReassociationIndices> both;
    if (rank > 0)
      both.push_back({0, 1});
    value = tensor::CollapseShapeOp::create(builder, loc, value, both);
    if (rank <= 1)
      return value;
  }
  SmallVector<ReassociationIndices> groups;
  for (auto [begin, size] :
       {std::pair(0u, numRows), std::pair(numRows, numColumns)}) {
    if (size == 0)
      continue;
    groups.emplace_back();
    for (unsigned i = begin; i < begin + size; ++i)
      groups.back().push_back(i);
  }
  return tensor::ExpandShapeOp::create(builder, loc, type, value, groups,
                                       getSizes(builder, loc, like));
}

void eraseWithInits(RewriterBase &rewriter, Operation *op) {
  SmallVector<Value> inits =
      cast<DestinationStyleOpInterface>(op).getDpsInits();
  rewriter.eraseOp(op);
  for (Value init : inits) {
    Operation *source = init.getDefiningOp();
    if (!source || !source->use_empty())
      continue;
    if (isa<DestinationStyleOpInterface>(source))
      eraseWithInits(rewriter, source);
    else if (isa<tensor::EmptyOp>(source))
      rewriter.eraseOp(source);
  }
}

void eraseGroup(RewriterBase &rewriter, const MatmulGroup &group) {
  if (group.epilogue)
    eraseWithInits(rewriter, group.epilogue);
  for (const Contraction &product : group.products)
    eraseWithInits(rewriter, product.op);
}

} // namespace mlir::moe
