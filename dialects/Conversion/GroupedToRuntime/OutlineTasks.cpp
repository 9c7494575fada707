//===- OutlineTasks.cpp - Task regions to functions run in parallel -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task region becomes a function of (closure, number of the task, worker's
// scratch). It reads its line of the list of tasks and makes the views that the
// arguments of the region stand for.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToLoops/LoopBuilder.h"
#include "dialects/Conversion/GroupedToRuntime/Descriptors.h"
#include "dialects/Conversion/GroupedToRuntime/EntryArguments.h"
#include "dialects/Conversion/GroupedToRuntime/Passes.h"
#include "dialects/Conversion/GroupedToRuntime/RuntimeCalls.h"
#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/IR/IRMapping.h"

namespace mlir::grouped {
#define GEN_PASS_DEF_OUTLINETASKSPASS
#include "dialects/Conversion/GroupedToRuntime/Passes.h.inc"

namespace {
using Part = TasksOp::Part;

/// The columns of spex_task (runtime/include/spex/kernels.h).
enum TaskField { Group, FirstRow, Rows, FirstColumn, Columns };

/// One `tasks`, on its way into a function.
class Outliner {
public:
  Outliner(TasksOp tasks, std::string name, const LLVMTypeConverter &converter)
      : tasks(tasks), name(std::move(name)), converter(converter),
        b(tasks), l{b, tasks.getLoc()},
        pointerType(LLVM::LLVMPointerType::get(tasks.getContext())) {}

  void run();

private:
  FunctionType functionType() {
    return b.getFunctionType({pointerType, b.getIndexType(), pointerType}, {});
  }
  Type closureType();
  void callFromOutside();
  void openFunction();
  Value insideOf(Value operand) {
    auto all = tasks->getOperands();
    return operands[std::distance(all.begin(), llvm::find(all, operand))];
  }
  Value firstRowInGroup();
  Value partOf(BlockArgument argument);
  void moveBody();

  TasksOp tasks;
  std::string name;
  const LLVMTypeConverter &converter;
  OpBuilder b;
  LoopBuilder l;
  Type pointerType;

