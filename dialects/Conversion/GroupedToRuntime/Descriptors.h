//===- Descriptors.h - Memrefs made of pointers -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where memrefs and pointers meet: closures of tasks and the C functions of an
// entry. The casts made here cancel out when all becomes LLVM dialect.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTORUNTIME_DESCRIPTORS_H
#define DIALECTS_CONVERSION_GROUPEDTORUNTIME_DESCRIPTORS_H

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::grouped {
inline Value castTo(OpBuilder &builder, Location loc, Type type, Value value) {
  if (value.getType() == type)
    return value;
  return UnrealizedConversionCastOp::create(builder, loc, type, value)
      .getResult(0);
}

/// A contiguous memref at `pointer`; `sizes` are i64, one for each dimension.
inline Value memrefAt(OpBuilder &builder, Location loc,
                      const LLVMTypeConverter &converter, MemRefType type,
                      Value pointer, ArrayRef<Value> sizes) {
  auto descriptor =
      MemRefDescriptor::poison(builder, loc, converter.convertType(type));
  descriptor.setAllocatedPtr(builder, loc, pointer);
  descriptor.setAlignedPtr(builder, loc, pointer);
  descriptor.setConstantOffset(builder, loc, 0);
  Type i64 = builder.getI64Type();
  Value stride =
      LLVM::ConstantOp::create(builder, loc, i64, builder.getI64IntegerAttr(1));
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    descriptor.setSize(builder, loc, dim, sizes[dim]);
    descriptor.setStride(builder, loc, dim, stride);
    if (dim > 0)
      stride = LLVM::MulOp::create(builder, loc, stride, sizes[dim]);
  }
  Value value = descriptor;
  return castTo(builder, loc, type, value);
}

/// memref<?xi8> at a pointer to scratch, of unlimited size.
inline Value scratchAt(OpBuilder &builder, Location loc,
                       const LLVMTypeConverter &converter, Value pointer) {
  auto type = MemRefType::get(ShapedType::kDynamic, builder.getI8Type());
  Value size = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(),
                                        builder.getI64IntegerAttr(INT64_MAX));
  return memrefAt(builder, loc, converter, type, pointer, size);
}

/// Not even the linker sees the function: `private` alone does not say that.
inline void makeInternal(Operation *function) {
  function->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(function->getContext(), LLVM::Linkage::Internal));
}
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTORUNTIME_DESCRIPTORS_H
