//===- Values.cpp - Named axes, sizes and types ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sets of dimensions, the SSA value of each size, and tensor types. Equal sizes
// are one SSA value, made at the start of the function from its size
// arguments: later phases compare sizes by identity.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Values.h"

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

NodeRef makeLeaf(Location loc, Tensor tensor) {
  auto node = std::make_shared<Node>(loc);
  node->kind = Node::Kind::Leaf;
  node->element = tensor.element;
  node->target = tensor.target;
  node->dims = tensor.dims;
  node->leaf = std::move(tensor);
  return node;
}

NodeRef makeConstant(Location loc, double value, ElementType element) {
  auto node = std::make_shared<Node>(loc);
  node->kind = Node::Kind::Constant;
  node->element = element;
  node->constant = value;
  return node;
}

NodeRef makeApply(Location loc, ElementType element, DimsRef dims,
                  ArrayRef<NodeRef> operands, ScalarFn fn) {
  auto node = std::make_shared<Node>(loc);
  node->kind = Node::Kind::Apply;
  node->element = element;
  node->dims.assign(dims.begin(), dims.end());
  node->operands.assign(operands.begin(), operands.end());
  node->apply = std::move(fn);
  return node;
}

NodeRef makeRead(Location loc, ElementType element, DimsRef dims,
                 ArrayRef<NodeRef> operands, ScalarFn fn) {
  auto node = std::make_shared<Node>(
      *makeApply(loc, element, dims, operands, std::move(fn)));
  node->readsTensor = true;
  return node;
}

NodeRef withTarget(const NodeRef &node, const Dimension *target) {
  auto result = std::make_shared<Node>(*node);
  result->target = result->leaf.target = target;
  return result;
}

bool contains(DimsRef dims, const Dimension *dim) {
  return llvm::is_contained(dims, dim);
}

Dims without(DimsRef dims, DimsRef removed) {
  Dims result;
  for (const Dimension *dim : dims)
    if (!contains(removed, dim))
      result.push_back(dim);
  return result;
}

Dims unite(DimsRef dims, DimsRef more) {
  Dims result(dims.begin(), dims.end());
  for (const Dimension *dim : more)
    if (!contains(result, dim))
      result.push_back(dim);
  return result;
}

bool sameSet(DimsRef a, DimsRef b) {
  return a.size() == b.size() && without(a, b).empty();
}

Dims widestDims(ArrayRef<NodeRef> operands) {
  Dims result;
  for (const NodeRef &operand : operands)
    if (operand->dims.size() > result.size())
      result = operand->dims;
  for (const NodeRef &operand : operands)
    result = unite(result, operand->dims);
  return result;
}

bool isFloat(ElementType element) {
  return element == ElementType::F64 || element == ElementType::F32 ||
         element == ElementType::BF16 || element == ElementType::F16;
}

ElementType wider(ElementType a, ElementType b) {
  if (a == b)
    return a;
  // bf16 and f16 hold no common type below f32.
  if (a == ElementType::F64 || b == ElementType::F64)
    return ElementType::F64;
  return ElementType::F32;
}

mlir::Type Generator::typeOf(ElementType element) {
  switch (element) {
  case ElementType::F64:
    return builder.getF64Type();
  case ElementType::F32:
    return builder.getF32Type();
  case ElementType::BF16:
    return builder.getBF16Type();
  case ElementType::F16:
    return builder.getF16Type();
  case ElementType::Int:
  case ElementType::Index:
    return builder.getI32Type();
  case ElementType::Bool:
    return builder.getI1Type();
  }
  llvm_unreachable("all element types are listed");
}

RankedTensorType Generator::tensorType(DimsRef dims, ElementType element) {
  SmallVector<int64_t> shape;
  for (const Dimension *dim : dims)
    shape.push_back(dim->isBounded ? ShapedType::kDynamic : dim->size);
  return RankedTensorType::get(shape, typeOf(element));
}

Value Generator::indexConstant(int64_t value) {
  Value &constant = constants[value];
  if (!constant)
    constant =
        arith::ConstantIndexOp::create(top, topMarker->getLoc(), value);
  return constant;
}

