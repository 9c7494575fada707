//===- EntryArguments.h - What the arguments of an entry are ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the attributes that IRGen and the lowerings leave on the arguments of
// an entry function: sizes by name, and the place of every buffer in the C ABI.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_ENTRYARGUMENTS_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_ENTRYARGUMENTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::grouped {
inline constexpr StringRef contextPlace = "context";
inline constexpr StringRef scratchPlace = "scratch";

/// The functions of a module that are called from outside.
SmallVector<func::FuncOp> entryFunctions(ModuleOp module);

/// The name of a size argument, or an empty string.
StringRef sizeName(func::FuncOp func, unsigned argument);

/// The place of a buffer in the C ABI, or an empty string.
StringRef placeOf(func::FuncOp func, unsigned argument);

/// The arguments that are sizes, in order.
SmallVector<BlockArgument> sizeArguments(func::FuncOp func);

/// The only argument with a place, or null.
BlockArgument argumentAt(func::FuncOp func, StringRef place);

/// The argument that is the size called `name`, or null.
BlockArgument sizeArgument(func::FuncOp func, StringRef name);

/// Appends an argument with a place.
FailureOr<BlockArgument> appendArgument(func::FuncOp func, Type type,
                                        StringRef place);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_ENTRYARGUMENTS_H
