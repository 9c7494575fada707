//===- AST.cpp - Spellings of the syntax tree -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the enumerations of the tree are written in a program.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/AST.h"

namespace spex::ast {

const char *spelling(ElementWord element) {
  static constexpr const char *words[] = {"",    "f64", "f32",  "bf16",
                                          "f16", "int", "bool", "index"};
  return words[static_cast<int>(element)];
}

const char *spelling(BinaryOperator op) {
  static constexpr const char *words[] = {
      "or", "and", "<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/", "@"};
  return words[static_cast<int>(op)];
}

int precedence(BinaryOperator op) {
  switch (op) {
  case BinaryOperator::Or:
    return 0;
  case BinaryOperator::And:
    return 1;
  case BinaryOperator::Less:
  case BinaryOperator::LessEqual:
  case BinaryOperator::Greater:
  case BinaryOperator::GreaterEqual:
  case BinaryOperator::Equal:
  case BinaryOperator::NotEqual:
    return 2;
  case BinaryOperator::Add:
  case BinaryOperator::Subtract:
    return 3;
  case BinaryOperator::Multiply:
  case BinaryOperator::Divide:
    return 4;
  case BinaryOperator::Contract:
    return 5;
  }
  return 0;
}

const char *spelling(ClauseKind kind) {
  static constexpr const char *words[] = {"score",    "prob",     "select",
                                          "keep",     "capacity", "order",
                                          "overflow", "weight",   "combine"};
  return words[static_cast<int>(kind)];
}

const char *spelling(Role role) {
  static constexpr const char *words[] = {"expert", "gate", "module", "model",
                                          "source"};
  return words[static_cast<int>(role)];
}

ScanExpr::ScanExpr(SourceLocation location) : ExprOf(location) {}
ScanExpr::~ScanExpr() = default;

} // namespace spex::ast
