//===- MoeToGrouped.cpp - Turn sparsity into a schedule -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the steps of this directory over every function with a body, in an order
// that matters: attention chooses the layout that the projections behind it
// read, and what is left dense is turned into tasks last.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"
#include "dialects/Conversion/MoeToGrouped/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {
#define GEN_PASS_DEF_CONVERTMOETOGROUPEDPASS
#include "dialects/Conversion/MoeToGrouped/Passes.h.inc"

namespace {
struct ConvertMoeToGroupedPass final
    : impl::ConvertMoeToGroupedPassBase<ConvertMoeToGroupedPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;
};
} // namespace

LogicalResult ConvertMoeToGroupedPass::initialize(MLIRContext *context) {
  if (rowBlock > 0 && columnBlock > 0 && attentionRowBlock > 0)
    return success();
  return emitError(UnknownLoc::get(context)) << "blocks must be positive";
}

/// Every op that is left of the dialect, but the parameters.
static LogicalResult verifyNothingLeft(ModuleOp module) {
  bool isClean = true;
  module.walk([&](Operation *op) {
    if (!isa<MoeDialect>(op->getDialect()) || isa<ParameterOp>(op))
      return;
    op->emitOpError("is left after the conversion to grouped");
    isClean = false;
  });
  return success(isClean);
}

void ConvertMoeToGroupedPass::runOnOperation() {
  Blocks blocks{rowBlock, columnBlock, attentionRowBlock, fewRowsPerExpert};
  bool isDone = true;
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    convertParameters(function);
    absorbWidening(function);
    convertAttention(function, blocks);
    convertSelections(function);
    convertSelectionsOfGroups(function);
    convertOtherCombines(function);
    isDone &= succeeded(convertExperts(function, blocks));
    convertDense(function, blocks);
    finishDestinations(function);
  }
  if (!isDone || failed(verifyNothingLeft(getOperation())))
    signalPassFailure();
}
} // namespace mlir::moe
