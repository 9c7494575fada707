//===- RuntimeCalls.cpp - Calls of runtime functions in IR ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations and addresses for the calls that this lowering makes.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/RuntimeCalls.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace mlir::grouped {
func::FuncOp declareRuntime(OpBuilder &builder, ModuleOp module, StringRef name,
                            TypeRange inputs, TypeRange results) {
  if (auto existing = module.lookupSymbol<func::FuncOp>(name))
    return existing;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(module.getBody());
  auto declaration = func::FuncOp::create(
      builder, module.getLoc(), name, builder.getFunctionType(inputs, results));
  declaration.setPrivate();
  return declaration;
}

Value pointerTo(OpBuilder &builder, Location loc, Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  Value base =
      memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, memref);
  if (type.getLayout().isIdentity())
    return base;
  Value offset = memref::ExtractStridedMetadataOp::create(builder, loc, memref)
                     .getOffset();
  Value bytes = arith::ConstantIndexOp::create(
      builder, loc, llvm::divideCeil(type.getElementTypeBitWidth(), 8));
  offset = arith::MulIOp::create(builder, loc, offset, bytes);
  return arith::AddIOp::create(builder, loc, base, offset);
}

Value callRuntime(OpBuilder &builder, Location loc, StringRef name,
                  ValueRange operands, bool hasResult) {
  Operation *parent = builder.getInsertionBlock()->getParentOp();
  auto module = parent->getParentOfType<ModuleOp>();
  SmallVector<Type> results(hasResult ? 1 : 0, builder.getIndexType());
  func::FuncOp callee =
      declareRuntime(builder, module, name, operands.getTypes(), results);
  auto call = func::CallOp::create(builder, loc, callee, operands);
  return hasResult ? call.getResult(0) : Value();
}
} // namespace mlir::grouped
