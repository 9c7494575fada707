//===- ExpertsOp.cpp - Verifier of moe.experts ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The constraints of the op whose region is an expert, under their labels.
//
//===----------------------------------------------------------------------===//

#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::moe;

/// A batch of any number of rows of `type`.
static RankedTensorType getBatchType(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  shape.front() = ShapedType::kDynamic;
  return type.clone(shape);
}

/// (C3): the types of the region's arguments.
static SmallVector<Type> getArgumentTypes(ExpertsOp op) {
  SmallVector<Type> types;
  for (Value value : op.getUnits())
    types.push_back(getBatchType(cast<RankedTensorType>(value.getType())));
  llvm::append_range(types, op.getWhole().getTypes());
  for (Value value : op.getWeights()) {
    auto type = cast<RankedTensorType>(value.getType());
    types.push_back(type.clone(type.getShape().drop_front()));
  }
  return types;
}

LogicalResult ExpertsOp::verify() {
  int64_t numUnits = getIds().getType().getDimSize(0);
  // (C1)
  if (getUnits().empty())
    return emitOpError("needs at least one operand of 'units'");
  for (Value value : getUnits()) {
    auto type = cast<RankedTensorType>(value.getType());
    if (type.getRank() < 1 ||
        failed(verifyCompatibleShape({type.getDimSize(0)}, {numUnits})))
      return emitOpError("needs one row for each unit of ")
             << getIds().getType() << ", got " << type;
  }
  // (C2)
  int64_t numExperts = static_cast<int64_t>(getNumExperts());
  for (Value value : getWeights()) {
    auto type = cast<RankedTensorType>(value.getType());
    if (type.getRank() < 1 || type.getDimSize(0) != numExperts)
      return emitOpError("needs weights of ")
             << numExperts << " experts, got " << type;
  }
  // (C3)
  SmallVector<Type> expected = getArgumentTypes(*this);
  if (getBody().getArgumentTypes() == TypeRange(expected))
    return success();
  InFlightDiagnostic diag = emitOpError("needs region arguments ") << expected;
  diag.attachNote() << "its region has " << getBody().getArgumentTypes();
  return diag;
}

LogicalResult ExpertsOp::verifyRegions() {
  // (C4)
  auto yield = dyn_cast<YieldOp>(getBody().front().getTerminator());
  if (!yield || yield.getNumOperands() != getNumResults())
    return emitOpError("has ")
           << getNumResults() << " results, and must yield as many tensors";
  for (auto [yielded, result] : llvm::zip(yield.getValues(), getResults())) {
    auto rows = cast<RankedTensorType>(yielded.getType());
    auto type = cast<RankedTensorType>(result.getType());
    bool fits =
        rows.getRank() >= 1 && type.getRank() == rows.getRank() + 1 &&
        ShapedType::isDynamic(rows.getDimSize(0)) &&
        succeeded(verifyCompatibleShape(type.getShape().take_front(2),
                                        getIds().getType().getShape())) &&
        type.getShape().drop_front(2) == rows.getShape().drop_front() &&
        type.getElementType() == rows.getElementType();
    if (!fits)
      return emitOpError("cannot make ") << type << " of rows " << rows;
  }
  return success();
}
