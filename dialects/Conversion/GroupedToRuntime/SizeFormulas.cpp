//===- SizeFormulas.cpp - Sizes as formulas of the call's sizes -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks from a size back to the sizes of the call, and clones what it passes.
//
//===----------------------------------------------------------------------===//

#include "dialects/Conversion/GroupedToRuntime/SizeFormulas.h"

#include "dialects/Conversion/GroupedToRuntime/EntryArguments.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::grouped {
/// What scratch is aligned to, and so every allocation in it.
static constexpr int64_t alignment = 64;

Value SizeFormulas::constant(int64_t value, Location loc) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value SizeFormulas::clone(Operation *op, Value result) {
  if (op->getNumRegions() || !isMemoryEffectFree(op))
    return {};
  for (Value operand : op->getOperands()) {
    if (isa<BaseMemRefType>(operand.getType()))
      return {};
    Value here = get(operand);
    if (!here)
      return {};
    known.map(operand, here);
  }
  builder.clone(*op, known);
  return known.lookup(result);
}

Value SizeFormulas::get(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return source.index(argument);
  // Arguments may mean something else after exchangeSource, and what was made
  // of them too; only constants are worth keeping, and those fold later.
  Operation *op = value.getDefiningOp();
  if (auto dim = dyn_cast<memref::DimOp>(op)) {
    std::optional<int64_t> index = dim.getConstantIndex();
    return index ? sizeOf(dim.getSource(), *index) : Value();
  }
  // A number that is in memory and a bound that is none: room for the bound.
  if (auto smaller = dyn_cast<arith::MinUIOp>(op)) {
    Value lhs = get(smaller.getLhs()), rhs = get(smaller.getRhs());
    if (!lhs || !rhs)
      return lhs ? lhs : rhs;
  }
  return clone(op, value);
}

Value SizeFormulas::sizeOf(Value memref, int64_t dim) {
  auto type = dyn_cast<MemRefType>(memref.getType());
  if (!type || dim >= type.getRank())
    return {};
  if (!type.isDynamicDim(dim))
    return constant(type.getDimSize(dim), memref.getLoc());
  if (auto argument = dyn_cast<BlockArgument>(memref)) {
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto loop = dyn_cast<scf::ForOp>(parent))
      return sizeOf(loop.getTiedLoopInit(argument)->get(), dim);
    return source.dim(argument, dim);
  }
  auto mixed = [&](OpFoldResult size) -> Value {
    if (auto value = dyn_cast<Value>(size))
      return get(value);
    return constant(*getConstantIntValue(size), memref.getLoc());
  };
  Operation *op = memref.getDefiningOp();
  if (auto alloc = dyn_cast<memref::AllocOp>(op))
    return get(alloc.getDynamicSizes()[type.getDynamicDimIndex(dim)]);
  if (auto cast = dyn_cast<memref::CastOp>(op))
    return sizeOf(cast.getSource(), dim);
  if (auto reinterpret = dyn_cast<memref::ReinterpretCastOp>(op))
    return mixed(reinterpret.getMixedSizes()[dim]);
  if (auto expand = dyn_cast<memref::ExpandShapeOp>(op))
    return mixed(expand.getMixedOutputShape()[dim]);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return sizeOf(loop.getTiedLoopInit(cast<OpResult>(memref))->get(), dim);
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    unsigned result = cast<OpResult>(memref).getResultNumber();
    return sizeOf(branch.thenYield().getOperand(result), dim);
  }
  if (auto subview = dyn_cast<memref::SubViewOp>(op)) {
    llvm::SmallBitVector dropped = subview.getDroppedDims();
    for (auto [i, size] : llvm::enumerate(subview.getMixedSizes()))
      if (!dropped.test(i) && dim-- == 0)
        return mixed(size);
    return {};
  }
  if (auto collapse = dyn_cast<memref::CollapseShapeOp>(op)) {
    Value product = constant(1, op->getLoc());
    // The list is made anew at each call: it must live as long as the loop.
    SmallVector<ReassociationIndices, 4> groups =
        collapse.getReassociationIndices();
    for (int64_t inner : groups[dim]) {
      Value size = sizeOf(collapse.getSrc(), inner);
      if (!size)
        return {};
      product = arith::MulIOp::create(builder, op->getLoc(), product, size);
    }
    return product;
  }
  return {};
}

Value SizeFormulas::bytes(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  Location loc = alloc.getLoc();
  Type element = type.getElementType();
  int64_t fixed = element.isIndex()
                      ? 8
                      : llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      fixed *= size;
  Value total = constant(fixed, loc);
  for (Value size : alloc.getDynamicSizes()) {
    Value here = get(size);
    if (!here)
      return {};
    total = arith::MulIOp::create(builder, loc, total, here);
  }
  Value unit = constant(alignment, loc);
  Value units = arith::CeilDivUIOp::create(builder, loc, total, unit);
  return arith::MulIOp::create(builder, loc, units, unit);
}

