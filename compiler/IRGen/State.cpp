//===- State.cpp - What a step remembers ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In a model that runs step by step along S, `x[S as Z]` looks back: what this
// call computes is written into memory at its positions, and all positions so
// far are read from it. A whole run is a step from position 0, so there is no
// second path. In other models a rename is only a name.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

static Dims replaced(DimsRef dims, const Dimension *from,
                     const Dimension *to) {
  Dims result(dims.begin(), dims.end());
  for (const Dimension *&dim : result)
    if (dim == from)
      dim = to;
  return result;
}

NodeRef Generator::emitRename(const Expr &expr) {
  NodeRef x = emit(*expr.args[0]);
  here = locate(expr.location);
  const Dimension *from = expr.dims[0], *to = expr.dims[1];
  if (contains(x->dims, from) && from == entry.stepAlong)
    return makeLeaf(here, throughState(expr, x));
  if (!contains(x->dims, from))
    return withTarget(x, to);
  Tensor renamed = materialize(convert(x, expr.type.element));
  renamed.dims = replaced(renamed.dims, from, to);
  renamed.target = expr.type.target;
  return makeLeaf(here, renamed);
}

namespace {
/// Finds the `dot` that uses a value: directly, or by the name it is bound to.
struct DotFinder {
  const Expr *value;
  int slot = -1;
  const Expr *dot = nullptr;
  unsigned operand = 0;

  void visit(const Expr &expr) {
    if (expr.kind == Expr::Kind::Call && expr.builtin == Builtin::Dot)
      for (unsigned i = 0; i < expr.args.size(); ++i)
        if (isValue(*expr.args[i]) && !dot) {
          dot = &expr;
          operand = i;
        }
    for (const ExprPtr &arg : expr.args)
      visit(*arg);
    for (const auto &[name, arg] : expr.named)
      visit(*arg);
  }
  bool isValue(const Expr &expr) const {
    return &expr == value ||
           (slot >= 0 && expr.kind == Expr::Kind::Local && expr.slot == slot);
  }
};
} // namespace

/// The dims in the order in which the products read the memory fastest: shared
/// ones, what is summed, the rest. So keys lie with their positions last and
/// values with their features last.
Dims Generator::stateLayout(const Expr &expr, DimsRef dims) {
  DotFinder finder{&expr};
  for (const Statement &statement : frame->instance->body)
    if (statement.value.get() == &expr)
      finder.slot = statement.slot;
  for (const Statement &statement : frame->instance->body)
    if (statement.value)
      finder.visit(*statement.value);
  Dims all(dims.begin(), dims.end());
  if (!finder.dot)
    return all;

  DimsRef summed(finder.dot->dims.data(), finder.dot->dims.size());
  const Type &other = finder.dot->args[1 - finder.operand]->type;
  Dims result;
  for (const Dimension *dim : dims) {
    // What callers brought along is on both sides.
    bool isExtra = !llvm::is_contained(expr.type.dims, dim);
    bool isShared = isExtra || llvm::is_contained(other.dims, dim);
    if (isShared && !contains(summed, dim))
      result.push_back(dim);
  }
  for (const Dimension *dim : summed)
    if (contains(dims, dim))
      result.push_back(dim);
  return unite(result, dims);
}

std::string Generator::stateName(const Expr &expr) {
  std::string name = frame->path.empty() ? "" : frame->path + ".";
  const Expr &value = *expr.args[0];
  if (value.kind == Expr::Kind::Local)
    name += frame->instance->locals[value.slot].name;
  else
    name += "value";
  return uniqueStateName(name);
}

/// Two of one name: the same value under two names, or two calls.
std::string Generator::uniqueStateName(const std::string &name) {
  std::string unique = name;
  for (unsigned i = 2; llvm::any_of(states, [&](const State &state) {
         return state.name == unique;
       });
       ++i)
    unique = name + std::to_string(i);
  return unique;
}

/// The stacks around what is being written, each with a state of its own for
/// every layer.
SmallVector<const Scope *> Generator::layersAround() const {
  SmallVector<const Scope *> layers;
  for (const Scope &scope : scopes)
    if (scope.layer)
      layers.push_back(&scope);
  return layers;
}

State &Generator::makeState(const std::string &name, DimsRef dims,
                            ElementType element, Location loc) {
  Dims all;
  for (const Scope *scope : layersAround())
    all.push_back(scope->dim);
  all = unite(all, dims);
  SmallVector<int64_t> shape;
  SmallVector<Attribute> names;
  for (const Dimension *dim : all) {
    shape.push_back(dim->isBounded ? ShapedType::kDynamic : dim->size);
    if (isPrefix(dim))
      names.push_back(
          builder.getStringAttr(entry.stepAlong->name + ".capacity"));
    else
      names.push_back(dimAttr(dim));
  }
  SmallVector<NamedAttribute> attrs = {
      named("spex.place", builder.getStringAttr("state")),
      named("spex.name", builder.getStringAttr(name)),
      named("spex.dims", builder.getArrayAttr(names))};

  State &state = states.emplace_back();
  state.name = name;
  auto type = MemRefType::get(shape, typeOf(element));
  state.memory = addArgument(type, attrs, loc);
  state.initial = bufferization::ToTensorOp::create(
      top, loc, RankedTensorType::get(shape, typeOf(element)), state.memory,
      /*restrict=*/true, /*writable=*/true);
  state.current = state.initial;
  return state;
}

/// Writes `x` at the positions of this call and reads back all so far.
Tensor Generator::throughState(const Expr &expr, const NodeRef &x) {
  const Dimension *step = expr.dims[0], *past = expr.dims[1];
  const Expr &value = *expr.args[0];
  int slot = value.kind == Expr::Kind::Local ? value.slot : -1;
  auto known = frame->states.find({slot, past});
  if (slot >= 0 && known != frame->states.end())
    return known->second;
  Tensor result;
  result.element = value.type.element;
  result.target = expr.type.target;
  result.dims = stateLayout(expr, replaced(x->dims, step, past));
  Tensor fresh = materialize(convert(x, result.element),
                             replaced(result.dims, past, step));
  State &state =
      makeState(stateName(expr), result.dims, result.element, here);

  SmallVector<OpFoldResult> writeOffsets, writeSizes, readOffsets, readSizes;
  for (const Scope *scope : layersAround()) {
    writeOffsets.push_back(scope->layer);
    readOffsets.push_back(scope->layer);
    writeSizes.push_back(builder.getIndexAttr(1));
    readSizes.push_back(builder.getIndexAttr(1));
  }
  for (const Dimension *dim : result.dims) {
    bool isPast = dim == past;
    writeOffsets.push_back(isPast ? OpFoldResult(position)
                                  : builder.getIndexAttr(0));
    writeSizes.push_back(size(isPast ? step : dim));
    readOffsets.push_back(builder.getIndexAttr(0));
    readSizes.push_back(size(dim));
  }
  SmallVector<OpFoldResult> strides(writeSizes.size(),
                                    builder.getIndexAttr(1));
  state.current = tensor::InsertSliceOp::create(
      builder, here, fresh.value, state.current, writeOffsets, writeSizes,
      strides);
  result.value = tensor::ExtractSliceOp::create(
      builder, here, tensorType(result.dims, result.element), state.current,
      readOffsets, readSizes, strides);
  if (slot >= 0)
    frame->states[{slot, past}] = result;
  return result;
}

} // namespace spex::irgen
