//===- ScratchSlots.cpp - Which allocations share memory ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers all operations in program order, loops as one interval around their
// bodies, and fills slots greedily. An allocation in a loop has the same place
// in every iteration: what it holds never outlives one.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/ScratchSlots.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"

namespace mlir::grouped {
namespace {
struct Interval {
  int64_t start, end;
};

class ProgramOrder {
public:
  explicit ProgramOrder(Operation *root) { number(root); }
  Interval of(Operation *op) const { return intervals.lookup(op); }

private:
  void number(Operation *op) {
    int64_t start = now++;
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Operation &inner : block)
          number(&inner);
    intervals[op] = {start, now};
  }

  DenseMap<Operation *, Interval> intervals;
  int64_t now = 0;
};

/// Everything that uses the memory of `alloc`: through views of it, and through
/// its address, which calls of the runtime take as a number.
SmallVector<Operation *> usersOfMemory(memref::AllocOp alloc,
                                       const BufferViewFlowAnalysis &aliases) {
  SmallVector<Operation *> users;
  SmallVector<Value> values;
  llvm::append_range(values, aliases.resolve(alloc.getResult()));
  while (!values.empty())
    for (Operation *user : values.pop_back_val().getUsers()) {
      users.push_back(user);
      bool isAddress = isa<memref::ExtractAlignedPointerAsIndexOp,
                           memref::ExtractStridedMetadataOp>(user) ||
                       isa_and_nonnull<arith::ArithDialect>(user->getDialect());
      if (isAddress)
        llvm::append_range(values, user->getResults());
    }
  return users;
}

/// How long `alloc` is live: to the end of its last use, where a use in a loop
/// below lasts as long as the loop, and one outside of the allocation's block
/// (a branch yields it) reaches to there.
int64_t endOfLife(memref::AllocOp alloc, const ProgramOrder &order,
                  const BufferViewFlowAnalysis &aliases) {
  int64_t end = order.of(alloc).end;
  for (Operation *user : usersOfMemory(alloc, aliases)) {
    Block *block = alloc->getBlock();
    Operation *ancestor = block->findAncestorOpInBlock(*user);
    while (!ancestor) {
      block = block->getParentOp()->getBlock();
      ancestor = block->findAncestorOpInBlock(*user);
    }
    end = std::max(end, order.of(ancestor).end);
  }
  return end;
}
} // namespace

SmallVector<ScratchSlot> assignSlots(ArrayRef<memref::AllocOp> allocs,
                                     Operation *root, bool reuse) {
  SmallVector<ScratchSlot> slots;
  if (!reuse) {
    for (memref::AllocOp alloc : allocs)
      slots.push_back({alloc});
    return slots;
  }
  ProgramOrder order(root);
  BufferViewFlowAnalysis aliases(root);
  SmallVector<int64_t> slotEnd;
  for (memref::AllocOp alloc : allocs) {
    int64_t start = order.of(alloc).start;
    // A slot of the same type first: it does not grow.
    std::optional<size_t> chosen;
    for (size_t i = 0; i < slots.size(); ++i) {
      if (slotEnd[i] > start)
        continue;
      bool isSame = slots[i].front().getType() == alloc.getType();
      if (!chosen || isSame)
        chosen = i;
      if (isSame)
        break;
    }
    if (!chosen) {
      chosen = slots.size();
      slots.emplace_back();
      slotEnd.push_back(0);
    }
    slots[*chosen].push_back(alloc);
    slotEnd[*chosen] = endOfLife(alloc, order, aliases);
  }
  return slots;
}
} // namespace mlir::grouped
