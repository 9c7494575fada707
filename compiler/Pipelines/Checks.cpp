//===- Checks.cpp - What must hold after a phase --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One predicate for each phase, with the sentence that is reported.
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipelines/Checks.h"

#include "dialects/Grouped/IR/GroupedOps.h"
#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace spex {
static bool isMoe(Operation *op) {
  return isa_and_nonnull<moe::MoeDialect>(op->getDialect()) &&
         !isa<moe::ParameterOp>(op);
}

static bool usesTensors(Operation *op) {
  auto isTensor = [](Type type) { return isa<TensorType>(type); };
  return llvm::any_of(op->getOperandTypes(), isTensor) ||
         llvm::any_of(op->getResultTypes(), isTensor);
}

/// What is wrong with `op` in the output of `phase`, or an empty string.
static StringRef complaint(Operation *op, Phase phase) {
  Dialect *dialect = op->getDialect();
  switch (phase) {
  case Phase::Grouped:
    if (isMoe(op))
      return "is left of the phase moe";
    if (isa<func::CallOp>(op))
      return "is a call that was not inlined";
    return "";
  case Phase::Loops:
    if (isMoe(op) ||
        isa_and_nonnull<grouped::GroupedDialect, linalg::LinalgDialect,
                        bufferization::BufferizationDialect>(dialect))
      return "was not lowered to loops";
    if (usesTensors(op))
      return "is left on tensors";
    if (isa<memref::CopyOp>(op))
      return "copies a buffer that should have been written in place";
    if (isa<memref::AllocOp>(op))
      return "allocates outside of scratch";
    return "";
  case Phase::Llvm:
    if (!isa<ModuleOp>(op) && !isa_and_nonnull<LLVM::LLVMDialect>(dialect))
      return "was not lowered to the LLVM dialect";
    return "";
  default:
    return "";
  }
}

LogicalResult checkPhase(ModuleOp module, Phase phase) {
  bool isClean = true;
  module.walk([&](Operation *op) {
    StringRef what = complaint(op, phase);
    if (what.empty())
      return;
    op->emitOpError(what);
    isClean = false;
  });
  return success(isClean);
}

/// Arithmetic on scalar floats. Comparisons and selections are not: they are
/// how choices and copies are made.
static bool isScalarArithmetic(Operation &op) {
  if (op.getNumResults() != 1 || !isa<FloatType>(op.getResult(0).getType()))
    return false;
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
             arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
             arith::MinNumFOp>(op) ||
         isa_and_nonnull<math::MathDialect>(op.getDialect());
}

void remarkScalarLoops(ModuleOp module) {
  module.walk([](scf::ForOp loop) {
    bool isInnermost = true, isScalar = false;
    loop.getBody()->walk([&](Operation *op) {
      isInnermost &= !isa<scf::ForOp, scf::WhileOp>(op);
      isScalar |= isScalarArithmetic(*op);
    });
    if (isInnermost && isScalar)
      loop.emitRemark("this loop of float arithmetic stays scalar");
  });
}
} // namespace spex
