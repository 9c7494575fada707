//===- Kinds.cpp - Experts of all kinds in one schedule -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each kind of expert has a tasks of its own, and those of one route are
// joined: their tasks are one list, so no kind waits for another. Where there
// may be too few rows to share out, the form of FewRows.cpp stands beside that
// one.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/MoeToGrouped/Expert.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::moe {
namespace {
/// The experts of one kind: their body and their part of the plan.
struct Kind {
  const ExpertBody *body;
  Plan plan;
  Value rows; ///< of the link before, in the form for few rows
};

class KindsBuilder {
public:
  KindsBuilder(OpBuilder &builder, ArrayRef<ExpertBody> bodies,
               const Plan &plan, const Blocks &blocks);

  SmallVector<Value> create(ValueRange inits);

private:
  bool isCut(const Kind &kind) const {
    return blocks.fewRowsPerExpert > 0 && isChain(*kind.body);
  }
  SmallVector<Value> createWhole(ValueRange inits);
  SmallVector<Value> createCut(ValueRange inits);
  Value isFewRows();

  OpBuilder &builder;
  const Blocks &blocks;
  ExpertsOp op;
  Value numRows;
  SmallVector<Kind> kinds;
};
} // namespace

/// The plan as the experts of one kind see it.
static Plan getPlanOf(OpBuilder &builder, const ExpertBody &body,
                      const Plan &plan) {
  ExpertsOp op = body.op;
  if (op.getNumKinds() == 1)
    return plan;
  Plan part = plan;
  auto list = [&](int64_t number) {
    return SmallVector<OpFoldResult>{builder.getIndexAttr(number)};
  };
  part.offsets = tensor::ExtractSliceOp::create(
      builder, op.getLoc(), plan.offsets, list(op.getFirstExpert(body.kind)),
      list(op.getCounts()[body.kind] + 1), list(1));
  return part;
}

/// Of several tasks, all but the last join the next.
static void joinTasks(ArrayRef<Value> results) {
  for (Value result : results.drop_back())
    result.getDefiningOp<grouped::TasksOp>().setJoinsNext(true);
}

KindsBuilder::KindsBuilder(OpBuilder &builder, ArrayRef<ExpertBody> bodies,
                           const Plan &plan, const Blocks &blocks)
    : builder(builder), blocks(blocks), op(bodies.front().op),
      numRows(plan.numRows) {
  for (const ExpertBody &body : bodies)
    kinds.push_back({&body, getPlanOf(builder, body, plan), {}});
}

/// One tasks for each kind, joined.
SmallVector<Value> KindsBuilder::createWhole(ValueRange inits) {
  SmallVector<Value> rows = llvm::to_vector(inits), tasks;
  for (const Kind &kind : kinds) {
    rows = createFused(builder, *kind.body, kind.plan, rows, blocks);
    tasks.push_back(rows.front());
  }
  joinTasks(tasks);
  return rows;
}

/// The first matmuls of all kinds that are chains are joined, then the second
/// ones, and so on. Kinds that are no chain go with the first.
SmallVector<Value> KindsBuilder::createCut(ValueRange inits) {
  SmallVector<Value> rows = llvm::to_vector(inits);
  bool isLeft = true;
  for (unsigned link = 0; isLeft; ++link) {
    SmallVector<Value> tasks;
    isLeft = false;
    for (Kind &kind : kinds) {
      size_t numLinks = kind.body->groups.size();
      if (!isCut(kind)) {
        if (link > 0)
          continue;
        rows = createFused(builder, *kind.body, kind.plan, rows, blocks);
        tasks.push_back(rows.front());
      } else if (link < numLinks) {
        kind.rows = createLink(builder, *kind.body, link, kind.plan, kind.rows,
                               rows.front(), blocks);
        tasks.push_back(kind.rows);
        if (link + 1 == numLinks)
          rows = {kind.rows};
        else
          isLeft = true;
      }
    }
    joinTasks(tasks);
  }
  return rows;
}

/// Below some rows for each expert, tasks of whole experts would leave threads
/// without work.
Value KindsBuilder::isFewRows() {
  Value limit = arith::ConstantIndexOp::create(
      builder, op.getLoc(), op.getNumExperts() * blocks.fewRowsPerExpert);
  return arith::CmpIOp::create(builder, op.getLoc(), arith::CmpIPredicate::ult,
                               numRows, limit);
}

/// Both forms under one scf.if, into one destination, where they differ.
SmallVector<Value> KindsBuilder::create(ValueRange inits) {
  if (llvm::none_of(kinds, [&](const Kind &kind) { return isCut(kind); }))
    return createWhole(inits);
  auto branch =
      scf::IfOp::create(builder, op.getLoc(), TypeRange(inits), isFewRows(),
                        /*withElseRegion=*/true);
  auto fill = [&](Region &region, auto create) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&region.front());
    SmallVector<Value> rows = (this->*create)(inits);
    scf::YieldOp::create(builder, op.getLoc(), rows);
  };
  fill(branch.getThenRegion(), &KindsBuilder::createCut);
  fill(branch.getElseRegion(), &KindsBuilder::createWhole);
  return llvm::to_vector_of<Value>(branch.getResults());
}

SmallVector<Value> createKinds(OpBuilder &builder, ArrayRef<ExpertBody> bodies,
                               const Plan &plan, ValueRange inits,
                               const Blocks &blocks) {
  return KindsBuilder(builder, bodies, plan, blocks).create(inits);
}

} // namespace mlir::moe
