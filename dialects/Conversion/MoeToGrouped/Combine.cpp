//===- Combine.cpp - From rows back to units ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// moe.combine reads the results of experts by unit and rank; grouped.combine
// reads rows, at the places of the plan.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

namespace mlir::moe {

LogicalResult convertCombines(RewriterBase &rewriter, OpResult each, Value rows,
                              Value place) {
  bool isDone = true;
  for (Operation *user : llvm::make_early_inc_range(each.getUsers())) {
    auto combine = dyn_cast<CombineOp>(user);
    auto experts = cast<ExpertsOp>(each.getOwner());
    if (!combine || combine.getIds() != experts.getIds()) {
      InFlightDiagnostic diag = user->emitOpError(
          "reads what each expert gave, which exists as rows only");
      diag.attachNote(each.getLoc()) << "combine it at the same ids first";
      isDone = false;
      continue;
    }
    rewriter.setInsertionPoint(combine);
    Location loc = combine.getLoc();
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, loc, rows);
    sizes.front() = getSizes(rewriter, loc, combine.getIds()).front();
    auto type = cast<RankedTensorType>(combine.getEach().getType());
    Value empty = createEmpty(rewriter, loc, type.getElementType(), sizes);
    auto newOp =
        grouped::CombineOp::create(rewriter, loc, empty.getType(), rows,
                                   combine.getWeights(), place,
                                   combine.getOwn(), combine.getWanted(), empty);
    rewriter.replaceOp(combine, newOp->getResults());
  }
  return success(isDone);
}

} // namespace mlir::moe
