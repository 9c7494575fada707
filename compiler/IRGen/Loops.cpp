//===- Loops.cpp - Trees become linalg.generic ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that writes linalg.generic. A tree is written once however
// often its nodes are shared; its leaves are the inputs, transposed by their
// indexing maps only.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace spex::irgen {

namespace {
/// The tensors that some trees read, each once.
struct Leaves {
  SmallVector<Tensor> tensors;

  size_t find(const Tensor &tensor) {
    for (size_t i = 0; i < tensors.size(); ++i)
      if (tensors[i].value == tensor.value && tensors[i].dims == tensor.dims)
        return i;
    tensors.push_back(tensor);
    return tensors.size() - 1;
  }

  void collect(const NodeRef &node, llvm::DenseSet<const Node *> &seen) {
    if (!seen.insert(node.get()).second)
      return;
    if (node->kind == Node::Kind::Leaf)
      find(node->leaf);
    for (const NodeRef &operand : node->operands)
      collect(operand, seen);
  }
};

/// Writes trees into the body of a linalg.generic.
struct BodyWriter {
  Scalars &scalars;
  Leaves &leaves;
  ValueRange arguments;
  llvm::function_ref<Value(Scalars &, double, ElementType)> constant;
  llvm::DenseMap<const Node *, Value> written;

  BodyWriter(
      Scalars &scalars, Leaves &leaves, ValueRange arguments,
      llvm::function_ref<Value(Scalars &, double, ElementType)> constant)
      : scalars(scalars), leaves(leaves), arguments(arguments),
        constant(constant) {}

  Value write(const NodeRef &node) {
    if (Value value = written.lookup(node.get()))
      return value;
    Value value;
    switch (node->kind) {
    case Node::Kind::Leaf:
      value = arguments[leaves.find(node->leaf)];
      break;
    case Node::Kind::Constant: {
      Scalars at{scalars.builder, node->loc, scalars.index};
      value = constant(at, node->constant, node->element);
      break;
    }
    case Node::Kind::Apply: {
      SmallVector<Value> operands;
      for (const NodeRef &operand : node->operands)
        operands.push_back(write(operand));
      Scalars at{scalars.builder, node->loc, scalars.index};
      value = node->apply(at, operands);
      break;
    }
    }
    return written[node.get()] = value;
  }
};
} // namespace

Tensor Generator::writeLoops(
    Location loc, DimsRef loops, DimsRef outDims, ElementType element,
    ArrayRef<NodeRef> trees, Value init,
    llvm::function_ref<Value(Scalars &, ArrayRef<Value>, Value)> body) {
  Leaves leaves;
  llvm::DenseSet<const Node *> seen;
  for (const NodeRef &tree : trees)
    leaves.collect(tree, seen);

  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (const Tensor &leaf : leaves.tensors) {
    inputs.push_back(leaf.value);
    maps.push_back(mapOf(loops, leaf.dims));
  }
  maps.push_back(mapOf(loops, outDims));
  SmallVector<utils::IteratorType> iterators;
  for (const Dimension *loop : loops)
    iterators.push_back(contains(outDims, loop)
                            ? utils::IteratorType::parallel
                            : utils::IteratorType::reduction);

  auto writeBody = [&](OpBuilder &inner, Location at, ValueRange arguments) {
    auto index = [&](const Dimension *dim) -> Value {
      const auto *found = llvm::find(loops, dim);
      assert(found != loops.end() && "an index of a dim that no loop has");
      return linalg::IndexOp::create(inner, at, found - loops.begin());
    };
    Scalars scalars{inner, at, index};
    auto constant = [&](Scalars &s, double value, ElementType type) {
      return scalarConstant(s, value, type);
    };
    BodyWriter writer(scalars, leaves, arguments, constant);
    SmallVector<Value> elements;
    for (const NodeRef &tree : trees)
      elements.push_back(writer.write(tree));
    Value result = body(scalars, elements, arguments.back());
    linalg::YieldOp::create(inner, at, result);
  };
  NamedAttribute names = named("spex.loops", loopNames(loops));
  auto generic = linalg::GenericOp::create(
      builder, loc, TypeRange{init.getType()}, inputs, ValueRange{init}, maps,
      iterators, writeBody, ArrayRef<NamedAttribute>{names});
  Tensor result;
  result.value = generic.getResult(0);
  result.dims.assign(outDims.begin(), outDims.end());
  result.element = element;
  return result;
}

Tensor Generator::materialize(const NodeRef &node) {
  return materialize(node, node->dims);
}

Tensor Generator::materialize(const NodeRef &node, DimsRef order) {
  if (node->kind == Node::Kind::Leaf && DimsRef(node->leaf.dims) == order)
    return node->leaf;
  Value init = emptyTensor(node->loc, order, node->element);
  Tensor result = writeLoops(
      node->loc, order, order, node->element, {node}, init,
      [](Scalars &, ArrayRef<Value> elements, Value) { return elements[0]; });
  result.target = node->target;
  return result;
}

Tensor Generator::materializeAs(const NodeRef &node, const Type &type) {
  NodeRef rounded = convert(node, type.element);
  // A single number fills whatever shape is asked for.
  Tensor result = materialize(rounded, unite(rounded->dims, type.dims));
  if (type.target)
    result.target = type.target;
  return result;
}

Tensor Generator::reduce(Location loc, const NodeRef &node, DimsRef removed,
                         double initial, Combiner combine) {
  Dims kept = without(node->dims, removed);
  Dims loops = unite(kept, removed);
  Value init = filledTensor(loc, kept, node->element,
                            constantAttr(initial, node->element));
  // Loops have their sizes from operands: what only repeats is written out.
  Leaves leaves;
  llvm::DenseSet<const Node *> seen;
  leaves.collect(node, seen);
  bool hasSizes = llvm::all_of(removed, [&](const Dimension *dim) {
    return llvm::any_of(leaves.tensors, [&](const Tensor &leaf) {
      return contains(leaf.dims, dim);
    });
  });
  NodeRef source = hasSizes ? node : makeLeaf(loc, materialize(node));
  return writeLoops(loc, loops, kept, node->element, {source}, init,
                    [&](Scalars &scalars, ArrayRef<Value> elements, Value out) {
                      return combine(scalars, out, elements[0]);
                    });
}

} // namespace spex::irgen
