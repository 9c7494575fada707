//===- RuntimeCalls.h - Calls of runtime functions in IR --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How IR on memrefs calls what runtime/include/spex/kernels.h declares: every
// argument and result is an index, pointers too.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_RUNTIMECALLS_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_RUNTIMECALLS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::grouped {
/// The declaration of a runtime function, made on first use.
func::FuncOp declareRuntime(OpBuilder &builder, ModuleOp module, StringRef name,
                            TypeRange inputs, TypeRange results);

/// The address of the first element of a memref, as an index.
Value pointerTo(OpBuilder &builder, Location loc, Value memref);

/// Calls a runtime function; the result is an index, or null for none.
Value callRuntime(OpBuilder &builder, Location loc, StringRef name,
                  ValueRange operands, bool hasResult = false);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_RUNTIMECALLS_H
