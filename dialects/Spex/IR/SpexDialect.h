//===- SpexDialect.h - Attributes of the program ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dialect that verifies `spex.*` attributes. Everything that reads or makes
// IR registers it.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_SPEX_IR_SPEXDIALECT_H
#define DIALECTS_SPEX_IR_SPEXDIALECT_H

#include "mlir/IR/Dialect.h"

#include "dialects/Spex/IR/SpexDialectDialect.h.inc"

#endif // DIALECTS_SPEX_IR_SPEXDIALECT_H
