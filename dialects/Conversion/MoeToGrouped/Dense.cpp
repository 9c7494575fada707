//===- Dense.cpp - Products with weights become tasks ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Projections, gates and heads: all rows are one group, so that they use the
// kernels of experts. A task is a block of rows and a chunk of columns.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Contraction.h"
#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {

bool isParameterPart(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tensor::ExtractSliceOp, tensor::CollapseShapeOp,
             tensor::ExpandShapeOp, tensor::CastOp>(op))
      return false;
    value = op->getOperand(0);
  }
  auto arg = cast<BlockArgument>(value);
  auto function = dyn_cast<func::FuncOp>(arg.getOwner()->getParentOp());
  return function && function.getArgAttr(arg.getArgNumber(), "spex.parameter");
}

/// tasks blocks(x) panels(weights, vectors) outs(empty)
static Value createDenseTasks(OpBuilder &builder, const MatmulGroup &group,
                              Value x, ValueRange panels, Value empty,
                              const Blocks &blocks) {
  Location loc = group.getRoot().getLoc();
  TasksOperands operands;
  operands.blocks = {x};
  operands.panels = llvm::to_vector(panels);
  operands.inits = {empty};
  int64_t numColumns = cast<RankedTensorType>(empty.getType()).getDimSize(1);
  grouped::TasksOp tasks = createTasks(builder, loc, operands, blocks.rows,
                                       blocks.getColumnBlock(numColumns));

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&tasks.getBody().front());
  SmallVector<Value> parts;
  for (unsigned i = 0; i < panels.size(); ++i)
    parts.push_back(tasks.getPanelArg(i));
  ArrayRef<Value> rhs = ArrayRef(parts).take_front(group.products.size());
  ArrayRef<Value> with = ArrayRef(parts).drop_front(group.products.size());
  auto matmul = createMatmul(builder, loc, group, tasks.getBlockArg(0), rhs,
                             with, tasks.getInitArg(0));
  grouped::YieldOp::create(builder, loc, matmul->getResults());
  return tasks->getResult(0);
}

static void convertGroup(IRRewriter &rewriter, const MatmulGroup &group,
                         const Blocks &blocks) {
  rewriter.setInsertionPoint(group.getRoot());
  Location loc = group.getRoot().getLoc();
  const Contraction &first = group.products.front();
  Value x = createMatrix(rewriter, loc, first.getRows(), first.getRowsMap(),
                         first.rows, first.sums);
  SmallVector<Value> panels;
  for (const Contraction &product : group.products)
    panels.push_back(createMatrix(rewriter, loc, product.getWeights(),
                                  product.getWeightsMap(), product.sums,
                                  product.columns));
  for (const MatmulGroup::With &with : group.with)
    panels.push_back(createWith(rewriter, loc, group, with, with.value));

  SmallVector<OpFoldResult> sizes = {
      getSizes(rewriter, loc, x)[0],
      getSizes(rewriter, loc, panels.front())[1]};
  Type element =
      cast<RankedTensorType>(group.getResult().getType()).getElementType();
  Value empty = createEmpty(rewriter, loc, element, sizes);
  Value result = createDenseTasks(rewriter, group, x, panels, empty, blocks);
  result = createResultShape(rewriter, loc, group, result,
                             group.getRoot().getDpsInits()[0]);
  rewriter.replaceAllUsesWith(group.getResult(), result);
  eraseGroup(rewriter, group);
}

/// What tasks of one matmul can do of `group`. A residual would have to be cut
/// by rows and columns: it stays an op of its own, behind its products.
static MatmulGroup restrictToTasks(linalg::GenericOp generic,
                                   const MatmulGroup &group) {
  if (!group.hasElementOperands())
    return group;
  MatmulGroup alone;
  for (const Contraction &product : group.products)
    if (product.op == generic)
      alone.products.push_back(product);
  return alone;
}

void convertDense(func::FuncOp function, const Blocks &blocks) {
  SmallVector<linalg::GenericOp> generics;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<grouped::TasksOp>(op))
      return WalkResult::skip();
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      if (isContraction(generic))
        generics.push_back(generic);
    return WalkResult::advance();
  });

  IRRewriter rewriter(function.getContext());
  llvm::SmallPtrSet<Operation *, 8> done;
  for (linalg::GenericOp generic : generics) {
    if (done.contains(generic))
      continue;
    std::optional<MatmulGroup> found =
        matchMatmulGroup(generic, isParameterPart);
    if (!found)
      continue;
    MatmulGroup group = restrictToTasks(generic, *found);
    for (const Contraction &product : group.products)
      done.insert(product.op);
    convertGroup(rewriter, group, blocks);
  }
}

} // namespace mlir::moe
