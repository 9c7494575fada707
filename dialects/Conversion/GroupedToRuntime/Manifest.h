//===- Manifest.h - What a program tells the runtime ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The JSON text inside a compiled model, and the packing of its weights. Both
// number parameters by their order in the module.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_MANIFEST_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_MANIFEST_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>

namespace mlir::grouped {
/// The manifest of an entry (docs/runtime-abi.md). Reports what has no place
/// in it.
FailureOr<std::string> makeManifest(func::FuncOp entry);

/// How one packed argument is filled.
struct PackedArgument {
  int64_t bytes;
  SmallVector<int64_t> descriptor; // of spex_pack
};
FailureOr<SmallVector<PackedArgument>> packedArguments(func::FuncOp entry);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_MANIFEST_H
