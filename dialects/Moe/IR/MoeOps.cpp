//===- MoeOps.cpp - Verifiers and result types of the moe ops -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each constraint of MoeOps.td stands here under its label, except those of
// `experts`.
//
//===----------------------------------------------------------------------===//

#include "dialects/Moe/IR/FileTensor.h"
#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

static bool fit(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return succeeded(verifyCompatibleShape(a, b));
}

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

LogicalResult ParameterOp::verify() {
  // (C1)
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape())
    return emitOpError("needs static sizes, got ") << getType();
  // (C2)
  if (static_cast<int64_t>(getDims().size()) != type.getRank())
    return emitOpError("has ") << type.getRank() << " dimensions but "
                               << getDims().size() << " names";
  // (C3)
  bool hasNumber = getInitValue().has_value();
  bool needsNumber =
      getInit() != InitKind::Zeros && getInit() != InitKind::Ones;
  if (hasNumber != needsNumber)
    return emitOpError() << (needsNumber ? "needs a number for '"
                                         : "takes no number for '")
                         << stringifyInitKind(getInit()) << "'";
  // (C4)
  if (std::optional<ArrayAttr> files = getFiles())
    for (Attribute file : *files)
      if (failed(verifyFileTensor(*this, file)))
        return failure();
  return success();
}

LogicalResult GetOp::verifySymbolUses(SymbolTableCollection &symbolTables) {
  // (C1)
  auto parameter = symbolTables.lookupNearestSymbolFrom<ParameterOp>(
      *this, getParameterAttr());
  if (!parameter)
    return emitOpError("finds no parameter ") << getParameterAttr();
  if (parameter.getType() == getType())
    return success();
  InFlightDiagnostic diag = emitOpError("gives ")
                            << getType() << " of a parameter of type "
                            << parameter.getType();
  diag.attachNote(parameter.getLoc()) << "declared here";
  return diag;
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location>, Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  auto values = dyn_cast<RankedTensorType>(adaptor.getValues().getType());
  if (!values || values.getRank() < 1)
    return failure();
  int64_t numChoices = static_cast<int64_t>(adaptor.getNumChoices());
  types.push_back(RankedTensorType::get(
      {values.getDimSize(0), std::max<int64_t>(numChoices, 0)},
      IntegerType::get(context, 32)));
  return success();
}

LogicalResult TopKOp::verify() {
  ArrayRef<int64_t> values = getShape(getValues());
  // (C1)
  if (ShapedType::isDynamic(values.back()))
    return emitOpError("needs a static number of experts, got ")
           << getValues().getType();
  // (C2)
  int64_t numChoices = static_cast<int64_t>(getNumChoices());
  if (numChoices < 1)
    return emitOpError("must choose at least one expert");
  if (numChoices > values.back())
    return emitOpError("chooses ")
           << numChoices << " experts but only " << values.back() << " exist";
  // (C3)
  if (getMask() && !fit(getShape(getMask()), values))
    return emitOpError("needs a mask with the shape of ")
           << getValues().getType() << ", got " << getMask().getType();
  return success();
}

LogicalResult ObserveOp::verify() {
  // (C1)
  if (static_cast<int64_t>(getNumExperts()) < 1)
    return emitOpError("needs at least one expert");
  // (C2)
  if (bool(getOuter()) != getNumOuter().has_value() ||
      (getNumOuter() && static_cast<int64_t>(*getNumOuter()) < 1))
    return emitOpError("needs the number of outer experts, at least one, with "
                       "the outer expert of each unit");
  if (getOuter() &&
      failed(verifyCompatibleShape(
          getOuter().getType().getShape(),
          getIds().getType().getShape().take_front())))
    return emitOpError("needs one outer expert for each unit of ")
           << getIds().getType() << ", got " << getOuter().getType();
  return success();
}

LogicalResult LimitOp::verify() {
  int64_t experts = getNumExperts();
  // (C1)
  if (experts < 1)
    return emitOpError("needs at least one expert");
  // (C2)
  ArrayRef<int64_t> ids = getShape(getIds());
  if (getOrder() && !fit(getShape(getOrder()), ids))
    return emitOpError("needs an order for each of ")
           << getIds().getType() << ", got " << getOrder().getType();
  if (!getRounds())
    return success();
  // (C3)
  int64_t pairs[] = {ids.front(), experts};
  if (!fit(getShape(getBy()), pairs) || !fit(getShape(getSelected()), ids))
    return emitOpError("needs a number for each unit and expert and as many "
                       "selected as ids, got ")
           << getBy().getType() << " and " << getSelected().getType();
  // (C4)
  int64_t rounds = *getRounds();
  if (rounds < 1 || rounds >= experts)
    return emitOpError("tries again ")
           << rounds << " times, expected 1 to " << experts - 1;
  return success();
}

/// A refusal that is an error is seen from outside.
void LimitOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  if (getRoute())
    effects.emplace_back(MemoryEffects::Write::get());
}

LogicalResult PickOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  auto ids = dyn_cast<RankedTensorType>(adaptor.getIds().getType());
  if (!ids)
    return failure();
  types.push_back(ids.clone(getElementTypeOrSelf(adaptor.getValues())));
  return success();
}

LogicalResult PickOp::verify() {
  // (C1)
  if (!fit(getShape(getValues()).front(), getShape(getIds()).front()))
    return emitOpError("picks from ")
           << getValues().getType() << " with ids of other units "
           << getIds().getType();
  return success();
}

LogicalResult CombineOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location>,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  auto each = dyn_cast<RankedTensorType>(adaptor.getEach().getType());
  if (!each || each.getRank() < 2)
    return failure();
  SmallVector<int64_t> shape(each.getShape());
  shape.erase(shape.begin() + 1);
  types.push_back(each.clone(shape));
  return success();
}

LogicalResult CombineOp::verify() {
  ArrayRef<int64_t> ids = getShape(getIds());
  // (C1)
  if (!fit(ids, getShape(getWeights())) ||
      !fit(ids, getShape(getEach()).take_front(2)))
    return emitOpError("needs units and ranks of ")
           << getIds().getType() << ", got " << getEach().getType() << " and "
           << getWeights().getType();
  // (C2)
  Type each = getElementTypeOrSelf(getEach());
  Type weight = getElementTypeOrSelf(getWeights());
  bool isWider = weight.isF32() && (each.isBF16() || each.isF16());
  if (each != weight && !isWider)
    return emitOpError("cannot weigh ")
           << getEach().getType() << " with " << getWeights().getType();
  // (C3)
  if (getOwn() && (getOwn().getType() != getType() ||
                   getWanted().getType() != getIds().getType()))
    return emitOpError("passes rows of ")
           << getType() << " at choices of " << getIds().getType() << ", got "
           << getOwn().getType() << " and " << getWanted().getType();
  return success();
}
