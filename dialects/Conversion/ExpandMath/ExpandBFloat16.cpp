//===- ExpandBFloat16.cpp - Rounding to bf16 without an instruction -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM calls a function of its own runtime library where the CPU cannot round
// to bf16, and no such library is linked; it calls it even to move values that
// were never wider. So conversions become integer arithmetic, rounding to
// nearest, ties to even, and values that are only moved become integers.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace spex {
#define GEN_PASS_DEF_EXPANDBFLOAT16PASS
#include "dialects/Conversion/ExpandMath/Passes.h.inc"

/// `type` with other elements, a scalar or a vector.
static Type withElement(Type type, Type element) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.clone(element);
  return element;
}

namespace {
/// bf16 to f64 by way of f32, which is exact.
struct WidenToF64 final : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getIn()).isBF16() ||
        !getElementTypeOrSelf(op.getType()).isF64())
      return failure();
    Type f32 = withElement(op.getType(), rewriter.getF32Type());
    Value middle =
        arith::ExtFOp::create(rewriter, op.getLoc(), f32, op.getIn());
    rewriter.replaceOpWithNewOp<arith::ExtFOp>(op, op.getType(), middle);
    return success();
  }
};

/// An integer to bf16 by way of f64, which holds it exactly.
template <class Op> struct ConvertInteger final : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isBF16())
      return failure();
    Type f64 = withElement(op.getType(), rewriter.getF64Type());
    Value exact = Op::create(rewriter, op.getLoc(), f64, op.getIn());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), exact);
    return success();
  }
};

/// Comparisons and maxima of bf16 are exact in f32.
template <class Op> struct CompareInF32 final : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Type narrow = op.getLhs().getType();
    if (!getElementTypeOrSelf(narrow).isBF16())
      return failure();
    Type f32 = withElement(narrow, rewriter.getF32Type());
    auto widen = [&](Value x) -> Value {
      return arith::ExtFOp::create(rewriter, op.getLoc(), f32, x);
    };
    Value lhs = widen(op.getLhs()), rhs = widen(op.getRhs());
    if constexpr (std::is_same_v<Op, arith::CmpFOp>) {
      rewriter.replaceOpWithNewOp<arith::CmpFOp>(op, op.getPredicate(), lhs,
                                                 rhs);
    } else {
      Value wide = Op::create(rewriter, op.getLoc(), lhs, rhs);
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, narrow, wide);
    }
    return success();
  }
};

/// f64 to bf16 by way of an f32 that is rounded to odd: where it is inexact its
/// last bit is 1, so that the second rounding sees that something is left.
struct RoundF64 final : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getIn();
    if (!getElementTypeOrSelf(x).isF64() ||
        !getElementTypeOrSelf(op.getType()).isBF16())
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type f32 = withElement(x.getType(), b.getF32Type());
    Type i32 = withElement(x.getType(), b.getI32Type());
    auto constant = [&](int32_t value) -> Value {
      TypedAttr attr = b.getI32IntegerAttr(value);
      if (auto shaped = dyn_cast<ShapedType>(i32))
        attr = DenseElementsAttr::get(shaped, cast<Attribute>(attr));
      return arith::ConstantOp::create(b, attr);
    };
    Value nearest = arith::TruncFOp::create(b, f32, x);
    Value back = arith::ExtFOp::create(b, x.getType(), nearest);
    Value bits = arith::BitcastOp::create(b, i32, nearest);
    Value isInexact =
        arith::CmpFOp::create(b, arith::CmpFPredicate::ONE, back, x);
    // Towards x: up if it is farther from 0 than what was taken.
    Value isAbove =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, back);
    Value isNegative =
        arith::CmpIOp::create(b, arith::CmpIPredicate::slt, bits, constant(0));
    Value isFarther = arith::XOrIOp::create(b, isAbove, isNegative);
    Value step =
        arith::SelectOp::create(b, isFarther, constant(1), constant(-1));
    Value other = arith::AddIOp::create(b, bits, step);
    Value last = arith::AndIOp::create(b, bits, constant(1));
    Value isEven =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, last, constant(0));
    Value moves = arith::AndIOp::create(b, isInexact, isEven);
    Value odd = arith::SelectOp::create(b, moves, other, bits);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(
        op, op.getType(), arith::BitcastOp::create(b, f32, odd));
    return success();
  }
};

struct ExpandBFloat16Pass final
    : impl::ExpandBFloat16PassBase<ExpandBFloat16Pass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    arith::populateExpandBFloat16Patterns(patterns);
    patterns.add<WidenToF64, RoundF64, ConvertInteger<arith::UIToFPOp>,
                 ConvertInteger<arith::SIToFPOp>, CompareInF32<arith::CmpFOp>,
                 CompareInF32<arith::MaximumFOp>,
                 CompareInF32<arith::MinimumFOp>>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    replaceTypes();
  }

private:
  void replaceTypes();
};
} // namespace

/// All that is left moves values: their bits will do.
void ExpandBFloat16Pass::replaceTypes() {
  Type i16 = IntegerType::get(&getContext(), 16);
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](BFloat16Type) -> Type { return i16; });
  replacer.addReplacement(
      [&](FloatAttr attr) -> std::optional<std::pair<Attribute, WalkResult>> {
        if (!attr.getType().isBF16())
          return std::nullopt;
        Attribute bits =
            IntegerAttr::get(i16, attr.getValue().bitcastToAPInt());
        return std::pair(bits, WalkResult::skip());
      });
  replacer.addReplacement(
      [&](DenseElementsAttr attr)
          -> std::optional<std::pair<Attribute, WalkResult>> {
        if (!attr.getElementType().isBF16())
          return std::nullopt;
        return std::pair(Attribute(attr.bitcast(i16)), WalkResult::skip());
      });
  replacer.recursivelyReplaceElementsIn(getOperation(), /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}
} // namespace spex
