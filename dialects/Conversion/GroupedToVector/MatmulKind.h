//===- MatmulKind.h - Matmuls that share their kernels ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a micro-kernel depends on: element types, number and form of the
// right-hand sides, epilogue. Sizes are arguments, so that matmuls of one kind
// use one set of kernels.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOVECTOR_MATMULKIND_H
#define DIALECTS_CONVERSION_GROUPEDTOVECTOR_MATMULKIND_H

#include "dialects/Conversion/GroupedToVector/Pack.h"
#include "dialects/Grouped/IR/GroupedOps.h"
#include "dialects/Spex/Target/VectorTarget.h"

#include <string>

namespace mlir::grouped {

struct MatmulKind {
  /// Any matmul of the kind: its epilogue is cloned.
  MatmulOp op;
  spex::VectorTarget target;
  Type element;  // of the accumulators
  Type left;     // of the rows, where they come from
  Type right;    // of panels or matrices, widened as they are loaded
  bool isDot;    // pairs of bf16 are multiplied by an instruction for them
  int64_t depth; // neighbours in k that one step takes: 1 or 2
  int64_t sides; // right-hand sides, each with its accumulator
  bool isPacked; // panels, or matrices
  bool hasTail;  // the last panel may have columns that do not exist
  bool hasWhole; // there may be panels all of whose columns exist
  /// Values from outside that the epilogue uses and that are no constants; for
  /// kernels they become arguments.
  SmallVector<Value> captured;
  /// Equal for two matmuls exactly if they are of one kind.
  std::string key;

  /// Of packed rows: as they are multiplied.
  Type packedElement() const { return isDot ? right : element; }
  PackedForm packedForm() const { return {packedElement(), depth, isDot}; }
  /// Neighbours in k that lie together in packed rows.
  int64_t packedDepth() const { return isDot ? 2 : 1; }
  /// Neighbours of one step that are multiplied one after another: pairs that
  /// are widened.
  int64_t turns() const { return depth / packedDepth(); }
  int64_t lanes() const { return target.lanes(element); }
  int64_t panelColumns() const { return target.panelColumns(element, sides); }
  /// Elements of a panel that one step reads.
  int64_t stepElements() const { return 2 * lanes() * depth; }
  /// Panels that are walked at once for so few rows.
  int64_t panelsAtOnce(int64_t rows) const {
    return target.panelsAtOnce(rows, turns() > 1);
  }
};

/// The kind of `op`, or a failure if no micro-kernel can compute it.
FailureOr<MatmulKind> classify(MatmulOp op);

} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOVECTOR_MATMULKIND_H
