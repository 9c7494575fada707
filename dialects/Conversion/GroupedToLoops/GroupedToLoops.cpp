//===- GroupedToLoops.cpp - Plain loops for grouped ops -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass behind -O0, and the ops that are short: rows gathered into a block,
// and the rows of a unit summed with their weights.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToLoops/Lowerings.h"
#include "dialects/Conversion/GroupedToLoops/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::grouped {
#define GEN_PASS_DEF_CONVERTGROUPEDTOLOOPSPASS
#include "dialects/Conversion/GroupedToLoops/Passes.h.inc"

static void lowerToLoops(GatherOp op, LoopBuilder l) {
  l.loop(l.dim(op.getInit(), 0), {}, [&](Value i, ValueRange) {
    Value row = l.toIndex(l.load(op.getRows(), i));
    l.forEach(op.getInit(), {i}, [&](ArrayRef<Value> at) {
      SmallVector<Value> from(at);
      from.front() = row;
      l.store(l.load(op.getSource(), from), op.getInit(), at);
    });
    return SmallVector<Value>();
  });
}

/// sum + weight * rows[row]
static Value addRow(CombineOp op, LoopBuilder l, Value sum, Value k, Value rows,
                    Value row, ArrayRef<Value> at) {
  SmallVector<Value> from(at);
  from.front() = row;
  Value weight = l.load(op.getWeights(), {at.front(), k});
  Value each = l.convert(l.load(rows, from), sum.getType());
  return math::FmaOp::create(l.b, l.loc, weight, each, sum);
}

/// `then()` where the choice `ids[unit][k]` is somebody's, else `otherwise()`.
static Value ifSomebody(LoopBuilder l, Value ids, Value unit, Value k,
                        llvm::function_ref<Value(Value)> then,
                        llvm::function_ref<Value()> otherwise) {
  Value id = l.load(ids, {unit, k});
  Value isSomebody = arith::CmpIOp::create(
      l.b, l.loc, arith::CmpIPredicate::sge, id, l.zero(id.getType()));
  auto choice = scf::IfOp::create(
      l.b, l.loc, isSomebody,
      [&](OpBuilder &, Location) {
        scf::YieldOp::create(l.b, l.loc, then(id));
      },
      [&](OpBuilder &, Location) {
        scf::YieldOp::create(l.b, l.loc, otherwise());
      });
  return choice.getResult(0);
}

/// sum + weight * the row of the choice, or of the unit itself if it passes.
static Value addChoice(CombineOp op, LoopBuilder l, Value sum, Value k,
                       ArrayRef<Value> at) {
  Value unit = at.front();
  auto same = [&] { return sum; };
  return ifSomebody(
      l, op.getPlace(), unit, k,
      [&](Value place) {
        return addRow(op, l, sum, k, op.getEach(), l.toIndex(place), at);
      },
      [&]() -> Value {
        if (!op.getOwn())
          return sum;
        return ifSomebody(
            l, op.getWanted(), unit, k,
            [&](Value) { return addRow(op, l, sum, k, op.getOwn(), unit, at); },
            same);
      });
}

static void lowerToLoops(CombineOp op, LoopBuilder l) {
  Type type = cast<MemRefType>(op.getInit().getType()).getElementType();
  Type sumType = cast<MemRefType>(op.getWeights().getType()).getElementType();
  l.forEach(op.getInit(), {}, [&](ArrayRef<Value> at) {
    SmallVector<Value> sum =
        l.loop(l.dim(op.getPlace(), 1), l.zero(sumType),
               [&](Value k, ValueRange state) -> SmallVector<Value> {
                 return {addChoice(op, l, state.front(), k, at)};
               });
    l.store(l.convert(sum.front(), type), op.getInit(), at);
  });
}

namespace {
struct ConvertGroupedToLoopsPass final
    : impl::ConvertGroupedToLoopsPassBase<ConvertGroupedToLoopsPass> {
  void runOnOperation() override {
    SmallVector<DestinationStyleOpInterface> ops;
    getOperation().walk([&](DestinationStyleOpInterface op) {
      if (isa<GatherOp, MatmulOp, CombineOp, TopKOp>(op))
        ops.push_back(op);
    });
    bool allOnBuffers = true;
    for (DestinationStyleOpInterface op : ops) {
      if (!op.hasPureBufferSemantics()) {
        op.emitOpError("has to be on buffers to become loops");
        allOnBuffers = false;
        continue;
      }
      OpBuilder builder(op);
      LoopBuilder l{builder, op.getLoc()};
      llvm::TypeSwitch<Operation *>(op)
          .Case<GatherOp, MatmulOp, CombineOp, TopKOp>(
              [&](auto grouped) { lowerToLoops(grouped, l); });
      op->erase();
    }
    if (!allOnBuffers)
      signalPassFailure();
  }
};
} // namespace
} // namespace mlir::grouped
