//===- Tasks.cpp - Build grouped.tasks ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes the op with the region arguments that its operands call for.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

namespace mlir::moe {

grouped::TasksOp createTasks(OpBuilder &builder, Location loc,
                             const TasksOperands &operands, int64_t rowBlock,
                             std::optional<int64_t> columnBlock) {
  using Part = grouped::TasksOp::Part;
  IntegerAttr columns;
  if (columnBlock)
    columns = builder.getI64IntegerAttr(*columnBlock);
  auto tasks = grouped::TasksOp::create(
      builder, loc, TypeRange(ValueRange(operands.inits)), operands.offsets,
      operands.rows, operands.groups, operands.inputs, operands.blocks,
      operands.panels, operands.inits, /*order=*/ValueRange(),
      builder.getI64IntegerAttr(rowBlock), columns);

  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(&tasks.getBody());
  for (unsigned i = 0; i < tasks.getFirstArg(Part::Rows); ++i)
    body->addArgument(builder.getIndexType(), loc);
  auto addPart = [&](Part part, Value operand) {
    auto type = cast<RankedTensorType>(operand.getType());
    body->addArgument(type.clone(tasks.getPartShape(part, type.getShape())),
                      operand.getLoc());
  };
  if (operands.rows)
    addPart(Part::Rows, operands.rows);
  for (Value input : operands.inputs)
    body->addArgument(input.getType(), input.getLoc());
  for (Value block : operands.blocks)
    addPart(Part::Block, block);
  for (Value panel : operands.panels)
    addPart(Part::Panel, panel);
  for (Value init : operands.inits)
    addPart(Part::Init, init);
  return tasks;
}

void eraseUnused(grouped::TasksOp tasks) {
  Block &body = tasks.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

} // namespace mlir::moe
