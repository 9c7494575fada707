//===- GroupedToVector.cpp - Grouped ops on buffers to vectors ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass behind -O3, and the calls that stand where a matmul stood: packing,
// then a block of tiles. Runs before grouped.tasks are outlined.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToVector/MicroKernel.h"
#include "dialects/Conversion/GroupedToVector/Pack.h"
#include "dialects/Conversion/GroupedToVector/Passes.h"
#include "dialects/Conversion/GroupedToVector/Rows.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::grouped {
#define GEN_PASS_DEF_CONVERTGROUPEDTOVECTORPASS
#include "dialects/Conversion/GroupedToVector/Passes.h.inc"

namespace {
struct ConvertGroupedToVectorPass final
    : impl::ConvertGroupedToVectorPassBase<ConvertGroupedToVectorPass> {
  void runOnOperation() override;

private:
  func::FuncOp getBlock(const MatmulKind &kind);
  func::FuncOp getPack(const MatmulKind &kind, bool isGather);
  void lower(const MatmulKind &kind);

  llvm::StringMap<func::FuncOp> blocks; // by the key of their kind
};
} // namespace

/// The gather that alone fills `lhs`, if only matmuls read it.
static GatherOp findGather(Value lhs) {
  if (!lhs.getDefiningOp<memref::AllocOp>())
    return nullptr;
  GatherOp gather;
  for (Operation *user : lhs.getUsers()) {
    if (auto other = dyn_cast<GatherOp>(user)) {
      if (gather || other.getInit() != lhs)
        return nullptr;
      gather = other;
    } else if (auto matmul = dyn_cast<MatmulOp>(user)) {
      if (matmul.getInit() == lhs || llvm::is_contained(matmul.getWith(), lhs))
        return nullptr;
    } else {
      return nullptr;
    }
  }
  auto source =
      gather ? cast<MemRefType>(gather.getSource().getType()) : MemRefType();
  if (!source || source.getRank() != 2 ||
      source.getStridesAndOffset().first.back() != 1)
    return nullptr;
  return gather;
}

func::FuncOp ConvertGroupedToVectorPass::getBlock(const MatmulKind &kind) {
  func::FuncOp &block = blocks[kind.key];
  if (!block) {
    spex::VectorTarget target = kind.target;
    std::string name = llvm::formatv(
        "spex_f32_matmul_{0}x{1}{2}{3}", target.tileRows(), 2 * kind.lanes(),
        kind.isPacked ? "" : "_matrix", kind.sides == 2 ? "_pair" : "");
    // Kinds are numbered in the order of their first matmul.
    if (blocks.size() > 1)
      name += "_k" + std::to_string(blocks.size() - 1);
    block = buildBlock(kind, getOperation(), name);
  }
  return block;
}

func::FuncOp ConvertGroupedToVectorPass::getPack(const MatmulKind &kind,
                                                 bool isGather) {
  std::string name =
      llvm::formatv("spex_f32_pack_{0}{1}", kind.target.tileRows(),
                    isGather ? "_gather" : "");
  if (auto existing = getOperation().lookupSymbol<func::FuncOp>(name))
    return existing;
  return buildPack(kind.target, kind.element, isGather, getOperation(), name);
}

void ConvertGroupedToVectorPass::lower(const MatmulKind &kind) {
  MatmulOp op = kind.op;
  func::FuncOp block = getBlock(kind);
  GatherOp gather = findGather(op.getLhs());
  func::FuncOp pack = getPack(kind, bool(gather));

  OpBuilder b(op);
  IndexBuilder l{b, op.getLoc()};
  Value source = gather ? gather.getSource() : op.getLhs();
  Value count = l.dim(op.getInit(), 0), zero = l.constant(0);
  KernelArguments a;
  a.k = l.dim(op.getLhs(), 1);
  for (Value rhs : op.getRhs())
    a.rhs.push_back(kind.isPacked ? flatten(l, rhs) : castToRows(l, rhs));
  a.rhsBase = a.row = a.column = a.fetch = a.fetchStep = zero;
  a.out = castToRows(l, op.getInit());
  a.columnEnd = l.dim(op.getInit(), 1);
  for (Value with : op.getWith())
    a.with.push_back(castToRows(l, with));
  a.captured = kind.captured;
  Value rows = castToRows(l, source);
  Value list = gather ? castToRows(l, gather.getRows()) : Value();
  Value packed = memref::AllocOp::create(
      b, op.getLoc(), MemRefType::get({ShapedType::kDynamic}, kind.element),
      ValueRange{
          l.add(l.mul(count, a.k), packedPadding(kind.target, kind.element))},
      b.getI64IntegerAttr(64));

  auto callBlock = [&] {
    SmallVector<Value> operands = {count};
    operands.append(a.flat());
    func::CallOp::create(b, op.getLoc(), block, operands);
    scf::YieldOp::create(b, op.getLoc());
  };
  // A single row is in order as it stands.
  scf::IfOp::create(
      b, op.getLoc(), l.equal(count, l.constant(1)),
      [&](OpBuilder &, Location) {
        Value row = gather ? l.toIndex(memref::LoadOp::create(
                                 b, op.getLoc(), gather.getRows(), zero))
                           : zero;
        auto parts =
            memref::ExtractStridedMetadataOp::create(b, op.getLoc(), rows);
        a.lhs = flatten(l, rows);
        a.lhsBase = l.mul(row, parts.getStrides()[0]);
        callBlock();
      },
      [&](OpBuilder &, Location) {
        a.lhs = castToRows(l, packed);
        a.lhsBase = zero;
        SmallVector<Value> operands = {count, a.k, rows, a.lhs};
        if (list)
          operands.push_back(list);
        func::CallOp::create(b, op.getLoc(), pack, operands);
        callBlock();
      });
}

void ConvertGroupedToVectorPass::runOnOperation() {
  blocks.clear();
  SmallVector<MatmulOp> matmuls;
  getOperation().walk([&](MatmulOp op) { matmuls.push_back(op); });
  SmallVector<MatmulOp> done;
  for (MatmulOp op : matmuls) {
    FailureOr<MatmulKind> kind = classify(op);
    if (failed(kind))
      continue;
    lower(*kind);
    done.push_back(op);
  }
  // Only now: kinds clone the epilogues of their first matmul.
  for (MatmulOp op : done) {
    GatherOp gather = findGather(op.getLhs());
    Value lhs = op.getLhs();
    op.erase();
    if (gather && lhs.hasOneUse()) {
      gather.erase();
      lhs.getDefiningOp()->erase();
    }
  }
  getOperation().walk([](Operation *op) {
    bool isDone = false;
    if (auto gather = dyn_cast<GatherOp>(op))
      isDone = succeeded(lowerToVectors(gather));
    if (auto combine = dyn_cast<CombineOp>(op))
      isDone = succeeded(lowerToVectors(combine));
    if (isDone)
      op->erase();
  });
}
} // namespace mlir::grouped
