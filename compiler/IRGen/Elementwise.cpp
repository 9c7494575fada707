//===- Elementwise.cpp - Arithmetic as trees ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators, casts and what combines two operands. Float arithmetic is done in
// the accumulate type at least; conversions stand where language.md, section
// 11, rounds. Numbers stay exact until they meet a tensor: what is made of
// numbers alone is computed here, in f64.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace spex::irgen {

ElementType Generator::arithmeticType(ArrayRef<NodeRef> operands) const {
  bool anyFloat = false;
  ElementType type = program.numerics.accumulate;
  for (const NodeRef &operand : operands) {
    if (!isFloat(operand->element))
      continue;
    anyFloat = true;
    // A number takes the type of what it meets.
    if (operand->kind != Node::Kind::Constant)
      type = wider(type, operand->element);
  }
  return anyFloat ? type : ElementType::Int;
}

static Value convertScalar(Scalars &s, Value x, ElementType from,
                           ElementType to, mlir::Type type) {
  if (isFloat(from) && isFloat(to)) {
    unsigned old = x.getType().getIntOrFloatBitWidth();
    unsigned width = type.getIntOrFloatBitWidth();
    if (old < width)
      return arith::ExtFOp::create(s.builder, s.loc, type, x);
    if (old == width) // bf16 and f16
      x = arith::ExtFOp::create(s.builder, s.loc, s.builder.getF32Type(), x);
    return arith::TruncFOp::create(s.builder, s.loc, type, x);
  }
  if (isFloat(from)) {
    if (to != ElementType::Bool)
      return arith::FPToSIOp::create(s.builder, s.loc, type, x);
    Value zero = arith::ConstantOp::create(
        s.builder, s.loc, s.builder.getFloatAttr(x.getType(), 0.0));
    return arith::CmpFOp::create(s.builder, s.loc, arith::CmpFPredicate::UNE, x,
                                 zero);
  }
  if (isFloat(to)) {
    if (from == ElementType::Bool)
      return arith::UIToFPOp::create(s.builder, s.loc, type, x);
    return arith::SIToFPOp::create(s.builder, s.loc, type, x);
  }
  if (from == ElementType::Bool)
    return arith::ExtUIOp::create(s.builder, s.loc, type, x);
  if (to != ElementType::Bool)
    return x; // int and index are both i32
  Value zero = arith::ConstantOp::create(
      s.builder, s.loc, s.builder.getIntegerAttr(x.getType(), 0));
  return arith::CmpIOp::create(s.builder, s.loc, arith::CmpIPredicate::ne, x,
                               zero);
}

NodeRef Generator::convert(const NodeRef &node, ElementType element) {
  if (node->element == element)
    return node;
  if (node->kind == Node::Kind::Constant)
    return makeConstant(node->loc, node->constant, element);
  if (node->kind == Node::Kind::Leaf &&
      typeOf(node->element) == typeOf(element)) {
    Tensor same = node->leaf;
    same.element = element;
    same.target = nullptr;
    return makeLeaf(node->loc, same);
  }
  mlir::Type type = typeOf(element);
  ElementType from = node->element;
  return makeApply(node->loc, element, node->dims, {node},
                   [=](Scalars &s, ArrayRef<Value> x) {
                     return convertScalar(s, x[0], from, element, type);
                   });
}

static double foldBinary(BinaryOp op, double a, double b) {
  switch (op) {
  case BinaryOp::Add:
    return a + b;
  case BinaryOp::Sub:
    return a - b;
  case BinaryOp::Mul:
    return a * b;
  case BinaryOp::Div:
    return a / b;
  case BinaryOp::Lt:
    return a < b;
  case BinaryOp::Le:
    return a <= b;
  case BinaryOp::Gt:
    return a > b;
  case BinaryOp::Ge:
    return a >= b;
  case BinaryOp::Eq:
    return a == b;
  case BinaryOp::Ne:
    return a != b;
  case BinaryOp::And:
    return a != 0 && b != 0;
  case BinaryOp::Or:
    return a != 0 || b != 0;
  }
  llvm_unreachable("all operators are listed");
}

static Value floatBinary(Scalars &s, BinaryOp op, Value a, Value b) {
  auto compare = [&](arith::CmpFPredicate predicate) -> Value {
    return arith::CmpFOp::create(s.builder, s.loc, predicate, a, b);
  };
  switch (op) {
  case BinaryOp::Add:
    return arith::AddFOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Sub:
    return arith::SubFOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Mul:
    return arith::MulFOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Div:
    return arith::DivFOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Lt:
    return compare(arith::CmpFPredicate::OLT);
  case BinaryOp::Le:
    return compare(arith::CmpFPredicate::OLE);
  case BinaryOp::Gt:
    return compare(arith::CmpFPredicate::OGT);
  case BinaryOp::Ge:
    return compare(arith::CmpFPredicate::OGE);
  case BinaryOp::Eq:
    return compare(arith::CmpFPredicate::OEQ);
  case BinaryOp::Ne:
    return compare(arith::CmpFPredicate::UNE);
  case BinaryOp::And:
  case BinaryOp::Or:
    break;
  }
  llvm_unreachable("logic has no floats");
}

