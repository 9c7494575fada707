//===- LinalgToVector.cpp - Linalg on buffers to vector loops -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass: schedules every op, lowers those that have a schedule, and reports
// the arithmetic that is left to the scalar lowering.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/LinalgToVector/LoopNest.h"
#include "dialects/Conversion/LinalgToVector/Passes.h"
#include "dialects/Spex/Target/VectorTarget.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace spex {
#define GEN_PASS_DEF_CONVERTLINALGTOVECTORPASS
#include "dialects/Conversion/LinalgToVector/Passes.h.inc"

namespace {
struct ConvertLinalgToVectorPass final
    : impl::ConvertLinalgToVectorPassBase<ConvertLinalgToVectorPass> {
  using Base::Base;

  void runOnOperation() override;
};
} // namespace

/// Some op of the body computes with floats; moving them does not count.
static bool hasFloatArithmetic(Operation *op) {
  bool found = false;
  op->walk([&](Operation *inner) {
    if (inner == op || inner->hasTrait<OpTrait::IsTerminator>() ||
        isa<arith::ConstantOp, memref::LoadOp, arith::SelectOp>(inner))
      return;
    for (Type type : inner->getOperandTypes())
      found |= isa<FloatType>(type);
  });
  return found;
}

void ConvertLinalgToVectorPass::runOnOperation() {
  int64_t lanes = VectorTarget::of(getOperation()).bits / 32;
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) { ops.push_back(op); });
  for (linalg::LinalgOp op : ops) {
    if (!op.hasPureBufferSemantics()) {
      op.emitOpError("has to be on buffers to become loops");
      signalPassFailure();
      continue;
    }
    std::optional<Schedule> schedule = chooseSchedule(op, lanes);
    if (!schedule) {
      if (remarks && hasFloatArithmetic(op))
        op.emitRemark("loop of float arithmetic stays scalar");
      continue;
    }
    OpBuilder builder(op);
    LoopNest(op, *schedule, lanes, builder).lower();
    op.erase();
  }
  if (!remarks)
    return;
  // By name: this lowering knows nothing of the grouped dialect.
  getOperation().walk([](Operation *op) {
    if (op->getName().getStringRef() == "grouped.matmul")
      op->emitRemark("loop of float arithmetic stays scalar");
  });
}
} // namespace spex
