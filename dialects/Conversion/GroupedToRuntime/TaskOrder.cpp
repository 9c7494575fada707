//===- TaskOrder.cpp - Lists of tasks, the most expensive first -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime cuts groups into tasks and orders them. Several joined ops keep
// their lists, and get one more that says which task of which list comes next.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/TaskOrder.h"

#include "dialects/Conversion/GroupedToLoops/LoopBuilder.h"
#include "dialects/Conversion/GroupedToRuntime/RuntimeCalls.h"

namespace mlir::grouped {
/// The fields of spex_task and of spex_joined_task
/// (runtime/include/spex/kernels.h).
static constexpr int64_t numTaskFields = 5, numJoinedFields = 3;

/// At most one block of each group is not full, whatever the offsets are.
void orderTasks(TasksOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  LoopBuilder l{builder, loc};
  Value init = op.getInits().front();
  Value groups, rowsOfGroup = l.index(0), rows, offsets = l.index(0);
  if (op.getOffsets()) {
    groups = arith::SubIOp::create(builder, loc, l.dim(op.getOffsets(), 0),
                                   l.index(1));
    rows = l.dim(op.getRows(), 0);
    offsets = pointerTo(builder, loc, op.getOffsets());
  } else {
    groups = op.hasRegularGroups() ? op.getGroups() : l.index(1);
    rowsOfGroup = l.dim(init, op.hasRegularGroups() ? 1 : 0);
    rows = arith::MulIOp::create(builder, loc, groups, rowsOfGroup);
  }
  Value columns = l.index(1), columnBlock = l.index(1);
  if (op.getColumnBlock()) {
    columns = l.dim(init, cast<MemRefType>(init.getType()).getRank() - 1);
    columnBlock = l.index(*op.getColumnBlock());
  }
  Value rowBlock = l.index(op.getRowBlock());
  Value full = arith::DivUIOp::create(builder, loc, rows, rowBlock);
  Value blocks = arith::AddIOp::create(builder, loc, full, groups);
  Value chunks = arith::CeilDivUIOp::create(builder, loc, columns, columnBlock);
  Value bound = arith::MulIOp::create(builder, loc, blocks, chunks);
  auto type = MemRefType::get({ShapedType::kDynamic, numTaskFields},
                              builder.getI32Type());
  Value list = memref::AllocOp::create(builder, loc, type, bound);
  Value count = callRuntime(builder, loc, "spex_order_tasks",
                            {offsets, groups, rowsOfGroup, rowBlock, columns,
                             columnBlock, pointerTo(builder, loc, list)},
                            /*hasResult=*/true);
  op.getOrderMutable().assign({list, count});
}

/// What one row and column of a task costs: elements of weights that it is
/// multiplied with, at least 1.
static int64_t getCost(TasksOp op) {
  int64_t cost = 0;
  for (Value panel : op.getPanels()) {
    auto shape = cast<ShapedType>(panel.getType()).getShape();
    int64_t elements = 1;
    for (int64_t size :
         shape.drop_front(op.getNumDroppedDims(TasksOp::Part::Panel)))
      elements *= ShapedType::isDynamic(size) ? 1 : size;
    cost += elements;
  }
  int64_t columns =
      cast<ShapedType>(op.getInits().front().getType()).getShape().back();
  if (op.getColumnBlock() && !ShapedType::isDynamic(columns))
    cost /= std::max<int64_t>(columns, 1);
  return std::max<int64_t>(cost, 1);
}

/// The joined list of `all`, which stand one behind the other.
static void joinLists(MutableArrayRef<TasksOp> all) {
  OpBuilder builder(all.front());
  Location loc = all.back().getLoc();
  LoopBuilder l{builder, loc};
  Value bound = l.index(0), count = l.index(0);
  for (TasksOp op : all)
    bound = arith::AddIOp::create(builder, loc, bound,
                                  l.dim(op.getOrder().front(), 0));
  auto type = MemRefType::get({ShapedType::kDynamic, numJoinedFields},
                              builder.getI64Type());
  Value joined = memref::AllocOp::create(builder, loc, type, bound);
  for (auto [i, op] : llvm::enumerate(all)) {
    Value list = pointerTo(builder, loc, op.getOrder().front());
    count = callRuntime(builder, loc, "spex_join_tasks",
                        {list, op.getOrder().back(), l.index(i),
                         l.index(getCost(op)), pointerTo(builder, loc, joined),
                         count},
                        /*hasResult=*/true);
  }
  all.back().getOrderMutable().append({joined, count});
}

void joinTasks(func::FuncOp func) {
  SmallVector<TasksOp> firsts;
  llvm::SmallPtrSet<Operation *, 8> later;
  func.walk([&](TasksOp op) {
    if (op.getJoinsNext() && !later.contains(op))
      firsts.push_back(op);
    later.insert(op.getNextJoined());
  });
  for (TasksOp first : firsts) {
    SmallVector<TasksOp> all = {first};
    while (TasksOp next = all.back().getNextJoined())
      all.push_back(next);
    for (TasksOp op : ArrayRef(all).drop_back())
      op->moveBefore(all.back());
    joinLists(all);
  }
}
} // namespace mlir::grouped
