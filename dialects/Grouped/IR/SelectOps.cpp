//===- SelectOps.cpp - Verifiers of the selections of a group -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each constraint of SelectOps.td stands here under its label.
//
//===----------------------------------------------------------------------===//

#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::grouped;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

static bool fit(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return succeeded(verifyCompatibleShape(a, b));
}

LogicalResult TakeOp::verify() {
  // (C1)
  ArrayRef<int64_t> values = getShape(getValues());
  if (values.size() != 2 || !fit(values, getShape(getIds())))
    return emitOpError("needs values of units x experts and ids of their "
                       "shape, got ")
           << getValues().getType() << " and " << getIds().getType();
  if (getMask() && (!fit(getShape(getMask()), values) ||
                    !getElementTypeOrSelf(getMask()).isInteger(1)))
    return emitOpError("needs a mask of i1 with the shape of its values ")
           << getValues().getType() << ", got " << getMask().getType();
  return success();
}

LogicalResult BalanceOp::verify() {
  // (C1)
  ArrayRef<int64_t> values = getShape(getValues());
  if (values.size() != 2 || !fit({values.front(), 1}, getShape(getIds())))
    return emitOpError("needs values of units x experts and one id for each "
                       "unit, got ")
           << getValues().getType() << " and " << getIds().getType();
  return success();
}

LogicalResult SinkhornOp::verify() {
  // (C1)
  if (getShape(getScores()).size() != 3 ||
      !fit(getShape(getScores()), getShape(getPlan())) ||
      getElementTypeOrSelf(getScores()) != getElementTypeOrSelf(getPlan()))
    return emitOpError("needs scores of batches x rows x columns and a plan of "
                       "their type, got ")
           << getScores().getType() << " and " << getPlan().getType();
  // (C2)
  if (static_cast<int64_t>(getLimit()) < 1)
    return emitOpError("needs at least one round");
  return success();
}

LogicalResult DrawOp::verify() {
  // (C1)
  int64_t kind = getKind(), lastKind = 4;
  if (kind < 0 || kind > lastKind)
    return emitOpError("knows no distribution ") << kind;
  bool isIndex = kind == 3, isGamma = kind == lastKind;
  if (isIndex != static_cast<bool>(getBound()))
    return emitOpError() << (isIndex ? "needs a bound" : "takes no bound");
  bool haveShapes = static_cast<bool>(getShapes());
  if (haveShapes != isGamma ||
      (isGamma && (getShape(getShapes()) != getShape(getInit()) ||
                   !getElementTypeOrSelf(getShapes()).isF64())))
    return emitOpError() << (isGamma ? "needs shapes in f64 for "
                                     : "takes no shapes for ")
                         << getInit().getType();
  Type element = getElementTypeOrSelf(getInit());
  if (isIndex ? !element.isInteger(32)
              : (!element.isF32() || isGamma) && !element.isF64())
    return emitOpError("cannot write such numbers to ") << getInit().getType();
  return success();
}
