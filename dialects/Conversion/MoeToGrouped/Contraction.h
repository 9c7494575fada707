//===- Contraction.h - Find matmuls and their epilogues ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A contraction is a linalg.generic whose body is one fused multiply-add of its
// operands, which may be widened for it. One or two of the same rows, with an
// elementwise op behind them, are what one grouped.matmul computes.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_MOETOGROUPED_CONTRACTION_H
#define DIALECTS_CONVERSION_MOETOGROUPED_CONTRACTION_H

#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

#include <optional>

namespace mlir::moe {

/// Whether a value is the weights of a contraction, not activations.
using IsWeight = llvm::function_ref<bool(Value)>;

/// Rows times weights: out[rows..., columns...] += x[...] * w[...], the loops
/// of `sums` ascending.
struct Contraction {
  mutable linalg::GenericOp op; ///< a handle: asking it is no change
  unsigned weightOperand = 1;   ///< 0 or 1; the other operand is the rows
  SmallVector<unsigned> rows, columns, sums; ///< loops

  Value getRows() const { return op.getInputs()[1 - weightOperand]; }
  Value getWeights() const { return op.getInputs()[weightOperand]; }
  AffineMap getRowsMap() const {
    return op.getIndexingMapsArray()[1 - weightOperand];
  }
  AffineMap getWeightsMap() const {
    return op.getIndexingMapsArray()[weightOperand];
  }
};

/// What one grouped.matmul computes.
struct MatmulGroup {
  /// An operand of the epilogue that no contraction makes.
  struct With {
    Value value;
    unsigned operand; ///< of the epilogue
    bool isColumns;   ///< one element for each column
  };
  SmallVector<Contraction, 0> products;
  linalg::GenericOp epilogue;            ///< or null
  SmallVector<unsigned> productOperands; ///< of the epilogue
  SmallVector<With> with;

  linalg::GenericOp getRoot() const {
    return epilogue ? epilogue : products.front().op;
  }
  Value getResult() const { return getRoot()->getResult(0); }
  bool hasElementOperands() const {
    return llvm::any_of(with, [](const With &w) { return !w.isColumns; });
  }
};

/// Dense.cpp: a parameter, or a part of one: in memory from the start.
bool isParameterPart(Value value);

/// A linalg.generic whose body is one fused multiply-add onto zero, of its
/// operands or what they widen to.
bool isContraction(linalg::GenericOp op);

/// `op` as rows times weights, with results that are rows, then columns.
std::optional<Contraction> matchContraction(linalg::GenericOp op,
                                            IsWeight isWeight);

/// The largest group with `op` as a product: the same for all its products.
std::optional<MatmulGroup> matchMatmulGroup(linalg::GenericOp op,
                                            IsWeight isWeight);

/// The matmul on matrices; `with` in the order of the group's.
grouped::MatmulOp createMatmul(OpBuilder &builder, Location loc,
                               const MatmulGroup &group, Value lhs,
                               ValueRange rhs, ValueRange with, Value init);

//===-- Matrices.cpp ------------------------------------------------------===//

/// `value` with its dimensions in the order `order`, by a loop of its own.
Value createTransposed(OpBuilder &builder, Location loc, Value value,
                       ArrayRef<unsigned> order);

/// `value` as a matrix of the loops `first` by the loops `second`, either of
/// which may be none (one row, one column). Transposed where it has to be.
Value createMatrix(OpBuilder &builder, Location loc, Value value, AffineMap map,
                   ArrayRef<unsigned> first, ArrayRef<unsigned> second);

/// `value`, the operand `with`, as a vector of columns, or a matrix like the
/// result.
Value createWith(OpBuilder &builder, Location loc, const MatmulGroup &group,
                 const MatmulGroup::With &with, Value value);

/// The matrix `value` in the shape of `like`, which is that of the group.
Value createResultShape(OpBuilder &builder, Location loc,
                        const MatmulGroup &group, Value value, Value like);

/// Erases `op`, then what only it used: fills and empty tensors.
void eraseWithInits(RewriterBase &rewriter, Operation *op);
/// Erases the ops of a group once nothing uses them, the fills too.
void eraseGroup(RewriterBase &rewriter, const MatmulGroup &group);

} // namespace mlir::moe

#endif // DIALECTS_CONVERSION_MOETOGROUPED_CONTRACTION_H
