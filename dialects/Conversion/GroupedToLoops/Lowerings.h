//===- Lowerings.h - One plain loop nest for each op ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of convert-grouped-to-loops that have a file of their own. Each
// writes the loops of an op on buffers before it, and leaves the op.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOLOOPS_LOWERINGS_H
#define DIALECTS_CONVERSION_GROUPEDTOLOOPS_LOWERINGS_H

#include "dialects/Conversion/GroupedToLoops/LoopBuilder.h"
#include "dialects/Grouped/IR/GroupedOps.h"

namespace mlir::grouped {
void lowerToLoops(MatmulOp op, LoopBuilder l);
void lowerToLoops(TopKOp op, LoopBuilder l);
} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOLOOPS_LOWERINGS_H
