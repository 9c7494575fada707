//===- ExpandBFloat16.cpp - Rounding to bf16 without an instruction -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM calls a function of its own runtime library where the CPU cannot round
// to bf16, and no such library is linked. The bits are those of rounding to
// nearest, ties to even.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/ExpandMath/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace spex {
#define GEN_PASS_DEF_EXPANDBFLOAT16PASS
#include "dialects/Conversion/ExpandMath/Passes.h.inc"

namespace {
struct ExpandBFloat16Pass final
    : impl::ExpandBFloat16PassBase<ExpandBFloat16Pass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    arith::populateExpandBFloat16Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
} // namespace spex
