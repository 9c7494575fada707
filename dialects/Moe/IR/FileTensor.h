//===- FileTensor.h - Where a parameter comes from --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A line of a `weights` section on a `moe.parameter`.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_MOE_IR_FILETENSOR_H
#define DIALECTS_MOE_IR_FILETENSOR_H

#include "dialects/Moe/IR/MoeOps.h"

namespace mlir::moe {

/// (C4) of `moe.parameter` for one of its `files`.
LogicalResult verifyFileTensor(ParameterOp op, Attribute file);

} // namespace mlir::moe

#endif // DIALECTS_MOE_IR_FILETENSOR_H
