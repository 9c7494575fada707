//===- Scan.cpp - Loops that carry values ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `scan T over (x) carry (h: ...)`: one loop over T whose carries are its
// iteration arguments. In a model that runs step by step along T they outlive
// the call, so that a whole run is a step from position 0.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

/// What a carry starts with: its first value, in memory that the loop may
/// overwrite.
Tensor Generator::initialCarry(const Scan::Carry &carry) {
  const Local &local = frame->instance->locals[carry.slot];
  NodeRef init = convert(emit(*carry.init), local.type.element);
  here = locate(carry.init->location);
  DimsRef declared(local.type.dims.data(), local.type.dims.size());
  Dims dims = unite(unite(dimsAround(), declared), init->dims);
  Tensor first = materialize(init, dims);
  return init->kind == Node::Kind::Leaf ? copyOf(first) : first;
}

/// The carry where the last call left it, or `first` at position 0.
Tensor Generator::resumed(const Scan::Carry &carry, const Tensor &first,
                          int &number) {
  std::string name = frame->instance->locals[carry.slot].name;
  if (!frame->path.empty())
    name = frame->path + "." + name;
  State &state =
      makeState(uniqueStateName(name), first.dims, first.element, here);
  number = states.size() - 1;
  Tensor last = first;
  last.value = tensor::ExtractSliceOp::create(
      builder, here, tensorType(first.dims, first.element), state.current,
      stateOffsets(first.dims), stateSizes(first.dims),
      SmallVector<OpFoldResult>(layersAround().size() + first.dims.size(),
                                builder.getIndexAttr(1)));
  Value start = position;
  NodeRef isFirst = makeApply(
      here, ElementType::Bool, {}, {},
      [start](Scalars &s, ArrayRef<Value>) -> Value {
        Value zero = arith::ConstantIndexOp::create(s.builder, s.loc, 0);
        return arith::CmpIOp::create(s.builder, s.loc, arith::CmpIPredicate::eq,
                                     start, zero);
      });
  NodeRef chosen = select(isFirst, makeLeaf(here, first), makeLeaf(here, last));
  return materialize(chosen, first.dims);
}

/// Leaves the carry for the next call.
void Generator::storeCarry(State &state, const Tensor &last) {
  state.current = tensor::InsertSliceOp::create(
      builder, here, last.value, state.current, stateOffsets(last.dims),
      stateSizes(last.dims),
      SmallVector<OpFoldResult>(layersAround().size() + last.dims.size(),
                                builder.getIndexAttr(1)));
}

/// Where state lies for this call: at the layers around it, and all of it.
SmallVector<OpFoldResult> Generator::stateOffsets(DimsRef dims) {
  SmallVector<OpFoldResult> offsets;
  for (const Scope *scope : layersAround())
    offsets.push_back(scope->layer);
  offsets.append(dims.size(), builder.getIndexAttr(0));
  return offsets;
}

SmallVector<OpFoldResult> Generator::stateSizes(DimsRef dims) {
  SmallVector<OpFoldResult> extents(layersAround().size(),
                                    builder.getIndexAttr(1));
  for (const Dimension *dim : dims)
    extents.push_back(size(dim));
  return extents;
}

/// The statements of the loop, then its next values. All that reads a carry
/// reads a copy, so that its place may be written as soon as its next value is
/// known.
Values Generator::emitScanBody(const Scan &scan, ArrayRef<Tensor> carried) {
  for (auto [carry, tensor] : llvm::zip(scan.carries, carried))
    frame->trees[carry.slot] = makeLeaf(here, copyOf(tensor));
  for (const Statement &statement : scan.body)
    emitStatement(statement);
  Values next;
  for (auto [carry, tensor] : llvm::zip(scan.carries, carried)) {
    NodeRef value = convert(emit(*carry.next), tensor.element);
    here = locate(carry.next->location);
    next.push_back(placeable(materialize(value, tensor.dims)));
  }
  return next;
}

Values Generator::emitScan(const Expr &expr) {
  const Scan &scan = *expr.scan;
  const Dimension *dim = expr.dims[0];
  bool isStepped = dim == entry.stepAlong;
  Values over;
  for (const Scan::Slice &slice : scan.over)
    over.push_back(materialize(emit(*slice.value)));
  SmallVector<int> stateNumbers(scan.carries.size(), -1);
  SmallVector<Value> inits;
  Values carried;
  for (auto [carry, number] : llvm::zip(scan.carries, stateNumbers)) {
    Tensor first = initialCarry(carry);
    if (isStepped)
      first = resumed(carry, first, number);
    carried.push_back(first);
    inits.push_back(first.value);
  }
  Location loc = here = locate(expr.location);
  auto loop = scf::ForOp::create(builder, loc, indexConstant(0), sizeValue(dim),
                                 indexConstant(1), inits);
  size_t firstState = states.size();
  Values emitted;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    for (auto [slice, tensor] : llvm::zip(scan.over, over))
      frame->trees[slice.slot] =
          pickEntry(loc, tensor, dim, loop.getInductionVar());
    for (auto [tensor, argument] : llvm::zip(carried, loop.getRegionIterArgs()))
      tensor.value = argument;
    Value entryNumber = loop.getInductionVar();
    if (isStepped)
      entryNumber = arith::AddIOp::create(builder, loc, entryNumber, position);
    repeats.push_back({entryNumber, dim->size});
    Values next = emitScanBody(scan, carried);
    emitted = emitScanned(*scan.emitted, next);
    repeats.pop_back();
    here = loc;
    SmallVector<Value> yielded;
    for (auto [tensor, value] : llvm::zip(carried, next)) {
      auto copy =
          linalg::CopyOp::create(builder, loc, value.value, tensor.value);
      copy->setAttr("spex.loops", loopNames(tensor.dims));
      yielded.push_back(copy.getResult(0));
    }
    scf::YieldOp::create(builder, loc, yielded);
  }
  Operation *closed = closeLoop(loop, dim, emitted, firstState);
  for (auto [i, number] : llvm::enumerate(stateNumbers)) {
    carried[i].value = closed->getResult(i);
    if (number >= 0)
      storeCarry(states[number], carried[i]);
  }
  return emitted;
}

/// What one time around the loop gives, in tensors of their own: not those that
/// are carried on.
Values Generator::emitScanned(const Expr &expr, const Values &next) {
  Values values = emitValues(expr);
  here = locate(expr.location);
  llvm::SmallPtrSet<void *, 4> taken;
  for (const Tensor &tensor : next)
    taken.insert(tensor.value.getAsOpaquePointer());
  for (auto [i, value] : llvm::enumerate(values)) {
    const Type &type = expr.isRecord() ? expr.fieldTypes[i] : expr.type;
    value = materializeAs(makeLeaf(here, value), type);
    bool isOwn = taken.insert(value.value.getAsOpaquePointer()).second;
    value = isOwn ? placeable(value) : copyOf(value);
  }
  return values;
}

} // namespace spex::irgen
