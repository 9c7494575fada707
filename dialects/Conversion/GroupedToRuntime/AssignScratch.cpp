//===- AssignScratch.cpp - Allocations to offsets of one buffer -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory of a compiled model is one buffer for the entry and one for each
// worker, sized by two formulas of the sizes of the call. An allocation in a
// loop needs no hoisting, only its size does: the view stays where it is and
// has the same offset in every iteration.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/EntryArguments.h"
#include "dialects/Conversion/GroupedToRuntime/Passes.h"
#include "dialects/Conversion/GroupedToRuntime/ScratchSlots.h"
#include "dialects/Conversion/GroupedToRuntime/SizeFormulas.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::grouped {
#define GEN_PASS_DEF_ASSIGNSCRATCHPASS
#include "dialects/Conversion/GroupedToRuntime/Passes.h.inc"

namespace {
/// The slots of one task region.
struct TaskSlots {
  TasksOp tasks;
  SmallVector<memref::AllocOp> allocs;
  SmallVector<ScratchSlot> slots;
};

struct AssignScratchPass final
    : impl::AssignScratchPassBase<AssignScratchPass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult assign(func::FuncOp entry);
};
} // namespace

/// The offset of each slot, in `offsets` where wanted, and the sum of all.
/// Reports every allocation whose size is no formula.
static FailureOr<Value> layOut(SizeFormulas &formulas,
                               ArrayRef<ScratchSlot> slots,
                               SmallVectorImpl<Value> *offsets, Location loc) {
  OpBuilder &builder = formulas.getBuilder();
  Value end = arith::ConstantIndexOp::create(builder, loc, 0);
  bool allKnown = true;
  for (const ScratchSlot &slot : slots) {
    Value largest;
    for (memref::AllocOp alloc : slot) {
      Value bytes = formulas.bytes(alloc);
      if (!bytes) {
        alloc.emitOpError(
            "has a size that is no formula of the sizes of the call");
        allKnown = false;
        continue;
      }
      largest = largest ? arith::MaxUIOp::create(builder, loc, largest, bytes)
                        : bytes;
    }
    if (!allKnown)
      continue;
    if (offsets)
      offsets->push_back(end);
    end = arith::AddIOp::create(builder, loc, end, largest);
  }
  if (!allKnown)
    return failure();
  return end;
}

static void replaceByViews(ArrayRef<ScratchSlot> slots, ArrayRef<Value> offsets,
                           Value scratch) {
  for (auto [slot, offset] : llvm::zip(slots, offsets))
    for (memref::AllocOp alloc : slot) {
      OpBuilder builder(alloc);
      Value view =
          memref::ViewOp::create(builder, alloc.getLoc(), alloc.getType(),
                                 scratch, offset, alloc.getDynamicSizes());
      alloc.replaceAllUsesWith(view);
      alloc.erase();
    }
}

/// func @<entry><suffix>(sizes of the call) -> index
static LogicalResult
makeFormula(func::FuncOp entry, StringRef suffix,
            function_ref<FailureOr<Value>(SizeFormulas &)> body) {
  OpBuilder builder(entry->getContext());
  builder.setInsertionPointAfter(entry);
  SmallVector<Type> sizes(sizeArguments(entry).size(), builder.getIndexType());
  auto formula = func::FuncOp::create(
      builder, entry.getLoc(), (entry.getName() + suffix).str(),
      builder.getFunctionType(sizes, builder.getIndexType()));
  formula.setPrivate();
  builder.setInsertionPointToStart(formula.addEntryBlock());
  SizeFormulas formulas(builder, sizesOfFormula(entry, formula, builder));
  FailureOr<Value> result = body(formulas);
  if (failed(result))
    return failure();
  func::ReturnOp::create(builder, entry.getLoc(), *result);
  return success();
}

