//===- GroupedOps.cpp - Verifiers of the grouped ops ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each constraint of GroupedOps.td stands here under its label.
//
//===----------------------------------------------------------------------===//

#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::grouped;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

/// Equal ranks, and no two different static sizes.
static bool fit(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return succeeded(verifyCompatibleShape(a, b));
}

/// The same dimensions behind the first, and the same element type.
static bool haveSameRows(Value a, Value b) {
  ArrayRef<int64_t> shapeA = getShape(a), shapeB = getShape(b);
  return !shapeA.empty() && !shapeB.empty() &&
         fit(shapeA.drop_front(), shapeB.drop_front()) &&
         getElementTypeOrSelf(a) == getElementTypeOrSelf(b);
}

LogicalResult TopKOp::verify() {
  ArrayRef<int64_t> values = getShape(getValues()), ids = getShape(getIds());
  // (C1)
  if (values.size() != 2)
    return emitOpError("needs values of units x experts, got ")
           << getValues().getType();
  if (getMask() && (!fit(getShape(getMask()), values) ||
                    !getElementTypeOrSelf(getMask()).isInteger(1)))
    return emitOpError("needs a mask of i1 with the shape of its values ")
           << getValues().getType() << ", got " << getMask().getType();
  // (C2)
  if (ids.size() != 2 || !fit(ids.front(), values.front()))
    return emitOpError("writes one row of ids for each of its values ")
           << getValues().getType() << ", got " << getIds().getType();
  // (C3)
  int64_t numChoices = ids.back(), numExperts = values.back();
  if (ShapedType::isDynamic(numChoices) || numChoices < 1)
    return emitOpError("needs a static number of choices, at least 1, got ")
           << getIds().getType();
  if (!ShapedType::isDynamic(numExperts) && numChoices > numExperts)
    return emitOpError("chooses ")
           << numChoices << " experts but only " << numExperts << " exist";
  return success();
}

/// (C1) and (C2) of the ops that make choices of choices.
template <typename OpT>
static LogicalResult verifyChoices(OpT op) {
  // (C1)
  if (getShape(op.getIds()).size() != 2 ||
      !fit(getShape(op.getIds()), getShape(op.getInit())))
    return op.emitOpError("needs ids of units x choices and a destination of "
                          "their shape, got ")
           << op.getIds().getType() << " and " << op.getInit().getType();
  // (C2)
  if (static_cast<int64_t>(op.getNumExperts()) < 1)
    return op.emitOpError("needs at least one expert");
  return success();
}

LogicalResult ObserveOp::verify() {
  if (failed(verifyChoices(*this)))
    return failure();
  // (C3)
  if (bool(getOuter()) != getNumOuter().has_value() ||
      (getNumOuter() && static_cast<int64_t>(*getNumOuter()) < 1))
    return emitOpError("needs the number of outer experts, at least one, with "
                       "the outer expert of each unit");
  if (getOuter() &&
      !fit(getShape(getOuter()), getShape(getIds()).take_front()))
    return emitOpError("needs one outer expert for each unit of ")
           << getIds().getType() << ", got " << getOuter().getType();
  return success();
}

LogicalResult LimitOp::verify() {
  if (failed(verifyChoices(*this)))
    return failure();
  ArrayRef<int64_t> ids = getShape(getIds());
  // (C3)
  for (Value likeIds : {getOrder(), getSelected()})
    if (likeIds && !fit(getShape(likeIds), ids))
      return emitOpError("needs the shape of its ids ")
             << getIds().getType() << ", got " << likeIds.getType();
  // (C4)
  int64_t pairs[] = {ids.front(), static_cast<int64_t>(getNumExperts())};
  if (getBy() && !fit(getShape(getBy()), pairs))
    return emitOpError("needs a number for each unit and expert, got ")
           << getBy().getType();
  return success();
}

