//===- MoeOps.h - What an expert layer computes -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The moe dialect: made by IRGen, lowered by MoeToGrouped; its parameters are
// read again for the manifest.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_MOE_IR_MOEOPS_H
#define DIALECTS_MOE_IR_MOEOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Moe/IR/MoeOpsDialect.h.inc"
#include "dialects/Moe/IR/MoeOpsEnums.h.inc"
#define GET_OP_CLASSES
#include "dialects/Moe/IR/MoeOps.h.inc"

#endif // DIALECTS_MOE_IR_MOEOPS_H
