//===- OutlineTasks.cpp - Task regions to functions run in parallel -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task region becomes a function of (closure, number of the task, worker's
// scratch). It reads its line of the list of tasks and makes the views that the
// arguments of the region stand for. Joined ops share one call, of a function
// that reads the joined list and calls the function of that op.
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
/// The columns of spex_joined_task behind its cost.
enum JoinedField { List = 1, Task };

/// A function of tasks, and where on the caller's stack its closure lies.
struct Outlined {
  std::string name;
  Value closure;
};

FunctionType taskFunctionType(Builder builder) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  return builder.getFunctionType({pointer, builder.getIndexType(), pointer},
                                 {});
}

/// Opens a private function behind `caller`, with an empty body.
func::FuncOp createTaskFunction(OpBuilder &b, Location loc, func::FuncOp caller,
                                StringRef name) {
  b.setInsertionPointAfter(caller);
  auto function = func::FuncOp::create(b, loc, name, taskFunctionType(b));
  function.setPrivate();
  makeInternal(function);
  b.setInsertionPointToStart(function.addEntryBlock());
  return function;
}

/// Keeps `values` in a struct of these types on the caller's stack, filled
/// right before `op`: one place, even for an op in a loop.
Value createClosure(Operation *op, LLVM::LLVMStructType type,
                    ValueRange values) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  auto caller = op->getParentOfType<func::FuncOp>();
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  b.setInsertionPointToStart(&caller.getBody().front());
  Value one =
      LLVM::ConstantOp::create(b, loc, b.getI64Type(), b.getI64IntegerAttr(1));
  Value closure = LLVM::AllocaOp::create(b, loc, pointer, type, one);
  b.setInsertionPoint(op);
  for (auto [i, value] : llvm::enumerate(values)) {
    auto at = static_cast<int32_t>(i);
    Value field = LLVM::GEPOp::create(b, loc, pointer, type, closure,
                                      ArrayRef<LLVM::GEPArg>{0, at});
    LLVM::StoreOp::create(b, loc, castTo(b, loc, type.getBody()[i], value),
                          field);
  }
  return closure;
}

/// The struct that holds values of these types.
LLVM::LLVMStructType closureType(const LLVMTypeConverter &converter,
                                 TypeRange types) {
  SmallVector<Type> fields;
  for (Type type : types)
    fields.push_back(converter.convertType(type));
  return LLVM::LLVMStructType::getLiteral(&converter.getContext(), fields);
}

/// The values of a closure, as they were outside.
SmallVector<Value> openClosure(OpBuilder &b, Location loc,
                               LLVM::LLVMStructType type, Value pointer,
                               TypeRange types) {
  Value closure = LLVM::LoadOp::create(b, loc, type, pointer);
  SmallVector<Value> values;
  for (auto [i, wanted] : llvm::enumerate(types)) {
    Value field = LLVM::ExtractValueOp::create(b, loc, closure, i);
    values.push_back(castTo(b, loc, wanted, field));
  }
  return values;
}

/// One `tasks`, on its way into a function.
class Outliner {
public:
  Outliner(TasksOp tasks, std::string name, const LLVMTypeConverter &converter)
      : tasks(tasks), name(std::move(name)), converter(converter),
        b(tasks), l{b, tasks.getLoc()} {}

  Outlined run();

private:
  void openFunction(LLVM::LLVMStructType closure);
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

  // Inside the function: the operands, and the task's line of the list.
  func::FuncOp function;
  SmallVector<Value> operands;
  SmallVector<Value> line;
};
} // namespace

