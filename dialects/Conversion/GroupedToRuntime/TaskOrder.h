//===- TaskOrder.h - The lists of tasks -------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gives grouped.tasks their `order`; used by convert-grouped-to-runtime.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_TASKORDER_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_TASKORDER_H

#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::grouped {
/// Allocates the list of tasks and lets the runtime fill it.
void orderTasks(TasksOp op);
/// Moves ops that are joined to the last of them, which gets the joined list.
/// All of them have an order already.
void joinTasks(func::FuncOp func);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_TASKORDER_H