static Value integerBinary(Scalars &s, BinaryOp op, Value a, Value b) {
  auto compare = [&](arith::CmpIPredicate predicate) -> Value {
    return arith::CmpIOp::create(s.builder, s.loc, predicate, a, b);
  };
  switch (op) {
  case BinaryOp::Add:
    return arith::AddIOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Sub:
    return arith::SubIOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Mul:
    return arith::MulIOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Lt:
    return compare(arith::CmpIPredicate::slt);
  case BinaryOp::Le:
    return compare(arith::CmpIPredicate::sle);
  case BinaryOp::Gt:
    return compare(arith::CmpIPredicate::sgt);
  case BinaryOp::Ge:
    return compare(arith::CmpIPredicate::sge);
  case BinaryOp::Eq:
    return compare(arith::CmpIPredicate::eq);
  case BinaryOp::Ne:
    return compare(arith::CmpIPredicate::ne);
  case BinaryOp::And:
    return arith::AndIOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Or:
    return arith::OrIOp::create(s.builder, s.loc, a, b);
  case BinaryOp::Div:
    break;
  }
  llvm_unreachable("whole numbers are divided as floats");
}

NodeRef Generator::binary(BinaryOp op, NodeRef a, NodeRef b) {
  bool isLogic = op == BinaryOp::And || op == BinaryOp::Or;
  bool givesBool = isLogic || op >= BinaryOp::Lt;
  ElementType type =
      isLogic ? ElementType::Bool : arithmeticType({a, b});
  if (op == BinaryOp::Div && !isFloat(type))
    type = ElementType::F32;
  ElementType element = givesBool ? ElementType::Bool : type;
  if (a->kind == Node::Kind::Constant && b->kind == Node::Kind::Constant)
    return makeConstant(here, foldBinary(op, a->constant, b->constant),
                        element);
  // Equality of bools needs no wider type.
  if (a->element == ElementType::Bool && b->element == ElementType::Bool)
    type = ElementType::Bool;

  Dims dims = widestDims({a, b});
  a = convert(a, type);
  b = convert(b, type);
  return makeApply(here, element, dims, {a, b},
                   [=](Scalars &s, ArrayRef<Value> x) {
                     return isFloat(type) ? floatBinary(s, op, x[0], x[1])
                                          : integerBinary(s, op, x[0], x[1]);
                   });
}

NodeRef Generator::select(const NodeRef &condition, NodeRef a, NodeRef b) {
  ElementType type = a->element;
  if (a->element != b->element)
    type = arithmeticType({a, b});
  Dims dims = widestDims({condition, a, b});
  a = convert(a, type);
  b = convert(b, type);
  NodeRef result = makeApply(
      a->loc, type, dims, {condition, a, b},
      [](Scalars &s, ArrayRef<Value> x) -> Value {
        return arith::SelectOp::create(s.builder, s.loc, x[0], x[1], x[2]);
      });
  return result;
}

NodeRef Generator::constantLike(double value, const NodeRef &like) {
  return makeConstant(here, value, like->element);
}

NodeRef Generator::index(const Dimension *dim) {
  // Positions count from the start of the sequence, not of this call.
  Value first = dim == entry.stepAlong ? position : Value();
  return makeApply(
      here, ElementType::Index, {dim}, {},
      [=](Scalars &s, ArrayRef<Value>) -> Value {
        Value at = s.index(dim);
        if (first)
          at = arith::AddIOp::create(s.builder, s.loc, at, first);
        return arith::IndexCastOp::create(s.builder, s.loc,
                                          s.builder.getI32Type(), at);
      });
}

NodeRef Generator::dimensionSize(const Dimension *dim) {
  Location loc = here;
  if (!dim->isBounded)
    return makeConstant(loc, dim->size, ElementType::Int);
  return numberNode(sizeValue(dim));
}

/// A number of type `index`.
NodeRef Generator::numberNode(Value number) {
  return makeApply(here, ElementType::Int, {}, {},
                   [=](Scalars &s, ArrayRef<Value>) -> Value {
                     return arith::IndexCastOp::create(
                         s.builder, s.loc, s.builder.getI32Type(), number);
                   });
}

} // namespace spex::irgen
