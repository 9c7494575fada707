//===- SizeFormulas.h - Sizes as formulas of the call's sizes ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recomputes the size of an allocation at another place, from nothing but the
// sizes of the call. Inside a task, the rows of a block count as the largest
// block, so that scratch can be laid out before any task exists. The smaller of
// a formula and of what only the run knows counts as the formula.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_SIZEFORMULAS_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_SIZEFORMULAS_H

#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

#include <functional>

namespace mlir::grouped {
/// What block arguments are at the place of the formula; null values for those
/// that no formula may use.
struct SizeSource {
  std::function<Value(BlockArgument)> index;
  std::function<Value(BlockArgument, int64_t)> dim;
};

class SizeFormulas {
public:
  SizeFormulas(OpBuilder &builder, SizeSource source)
      : builder(builder), source(std::move(source)) {}

  OpBuilder &getBuilder() { return builder; }

  /// An index value, or null if it is no formula of the sizes.
  Value get(Value value);
  /// Dimension `dim` of a memref, or null.
  Value sizeOf(Value memref, int64_t dim);
  /// The bytes of an allocation, rounded up to the alignment, or null.
  Value bytes(memref::AllocOp alloc);

  /// Takes other arguments from now on; gives back what was there.
  SizeSource exchangeSource(SizeSource other) {
    std::swap(source, other);
    return other;
  }

private:
  Value constant(int64_t value, Location loc);
  Value clone(Operation *op, Value result);

  OpBuilder &builder;
  SizeSource source;
  IRMapping known;
};

/// Sizes inside `entry` itself.
SizeSource sizesOfEntry(func::FuncOp entry, OpBuilder &builder);
/// Sizes in a function that takes the sizes of `entry` and nothing else.
SizeSource sizesOfFormula(func::FuncOp entry, func::FuncOp formula,
                          OpBuilder &builder);
/// Sizes at the start of a task.
SizeSource sizesOfTask(TasksOp tasks, OpBuilder &builder);
/// Sizes of a task in the function around it, whose sizes `outside` knows.
SizeSource sizesOfTaskOutside(TasksOp tasks, SizeFormulas &outside,
                              SizeSource around);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_SIZEFORMULAS_H
