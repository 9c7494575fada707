//===- LimitCall.h - Places under a capacity as a call ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the lowering to runtime calls.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_LIMITCALL_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_LIMITCALL_H

#include "dialects/Grouped/IR/GroupedOps.h"

namespace mlir::grouped {
/// Replaces a limit on buffers by calls; `route` is the number in the manifest
/// of the route that a strict one names.
void callLimit(LimitOp op, Value runtimeContext, int64_t route);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_LIMITCALL_H
