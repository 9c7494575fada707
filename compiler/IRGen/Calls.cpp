//===- Calls.cpp - Components and stacks ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Components are written where they are called: a function that took slices of
// weights would copy them. A stack is one loop over its layers, whatever their
// number, that carries the value fed on, what is collected and all state.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"
#include "compiler/Sema/RouteClauses.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace spex::irgen {

/// A tree that reads no tensor, as a mask or a number.
static bool isFree(const Node &node) {
  if (node.kind == Node::Kind::Leaf || node.readsTensor)
    return false;
  return llvm::all_of(node.operands,
                      [](const NodeRef &operand) { return isFree(*operand); });
}

/// Binding rounds to the type of the name. A mask stays a tree: every use
/// computes it again, and no tensor of it is made.
NodeRef Generator::bound(const NodeRef &node, const Type &type) {
  NodeRef rounded = convert(node, type.element);
  if (isFree(*rounded) && rounded->dims.size() >= type.dims.size())
    return rounded;
  return makeLeaf(node->loc, materializeAs(rounded, type));
}

/// An argument with what callers brought along first, then its own dims as its
/// type has them: units and random numbers are counted in that order, wherever
/// the value itself has its axes.
NodeRef Generator::inOrder(const NodeRef &node, const Expr &arg) {
  Dims order;
  for (DimsRef dims : {DimsRef(frame->extra), DimsRef(arg.type.dims)})
    for (const Dimension *dim : dims)
      if (contains(node->dims, dim))
        order = unite(order, {dim});
  order = unite(order, node->dims);
  if (order == node->dims)
    return node;
  NodeRef result =
      makeApply(here, node->element, order, {node},
                [](Scalars &, ArrayRef<Value> v) { return v[0]; });
  return node->target ? withTarget(result, node->target) : result;
}

/// What is passed; null where an input takes its default.
SmallVector<NodeRef> Generator::emitArgs(const std::vector<ExprPtr> &args) {
  SmallVector<NodeRef> nodes;
  for (const ExprPtr &arg : args)
    nodes.push_back(arg ? inOrder(emit(*arg), *arg) : nullptr);
  return nodes;
}

/// The inputs of a call, rounded to their types; those of experts with
/// `combine = inputs` are multiplied first.
SmallVector<NodeRef> Generator::bindInputs(const Instance &callee,
                                           ArrayRef<NodeRef> args,
                                           const RouteValues *weights) {
  SmallVector<NodeRef> inputs;
  for (size_t i = 0; i < callee.inputs.size(); ++i) {
    NodeRef node = i < args.size() ? args[i] : nullptr;
    const Expr *otherwise = callee.inputs[i].defaultValue.get();
    if (!node)
      node = otherwise ? emit(*otherwise)
                       : makeConstant(here, 0, callee.inputs[i].type.element);
    if (weights)
      node = weighed(node, *weights);
    // The units sent to an expert come as what units are made of.
    Type type = callee.inputs[i].type;
    type.dims.erase(
        std::remove(type.dims.begin(), type.dims.end(), program.rows),
        type.dims.end());
    inputs.push_back(bound(node, type));
  }
  return inputs;
}

Values Generator::inlineBody(const Instance &callee, std::string path,
                             ArrayRef<NodeRef> inputs) {
  Frame inner;
  inner.instance = &callee;
  inner.path = std::move(path);
  inner.caller = frame;
  inner.locals.resize(callee.locals.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Type &type = callee.inputs[i].type;
    DimsRef declared(type.dims.data(), type.dims.size());
    inner.extra = unite(inner.extra, without(inputs[i]->dims, declared));
    inner.trees[i] = inputs[i];
  }

  Frame *outer = frame;
  frame = &inner;
  Values results;
  for (const Statement &statement : callee.body) {
    if (statement.kind == Statement::Kind::Return)
      results = emitReturn(callee, *statement.value);
    else
      emitStatement(statement);
  }
  frame = outer;
  return results;
}

void Generator::emitStatement(const Statement &statement) {
  if (statement.kind == Statement::Kind::Let)
    emitLet(statement);
  else
    emitRoute(*statement.route);
}

void Generator::emitLet(const Statement &statement) {
  if (statement.value->isRecord())
    frame->locals[statement.slot] = emitValues(*statement.value);
  else
    frame->trees[statement.slot] = bound(
        emit(*statement.value), frame->instance->locals[statement.slot].type);
}

