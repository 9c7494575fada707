//===- ParameterView.cpp - Which part of a parameter a value is -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See ParameterView.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/Grouped/Transforms/ParameterView.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace mlir::grouped {

StringAttr ParameterView::getParameter() const {
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  return function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                               "spex.parameter");
}

SmallVector<int64_t> ParameterView::getOuterDims() const {
  SmallVector<int64_t> outer = slicedDims;
  llvm::append_range(outer, groupDims);
  return outer;
}

/// An argument that holds a parameter as it was declared.
static std::optional<ParameterView> viewOfArgument(BlockArgument argument) {
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  if (!function || !type || !type.hasStaticShape())
    return std::nullopt;
  unsigned number = argument.getArgNumber();
  if (!function.getArgAttr(number, "spex.parameter") ||
      function.getArgAttr(number, "spex.pack"))
    return std::nullopt;
  ParameterView view;
  view.argument = argument;
  for (int64_t i = 0; i < type.getRank(); ++i)
    view.dims.push_back({i});
  return view;
}

/// Takes one element of some dimensions and all of the others.
static bool applySlice(tensor::ExtractSliceOp slice, ParameterView &view) {
  RankedTensorType source = slice.getSourceType();
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  SmallVector<SmallVector<int64_t>> left;
  for (int64_t i = 0; i < source.getRank(); ++i) {
    if (!isConstantIntValue(slice.getMixedStrides()[i], 1))
      return false;
    if (!dropped[i]) {
      if (!isConstantIntValue(slice.getMixedOffsets()[i], 0) ||
          !isConstantIntValue(slice.getMixedSizes()[i], source.getDimSize(i)))
        return false;
      left.push_back(view.dims[i]);
      continue;
    }
    if (view.dims[i].size() != 1)
      return false;
    view.slicedDims.push_back(view.dims[i].front());
    view.offsets.push_back(slice.getMixedOffsets()[i]);
  }
  view.dims = left;
  return true;
}

static void applyCollapse(tensor::CollapseShapeOp collapse,
                          ParameterView &view) {
  SmallVector<SmallVector<int64_t>> joined;
  for (const ReassociationIndices &group : collapse.getReassociationIndices()) {
    joined.emplace_back();
    for (int64_t dim : group)
      llvm::append_range(joined.back(), view.dims[dim]);
  }
  view.dims = joined;
}

/// A generic that does nothing but permute dimensions.
static bool applyTransposition(linalg::GenericOp generic, ParameterView &view) {
  if (generic.getNumDpsInputs() != 1 || generic.getNumDpsInits() != 1 ||
      generic.getNumReductionLoops() != 0)
    return false;
  AffineMap from = generic.getIndexingMapsArray()[0];
  AffineMap to = generic.getIndexingMapsArray()[1];
  auto yielded = dyn_cast<BlockArgument>(
      generic.getBody()->getTerminator()->getOperand(0));
  if (!from.isPermutation() || !to.isPermutation() || !yielded ||
      yielded.getArgNumber() != 0)
    return false;
  SmallVector<SmallVector<int64_t>> permuted;
  for (AffineExpr loop : to.getResults())
    permuted.push_back(view.dims[*from.getResultPosition(loop)]);
  view.dims = permuted;
  return true;
}

/// Goes back to the argument, then applies what lies between in order.
static std::optional<ParameterView> viewOf(Value value, bool isInTasks) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto tasks = dyn_cast<TasksOp>(argument.getOwner()->getParentOp());
    if (!tasks)
      return viewOfArgument(argument);
    if (tasks.getPart(argument.getArgNumber()).first != TasksOp::Part::Panel)
      return std::nullopt;
    std::optional<ParameterView> view =
        viewOf(tasks.getTiedOperand(argument.getArgNumber())->get(), false);
    if (!view || tasks.isOneGroup())
      return view;
    view->groupDims = view->dims.front();
    view->dims.erase(view->dims.begin());
    return view;
  }

  Operation *op = value.getDefiningOp();
  if (!isa<tensor::ExtractSliceOp, tensor::CollapseShapeOp, tensor::CastOp,
           linalg::GenericOp>(op))
    return std::nullopt;
  std::optional<ParameterView> view = viewOf(op->getOperand(0), isInTasks);
  if (!view)
    return std::nullopt;
  bool isKnown = true;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    // Within a task an offset may depend on the task.
    isKnown = !isInTasks && applySlice(slice, *view);
  } else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    applyCollapse(collapse, *view);
  } else if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    isKnown = applyTransposition(generic, *view);
  }
  if (!isKnown)
    return std::nullopt;
  return view;
}

std::optional<ParameterView> viewOfParameter(Value value) {
  return viewOf(value, /*isInTasks=*/true);
}

} // namespace mlir::grouped
