//===- TasksOp.cpp - Parts of operands that a task sees -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which region argument of `grouped.tasks` shows which part of which operand,
// and the constraints of TasksOps.td under their labels.
//
//===----------------------------------------------------------------------===//

#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::grouped;

/// Count, first and group stand before everything else.
static constexpr unsigned numFixedArgs = 3;

unsigned TasksOp::getFirstArg(Part part) {
  unsigned index = numFixedArgs;
  switch (part) {
  case Part::Count:
  case Part::First:
  case Part::Group:
    return static_cast<unsigned>(part);
  case Part::Rows:
    return index;
  case Part::Scratch:
    index += getInits().size();
    [[fallthrough]];
  case Part::Init:
    index += getPanels().size();
    [[fallthrough]];
  case Part::Panel:
    index += getBlocks().size();
    [[fallthrough]];
  case Part::Block:
    index += getInputs().size();
    [[fallthrough]];
  case Part::Input:
    index += getRows() ? 1 : 0;
  }
  return index;
}

std::pair<TasksOp::Part, unsigned> TasksOp::getPart(unsigned index) {
  if (index < numFixedArgs)
    return {static_cast<Part>(index), 0};
  for (Part part :
       {Part::Scratch, Part::Init, Part::Panel, Part::Block, Part::Input})
    if (index >= getFirstArg(part))
      return {part, index - getFirstArg(part)};
  return {Part::Rows, 0};
}

OpOperand *TasksOp::getTiedOperand(unsigned index) {
  auto [part, number] = getPart(index);
  auto operandOf = [&, i = number](MutableOperandRange range) {
    return &range[i];
  };
  switch (part) {
  case Part::Rows:
    return operandOf(getRowsMutable());
  case Part::Input:
    return operandOf(getInputsMutable());
  case Part::Block:
    return operandOf(getBlocksMutable());
  case Part::Panel:
    return operandOf(getPanelsMutable());
  case Part::Init:
    return operandOf(getInitsMutable());
  default:
    return nullptr;
  }
}

BlockArgument TasksOp::getRowsArg() {
  return getRows() ? getBody().getArgument(numFixedArgs) : BlockArgument();
}
BlockArgument TasksOp::getInputArg(unsigned i) {
  return getBody().getArgument(getFirstArg(Part::Input) + i);
}
BlockArgument TasksOp::getBlockArg(unsigned i) {
  return getBody().getArgument(getFirstArg(Part::Block) + i);
}
BlockArgument TasksOp::getPanelArg(unsigned i) {
  return getBody().getArgument(getFirstArg(Part::Panel) + i);
}
BlockArgument TasksOp::getInitArg(unsigned i) {
  return getBody().getArgument(getFirstArg(Part::Init) + i);
}

YieldOp TasksOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

TasksOp TasksOp::getNextJoined() {
  if (!getJoinsNext())
    return {};
  for (Operation *op = getOperation()->getNextNode(); op;
       op = op->getNextNode())
    if (auto next = dyn_cast<TasksOp>(op))
      return next;
  return {};
}

unsigned TasksOp::getNumDroppedDims(Part part) {
  if (part == Part::Panel)
    return isOneGroup() ? 0 : 1;
  if (part == Part::Block || part == Part::Init)
    return hasRegularGroups() ? 1 : 0;
  return 0;
}

int64_t TasksOp::getCutDim(Part part, int64_t rankOfPart) {
  if (!getColumnBlock())
    return -1;
  if (part == Part::Init)
    return rankOfPart - 1;
  if (part == Part::Panel)
    return isPackedPart(rankOfPart) ? 0 : rankOfPart - 1;
  return -1;
}

SmallVector<int64_t> TasksOp::getPartShape(Part part, ArrayRef<int64_t> whole) {
  SmallVector<int64_t> shape(whole.drop_front(getNumDroppedDims(part)));
  if (part == Part::Rows || part == Part::Block || part == Part::Init)
    shape.front() = ShapedType::kDynamic;
  int64_t cutDim = getCutDim(part, shape.size());
  if (cutDim >= 0)
    shape[cutDim] = ShapedType::kDynamic;
  return shape;
}

/// (C4) and (C5) for one argument.
static LogicalResult verifyArgument(TasksOp op, BlockArgument arg) {
  using Part = TasksOp::Part;
  Part part = op.getPart(arg.getArgNumber()).first;
  if (part == Part::Count || part == Part::First || part == Part::Group) {
    if (!arg.getType().isIndex())
      return op.emitOpError("region argument ")
             << arg.getArgNumber() << " must be an index, got "
             << arg.getType();
    return success();
  }
  if (part == Part::Scratch)
    return success();

  Type whole = op.getTiedOperand(arg.getArgNumber())->get().getType();
  bool isPart;
  if (part == Part::Input) {
    isPart = arg.getType() == whole;
  } else {
    auto shapedWhole = cast<ShapedType>(whole);
    auto shaped = dyn_cast<ShapedType>(arg.getType());
    isPart = shaped && isa<MemRefType>(shaped) == isa<MemRefType>(whole) &&
             shaped.getElementType() == shapedWhole.getElementType() &&
             shaped.getShape() ==
                 ArrayRef(op.getPartShape(part, shapedWhole.getShape()));
  }
  if (isPart)
    return success();
  return op.emitOpError("region argument ")
         << arg.getArgNumber() << " has type " << arg.getType()
         << ", which is not the part of " << whole << " that a task sees";
}

