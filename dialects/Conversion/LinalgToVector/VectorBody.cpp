//===- VectorBody.cpp - Scalar bodies on vectors --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See VectorBody.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/LinalgToVector/VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace spex {

Value VectorBody::broadcast(Location loc, Value scalar) {
  auto type = VectorType::get(lanes, scalar.getType());
  Attribute constant;
  if (matchPattern(scalar, m_Constant(&constant)))
    return arith::ConstantOp::create(b, loc,
                                     DenseElementsAttr::get(type, constant));
  return vector::BroadcastOp::create(b, loc, type, scalar);
}

Value VectorBody::vector(Location loc, Value value) {
  Value mapped = lookup(value);
  if (isa<VectorType>(mapped.getType()))
    return mapped;
  return broadcast(loc, mapped);
}

bool VectorBody::isElementwise(Operation *op) {
  return op->getNumRegions() == 0 &&
         (op->hasTrait<OpTrait::ConstantLike>() ||
          (op->hasTrait<OpTrait::Vectorizable>() && op->getNumResults() == 1));
}

void VectorBody::clone(Operation *op) {
  // Floats go to vectors at once, also where all lanes are the same: LLVM moves
  // what does not change out of the loop, and no scalar arithmetic is left in.
  bool isVector = llvm::any_of(op->getOperands(), [&](Value operand) {
    return isa<VectorType, FloatType>(lookup(operand).getType());
  });
  if (!isVector) {
    b.clone(*op, mapping);
    return;
  }
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(vector(op->getLoc(), operand));
  Type type = VectorType::get(lanes, op->getResult(0).getType());
  OperationState state(op->getLoc(), op->getName(), operands, type,
                       op->getAttrs());
  map(op->getResult(0), b.create(state)->getResult(0));
}

} // namespace spex