Values Generator::emitReturn(const Instance &callee, const Expr &value) {
  if (callee.fieldNames.empty())
    return {materializeAs(emit(value), callee.resultTypes[0])};
  // A record may come from anywhere; its fields round to the declared types.
  Values results = emitValues(value);
  for (size_t i = 0; i < results.size(); ++i)
    results[i] =
        materializeAs(makeLeaf(here, results[i]), callee.resultTypes[i]);
  return results;
}

std::string Generator::pathBelow(const std::string &label) const {
  return frame->path.empty() ? label : frame->path + "." + label;
}

Values Generator::call(const Expr &expr) {
  const Instance &callee = *expr.callee.instance;
  SmallVector<NodeRef> inputs = bindInputs(callee, emitArgs(expr.args));
  here = locate(expr.location);
  return inlineBody(callee, pathBelow(expr.callee.label), inputs);
}

/// How often a body reads a local.
static int countUses(const Expr &expr, int slot) {
  int uses = expr.kind == Expr::Kind::Local && expr.slot == slot;
  for (const ExprPtr &arg : expr.args)
    uses += countUses(*arg, slot);
  for (const auto &[name, arg] : expr.named)
    uses += countUses(*arg, slot);
  return uses;
}

static int countUses(const Route &route, int slot) {
  int uses = 0;
  for (const ExprPtr &arg : route.args)
    uses += countUses(*arg, slot);
  for (const ExprPtr *clause : valueClauses(route))
    if (*clause)
      uses += countUses(**clause, slot);
  return uses;
}

static int countUses(const std::vector<Statement> &statements, int slot) {
  int uses = 0;
  for (const Statement &statement : statements) {
    if (statement.value)
      uses += countUses(*statement.value, slot);
    if (statement.route)
      uses += countUses(*statement.route, slot);
  }
  return uses;
}

int Generator::countUses(const Instance &instance, int slot) {
  int uses = irgen::countUses(instance.body, slot);
  for (const std::unique_ptr<Scan> &scan : instance.scans) {
    uses += irgen::countUses(scan->body, slot);
    uses += irgen::countUses(*scan->emitted, slot);
    for (const Scan::Slice &slice : scan->over)
      uses += irgen::countUses(*slice.value, slot);
    for (const Scan::Carry &carry : scan->carries)
      uses += irgen::countUses(*carry.init, slot) +
              irgen::countUses(*carry.next, slot);
  }
  return uses;
}

/// A value that the loop may overwrite: layers are computed in its place.
Tensor Generator::fedValue(const Expr &arg, const NodeRef &node) {
  bool isShared = arg.kind != Expr::Kind::Local ||
                  countUses(*frame->instance, arg.slot) > 1;
  bool isComputed =
      arg.kind == Expr::Kind::Lookup || arg.kind == Expr::Kind::Component ||
      arg.kind == Expr::Kind::Contract || arg.kind == Expr::Kind::Binary ||
      arg.kind == Expr::Kind::Call;
  Tensor x = materialize(node);
  Operation *maker = x.value.getDefiningOp();
  bool isOwn = maker && isa<linalg::GenericOp, scf::ForOp>(maker);
  if (isOwn && (isComputed || !isShared))
    return x;
  return copyOf(x);
}

/// A named copy: one written as a generic would be folded away, and the buffers
/// would be copied behind our back.
Tensor Generator::copyOf(Tensor x) {
  Value empty = emptyTensor(here, x.dims, x.element);
  auto copy = linalg::CopyOp::create(builder, here, x.value, empty);
  copy->setAttr("spex.loops", loopNames(x.dims));
  x.value = copy.getResult(0);
  return x;
}

/// `x` as something that can be computed straight into a given place. Views,
/// inputs and what loops carry have a place already.
Tensor Generator::placeable(const Tensor &x) {
  auto maker = x.value.getDefiningOp<linalg::GenericOp>();
  return maker ? x : copyOf(x);
}

