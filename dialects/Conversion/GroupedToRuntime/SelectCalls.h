//===- SelectCalls.h - Selections of a group as calls -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the lowering to runtime calls.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_SELECTCALLS_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_SELECTCALLS_H

#include "mlir/IR/Operation.h"

namespace mlir::grouped {
/// take, balance, sinkhorn and draw: what the runtime does with whole tensors.
bool isSelectionOfGroup(Operation *op);

/// Replaces such an op on buffers by a call.
void callSelection(Operation *op, Value runtimeContext);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_SELECTCALLS_H
