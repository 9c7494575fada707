//===- Rows.h - Gathering and combining rows by vectors ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of convert-grouped-to-vector that move rows and do not multiply.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOVECTOR_ROWS_H
#define DIALECTS_CONVERSION_GROUPEDTOVECTOR_ROWS_H

#include "dialects/Grouped/IR/GroupedOps.h"

namespace mlir::grouped {

/// Writes the loops of an op before it and leaves the op; fails where its
/// features are not contiguous.
LogicalResult lowerToVectors(GatherOp op);
LogicalResult lowerToVectors(CombineOp op);

} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOVECTOR_ROWS_H
