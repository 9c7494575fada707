//===- KernelFunction.cpp - Private functions of kernels ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See KernelFunction.h. The only file here that needs the LLVM dialect.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToVector/KernelFunction.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::grouped {

MemRefType rowsType(Type element) {
  int64_t any = ShapedType::kDynamic;
  return MemRefType::get(
      {any, any}, element,
      StridedLayoutAttr::get(element.getContext(), any, {any, 1}));
}

MemRefType flatType(Type element) {
  int64_t any = ShapedType::kDynamic;
  return MemRefType::get(
      {any}, element, StridedLayoutAttr::get(element.getContext(), any, {1}));
}

Value castToRows(const IndexBuilder &l, Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  MemRefType to = type.getRank() == 1 ? flatType(type.getElementType())
                                      : rowsType(type.getElementType());
  return l.b.createOrFold<memref::CastOp>(l.loc, to, memref);
}

Value flatten(const IndexBuilder &l, Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  auto parts = memref::ExtractStridedMetadataOp::create(l.b, l.loc, memref);
  // Nothing reads the size of a view; 1 stands for it.
  return memref::ReinterpretCastOp::create(
      l.b, l.loc, flatType(type.getElementType()), parts.getBaseBuffer(),
      OpFoldResult(parts.getOffset()), ArrayRef<OpFoldResult>{l.constant(1)},
      ArrayRef<OpFoldResult>{l.b.getIndexAttr(1)});
}

func::FuncOp createFunction(OpBuilder &b, ModuleOp module, StringRef name,
                            TypeRange arguments, bool isLeaf,
                            ArrayRef<unsigned> noAlias) {
  b.setInsertionPointToEnd(module.getBody());
  auto function = func::FuncOp::create(
      b, module.getLoc(), name, b.getFunctionType(arguments, TypeRange()));
  function.setPrivate();
  function->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(b.getContext(), LLVM::Linkage::Internal));
  if (isLeaf)
    function->setAttr("passthrough", b.getStrArrayAttr({"noinline"}));
  for (unsigned argument : noAlias)
    function.setArgAttr(argument, LLVM::LLVMDialect::getNoAliasAttrName(),
                        b.getUnitAttr());
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToEnd(entry);
  func::ReturnOp::create(b, module.getLoc());
  b.setInsertionPointToStart(entry);
  return function;
}

} // namespace mlir::grouped
