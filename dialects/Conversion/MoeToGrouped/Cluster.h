//===- Cluster.h - Ops that hold positions by positions ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention.cpp finds a cluster, AttentionTasks.cpp makes tasks of it. Loops
// and dimensions are known by the names in `spex.loops`.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_MOETOGROUPED_CLUSTER_H
#define DIALECTS_CONVERSION_MOETOGROUPED_CLUSTER_H

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::moe {

using Names = SmallVector<StringRef>;

/// The names of the loops of `op`; empty where it does not say.
Names getLoopNames(linalg::GenericOp op);
/// The names of the dimensions of an operand: of the loops along them.
Names getDimNames(linalg::GenericOp op, OpOperand &operand);
Names getResultNames(linalg::GenericOp op);

/// Ops of one block, in order, which together hold a dimension of query rows
/// and one of the positions these look at.
struct Cluster {
  StringRef rows;  ///< S of the queries
  StringRef past;  ///< Z, the positions looked at
  StringRef group; ///< a dimension that all results share, or empty
  SmallVector<linalg::GenericOp> ops;
  SmallVector<linalg::GenericOp> outputs; ///< whose results are used outside

  bool contains(Operation *op) const { return llvm::is_contained(ops, op); }
};

/// AttentionTasks.cpp: replaces the cluster by one tasks. Results change their
/// layout: group, rows, then the rest; users are adapted.
void convertCluster(IRRewriter &rewriter, const Cluster &cluster,
                    int64_t rowBlock);

} // namespace mlir::moe

#endif // DIALECTS_CONVERSION_MOETOGROUPED_CLUSTER_H
