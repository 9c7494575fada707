//===- ExpandMath.cpp - Elementary functions become arithmetic ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replaces each elementary function by its one definition. Every CPU pipeline
// runs this just before LLVM, whatever its optimisation level.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/MathBuilder.h"
#include "dialects/Conversion/ExpandMath/Passes.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace spex {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "dialects/Conversion/ExpandMath/Passes.h.inc"

namespace {
struct ExpandMathPass final : impl::ExpandMathPassBase<ExpandMathPass> {
  using Base::Base;

  void runOnOperation() override;
};
} // namespace

/// A null value means that `op` is no function of ours.
static Value expand(Operation *op, const MathBuilder &m) {
  Value x = op->getOperand(0);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<math::ExpOp>([&](auto) { return expandExp(m, x); })
      .Case<math::Exp2Op>([&](auto) { return expandExp2(m, x); })
      .Case<math::ExpM1Op>([&](auto) { return expandExpM1(m, x); })
      .Case<math::TanhOp>([&](auto) { return expandTanh(m, x); })
      .Case<math::ErfOp>([&](auto) { return expandErf(m, x); })
      .Case<math::ErfcOp>([&](auto) { return expandErfc(m, x); })
      .Case<math::LogOp>([&](auto) { return expandLog(m, x); })
      .Case<math::Log2Op>([&](auto) { return expandLog2(m, x); })
      .Case<math::Log10Op>([&](auto) { return expandLog10(m, x); })
      .Case<math::Log1pOp>([&](auto) { return expandLog1p(m, x); })
      .Case<math::SinOp>([&](auto) { return expandSin(m, x); })
      .Case<math::CosOp>([&](auto) { return expandCos(m, x); })
      .Case<math::PowFOp>(
          [&](auto) { return expandPow(m, x, op->getOperand(1)); })
      .Case<math::RsqrtOp>([&](auto) { return m.div(m.number(1), m.sqrt(x)); })
      .Default([](Operation *) { return Value(); });
}

static bool hasDefinition(Operation *op, Type element) {
  if (element.isF32())
    return true;
  return element.isF64() &&
         isa<math::ExpOp, math::ExpM1Op, math::TanhOp, math::ErfOp,
             math::ErfcOp, math::LogOp, math::SinOp, math::CosOp, math::PowFOp,
             math::RsqrtOp>(op);
}

void ExpandMathPass::runOnOperation() {
  // Collected first: expansions contain math ops themselves.
  SmallVector<Operation *> functions;
  getOperation()->walk([&](Operation *op) {
    if (isa<math::ExpOp, math::Exp2Op, math::ExpM1Op, math::TanhOp, math::ErfOp,
            math::ErfcOp, math::LogOp, math::Log2Op, math::Log10Op,
            math::Log1pOp, math::SinOp, math::CosOp, math::PowFOp,
            math::RsqrtOp>(op))
      functions.push_back(op);
  });
  for (Operation *op : functions) {
    Type type = op->getResult(0).getType();
    if (!hasDefinition(op, getElementTypeOrSelf(type))) {
      op->emitOpError("has no definition for elements of type ")
          << getElementTypeOrSelf(type);
      signalPassFailure();
      continue;
    }
    OpBuilder builder(op);
    op->getResult(0).replaceAllUsesWith(
        expand(op, MathBuilder(builder, op->getLoc(), type)));
    op->erase();
  }
}
} // namespace spex
