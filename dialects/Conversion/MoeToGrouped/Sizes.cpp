//===- Sizes.cpp - Sizes as formulas of the arguments ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scratch is computed from the sizes of the call, so every allocation must be a
// formula of the function's size arguments. Instead of asking a tensor for its
// size, which would keep the tensor in the formula, sizes are traced to where
// they come from.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

namespace mlir::moe {

/// The argument of the function that is the size `index` names in `spex.dims`.
static Value getNamedSize(BlockArgument arg, int64_t dim) {
  auto function = dyn_cast<func::FuncOp>(arg.getOwner()->getParentOp());
  if (!function)
    return Value();
  auto dims =
      function.getArgAttrOfType<ArrayAttr>(arg.getArgNumber(), "spex.dims");
  if (!dims || dim >= static_cast<int64_t>(dims.size()))
    return Value();
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, "spex.dim") == dims[dim])
      return function.getArgument(i);
  return Value();
}

/// The product of the sizes of `source` from dimension `dims` on.
static Value getProduct(OpBuilder &builder, Location loc, Value source,
                        ArrayRef<int64_t> dims) {
  Value product;
  for (int64_t dim : dims) {
    Value size = getSize(builder, loc, source, dim);
    product = product ? builder.createOrFold<arith::MulIOp>(loc, product, size)
                      : size;
  }
  return product;
}

/// A value of the same shape, one step nearer to where its sizes come from;
/// null where there is no such step.
static Value getOrigin(Value tensor) {
  if (auto arg = dyn_cast<BlockArgument>(tensor)) {
    if (auto loop = dyn_cast<scf::ForOp>(arg.getOwner()->getParentOp()))
      if (OpOperand *init = loop.getTiedLoopInit(arg))
        return init->get();
    return Value();
  }
  Operation *op = tensor.getDefiningOp();
  unsigned number = cast<OpResult>(tensor).getResultNumber();
  if (auto dst = dyn_cast<DestinationStyleOpInterface>(op))
    return dst.getDpsInitOperand(number)->get();
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return loop.getInitArgs()[number];
  if (auto write = dyn_cast<bufferization::MaterializeInDestinationOp>(op))
    return write.getSource();
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return cast.getSource();
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return insert.getDest();
  return Value();
}

Value getSize(OpBuilder &builder, Location loc, Value tensor, int64_t dim) {
  auto type = cast<ShapedType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return arith::ConstantIndexOp::create(builder, loc, type.getDimSize(dim));
  auto toValue = [&](OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(builder, loc, size);
  };

  if (auto empty = tensor.getDefiningOp<tensor::EmptyOp>())
    return toValue(empty.getMixedSizes()[dim]);
  if (auto expand = tensor.getDefiningOp<tensor::ExpandShapeOp>())
    return toValue(expand.getMixedOutputShape()[dim]);
  if (auto collapse = tensor.getDefiningOp<tensor::CollapseShapeOp>())
    return getProduct(builder, loc, collapse.getSrc(),
                      collapse.getReassociationIndices()[dim]);
  if (auto slice = tensor.getDefiningOp<tensor::ExtractSliceOp>()) {
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    int64_t left = dim;
    for (auto [i, size] : llvm::enumerate(slice.getMixedSizes()))
      if (!dropped[i] && left-- == 0)
        return toValue(size);
  }
  auto toTensor = tensor.getDefiningOp<bufferization::ToTensorOp>();
  Value source = toTensor ? toTensor.getBuffer() : tensor;
  if (auto arg = dyn_cast<BlockArgument>(source))
    if (Value size = getNamedSize(arg, dim))
      return size;
  if (Value origin = getOrigin(tensor))
    return getSize(builder, loc, origin, dim);
  if (auto branch = tensor.getDefiningOp<scf::IfOp>())
    return getSize(
        builder, loc,
        branch.thenYield().getOperand(cast<OpResult>(tensor).getResultNumber()),
        dim);
  return builder.createOrFold<tensor::DimOp>(loc, tensor, dim);
}

SmallVector<OpFoldResult> getSizes(OpBuilder &builder, Location loc,
                                   Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (type.isDynamicDim(dim))
      sizes.push_back(getSize(builder, loc, tensor, dim));
    else
      sizes.push_back(builder.getIndexAttr(type.getDimSize(dim)));
  }
  return sizes;
}

Value createEmpty(OpBuilder &builder, Location loc, Type elementType,
                  ArrayRef<OpFoldResult> sizes) {
  return tensor::EmptyOp::create(builder, loc, sizes, elementType);
}

Value createEmptyLike(OpBuilder &builder, Location loc, Value tensor) {
  return createEmpty(builder, loc,
                     cast<RankedTensorType>(tensor.getType()).getElementType(),
                     getSizes(builder, loc, tensor));
}

} // namespace mlir::moe
