//===- Passes.h - From what is computed to how ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Creation and registration of the pass of this directory.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_MOETOGROUPED_PASSES_H
#define DIALECTS_CONVERSION_MOETOGROUPED_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::moe {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Conversion/MoeToGrouped/Passes.h.inc"
} // namespace mlir::moe

#endif // DIALECTS_CONVERSION_MOETOGROUPED_PASSES_H