LogicalResult PlanOp::verify() {
  ArrayRef<int64_t> ids = getShape(getIds()), rows = getShape(getRows()),
                    offsets = getShape(getOffsets());
  // (C1)
  if (ids.size() != 2 || !fit(ids, getShape(getPlace())))
    return emitOpError("needs ids of units x choices and places of their "
                       "shape, got ")
           << getIds().getType() << " and " << getPlace().getType();
  // (C2)
  if (offsets.size() != 1 ||
      (!ShapedType::isDynamic(offsets.front()) && offsets.front() < 2))
    return emitOpError("needs a vector of at least 2 offsets, got ")
           << getOffsets().getType();
  // (C3)
  if (rows.size() != 1)
    return emitOpError("writes a vector of rows, got ") << getRows().getType();
  if (!ShapedType::isDynamicShape(ids) &&
      !fit(rows.front(), ids.front() * ids.back()))
    return emitOpError("has ")
           << ids.front() * ids.back() << " choices but writes " << rows.front()
           << " rows";
  return success();
}

LogicalResult GatherOp::verify() {
  ArrayRef<int64_t> rows = getShape(getRows()), init = getShape(getInit());
  // (C1)
  if (rows.size() != 1 || init.empty() || !fit(rows.front(), init.front()))
    return emitOpError("needs one number for each row it writes, got ")
           << getRows().getType() << " for " << getInit().getType();
  // (C2)
  if (!haveSameRows(getSource(), getInit()))
    return emitOpError("copies whole rows: ")
           << getSource().getType() << " does not fit " << getInit().getType();
  return success();
}

bool MatmulOp::isPacked() { return getShape(getRhs().front()).size() >= 4; }

int64_t MatmulOp::getPanelDepth() {
  ArrayRef<int64_t> panels = getShape(getRhs().front());
  return panels.size() == 5 ? panels.back() : 1;
}

Type MatmulOp::getAccumulatorType() {
  if (hasEpilogue())
    return getEpilogue().getArgument(0).getType();
  Type type = getElementTypeOrSelf(getInit());
  return type.getIntOrFloatBitWidth() < 32 ? Float32Type::get(getContext())
                                           : type;
}

int64_t MatmulOp::getNumAccumulators() {
  return isPacked() ? getShape(getRhs().front())[2] : getRhs().size();
}

bool MatmulOp::isColumns(Value with) { return getShape(with).size() == 1; }

/// (C2): right-hand sides of `depth` x `columns`.
static LogicalResult verifyRightHandSides(MatmulOp op, int64_t depth,
                                          int64_t columns) {
  OperandRange rhs = op.getRhs();
  if (rhs.empty() || rhs.size() > 2)
    return op.emitOpError("needs one or two right-hand sides, got ")
           << rhs.size();
  if (!op.isPacked()) {
    for (Value side : rhs)
      if (!fit(getShape(side), {depth, columns}))
        return op.emitOpError("cannot multiply ")
               << op.getLhs().getType() << " by " << side.getType() << " into "
               << op.getInit().getType();
    return success();
  }
  ArrayRef<int64_t> panels = getShape(rhs.front()); // P x K x R x W
  if (rhs.size() != 1)
    return op.emitOpError("takes packed panels as the only operand");
  int64_t together = op.getPanelDepth();
  int64_t steps = together < 1 || ShapedType::isDynamic(depth)
                      ? ShapedType::kDynamic
                      : llvm::divideCeilSigned(depth, together);
  if (panels.size() > 5 || together < 1 || ShapedType::isDynamic(panels[2]) ||
      panels[2] < 1 || panels[2] > 2 || ShapedType::isDynamic(panels[3]) ||
      !fit(panels[1], steps))
    return op.emitOpError("cannot multiply ")
           << op.getLhs().getType() << " by panels " << rhs.front().getType();
  bool isKnown =
      !ShapedType::isDynamic(panels[0]) && !ShapedType::isDynamic(columns);
  if (isKnown && panels[0] * panels[3] < columns)
    return op.emitOpError("needs ")
           << columns << " columns but its panels have "
           << panels[0] * panels[3];
  return success();
}

