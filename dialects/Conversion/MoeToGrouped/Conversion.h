//===- Conversion.h - Steps of the lowering to grouped ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files of this directory share. Each step rewrites one kind of op in
// a whole function; MoeToGrouped.cpp puts them in order.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_MOETOGROUPED_CONVERSION_H
#define DIALECTS_CONVERSION_MOETOGROUPED_CONVERSION_H

#include "dialects/Grouped/IR/GroupedOps.h"
#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::moe {

/// The options of the pass, with its defaults.
struct Blocks {
  int64_t rows, columns, attentionRows, fewRowsPerExpert;

  /// How tasks of one matmul are cut, by the number of columns it has.
  std::optional<int64_t> getColumnBlock(int64_t numColumns) const {
    if (!ShapedType::isDynamic(numColumns) && numColumns <= columns)
      return std::nullopt;
    return columns;
  }
};

//===-- The steps ---------------------------------------------------------===//

/// Parameters.cpp: moe.get becomes an argument of the function.
void convertParameters(func::FuncOp function);
/// Widening.cpp: contractions read weights as they are stored.
void absorbWidening(func::FuncOp function);
/// Attention.cpp: what holds positions by positions goes into tasks.
void convertAttention(func::FuncOp function, const Blocks &blocks);
/// Select.cpp: moe.top_k, observe, limit, pick and plan.
void convertSelections(func::FuncOp function);
/// SelectGroups.cpp: moe.take, balance, sinkhorn and draw.
void convertSelectionsOfGroups(func::FuncOp function);
/// Experts.cpp, Combine.cpp: moe.experts with its combines.
LogicalResult convertExperts(func::FuncOp function, const Blocks &blocks);
/// Dense.cpp: contractions with weights become tasks of one matmul.
void convertDense(func::FuncOp function, const Blocks &blocks);
/// Destinations.cpp: results are written where they end up, or copied by an op.
void finishDestinations(func::FuncOp function);

//===-- Sizes.cpp ---------------------------------------------------------===//

/// The size of a dimension as a value that is no op on the tensor, wherever
/// that is possible: sizes stay formulas of the function's arguments.
Value getSize(OpBuilder &builder, Location loc, Value tensor, int64_t dim);
SmallVector<OpFoldResult> getSizes(OpBuilder &builder, Location loc,
                                   Value tensor);
/// tensor.empty of the type, its dynamic sizes taken from `sizes` of all dims.
Value createEmpty(OpBuilder &builder, Location loc, Type elementType,
                  ArrayRef<OpFoldResult> sizes);
/// tensor.empty as large as `tensor`.
Value createEmptyLike(OpBuilder &builder, Location loc, Value tensor);

//===-- Tasks.cpp ---------------------------------------------------------===//

/// The operands of grouped.tasks; those left empty it does not have.
struct TasksOperands {
  Value offsets, rows, groups;
  SmallVector<Value> inputs, blocks, panels, inits;
};

/// The op with a region that has all arguments and no ops yet.
grouped::TasksOp createTasks(OpBuilder &builder, Location loc,
                             const TasksOperands &operands, int64_t rowBlock,
                             std::optional<int64_t> columnBlock = std::nullopt);

/// Erases ops of the region that nothing uses, from the end on.
void eraseUnused(grouped::TasksOp tasks);

//===-- Experts.cpp -------------------------------------------------------===//

/// A plan of choices; of one kind, with the offsets of its experts alone.
struct Plan {
  Value offsets, rows, place;
  Value numRows; ///< units times choices: rows, used or not
};

/// grouped.plan of `ids`, into destinations of its own.
Plan createPlan(OpBuilder &builder, Location loc, Value ids,
                int64_t numExperts);

//===-- Combine.cpp -------------------------------------------------------===//

/// Replaces the combines of one result of `experts`, now as rows.
LogicalResult convertCombines(RewriterBase &rewriter, OpResult each, Value rows,
                              Value place);
/// Converts the combines of what no moe.experts gave.
void convertOtherCombines(func::FuncOp function);

} // namespace mlir::moe

#endif // DIALECTS_CONVERSION_MOETOGROUPED_CONVERSION_H
