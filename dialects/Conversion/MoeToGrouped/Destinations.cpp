//===- Destinations.cpp - Write results where they end up -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A matmul computes a matrix; a reshape between it and its destination would
// make eliminate-empty-tensors give up, and the result would be copied. So the
// destination is reshaped instead.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

using bufferization::MaterializeInDestinationOp;

/// materialize(expand(x)) in dest => materialize(x) in collapse(dest)
static void sinkReshape(IRRewriter &rewriter, MaterializeInDestinationOp op) {
  auto expand = op.getSource().getDefiningOp<tensor::ExpandShapeOp>();
  if (!expand)
    return;
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  auto groups = expand.getReassociationIndices();
  if (isa<MemRefType>(op.getDest().getType())) {
    Value dest =
        memref::CollapseShapeOp::create(rewriter, loc, op.getDest(), groups);
    MaterializeInDestinationOp::create(rewriter, loc, /*result=*/Type(),
                                       expand.getSrc(), dest, op.getRestrict(),
                                       op.getWritable());
    rewriter.eraseOp(op);
    return;
  }
  Value dest = tensor::CollapseShapeOp::create(
      rewriter, loc, expand.getSrcType(), op.getDest(), groups);
  auto written = MaterializeInDestinationOp::create(
      rewriter, loc, expand.getSrcType(), expand.getSrc(), dest);
  rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(
      op, expand.getResultType(), written.getResult(), groups,
      expand.getMixedOutputShape());
}

void sinkReshapes(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  function.walk(
      [&](MaterializeInDestinationOp op) { sinkReshape(rewriter, op); });
}

} // namespace mlir::moe