/// The scratch of one worker: the largest of all task regions.
static FailureOr<Value> workerBytes(SizeFormulas &formulas,
                                    ArrayRef<TaskSlots> all, Location loc) {
  OpBuilder &builder = formulas.getBuilder();
  Value most = arith::ConstantIndexOp::create(builder, loc, 0);
  bool allKnown = true;
  for (const TaskSlots &task : all) {
    SizeSource around = formulas.exchangeSource({});
    formulas.exchangeSource(sizesOfTaskOutside(task.tasks, formulas, around));
    FailureOr<Value> bytes = layOut(formulas, task.slots, nullptr, loc);
    formulas.exchangeSource(around);
    allKnown &= succeeded(bytes);
    if (allKnown)
      most = arith::MaxUIOp::create(builder, loc, most, *bytes);
  }
  if (!allKnown)
    return failure();
  return most;
}

/// Views into the scratch that the region of a task gets as an argument.
static LogicalResult useWorkerScratch(const TaskSlots &task, Type bytesType) {
  TasksOp tasks = task.tasks;
  Location loc = tasks.getLoc();
  Block &body = tasks.getBody().front();
  BlockArgument worker = body.addArgument(bytesType, loc);
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  SizeFormulas inside(builder, sizesOfTask(tasks, builder));
  SmallVector<Value> offsets;
  if (failed(layOut(inside, task.slots, &offsets, loc)))
    return failure();
  replaceByViews(task.slots, offsets, worker);
  return success();
}

/// The allocations outside of tasks, and those of each task.
static SmallVector<memref::AllocOp> collect(func::FuncOp entry,
                                            SmallVectorImpl<TaskSlots> &tasks) {
  SmallVector<memref::AllocOp> outside;
  entry.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto task = dyn_cast<TasksOp>(op))
      tasks.push_back({task, {}, {}});
    auto alloc = dyn_cast<memref::AllocOp>(op);
    if (!alloc)
      return;
    // Tasks do not nest, so the last one seen is the one around.
    if (alloc->getParentOfType<TasksOp>())
      tasks.back().allocs.push_back(alloc);
    else
      outside.push_back(alloc);
  });
  return outside;
}

LogicalResult AssignScratchPass::assign(func::FuncOp entry) {
  Location loc = entry.getLoc();
  SmallVector<TaskSlots> tasks;
  SmallVector<memref::AllocOp> outside = collect(entry, tasks);
  SmallVector<ScratchSlot> slots = assignSlots(outside, entry, reuse);
  for (TaskSlots &task : tasks)
    task.slots = assignSlots(task.allocs, task.tasks, reuse);

  LogicalResult known =
      makeFormula(entry, "_scratch_bytes", [&](SizeFormulas &formulas) {
        return layOut(formulas, slots, nullptr, loc);
      });
  // Report the allocations of both.
  if (failed(makeFormula(entry, "_worker_bytes",
                         [&](SizeFormulas &formulas) {
                           return workerBytes(formulas, tasks, loc);
                         })) ||
      failed(known))
    return failure();

  auto bytesType =
      MemRefType::get(ShapedType::kDynamic, IntegerType::get(&getContext(), 8));
  FailureOr<BlockArgument> scratch =
      appendArgument(entry, bytesType, scratchPlace);
  if (failed(scratch))
    return failure();
  OpBuilder builder = OpBuilder::atBlockBegin(&entry.getBody().front());
  SizeFormulas here(builder, sizesOfEntry(entry, builder));
  SmallVector<Value> offsets;
  if (failed(layOut(here, slots, &offsets, loc)))
    return failure();
  replaceByViews(slots, offsets, *scratch);
  for (const TaskSlots &task : tasks)
    if (failed(useWorkerScratch(task, bytesType)))
      return failure();
  return success();
}

void AssignScratchPass::runOnOperation() {
  bool allAssigned = true;
  for (func::FuncOp entry : entryFunctions(getOperation()))
    if (!argumentAt(entry, scratchPlace))
      allAssigned &= succeeded(assign(entry));
  if (!allAssigned)
    signalPassFailure();
}
} // namespace mlir::grouped
