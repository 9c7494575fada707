//===- EntryArguments.cpp - What the arguments of an entry are ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only place of this lowering that spells the names of these attributes.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/EntryArguments.h"

namespace mlir::grouped {
SmallVector<func::FuncOp> entryFunctions(ModuleOp module) {
  SmallVector<func::FuncOp> entries;
  for (auto func : module.getOps<func::FuncOp>())
    if (func->hasAttr("spex.entry"))
      entries.push_back(func);
  return entries;
}

static StringRef textOf(func::FuncOp func, unsigned argument, StringRef name) {
  auto text = func.getArgAttrOfType<StringAttr>(argument, name);
  return text ? text.getValue() : StringRef();
}

StringRef sizeName(func::FuncOp func, unsigned argument) {
  return textOf(func, argument, "spex.dim");
}

StringRef placeOf(func::FuncOp func, unsigned argument) {
  return textOf(func, argument, "spex.place");
}

SmallVector<BlockArgument> sizeArguments(func::FuncOp func) {
  SmallVector<BlockArgument> sizes;
  for (BlockArgument argument : func.getArguments())
    if (!sizeName(func, argument.getArgNumber()).empty())
      sizes.push_back(argument);
  return sizes;
}

BlockArgument argumentAt(func::FuncOp func, StringRef place) {
  for (BlockArgument argument : func.getArguments())
    if (placeOf(func, argument.getArgNumber()) == place)
      return argument;
  return {};
}

BlockArgument sizeArgument(func::FuncOp func, StringRef name) {
  for (BlockArgument argument : func.getArguments())
    if (!name.empty() && sizeName(func, argument.getArgNumber()) == name)
      return argument;
  return {};
}

FailureOr<BlockArgument> appendArgument(func::FuncOp func, Type type,
                                        StringRef place) {
  MLIRContext *context = func.getContext();
  NamedAttribute attribute("spex.place", StringAttr::get(context, place));
  if (failed(func.insertArgument(func.getNumArguments(), type,
                                 DictionaryAttr::get(context, attribute),
                                 func.getLoc())))
    return failure();
  return func.getArguments().back();
}
} // namespace mlir::grouped