  // Inside the function: the operands, and the task's line of the list.
  func::FuncOp function;
  SmallVector<Value> operands;
  SmallVector<Value> line;
};
} // namespace

Type Outliner::closureType() {
  SmallVector<Type> fields;
  for (Type type : tasks->getOperandTypes())
    fields.push_back(converter.convertType(type));
  return LLVM::LLVMStructType::getLiteral(b.getContext(), fields);
}

void Outliner::callFromOutside() {
  auto caller = tasks->getParentOfType<func::FuncOp>();
  Location loc = tasks.getLoc();
  Type type = closureType();
  // One place on the stack, even for tasks in a loop.
  b.setInsertionPointToStart(&caller.getBody().front());
  Value one =
      LLVM::ConstantOp::create(b, loc, b.getI64Type(), b.getI64IntegerAttr(1));
  Value closure = LLVM::AllocaOp::create(b, loc, pointerType, type, one);

  b.setInsertionPoint(tasks);
  for (auto [i, operand] : llvm::enumerate(tasks->getOperands())) {
    auto at = static_cast<int32_t>(i);
    Value field = LLVM::GEPOp::create(b, loc, pointerType, type, closure,
                                      ArrayRef<LLVM::GEPArg>{0, at});
    Type fieldType = cast<LLVM::LLVMStructType>(type).getBody()[i];
    LLVM::StoreOp::create(b, loc, castTo(b, loc, fieldType, operand), field);
  }
  Value callee = func::ConstantOp::create(
      b, loc, functionType(), SymbolRefAttr::get(b.getContext(), name));
  callRuntime(b, loc, "spex_parallel_for",
              {argumentAt(caller, contextPlace), tasks.getOrder().back(),
               callee, closure});
}

void Outliner::openFunction() {
  Location loc = tasks.getLoc();
  b.setInsertionPointAfter(tasks->getParentOfType<func::FuncOp>());
  function = func::FuncOp::create(b, loc, name, functionType());
  function.setPrivate();
  makeInternal(function);
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  Value closure =
      LLVM::LoadOp::create(b, loc, closureType(), entry->getArgument(0));
  for (auto [i, operand] : llvm::enumerate(tasks->getOperands())) {
    Value field = LLVM::ExtractValueOp::create(b, loc, closure, i);
    operands.push_back(castTo(b, loc, operand.getType(), field));
  }
  Value list = insideOf(tasks.getOrder().front());
  for (TaskField field : {Group, FirstRow, Rows, FirstColumn, Columns})
    line.push_back(
        l.toIndex(l.load(list, {entry->getArgument(1), l.index(field)})));
}

Value Outliner::firstRowInGroup() {
  if (tasks.isOneGroup())
    return line[FirstRow];
  Value start;
  if (Value offsets = tasks.getOffsets()) {
    start = l.toIndex(l.load(insideOf(offsets), line[Group]));
  } else {
    Value rowsOfGroup = l.dim(insideOf(tasks.getInits().front()), 1);
    start = arith::MulIOp::create(b, l.loc, line[Group], rowsOfGroup);
  }
  return arith::SubIOp::create(b, l.loc, line[FirstRow], start);
}

/// The view of an operand that a region argument stands for.
Value Outliner::partOf(BlockArgument argument) {
  unsigned number = argument.getArgNumber();
  Part part = tasks.getPart(number).first;
  OpOperand *operand = tasks.getTiedOperand(number);
  Value whole = operands[operand->getOperandNumber()];
  auto wholeType = cast<MemRefType>(whole.getType());
  auto wanted = cast<MemRefType>(argument.getType());
  int64_t dropped = tasks.getNumDroppedDims(part);
  int64_t cutDim = tasks.getCutDim(part, wanted.getRank());
  bool hasRows = part != Part::Panel;
  if (dropped == 0 && cutDim < 0 && !hasRows)
    return whole;

  int64_t rank = wholeType.getRank();
  SmallVector<OpFoldResult> from(rank, b.getIndexAttr(0)), size,
      step(rank, b.getIndexAttr(1));
  for (int64_t dim = 0; dim < rank; ++dim)
    size.push_back(memref::getMixedSize(b, l.loc, whole, dim));
  if (dropped) {
    from[0] = line[Group];
    size[0] = b.getIndexAttr(1);
  }
  if (hasRows) {
    from[dropped] =
        tasks.hasRegularGroups() ? firstRowInGroup() : line[FirstRow];
    size[dropped] = line[Rows];
  }
  if (cutDim >= 0) {
    Value first = line[FirstColumn], count = line[Columns];
    if (part == Part::Panel && TasksOp::isPackedPart(wanted.getRank())) {
      // Packed panels are cut by panels; the last one may be padded.
      Value width = l.index(wanted.getDimSize(3));
      first = arith::DivUIOp::create(b, l.loc, first, width);
      count = arith::CeilDivUIOp::create(b, l.loc, count, width);
    }
    from[dropped + cutDim] = first;
    size[dropped + cutDim] = count;
  }
  MemRefType type = memref::SubViewOp::inferRankReducedResultType(
      wanted.getShape(), wholeType, from, size, step);
  Value view =
      memref::SubViewOp::create(b, l.loc, type, whole, from, size, step);
  return type == wanted ? view : memref::CastOp::create(b, l.loc, wanted, view);
}

void Outliner::moveBody() {
  Block &body = tasks.getBody().front();
  SmallVector<Value> arguments;
  for (BlockArgument argument : body.getArguments()) {
    unsigned number = argument.getArgNumber();
    switch (tasks.getPart(number).first) {
    case Part::Count:
      arguments.push_back(line[Rows]);
      break;
    case Part::First:
      arguments.push_back(firstRowInGroup());
      break;
    case Part::Group:
      arguments.push_back(line[Group]);
      break;
    case Part::Input:
      arguments.push_back(
          operands[tasks.getTiedOperand(number)->getOperandNumber()]);
      break;
    case Part::Scratch:
      arguments.push_back(
          scratchAt(b, l.loc, converter, function.getArguments().back()));
      break;
    default:
      arguments.push_back(partOf(argument));
    }
  }
  body.getTerminator()->erase();
  Block &entry = function.getBody().front();
  for (auto [argument, value] : llvm::zip(body.getArguments(), arguments))
    argument.replaceAllUsesWith(value);
  entry.getOperations().splice(entry.end(), body.getOperations());
  b.setInsertionPointToEnd(&entry);
  func::ReturnOp::create(b, l.loc);
}

void Outliner::run() {
  callFromOutside();
  openFunction();
  moveBody();
  tasks.erase();
}

namespace {
struct OutlineTasksPass final : impl::OutlineTasksPassBase<OutlineTasksPass> {
  void runOnOperation() override {
    LLVMTypeConverter converter(&getContext());
    for (func::FuncOp entry : entryFunctions(getOperation())) {
      SmallVector<TasksOp> all;
      entry.walk([&](TasksOp op) { all.push_back(op); });
      for (auto [i, tasks] : llvm::enumerate(all)) {
        if (tasks.getOrder().empty() || !argumentAt(entry, contextPlace)) {
          tasks.emitOpError("has to have an order to become a function");
          return signalPassFailure();
        }
        std::string name = (entry.getName() + "_tasks_" + Twine(i)).str();
        Outliner(tasks, name, converter).run();
      }
    }
  }
};
} // namespace
} // namespace mlir::grouped
