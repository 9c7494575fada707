//===- CopiesToLinalg.cpp - Copies of buffers as formulas -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bufferization copies where it cannot write in place. Such a copy is correct
// and slow: it becomes loops like any other formula, and is reported on demand.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/LinalgToLoops/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace spex {
#define GEN_PASS_DEF_CONVERTCOPIESTOLINALGPASS
#include "dialects/Conversion/LinalgToLoops/Passes.h.inc"

namespace {
struct ConvertCopiesToLinalgPass final
    : impl::ConvertCopiesToLinalgPassBase<ConvertCopiesToLinalgPass> {
  using ConvertCopiesToLinalgPassBase::ConvertCopiesToLinalgPassBase;

  void runOnOperation() override {
    SmallVector<memref::CopyOp> copies;
    getOperation()->walk([&](memref::CopyOp op) { copies.push_back(op); });
    for (memref::CopyOp op : copies) {
      if (remarks)
        op.emitRemark("this value is copied: it could not be written in place");
      OpBuilder b(op);
      linalg::CopyOp::create(b, op.getLoc(), op.getSource(), op.getTarget());
      op.erase();
    }
  }
};
} // namespace
} // namespace spex
