//===- TreeVisitor.h - Every place of a syntax tree, to change it -*- C++ -*-=//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls back for expressions, statements and clauses, outer ones first.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_REDUCE_TREEVISITOR_H
#define COMPILER_REDUCE_TREEVISITOR_H

#include "compiler/Frontend/AST.h"

#include <functional>
#include <vector>

namespace spex {

struct TreeVisitor {
  std::function<void(ast::ExprPtr &)> onExpr;
  std::function<void(std::vector<ast::Stmt> &)> onStatements;
  std::function<void(std::vector<ast::Clause> &)> onClauses;
  /// A call of the component or part `callee`.
  std::function<void(const ast::Callee &callee, ast::Arguments &)> onCall;

  void visit(ast::File &tree);

private:
  void visit(ast::Item &item);
  void visit(std::vector<ast::Stmt> &statements);
  void visit(ast::Stmt &stmt);
  void visit(std::vector<ast::Clause> &clauses);
  void visit(ast::Selection &selection);
  void visit(ast::Route &route);
  void visit(std::vector<ast::DimDecl> &dims);
  void visit(std::vector<ast::Binding> &bindings);
  void visit(ast::Arguments &args);
  void visit(ast::ExprPtr &expr);
  void visitRun(ast::RunItem &run);
  void visitChildren(ast::Expr &expr);
};

/// The operands of an expression, in order.
std::vector<ast::ExprPtr *> operandsOf(ast::Expr &expr);

} // namespace spex

#endif // COMPILER_REDUCE_TREEVISITOR_H
