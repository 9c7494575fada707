//===- Parameters.cpp - Parameters become arguments -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each parameter that a function reads becomes one argument behind all others.
// The symbols stay: the manifest lists them, also those that nothing reads.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Conversion.h"

#include "llvm/ADT/MapVector.h"

namespace mlir::moe {

/// What says that the argument holds the parameter as it was declared.
static DictionaryAttr getArgumentAttrs(Builder &builder, StringRef path,
                                       RankedTensorType type) {
  SmallVector<Attribute> dims;
  for (int64_t size : type.getShape())
    dims.push_back(builder.getI64IntegerAttr(size));
  return builder.getDictionaryAttr(
      {builder.getNamedAttr("bufferization.writable",
                            builder.getBoolAttr(false)),
       builder.getNamedAttr("spex.dims", builder.getArrayAttr(dims)),
       builder.getNamedAttr("spex.parameter", builder.getStringAttr(path)),
       builder.getNamedAttr("spex.place", builder.getStringAttr("packed"))});
}

void convertParameters(func::FuncOp function) {
  Builder builder(function);
  llvm::MapVector<StringAttr, SmallVector<GetOp>> uses;
  function.walk(
      [&](GetOp op) { uses[op.getParameterAttr().getAttr()].push_back(op); });
  for (auto &[path, gets] : uses) {
    RankedTensorType type = gets.front().getType();
    unsigned index = function.getNumArguments();
    LogicalResult inserted = function.insertArgument(
        index, type, getArgumentAttrs(builder, path.getValue(), type),
        gets.front().getLoc());
    (void)inserted; // a function with a body takes arguments
    for (GetOp get : gets) {
      get.replaceAllUsesWith(Value(function.getArgument(index)));
      get.erase();
    }
  }
}

} // namespace mlir::moe
