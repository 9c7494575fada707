//===- SelectCalls.cpp - Selections of a group as calls -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Heaps, auctions and transport plans are C code of the runtime. The scratch
// they need is allocated here, before scratch is assigned; it is sized by all
// units where one group would do, so that it is a formula of the sizes.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/SelectCalls.h"

#include "dialects/Conversion/GroupedToLoops/LoopBuilder.h"
#include "dialects/Conversion/GroupedToRuntime/RuntimeCalls.h"
#include "dialects/Grouped/IR/GroupedOps.h"

#include "mlir/IR/TypeUtilities.h"

namespace mlir::grouped {
namespace {
/// Writes one call.
struct Caller {
  OpBuilder builder;
  Location loc;
  LoopBuilder l;

  explicit Caller(Operation *op)
      : builder(op), loc(op->getLoc()), l{builder, loc} {}

  Value pointer(Value memref) { return pointerTo(builder, loc, memref); }
  Value bytes(Value memref) {
    return l.index(getElementTypeOrSelf(memref).getIntOrFloatBitWidth() / 8);
  }
  Value add(Value a, Value b) {
    return arith::AddIOp::create(builder, loc, a, b);
  }
  Value multiply(Value a, Value b) {
    return arith::MulIOp::create(builder, loc, a, b);
  }
  /// The units of one group.
  Value tokens(Value values, Value groups) {
    return arith::DivUIOp::create(builder, loc, l.dim(values, 0), groups);
  }
  Value scratch(Type element, Value count) {
    auto type = MemRefType::get({ShapedType::kDynamic}, element);
    return pointer(memref::AllocOp::create(builder, loc, type, count));
  }
  void call(StringRef name, ValueRange operands) {
    callRuntime(builder, loc, name, operands);
  }
};
} // namespace

static void lower(TakeOp op) {
  Caller c(op);
  Value values = op.getValues();
  Value mask = op.getMask() ? c.pointer(op.getMask()) : c.l.index(0);
  Value units = c.l.dim(values, 0);
  Value work = c.scratch(c.builder.getI32Type(), units);
  c.call("spex_take",
         {c.pointer(values), c.bytes(values), mask, op.getGroups(),
          c.tokens(values, op.getGroups()), c.l.dim(values, 1), op.getCount(),
          c.pointer(op.getIds()), work});
}

static void lower(BalanceOp op, Value runtimeContext) {
  Caller c(op);
  Value values = op.getValues();
  Value units = c.l.dim(values, 0), experts = c.l.dim(values, 1);
  Value count = c.add(c.multiply(units, c.l.index(4)), experts);
  Value work = c.scratch(c.builder.getF64Type(), count);
  c.call("spex_balance",
         {runtimeContext, c.pointer(values), c.bytes(values), op.getGroups(),
          c.tokens(values, op.getGroups()), experts, c.pointer(op.getIds()),
          work});
}

static void lower(SinkhornOp op) {
  Caller c(op);
  Value scores = op.getScores();
  Value rows = c.l.dim(scores, 1), columns = c.l.dim(scores, 2);
  Value count = c.multiply(c.add(rows, c.l.index(2)), columns);
  Value work = c.scratch(c.builder.getF64Type(), c.add(count, rows));
  Value tolerance =
      arith::ConstantOp::create(c.builder, c.loc, op.getToleranceAttr());
  c.call("spex_sinkhorn",
         {c.pointer(scores), c.bytes(scores), c.l.dim(scores, 0), rows, columns,
          tolerance, c.l.index(op.getLimit()), c.pointer(op.getPlan()), work});
}

/// The address of a constant text, ended by a zero. Equal texts are one.
static Value textPointer(Caller &c, Operation *op, StringRef text) {
  auto module = op->getParentOfType<ModuleOp>();
  std::string name = ("text." + text).str();
  std::vector<char> bytes(text.begin(), text.end());
  bytes.push_back(0);
  int64_t size = bytes.size();
  Type element = c.builder.getI8Type();
  auto type = MemRefType::get(size, element);
  if (!module.lookupSymbol(name)) {
    OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
    auto value = DenseElementsAttr::get(RankedTensorType::get(size, element),
                                        ArrayRef(bytes));
    memref::GlobalOp::create(top, c.loc, name, top.getStringAttr("private"),
                             type, value, /*constant=*/true,
                             /*alignment=*/IntegerAttr());
  }
  return c.pointer(memref::GetGlobalOp::create(c.builder, c.loc, type, name));
}

static void lower(DrawOp op, Value runtimeContext) {
  Caller c(op);
  auto numEntries = [&](Value memref, unsigned from) {
    Value count = c.l.index(1);
    auto type = cast<MemRefType>(memref.getType());
    for (int64_t i = from; i < type.getRank(); ++i)
      count = c.multiply(count, c.l.dim(memref, i));
    return count;
  };
  auto pointerOrNull = [&](Value memref) {
    return memref ? c.pointer(memref) : c.l.index(0);
  };
  // All is one entry where none are told apart.
  Value entries = op.getNumbers() ? op.getNumbers() : op.getCopies();
  unsigned rank = entries ? cast<MemRefType>(entries.getType()).getRank() : 0;
  Value count = entries ? numEntries(entries, 0) : c.l.index(1);
  Value seed = c.l.index(op.getSeed().value_or(0));
  // A constant seed needs no run to ask for it.
  Value asked = op.getSeed() ? c.l.index(0) : runtimeContext;
  Value bound = op.getBound() ? op.getBound() : c.l.index(0);
  c.call("spex_draw",
         {asked, seed, textPointer(c, op, op.getPath()),
          textPointer(c, op, op.getStatement()), c.l.index(op.getCall()),
          op.getCopyNumber(), count, numEntries(op.getInit(), rank),
          pointerOrNull(op.getNumbers()), pointerOrNull(op.getCopies()),
          c.l.index(op.getKind()), bound, pointerOrNull(op.getShapes()),
          c.bytes(op.getInit()), c.pointer(op.getInit())});
}

bool isSelectionOfGroup(Operation *op) {
  return isa<TakeOp, BalanceOp, SinkhornOp, DrawOp>(op);
}

void callSelection(Operation *op, Value runtimeContext) {
  if (auto take = dyn_cast<TakeOp>(op))
    lower(take);
  else if (auto balance = dyn_cast<BalanceOp>(op))
    lower(balance, runtimeContext);
  else if (auto draw = dyn_cast<DrawOp>(op))
    lower(draw, runtimeContext);
  else
    lower(cast<SinkhornOp>(op));
  op->erase();
}
} // namespace mlir::grouped
