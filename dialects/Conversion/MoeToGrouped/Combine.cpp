//===- Combine.cpp - From rows back to units ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// moe.combine reads the results of experts by unit and rank; grouped.combine
// reads rows, at the places of the plan. What did not come from one
// moe.experts lies as units and ranks do.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

/// The sum of `rows`, at `place`, instead of `combine`.
static void replaceCombine(RewriterBase &rewriter, CombineOp combine,
                           Value rows, Value place) {
  rewriter.setInsertionPoint(combine);
  Location loc = combine.getLoc();
  SmallVector<OpFoldResult> sizes = getSizes(rewriter, loc, rows);
  sizes.front() = getSizes(rewriter, loc, combine.getIds()).front();
  auto type = cast<RankedTensorType>(combine.getEach().getType());
  Value empty = createEmpty(rewriter, loc, type.getElementType(), sizes);
  auto newOp =
      grouped::CombineOp::create(rewriter, loc, empty.getType(), rows,
                                 combine.getWeights(), place, combine.getOwn(),
                                 combine.getWanted(), empty);
  rewriter.replaceOp(combine, newOp->getResults());
}

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
    replaceCombine(rewriter, combine, rows, place);
  }
  return success(isDone);
}

/// place[u, k] = ids[u, k] < 0 ? -1 : u * K + k
static Value createPlace(OpBuilder &builder, Location loc, Value ids) {
  Value empty = createEmptyLike(builder, loc, ids);
  Value numChoices = getSize(builder, loc, ids, 1);
  auto body = [&](OpBuilder &b, Location at, ValueRange args) {
    Value unit = linalg::IndexOp::create(b, at, 0);
    Value choice = linalg::IndexOp::create(b, at, 1);
    Value first = arith::MulIOp::create(b, at, unit, numChoices);
    Value row = arith::AddIOp::create(b, at, first, choice);
    row = arith::IndexCastOp::create(b, at, b.getI32Type(), row);
    Value zero = arith::ConstantIntOp::create(b, at, 0, 32);
    Value nobody = arith::ConstantIntOp::create(b, at, -1, 32);
    Value isChosen = arith::CmpIOp::create(b, at, arith::CmpIPredicate::sge,
                                           args[0], zero);
    Value place = arith::SelectOp::create(b, at, isChosen, row, nobody);
    linalg::YieldOp::create(b, at, place);
  };
  AffineMap identity = builder.getMultiDimIdentityMap(2);
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  return linalg::GenericOp::create(builder, loc, TypeRange(empty.getType()),
                                   ids, empty, {identity, identity}, iterators,
                                   body)
      .getResult(0);
}

void convertOtherCombines(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  function.walk([&](CombineOp combine) {
    if (combine.getEach().getDefiningOp<ExpertsOp>())
      return;
    rewriter.setInsertionPoint(combine);
    Location loc = combine.getLoc();
    auto type = cast<RankedTensorType>(combine.getEach().getType());
    SmallVector<ReassociationIndices> groups = {{0, 1}};
    for (int64_t dim = 2; dim < type.getRank(); ++dim)
      groups.push_back({dim});
    Value rows = tensor::CollapseShapeOp::create(rewriter, loc,
                                                 combine.getEach(), groups);
    replaceCombine(rewriter, combine, rows,
                   createPlace(rewriter, loc, combine.getIds()));
  });
}

} // namespace mlir::moe
