//===- LimitCall.cpp - Places under a capacity as a call ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every choice depends on those before it, so nothing is shared out: one
// function of the runtime. Its scratch is allocated here, before scratch is
// assigned.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/LimitCall.h"

#include "dialects/Conversion/GroupedToLoops/LoopBuilder.h"
#include "dialects/Conversion/GroupedToRuntime/RuntimeCalls.h"

namespace mlir::grouped {

/// int32: one for each expert, two for each choice, and, to remember what was
/// tried, one for each pair of a unit and an expert.
static Value allocateScratch(LimitOp op, LoopBuilder l) {
  Value experts = l.index(op.getNumExperts());
  Value units = l.dim(op.getIds(), 0), choices = l.dim(op.getIds(), 1);
  auto multiply = [&](Value a, Value b) -> Value {
    return arith::MulIOp::create(l.b, l.loc, a, b);
  };
  auto add = [&](Value a, Value b) -> Value {
    return arith::AddIOp::create(l.b, l.loc, a, b);
  };
  Value perUnit = multiply(choices, l.index(2));
  if (op.getBy())
    perUnit = add(perUnit, experts);
  Value count = add(multiply(units, perUnit), experts);
  auto type = MemRefType::get({ShapedType::kDynamic}, l.b.getI32Type());
  return memref::AllocOp::create(l.b, l.loc, type, count);
}

void callLimit(LimitOp op, Value runtimeContext, int64_t route) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  LoopBuilder l{builder, loc};
  auto pointer = [&](Value memref) {
    return memref ? pointerTo(builder, loc, memref) : l.index(0);
  };
  Value ids = op.getIds(), kept = op.getInit();
  Value units = l.dim(ids, 0), choices = l.dim(ids, 1);
  callRuntime(builder, loc, "spex_limit",
              {pointer(ids), pointer(op.getSelected()), units, choices,
               l.index(op.getNumExperts()), op.getGroups(), op.getCapacity(),
               pointer(op.getOrder()), l.index(op.getOrderFirst()),
               pointer(op.getBy()), l.index(op.getRounds().value_or(0)),
               pointer(allocateScratch(op, l)), pointer(kept)});
  if (op.getRoute())
    callRuntime(builder, loc, "spex_expect_kept",
                {runtimeContext, l.index(route), op.getLayer(),
                 op.getCapacity(), pointer(ids), pointer(kept), units,
                 choices});
  op.erase();
}
} // namespace mlir::grouped