/// Whether a dimension is all positions so far: what a rename of the steps
/// made, or declared as of their size.
bool Generator::isPrefix(const Dimension *dim) const {
  if (!entry.stepAlong || dim == entry.stepAlong)
    return false;
  if (dim->isBounded && dim->formula.op == SizeFormula::Op::Dim &&
      dim->formula.dim == entry.stepAlong)
    return true;
  for (dim = dim->renamedFrom; dim; dim = dim->renamedFrom)
    if (dim == entry.stepAlong)
      return true;
  return false;
}

/// Whether a size cannot be below 1, as its formula shows; base sizes are not.
static bool isAtLeastOne(const SizeFormula &formula) {
  switch (formula.op) {
  case SizeFormula::Op::Constant:
    return formula.constant >= 1;
  case SizeFormula::Op::Dim:
    return true;
  case SizeFormula::Op::Max:
    return llvm::any_of(formula.args, isAtLeastOne);
  case SizeFormula::Op::Sub:
  case SizeFormula::Op::FloorDiv:
    return false;
  default:
    return llvm::all_of(formula.args, isAtLeastOne);
  }
}

Value Generator::sizeValue(const Dimension *dim) {
  if (Value known = sizes.lookup(dim))
    return known;
  if (!dim->isBounded)
    return indexConstant(dim->size);
  // What is read back along the steps reaches from the first position of all.
  if (isPrefix(dim))
    return sizes[dim] = prefix;
  if (isOfRows(dim->formula))
    return formulaValue(dim->formula);
  if (!isAtLeastOne(dim->formula)) {
    SizeFormula rest;
    rest.op = SizeFormula::Op::Sub;
    rest.args = {dim->formula, {}};
    rest.args[1].constant = 1;
    checkSize(rest, "`" + dim->name + "` must be at least 1");
  }
  return sizes[dim] = formulaValue(dim->formula);
}

OpFoldResult Generator::size(const Dimension *dim) {
  if (!dim->isBounded)
    return builder.getIndexAttr(dim->size);
  return sizeValue(dim);
}

Dimension *Generator::makeDimension(llvm::StringRef name, int64_t size) {
  Dimension &dim = ownDimensions.emplace_back();
  dim.name = name.str();
  dim.size = size;
  dim.formula.constant = size;
  return &dim;
}

Value Generator::emptyTensor(Location loc, DimsRef dims, ElementType element) {
  SmallVector<Value> dynamic;
  for (const Dimension *dim : dims)
    if (dim->isBounded)
      dynamic.push_back(sizeValue(dim));
  RankedTensorType type = tensorType(dims, element);
  return tensor::EmptyOp::create(builder, loc, type.getShape(),
                                 type.getElementType(), dynamic);
}

Value Generator::filledTensor(Location loc, DimsRef dims, ElementType element,
                              TypedAttr value) {
  Value empty = emptyTensor(loc, dims, element);
  Value scalar = arith::ConstantOp::create(builder, loc, value);
  auto fill = linalg::FillOp::create(builder, loc, scalar, empty);
  fill->setAttr("spex.loops", loopNames(dims));
  return fill.getResult(0);
}

ArrayAttr Generator::loopNames(DimsRef dims) {
  SmallVector<StringRef> names;
  for (const Dimension *dim : dims)
    names.push_back(dim->name);
  return builder.getStrArrayAttr(names);
}

AffineMap Generator::mapOf(DimsRef loops, DimsRef dims) {
  SmallVector<AffineExpr> exprs;
  for (const Dimension *dim : dims) {
    const auto *found = llvm::find(loops, dim);
    assert(found != loops.end() && "an operand has a dim that no loop has");
    exprs.push_back(builder.getAffineDimExpr(found - loops.begin()));
  }
  return AffineMap::get(loops.size(), 0, exprs, context);
}

TypedAttr Generator::constantAttr(double value, ElementType element) {
  mlir::Type type = typeOf(element);
  if (isFloat(element))
    return builder.getFloatAttr(type, value);
  return builder.getIntegerAttr(type, static_cast<int64_t>(value));
}

Value Generator::scalarConstant(Scalars &scalars, double value,
                                ElementType element) {
  return arith::ConstantOp::create(scalars.builder, scalars.loc,
                                   constantAttr(value, element));
}

} // namespace spex::irgen