/// (C4) and (C5).
static LogicalResult verifyEpilogueArguments(MatmulOp op) {
  int64_t numAccumulators = op.getNumAccumulators();
  if (!op.hasEpilogue()) {
    if (numAccumulators == 1 && op.getWith().empty())
      return success();
    return op.emitOpError("needs an epilogue for ")
           << numAccumulators << " right-hand sides and " << op.getWith().size()
           << " operands of 'with'";
  }
  Block::BlockArgListType args = op.getEpilogue().getArguments();
  if (args.size() != numAccumulators + op.getWith().size())
    return op.emitOpError("needs an epilogue of ")
           << numAccumulators + op.getWith().size() << " arguments, got "
           << args.size();
  for (BlockArgument arg : args.take_front(numAccumulators))
    if (!isa<FloatType>(arg.getType()))
      return op.emitOpError("accumulates in a float type, got ")
             << arg.getType();
  for (auto [arg, with] :
       llvm::zip(args.drop_front(numAccumulators), op.getWith()))
    if (arg.getType() != getElementTypeOrSelf(with))
      return op.emitOpError("passes ")
             << with.getType() << " to an epilogue argument of type "
             << arg.getType();
  return success();
}

LogicalResult MatmulOp::verify() {
  ArrayRef<int64_t> lhs = getShape(getLhs()), init = getShape(getInit());
  // (C1)
  if (lhs.size() != 2 || init.size() != 2 || !fit(lhs.front(), init.front()))
    return emitOpError("needs rows M x K and a destination M x N, got ")
           << getLhs().getType() << " and " << getInit().getType();
  // (C2)
  if (failed(verifyRightHandSides(*this, lhs.back(), init.back())))
    return failure();
  // (C3)
  for (Value with : getWith())
    if (!fit(getShape(with), init) && !fit(getShape(with), init.back()))
      return emitOpError("cannot pair ")
             << with.getType() << " with elements of " << getInit().getType();
  return verifyEpilogueArguments(*this);
}

LogicalResult MatmulOp::verifyRegions() {
  if (!hasEpilogue())
    return success();
  // (C6)
  Operation *yield = getEpilogue().front().getTerminator();
  if (!isa<YieldOp>(yield) || yield->getNumOperands() != 1 ||
      yield->getOperand(0).getType() != getElementTypeOrSelf(getInit()))
    return emitOpError("needs an epilogue that yields one ")
           << getElementTypeOrSelf(getInit());
  return success();
}

LogicalResult CombineOp::verify() {
  ArrayRef<int64_t> place = getShape(getPlace()), init = getShape(getInit());
  // (C1)
  if (place.size() != 2 || !fit(place, getShape(getWeights())))
    return emitOpError("needs places of units x choices and weights of their "
                       "shape, got ")
           << getPlace().getType() << " and " << getWeights().getType();
  // (C2)
  if (init.empty() || !fit(init.front(), place.front()))
    return emitOpError("writes one row for each unit of ")
           << getPlace().getType() << ", got " << getInit().getType();
  // (C3)
  if (!haveSameRows(getEach(), getInit()))
    return emitOpError("sums whole rows: ")
           << getEach().getType() << " does not fit " << getInit().getType();
  // (C4)
  Type each = getElementTypeOrSelf(getEach());
  Type weight = getElementTypeOrSelf(getWeights());
  bool isWider = weight.isF32() && (each.isBF16() || each.isF16());
  if (each != weight && !isWider)
    return emitOpError("cannot weigh ")
           << getEach().getType() << " with " << getWeights().getType();
  // (C5)
  if (getOwn() && (!haveSameRows(getOwn(), getInit()) ||
                   !fit(getShape(getOwn()), init) ||
                   !fit(getShape(getWanted()), place)))
    return emitOpError("passes rows as they are written at ")
           << getPlace().getType() << ", got " << getOwn().getType() << " and "
           << getWanted().getType();
  return success();
}
