//===- ScratchSlots.h - Which allocations share memory ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Liveness of allocations, as intervals in program order.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_SCRATCHSLOTS_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_SCRATCHSLOTS_H

#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace mlir::grouped {
/// Allocations that share memory: no two of them are ever live at once.
using ScratchSlot = SmallVector<memref::AllocOp>;

/// Puts allocations below `root`, given in program order, into slots. Without
/// `reuse` each has its own.
SmallVector<ScratchSlot> assignSlots(ArrayRef<memref::AllocOp> allocs,
                                     Operation *root, bool reuse);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_SCRATCHSLOTS_H