Values Generator::emitStack(const Expr &expr) {
  const Instance &callee = *expr.callee.instance;
  SmallVector<NodeRef> inputs = bindInputs(callee, emitArgs(expr.args));
  here = locate(expr.location);
  Location loc = here;
  Tensor fed = fedValue(*expr.args[0], inputs[0]);
  size_t fedField = 0;
  for (size_t i = 0; i < callee.fieldNames.size(); ++i)
    if (callee.fieldNames[i] == callee.inputs[0].name)
      fedField = i;

  const Dimension *layers = expr.dims[0];
  auto loop = scf::ForOp::create(builder, loc, indexConstant(0),
                                 indexConstant(layers->size), indexConstant(1),
                                 ValueRange{fed.value});
  size_t firstState = states.size();
  Values results;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Scope &scope = scopes.emplace_back();
    scope.dim = layers;
    scope.block = loop.getBody();
    scope.layer = loop.getInductionVar();
    repeats.push_back({scope.layer, layers->size});
    Tensor arrived = fed;
    arrived.value = loop.getRegionIterArgs()[0];
    inputs[0] = makeLeaf(loc, arrived);
    results = inlineBody(callee, pathBelow(expr.callee.label), inputs);
    here = loc;
    // What arrived is overwritten at the end of a layer, so a layer that hands
    // it out as it is hands out a copy.
    for (size_t i = 0; i < results.size(); ++i)
      if (i != fedField && results[i].value == arrived.value)
        results[i] = copyOf(results[i]);
    Tensor next = materialize(
        convert(makeLeaf(loc, results[fedField]), fed.element), fed.dims);
    Value stored = bufferization::MaterializeInDestinationOp::create(
                       builder, loc, next.value, arrived.value)
                       .getResult();
    scf::YieldOp::create(builder, loc, stored);
    scopes.pop_back();
    repeats.pop_back();
  }
  Values collected;
  for (auto [i, result] : llvm::enumerate(results))
    if (i != fedField)
      collected.push_back(result);
  Operation *closed = closeLoop(loop, layers, collected, firstState);
  Values out;
  fed.value = closed->getResult(0);
  for (Tensor &result : collected)
    out.push_back(result);
  out.insert(out.begin() + fedField, fed);
  return out;
}

/// Gives the loop over `dim` what else it carries: what is collected, one entry
/// of `dim` each time around, and state. `collected` becomes all the entries.
Operation *Generator::closeLoop(Operation *op, const Dimension *dim,
                                Values &collected, size_t firstState) {
  auto loop = cast<scf::ForOp>(op);
  Location loc = loop.getLoc();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(loop);
  unsigned firstCollected = loop.getNumResults();
  SmallVector<Value> inits, yields;
  Values entries = collected;
  for (Tensor &result : collected) {
    result.dims.insert(result.dims.begin(), dim);
    inits.push_back(emptyTensor(loc, result.dims, result.element));
  }
  for (size_t i = firstState; i < states.size(); ++i) {
    inits.push_back(states[i].initial);
    yields.push_back(states[i].current);
  }
  auto yieldMore = [&](OpBuilder &inner, Location at,
                       ArrayRef<BlockArgument> arguments) {
    SmallVector<Value> values;
    for (auto [i, result] : llvm::enumerate(collected)) {
      Value number = arguments[i].getOwner()->getArgument(0);
      SmallVector<OpFoldResult> offsets(result.dims.size(),
                                        inner.getIndexAttr(0));
      SmallVector<OpFoldResult> strides(result.dims.size(),
                                        inner.getIndexAttr(1));
      SmallVector<OpFoldResult> extents = {inner.getIndexAttr(1)};
      offsets[0] = number;
      for (const Dimension *axis : llvm::drop_begin(result.dims))
        extents.push_back(size(axis));
      values.push_back(tensor::InsertSliceOp::create(
          inner, at, entries[i].value, arguments[i], offsets, extents,
          strides));
    }
    values.append(yields);
    return values;
  };
  if (!inits.empty()) {
    IRRewriter rewriter(builder);
    auto larger = loop.replaceWithAdditionalYields(
        rewriter, inits, /*replaceInitOperandUsesInLoop=*/true, yieldMore);
    loop = cast<scf::ForOp>(larger->getOperation());
  }
  unsigned number = firstCollected;
  for (Tensor &result : collected)
    result.value = loop.getResult(number++);
  for (size_t i = firstState; i < states.size(); ++i)
    states[i].current = loop.getResult(number++);
  return loop;
}

/// The number of the layer among all that run in the outermost scopes: outer
/// stacks count first.
Value Generator::layerNumber(size_t numScopes) {
  Value number;
  for (size_t i = 0; i < std::min(numScopes, scopes.size()); ++i) {
    const Scope &scope = scopes[i];
    if (!scope.layer)
      continue;
    if (!number) {
      number = scope.layer;
      continue;
    }
    number = arith::MulIOp::create(builder, here, number,
                                   indexConstant(scope.dim->size));
    number = arith::AddIOp::create(builder, here, number, scope.layer);
  }
  return number ? number : indexConstant(0);
}

} // namespace spex::irgen
