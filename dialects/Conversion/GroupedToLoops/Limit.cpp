//===- Limit.cpp - Places handed out, one choice after another ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A capacity is a count for each expert, started anew in each group. Every
// choice depends on those before it, so this is one plain loop at every level
// of optimisation.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToLoops/Lowerings.h"

namespace mlir::grouped {
namespace {
using arith::CmpIPredicate;

/// Builds the loops of one op.
struct LimitLoops {
  LimitOp op;
  LoopBuilder &l;
  Value taken; ///< places taken, for each expert

  /// One choice: takes a place if there is one.
  void choose(Value unit, Value rank) {
    Value id = l.load(op.getIds(), {unit, rank});
    Value zero = l.zero(id.getType());
    Value isSomebody =
        arith::CmpIOp::create(l.b, l.loc, CmpIPredicate::sge, id, zero);
    Value nobody = arith::ConstantOp::create(
        l.b, l.loc, l.b.getIntegerAttr(id.getType(), -1));
    auto choice = scf::IfOp::create(
        l.b, l.loc, isSomebody,
        [&](OpBuilder &, Location) {
          Value expert = l.toIndex(id);
          Value count = l.toIndex(l.load(taken, expert));
          Value hasPlace = arith::CmpIOp::create(
              l.b, l.loc, CmpIPredicate::slt, count, op.getCapacity());
          // Past the capacity the count says how many came, not who stayed.
          Value next = arith::AddIOp::create(l.b, l.loc, count, l.index(1));
          next = arith::IndexCastOp::create(l.b, l.loc, l.b.getI64Type(), next);
          l.store(next, taken, expert);
          Value kept =
              arith::SelectOp::create(l.b, l.loc, hasPlace, id, nobody);
          scf::YieldOp::create(l.b, l.loc, kept);
        },
        [&](OpBuilder &, Location) {
          scf::YieldOp::create(l.b, l.loc, nobody);
        });
    l.store(choice.getResult(0), op.getInit(), {unit, rank});
  }
};
} // namespace

void lowerToLoops(LimitOp op, LoopBuilder l) {
  auto type = MemRefType::get({static_cast<int64_t>(op.getNumExperts())},
                              l.b.getI64Type());
  Value taken = memref::AllocOp::create(l.b, l.loc, type);
  LimitLoops loops{op, l, taken};
  Value groupSize = arith::DivUIOp::create(
      l.b, l.loc, l.dim(op.getIds(), 0), op.getGroups());
  l.loop(op.getGroups(), {}, [&](Value group, ValueRange) {
    l.forEach(taken, {}, [&](ArrayRef<Value> at) {
      l.store(l.zero(l.b.getI64Type()), taken, at);
    });
    Value first = arith::MulIOp::create(l.b, l.loc, group, groupSize);
    l.loop(l.dim(op.getIds(), 1), {}, [&](Value rank, ValueRange) {
      l.loop(groupSize, {}, [&](Value place, ValueRange) {
        loops.choose(arith::AddIOp::create(l.b, l.loc, first, place), rank);
        return SmallVector<Value>();
      });
      return SmallVector<Value>();
    });
    return SmallVector<Value>();
  });
}
} // namespace mlir::grouped
