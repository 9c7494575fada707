//===- Bf16Dot.cpp - Products of pairs of bf16 ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Bf16Dot.h. The only file here that needs the LLVM dialect.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToLoops/Bf16Dot.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::grouped {

Value createBf16Dot(OpBuilder &builder, Location loc, Value sums, Value left,
                    Value right) {
  return LLVM::CallIntrinsicOp::create(
             builder, loc, sums.getType(),
             builder.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"),
             ValueRange{sums, left, right})
      .getResults();
}

} // namespace mlir::grouped