void Outliner::openFunction(LLVM::LLVMStructType closure) {
  function = createTaskFunction(b, tasks.getLoc(),
                                tasks->getParentOfType<func::FuncOp>(), name);
  Block *entry = &function.getBody().front();
  operands = openClosure(b, tasks.getLoc(), closure, entry->getArgument(0),
                         tasks->getOperandTypes());
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

/// Without the first `dropped` dims. Of several of size 1, MLIR would choose
/// itself which to leave out.
static MemRefType withoutFirst(MemRefType type, int64_t dropped) {
  auto [strides, offset] = type.getStridesAndOffset();
  auto layout = StridedLayoutAttr::get(type.getContext(), offset,
                                       ArrayRef(strides).drop_front(dropped));
  return MemRefType::get(type.getShape().drop_front(dropped),
                         type.getElementType(), layout, type.getMemorySpace());
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
  MemRefType type = withoutFirst(
      memref::SubViewOp::inferResultType(wholeType, from, size, step), dropped);
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

Outlined Outliner::run() {
  LLVM::LLVMStructType type = closureType(converter, tasks->getOperandTypes());
  Value closure = createClosure(tasks, type, tasks->getOperands());
  openFunction(type);
  moveBody();
  return {name, closure};
}

/// A function that finds out of which of `all` a task is, and its closure.
static Outlined createDispatcher(TasksOp last, ArrayRef<Outlined> all,
                                 const std::string &name,
                                 const LLVMTypeConverter &converter) {
  Location loc = last.getLoc();
  SmallVector<Value> values = {last.getOrder()[2]};
  for (const Outlined &one : all)
    values.push_back(one.closure);
  TypeRange types = ValueRange(values).getTypes();
  LLVM::LLVMStructType type = closureType(converter, types);
  Value closure = createClosure(last, type, values);

  OpBuilder b(last);
  LoopBuilder l{b, loc};
  func::FuncOp function =
      createTaskFunction(b, loc, last->getParentOfType<func::FuncOp>(), name);
  auto arguments = function.getArguments();
  SmallVector<Value> inside = openClosure(b, loc, type, arguments[0], types);
  auto field = [&](JoinedField number) {
    return l.toIndex(l.load(inside[0], {arguments[1], l.index(number)}));
  };
  Value list = field(List), task = field(Task);
  auto cases = llvm::to_vector(llvm::seq<int64_t>(1, all.size()));
  auto dispatch = scf::IndexSwitchOp::create(b, loc, TypeRange(), list, cases,
                                             cases.size());
  auto call = [&](Region &region, unsigned number) {
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&region);
    func::CallOp::create(b, loc, all[number].name, TypeRange(),
                         ValueRange{inside[number + 1], task, arguments[2]});
    scf::YieldOp::create(b, loc);
  };
  for (auto [number, region] : llvm::zip(cases, dispatch.getCaseRegions()))
    call(region, number);
  call(dispatch.getDefaultRegion(), 0);
  func::ReturnOp::create(b, loc);
  return {name, closure};
}

/// Calls the runtime in the place of `last`, the only or last one of a list.
static void runTasks(TasksOp last, const Outlined &outlined) {
  OpBuilder b(last);
  auto caller = last->getParentOfType<func::FuncOp>();
  Value callee = func::ConstantOp::create(
      b, last.getLoc(), taskFunctionType(b),
      SymbolRefAttr::get(b.getContext(), outlined.name));
  callRuntime(b, last.getLoc(), "spex_parallel_for",
              {argumentAt(caller, contextPlace), last.getOrder().back(), callee,
               outlined.closure});
}

namespace {
struct OutlineTasksPass final : impl::OutlineTasksPassBase<OutlineTasksPass> {
  void runOnOperation() override;

private:
  void outline(func::FuncOp entry, MutableArrayRef<TasksOp> all);
};
} // namespace

void OutlineTasksPass::outline(func::FuncOp entry,
                               MutableArrayRef<TasksOp> all) {
  LLVMTypeConverter converter(&getContext());
  SmallVector<Outlined> joined;
  for (auto [i, tasks] : llvm::enumerate(all)) {
    std::string name = (entry.getName() + "_tasks_" + Twine(i)).str();
    joined.push_back(Outliner(tasks, name, converter).run());
    if (!tasks.getJoinsNext()) {
      runTasks(tasks, joined.size() == 1
                          ? joined.front()
                          : createDispatcher(tasks, joined, name + "_joined",
                                             converter));
      joined.clear();
    }
    tasks.erase();
  }
}

void OutlineTasksPass::runOnOperation() {
  for (func::FuncOp entry : entryFunctions(getOperation())) {
    SmallVector<TasksOp> all;
    entry.walk([&](TasksOp op) { all.push_back(op); });
    for (TasksOp tasks : all)
      if (tasks.getOrder().empty() || !argumentAt(entry, contextPlace)) {
        tasks.emitOpError("has to have an order to become a function");
        return signalPassFailure();
      }
    outline(entry, all);
  }
}
} // namespace mlir::grouped