/// The name that `spex.dims` gives a dimension of an argument, or empty.
static StringRef dimName(func::FuncOp entry, BlockArgument argument,
                         int64_t dim) {
  auto dims =
      entry.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), "spex.dims");
  if (!dims || dim >= static_cast<int64_t>(dims.size()))
    return {};
  auto name = dyn_cast<StringAttr>(dims[dim]);
  return name ? name.getValue() : StringRef();
}

static bool isArgumentOf(BlockArgument argument, func::FuncOp func) {
  return argument.getOwner() == &func.getBody().front();
}

SizeSource sizesOfEntry(func::FuncOp entry, OpBuilder &builder) {
  auto index = [entry](BlockArgument argument) -> Value {
    return isArgumentOf(argument, entry) ? argument : Value();
  };
  auto dim = [entry](BlockArgument argument, int64_t dim) -> Value {
    if (!isArgumentOf(argument, entry))
      return {};
    return sizeArgument(entry, dimName(entry, argument, dim));
  };
  return {index, dim};
}

SizeSource sizesOfFormula(func::FuncOp entry, func::FuncOp formula,
                          OpBuilder &builder) {
  auto index = [entry, formula](BlockArgument argument) mutable -> Value {
    SmallVector<BlockArgument> sizes = sizeArguments(entry);
    auto *size = llvm::find(sizes, argument);
    if (size == sizes.end())
      return {};
    return formula.getArgument(std::distance(sizes.begin(), size));
  };
  auto dim = [entry, index](BlockArgument argument,
                            int64_t dim) mutable -> Value {
    if (!isArgumentOf(argument, entry))
      return {};
    BlockArgument size = sizeArgument(entry, dimName(entry, argument, dim));
    return size ? index(size) : Value();
  };
  return {index, dim};
}

/// The most rows or columns that dimension `dim` of a part can have; nothing
/// where it has that of the operand.
static std::optional<int64_t> partBound(TasksOp tasks, BlockArgument argument,
                                        int64_t dim) {
  using Part = TasksOp::Part;
  Part part = tasks.getPart(argument.getArgNumber()).first;
  auto type = cast<MemRefType>(argument.getType());
  bool hasRows =
      part == Part::Rows || part == Part::Block || part == Part::Init;
  if (dim == 0 && hasRows)
    return tasks.getRowBlock();
  if (dim != tasks.getCutDim(part, type.getRank()))
    return std::nullopt;
  // Packed panels are cut by panels, not by columns.
  int64_t width = part == Part::Panel && TasksOp::isPackedPart(type.getRank())
                      ? type.getDimSize(3)
                      : 1;
  return *tasks.getColumnBlock() / width;
}

static bool isArgumentOf(BlockArgument argument, TasksOp tasks) {
  return argument.getOwner() == &tasks.getBody().front();
}

SizeSource sizesOfTask(TasksOp tasks, OpBuilder &builder) {
  OpBuilder *b = &builder;
  auto constant = [tasks, b](int64_t value) mutable -> Value {
    return arith::ConstantIndexOp::create(*b, tasks.getLoc(), value);
  };
  auto index = [tasks, constant](BlockArgument argument) mutable -> Value {
    if (argument == tasks.getCountArg())
      return constant(tasks.getRowBlock());
    return isArgumentOf(argument, tasks) ? argument : Value();
  };
  auto dim = [tasks, constant, b](BlockArgument argument,
                                  int64_t dim) mutable -> Value {
    if (!isArgumentOf(argument, tasks))
      return {};
    if (std::optional<int64_t> bound = partBound(tasks, argument, dim))
      return constant(*bound);
    return memref::DimOp::create(*b, tasks.getLoc(), argument, dim);
  };
  return {index, dim};
}

SizeSource sizesOfTaskOutside(TasksOp tasks, SizeFormulas &outside,
                              SizeSource around) {
  SizeFormulas *formulas = &outside;
  auto constant = [tasks, formulas](int64_t value) mutable -> Value {
    return arith::ConstantIndexOp::create(formulas->getBuilder(),
                                          tasks.getLoc(), value);
  };
  auto index = [=](BlockArgument argument) mutable -> Value {
    if (!isArgumentOf(argument, tasks))
      return around.index(argument);
    if (argument == tasks.getCountArg())
      return constant(tasks.getRowBlock());
    OpOperand *operand = tasks.getTiedOperand(argument.getArgNumber());
    return operand ? formulas->get(operand->get()) : Value();
  };
  auto dim = [=](BlockArgument argument, int64_t dim) mutable -> Value {
    if (!isArgumentOf(argument, tasks))
      return around.dim(argument, dim);
    if (std::optional<int64_t> bound = partBound(tasks, argument, dim))
      return constant(*bound);
    unsigned number = argument.getArgNumber();
    OpOperand *operand = tasks.getTiedOperand(number);
    if (!operand)
      return {};
    unsigned dropped = tasks.getNumDroppedDims(tasks.getPart(number).first);
    return formulas->sizeOf(operand->get(), dim + dropped);
  };
  return {index, dim};
}
} // namespace mlir::grouped
