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
        "spex_{0}_matmul_{1}x{2}{3}{4}", kind.right, target.tileRows(),
        2 * kind.lanes(), kind.isPacked ? "" : "_matrix",
        kind.sides == 2 ? "_pair" : "");
    // Kinds are numbered in the order of their first matmul.
    if (blocks.size() > 1)
      name += "_k" + std::to_string(blocks.size() - 1);
    block = buildBlock(kind, getOperation(), name);
  }
  return block;
}

func::FuncOp ConvertGroupedToVectorPass::getPack(const MatmulKind &kind,
                                                 bool isGather) {
  PackedForm form = kind.packedForm();
  // Rows, what they become, and how many steps they fill.
  std::string name =
      llvm::formatv("spex_{0}_pack_{1}", kind.left, kind.target.tileRows());
  if (form.element != kind.left)
    name += llvm::formatv("_{0}", form.element);
  if (form.depth > 1)
    name += form.isPairs ? "_pairs" : "_even";
  if (isGather)
    name += "_gather";
  if (auto existing = getOperation().lookupSymbol<func::FuncOp>(name))
    return existing;
  return buildPack(kind.target, kind.left, form, isGather, getOperation(),
                   name);
}

/// Whether a single row can be read where it lies.
static bool isInOrder(const MatmulKind &kind) {
  int64_t k =
      cast<MemRefType>(MatmulOp(kind.op).getLhs().getType()).getDimSize(1);
  return kind.left == kind.packedElement() &&
         (kind.depth == 1 || (ShapedType::isStatic(k) && k % kind.depth == 0));
}

void ConvertGroupedToVectorPass::lower(const MatmulKind &kind) {
  MatmulOp op = kind.op;
  func::FuncOp block = getBlock(kind);
  GatherOp gather = findGather(op.getLhs());
  func::FuncOp pack = getPack(kind, bool(gather));
  PackedForm form = kind.packedForm();

  OpBuilder b(op);
  IndexBuilder l{b, op.getLoc()};
  Value source = gather ? gather.getSource() : op.getLhs();
  Value count = l.dim(op.getInit(), 0), zero = l.constant(0);
  Value k = l.dim(op.getLhs(), 1);
  KernelArguments a;
  a.steps = l.div(l.add(k, kind.depth - 1), kind.depth);
  if (kind.isPacked)
    a.rhs.assign(kind.turns(), flatten(l, op.getRhs().front()));
  else
    for (Value rhs : op.getRhs())
      a.rhs.push_back(castToRows(l, rhs));
  a.rhsBase = a.row = a.column = a.fetch = a.fetchStep = zero;
  a.out = castToRows(l, op.getInit());
  a.columnEnd = l.dim(op.getInit(), 1);
  for (Value with : op.getWith())
    a.with.push_back(castToRows(l, with));
  a.captured = kind.captured;
  Value rows = castToRows(l, source);
  Value list = gather ? castToRows(l, gather.getRows()) : Value();
  Value size = l.mul(count, l.mul(a.steps, kind.depth));
  Value packed = memref::AllocOp::create(
      b, op.getLoc(), MemRefType::get({ShapedType::kDynamic}, form.element),
      ValueRange{l.add(size, packedPadding(kind.target, form))},
      b.getI64IntegerAttr(64));

  auto callBlock = [&] {
    SmallVector<Value> operands = {count};
    operands.append(a.flat());
    func::CallOp::create(b, op.getLoc(), block, operands);
  };
  auto callPack = [&] {
    a.lhs = castToRows(l, packed);
    a.lhsBase = zero;
    SmallVector<Value> operands = {count, k, rows, a.lhs};
    if (list)
      operands.push_back(list);
    func::CallOp::create(b, op.getLoc(), pack, operands);
    callBlock();
  };
  if (!isInOrder(kind))
    return callPack();
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
        scf::YieldOp::create(b, op.getLoc());
      },
      [&](OpBuilder &, Location) {
        callPack();
        scf::YieldOp::create(b, op.getLoc());
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
