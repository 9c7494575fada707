//===- ExpertsOp.cpp - Verifier of moe.experts ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The constraints of the op whose region is an expert, under their labels.
//
//===----------------------------------------------------------------------===//

#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/IR/TypeUtilities.h"

#include <numeric>

using namespace mlir;
using namespace mlir::moe;

int64_t ExpertsOp::getNumExperts() {
  return getFirstExpert(getNumKinds());
}

int64_t ExpertsOp::getFirstExpert(unsigned kind) {
  ArrayRef<int64_t> before = getCounts().take_front(kind);
  return std::accumulate(before.begin(), before.end(), int64_t(0));
}

OperandRange ExpertsOp::getWeightsOf(unsigned kind) {
  if (!getWeightsOf())
    return getWeights();
  ArrayRef<int64_t> numbers = *getWeightsOf();
  ArrayRef<int64_t> before = numbers.take_front(kind);
  int64_t first = std::accumulate(before.begin(), before.end(), int64_t(0));
  return getWeights().slice(first, numbers[kind]);
}

/// A batch of any number of rows of `type`.
static RankedTensorType getBatchType(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  shape.front() = ShapedType::kDynamic;
  return type.clone(shape);
}

/// (C3): the types of the arguments of a kind's region.
static SmallVector<Type> getArgumentTypes(ExpertsOp op, unsigned kind) {
  SmallVector<Type> types;
  for (Value value : op.getUnits())
    types.push_back(getBatchType(cast<RankedTensorType>(value.getType())));
  llvm::append_range(types, op.getWhole().getTypes());
  for (Value value : op.getWeightsOf(kind)) {
    auto type = cast<RankedTensorType>(value.getType());
    types.push_back(type.clone(type.getShape().drop_front()));
  }
  return types;
}

/// (C5) and (C6): before anything asks for a kind.
static LogicalResult verifyKinds(ExpertsOp op) {
  // (C5)
  ArrayRef<int64_t> counts = op.getCounts();
  if (counts.empty() ||
      llvm::any_of(counts, [](int64_t count) { return count < 1; }))
    return op.emitOpError("needs at least one expert of each kind, got ")
           << counts;
  if (op.getBodies().size() != counts.size())
    return op.emitOpError("has ") << counts.size() << " kinds of experts and "
                                  << op.getBodies().size() << " regions";
  // (C6)
  if (!op.getWeightsOf() && counts.size() == 1)
    return success();
  if (!op.getWeightsOf() || op.getWeightsOf()->size() != counts.size())
    return op.emitOpError("needs 'weights_of' with one number for each of ")
           << counts.size() << " kinds";
  int64_t left = op.getWeights().size();
  ArrayRef<int64_t> numbers = *op.getWeightsOf();
  for (int64_t number : numbers) {
    if (number < 0 || number > left)
      return op.emitOpError("has ") << op.getWeights().size()
                                    << " weights, but 'weights_of' says "
                                    << numbers;
    left -= number;
  }
  if (left > 0)
    return op.emitOpError("has ")
           << left << " weights that 'weights_of' gives to no kind";
  return success();
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
  if (failed(verifyKinds(*this)))
    return failure();
  for (unsigned kind = 0; kind < getNumKinds(); ++kind) {
    // (C2)
    for (Value value : getWeightsOf(kind)) {
      auto type = cast<RankedTensorType>(value.getType());
      if (type.getRank() < 1 || type.getDimSize(0) != getCounts()[kind])
        return emitOpError("needs weights of ")
               << getCounts()[kind] << " experts, got " << type;
    }
    // (C3)
    SmallVector<Type> expected = getArgumentTypes(*this, kind);
    Region &body = getBodies()[kind];
    if (body.getArgumentTypes() == TypeRange(expected))
      continue;
    InFlightDiagnostic diag = emitOpError("needs region arguments ")
                              << expected;
    diag.attachNote() << "its region has " << body.getArgumentTypes();
    return diag;
  }
  return success();
}

LogicalResult ExpertsOp::verifyRegions() {
  // (C4)
  for (Region &body : getBodies()) {
    auto yield = dyn_cast<YieldOp>(body.front().getTerminator());
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
  }
  return success();
}