/// (C3): dimensions for groups and rows; (C6): panels that can be cut.
static LogicalResult verifyRanks(TasksOp op) {
  using Part = TasksOp::Part;
  if (op.getInits().empty())
    return op.emitOpError("needs at least one of 'outs'");
  for (Part part : {Part::Block, Part::Init}) {
    OperandRange values = part == Part::Block ? op.getBlocks() : op.getInits();
    for (Value value : values)
      if (cast<ShapedType>(value.getType()).getRank() <=
          op.getNumDroppedDims(part))
        return op.emitOpError("finds no dimension of rows in ")
               << value.getType();
  }
  for (Value panel : op.getPanels()) {
    auto type = cast<ShapedType>(panel.getType());
    int64_t rank = type.getRank() - op.getNumDroppedDims(Part::Panel);
    if (rank < 0)
      return op.emitOpError("finds no dimension of groups in ") << type;
    if (!op.getColumnBlock())
      continue;
    if (rank != 1 && rank != 2 && !TasksOp::isPackedPart(rank))
      return op.emitOpError("cannot cut columns of panels of type ") << type;
    if (!TasksOp::isPackedPart(rank))
      continue;
    int64_t width = type.getShape().take_back(rank)[3];
    if (ShapedType::isDynamic(width) || width < 1 ||
        *op.getColumnBlock() % width != 0)
      return op.emitOpError("cuts columns by ")
             << *op.getColumnBlock() << ", which panels of width " << width
             << " do not divide";
  }
  return success();
}

/// (C8): joined tasks run together, so nothing may have to run in between.
static LogicalResult verifyJoin(TasksOp op) {
  if (!op.getJoinsNext())
    return success();
  TasksOp next = op.getNextJoined();
  if (!next)
    return op.emitOpError("joins the next tasks, but none follows");
  auto touchesMemory = [](Operation *between) {
    return !isMemoryEffectFree(between) &&
           !hasSingleEffect<MemoryEffects::Allocate>(between);
  };
  for (Operation *between = op->getNextNode(); between != next;
       between = between->getNextNode())
    if (touchesMemory(between)) {
      InFlightDiagnostic diag =
          op.emitOpError("joins the next tasks across an op that reads or "
                         "writes memory");
      diag.attachNote(between->getLoc()) << "is this one";
      return diag;
    }
  return success();
}

LogicalResult TasksOp::verify() {
  // (C1)
  if (static_cast<int64_t>(getRowBlock()) < 1)
    return emitOpError("row block must be positive");
  if (getColumnBlock() && static_cast<int64_t>(*getColumnBlock()) < 1)
    return emitOpError("column block must be positive");
  // (C2)
  if (bool(getOffsets()) != bool(getRows()))
    return emitOpError("needs both offsets and rows, or neither");
  if (getOffsets() && getGroups())
    return emitOpError("takes its groups from offsets or from a number, not "
                       "from both");
  // (C3), (C6), (C8)
  if (failed(verifyRanks(*this)) || failed(verifyJoin(*this)))
    return failure();
  // (C4)
  unsigned numArgs = getFirstArg(Part::Scratch);
  unsigned numExtra = getBody().getNumArguments() - numArgs;
  if (numExtra != 0 && (numExtra != 1 || getOrder().empty()))
    return emitOpError("needs a region of ")
           << numArgs << " arguments, got " << getBody().getNumArguments();
  // (C5)
  for (BlockArgument arg : getBody().getArguments())
    if (failed(verifyArgument(*this, arg)))
      return failure();
  return success();
}

LogicalResult TasksOp::verifyRegions() {
  // (C7)
  auto yield = dyn_cast<YieldOp>(getBody().front().getTerminator());
  if (!yield)
    return emitOpError("must end with 'grouped.yield'");
  SmallVector<Type> expected;
  for (unsigned i = 0; i < getInits().size(); ++i)
    if (isa<TensorType>(getInits()[i].getType()))
      expected.push_back(getInitArg(i).getType());
  if (yield->getOperandTypes() == TypeRange(expected))
    return success();
  InFlightDiagnostic diag = emitOpError("must yield its rows of each tensor of "
                                        "'outs'");
  diag.attachNote(yield.getLoc()) << "yields " << yield->getOperandTypes();
  return diag;
}
