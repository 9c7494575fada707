//===- ReinterpretExpandShape.cpp - Expanded shapes by their strides ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Upstream's expand-strided-metadata of LLVM 22 crashes where one dimension
// becomes two dynamic ones (llvm-project issue 186830, fixed in 23). This runs
// before it and leaves it nothing to crash on.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/LinalgToLoops/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace spex {
#define GEN_PASS_DEF_REINTERPRETEXPANDSHAPEPASS
#include "dialects/Conversion/LinalgToLoops/Passes.h.inc"

/// The inner dimension of a group keeps the stride of the whole; each further
/// out strides over all of those within. What becomes of a single number is in
/// no group.
static SmallVector<OpFoldResult>
stridesOf(memref::ExpandShapeOp op, OpBuilder &b, ValueRange sourceStrides) {
  Location loc = op.getLoc();
  MemRefType type = op.getResultType();
  SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
  SmallVector<int64_t> known = type.getStridesAndOffset().first;
  SmallVector<OpFoldResult> strides(type.getRank(), b.getIndexAttr(1));
  for (auto [dim, group] : llvm::enumerate(op.getReassociationIndices())) {
    Value stride = sourceStrides[dim];
    for (int64_t inner : llvm::reverse(group)) {
      strides[inner] = ShapedType::isDynamic(known[inner])
                           ? OpFoldResult(stride)
                           : b.getIndexAttr(known[inner]);
      Value size = getValueOrCreateConstantIndexOp(b, loc, sizes[inner]);
      stride = arith::MulIOp::create(b, loc, stride, size);
    }
  }
  return strides;
}

namespace {
struct ReinterpretExpandShapePass final
    : impl::ReinterpretExpandShapePassBase<ReinterpretExpandShapePass> {
  void runOnOperation() override {
    SmallVector<memref::ExpandShapeOp> ops;
    getOperation()->walk([&](memref::ExpandShapeOp op) { ops.push_back(op); });
    for (memref::ExpandShapeOp op : ops) {
      OpBuilder b(op);
      auto source =
          memref::ExtractStridedMetadataOp::create(b, op.getLoc(), op.getSrc());
      int64_t known = op.getResultType().getStridesAndOffset().second;
      OpFoldResult offset = ShapedType::isDynamic(known)
                                ? OpFoldResult(source.getOffset())
                                : b.getIndexAttr(known);
      Value view = memref::ReinterpretCastOp::create(
          b, op.getLoc(), op.getResultType(), op.getSrc(), offset,
          op.getMixedOutputShape(), stridesOf(op, b, source.getStrides()));
      op.replaceAllUsesWith(view);
      op.erase();
    }
  }
};
} // namespace
} // namespace spex
