//===- Matmul.cpp - A matmul as three loops -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One element after another, one accumulator for each right-hand side, fused
// multiply-adds with k ascending: the order every faster kernel has to keep.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToLoops/Lowerings.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::grouped {
namespace {
/// Accumulators are what the epilogue takes; without one, the result's type,
/// but never narrower than f32.
Type accumulatorType(MatmulOp op) {
  if (op.hasEpilogue())
    return op.getEpilogue().getArgument(0).getType();
  Type type = cast<MemRefType>(op.getInit().getType()).getElementType();
  return type.getIntOrFloatBitWidth() < 32 ? Float32Type::get(op.getContext())
                                           : type;
}

/// Element (k, j) of right-hand side `side`.
Value loadRightSide(MatmulOp op, LoopBuilder &l, int64_t side, Value k,
                    Value j) {
  if (!op.isPacked())
    return l.load(op.getRhs()[side], {k, j});
  Value panels = op.getRhs().front();
  Value width = l.dim(panels, 3);
  Value panel = arith::DivUIOp::create(l.b, l.loc, j, width);
  Value column = arith::RemUIOp::create(l.b, l.loc, j, width);
  return l.load(panels, {panel, k, l.index(side), column});
}

Value applyEpilogue(MatmulOp op, LoopBuilder &l, SmallVector<Value> arguments,
                    Value i, Value j) {
  Block &epilogue = op.getEpilogue().front();
  for (Value with : op.getWith())
    arguments.push_back(MatmulOp::isColumns(with) ? l.load(with, j)
                                                  : l.load(with, {i, j}));
  IRMapping mapping;
  mapping.map(epilogue.getArguments(), arguments);
  for (Operation &inner : epilogue.without_terminator())
    l.b.clone(inner, mapping);
  return mapping.lookupOrDefault(epilogue.getTerminator()->getOperand(0));
}
} // namespace

void lowerToLoops(MatmulOp op, LoopBuilder l) {
  Type type = accumulatorType(op);
  Type resultType = cast<MemRefType>(op.getInit().getType()).getElementType();
  int64_t numSides = op.getNumAccumulators();
  l.forEach(op.getInit(), {}, [&](ArrayRef<Value> at) {
    Value i = at[0], j = at[1];
    SmallVector<Value> sums(numSides, l.zero(type));
    sums = l.loop(l.dim(op.getLhs(), 1), sums, [&](Value k, ValueRange state) {
      Value x = l.convert(l.load(op.getLhs(), {i, k}), type);
      SmallVector<Value> next;
      for (auto [side, sum] : llvm::enumerate(state)) {
        Value w = l.convert(loadRightSide(op, l, side, k, j), type);
        next.push_back(math::FmaOp::create(l.b, l.loc, x, w, sum));
      }
      return next;
    });
    Value result = op.hasEpilogue() ? applyEpilogue(op, l, sums, i, j)
                                    : l.convert(sums.front(), resultType);
    l.store(result, op.getInit(), at);
  });
}
} // namespace mlir::grouped
