//===- GroupedOps.h - Rows grouped by expert --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The grouped dialect: its ops, and how they bufferize. Read by every lowering
// below the phase of that name.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_GROUPED_IR_GROUPEDOPS_H
#define DIALECTS_GROUPED_IR_GROUPEDOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Grouped/IR/GroupedOpsDialect.h.inc"
#define GET_OP_CLASSES
#include "dialects/Grouped/IR/GroupedOps.h.inc"

namespace mlir::grouped {
/// Lets one-shot bufferization give the ops buffers without copying.
void registerBufferizableOpInterfaceExternalModels(DialectRegistry &registry);
} // namespace mlir::grouped

#endif // DIALECTS_GROUPED_IR_GROUPEDOPS_H
