//===- SelectOps.cpp - Verifiers of the selections of a group -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each constraint of SelectOps.td stands here under its label.
//
//===----------------------------------------------------------------------===//

#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// Ids of `numChoices` choices for each unit that has values.
static LogicalResult inferIds(Type values, int64_t numChoices,
                              SmallVectorImpl<Type> &types) {
  auto type = dyn_cast<RankedTensorType>(values);
  if (!type || type.getRank() < 1)
    return failure();
  types.push_back(
      RankedTensorType::get({type.getDimSize(0), numChoices},
                            IntegerType::get(values.getContext(), 32)));
  return success();
}

/// (C1)
template <typename OpT> static LogicalResult verifyExperts(OpT op) {
  if (op.getValues().getType().isDynamicDim(1))
    return op.emitOpError("needs a static number of experts, got ")
           << op.getValues().getType();
  return success();
}

LogicalResult TakeOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  auto values = dyn_cast<RankedTensorType>(adaptor.getValues().getType());
  if (!values || values.getRank() != 2)
    return failure();
  return inferIds(values, values.getDimSize(1), types);
}

LogicalResult TakeOp::verify() {
  // (C1)
  if (failed(verifyExperts(*this)))
    return failure();
  // (C2)
  if (getMask() &&
      failed(verifyCompatibleShape(getMask().getType(), getValues().getType())))
    return emitOpError("needs a mask with the shape of ")
           << getValues().getType() << ", got " << getMask().getType();
  return success();
}

LogicalResult BalanceOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location>,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  return inferIds(adaptor.getValues().getType(), 1, types);
}

LogicalResult BalanceOp::verify() { return verifyExperts(*this); }

LogicalResult PlanOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location>, Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  auto ids = dyn_cast<RankedTensorType>(adaptor.getIds().getType());
  if (!ids)
    return failure();
  auto i32 = IntegerType::get(context, 32);
  int64_t numExperts = static_cast<int64_t>(adaptor.getNumExperts());
  int64_t numRows =
      ids.hasStaticShape() ? ids.getNumElements() : ShapedType::kDynamic;
  types.push_back(
      RankedTensorType::get({std::max(numExperts, int64_t(0)) + 1}, i32));
  types.push_back(RankedTensorType::get({numRows}, i32));
  types.push_back(ids);
  return success();
}

LogicalResult PlanOp::verify() {
  // (C1)
  if (static_cast<int64_t>(getNumExperts()) < 1)
    return emitOpError("needs at least one expert");
  return success();
}

LogicalResult SinkhornOp::verify() {
  // (C1)
  if (static_cast<int64_t>(getLimit()) < 1)
    return emitOpError("needs at least one round");
  return success();
}

LogicalResult DrawOp::verify() {
  // (C1)
  int64_t numSizes = getSizes().size(), numDynamic = 0;
  for (int64_t size : getType().getShape())
    numDynamic += ShapedType::isDynamic(size);
  if (numSizes != numDynamic)
    return emitOpError("has ") << numSizes << " sizes for " << getType();
  // (C2)
  bool isIndex = getKind() == DrawKind::Index;
  if (isIndex != static_cast<bool>(getBound()))
    return emitOpError() << (isIndex ? "needs a bound for '"
                                     : "takes no bound for '")
                         << stringifyDrawKind(getKind()) << "'";
  if (isIndex != getType().getElementType().isInteger(32))
    return emitOpError("cannot give ")
           << getType() << " for '" << stringifyDrawKind(getKind()) << "'";
  // (C3)
  Type wanted = getKind() == DrawKind::Gamma ? Type(getType()) : Type();
  if (wanted != (getShapes() ? getShapes().getType() : Type()))
    return emitOpError("has shapes that do not fit '")
           << stringifyDrawKind(getKind()) << "' of " << getType();
  // (C4)
  ArrayRef<int64_t> all = getType().getShape(), first;
  for (Value entries : {getNumbers(), getCopies()}) {
    if (!entries)
      continue;
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(entries.getType()).getShape();
    bool isFirst = first.empty() || first == shape;
    first = shape;
    if (!isFirst || shape.size() > all.size() ||
        shape != all.take_front(shape.size()))
      return emitOpError("has entries ")
             << entries.getType() << " that do not lead " << getType();
  }
  return success();
}
