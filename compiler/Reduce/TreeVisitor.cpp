//===- TreeVisitor.cpp - Every place of a syntax tree, to change it -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reduce/TreeVisitor.h"

namespace spex {

template <typename Node> static Node &as(ast::Expr &expr) {
  return static_cast<Node &>(expr);
}

static void add(ast::Arguments &args, std::vector<ast::ExprPtr *> &to) {
  for (ast::Argument &arg : args)
    to.push_back(&arg.value);
}

std::vector<ast::ExprPtr *> operandsOf(ast::Expr &expr) {
  std::vector<ast::ExprPtr *> result;
  switch (expr.kind) {
  case ast::Expr::Kind::Call:
    add(as<ast::CallExpr>(expr).args, result);
    break;
  case ast::Expr::Kind::Field:
    result.push_back(&as<ast::FieldExpr>(expr).value);
    break;
  case ast::Expr::Kind::Rename:
    result.push_back(&as<ast::RenameExpr>(expr).value);
    break;
  case ast::Expr::Kind::Pick:
    result.push_back(&as<ast::PickExpr>(expr).value);
    break;
  case ast::Expr::Kind::Lookup:
    result.push_back(&as<ast::LookupExpr>(expr).table);
    result.push_back(&as<ast::LookupExpr>(expr).index);
    break;
  case ast::Expr::Kind::Unary:
    result.push_back(&as<ast::UnaryExpr>(expr).operand);
    break;
  case ast::Expr::Kind::Chain:
    for (ast::ExprPtr &operand : as<ast::ChainExpr>(expr).operands)
      result.push_back(&operand);
    break;
  case ast::Expr::Kind::Tuple:
    for (ast::ExprPtr &value : as<ast::TupleExpr>(expr).values)
      result.push_back(&value);
    break;
  case ast::Expr::Kind::List:
    for (ast::ExprPtr &value : as<ast::ListExpr>(expr).values)
      result.push_back(&value);
    break;
  case ast::Expr::Kind::Record:
    add(as<ast::RecordExpr>(expr).fields, result);
    break;
  case ast::Expr::Kind::Match:
    add(as<ast::MatchExpr>(expr).arms, result);
    break;
  case ast::Expr::Kind::Phase:
    add(as<ast::PhaseExpr>(expr).args, result);
    break;
  case ast::Expr::Kind::Repeat:
    add(as<ast::RepeatExpr>(expr).args, result);
    break;
  case ast::Expr::Kind::Scan:
    for (ast::Carry &carry : as<ast::ScanExpr>(expr).carries)
      result.push_back(&carry.init);
    break;
  default:
    break;
  }
  return result;
}

void TreeVisitor::visit(ast::ExprPtr &expr) {
  if (!expr)
    return;
  if (onExpr)
    onExpr(expr);
  visitChildren(*expr);
}

void TreeVisitor::visitChildren(ast::Expr &expr) {
  if (onCall && expr.kind == ast::Expr::Kind::Call)
    onCall(as<ast::CallExpr>(expr).callee, as<ast::CallExpr>(expr).args);
  if (onCall && expr.kind == ast::Expr::Kind::Repeat)
    onCall(as<ast::RepeatExpr>(expr).callee, as<ast::RepeatExpr>(expr).args);
  for (ast::ExprPtr *operand : operandsOf(expr))
    visit(*operand);
  if (expr.kind == ast::Expr::Kind::Scan && as<ast::ScanExpr>(expr).body)
    visit(as<ast::ScanExpr>(expr).body->statements);
}

void TreeVisitor::visit(ast::Arguments &args) {
  for (ast::Argument &arg : args)
    visit(arg.value);
}

void TreeVisitor::visit(std::vector<ast::DimDecl> &dims) {
  for (ast::DimDecl &decl : dims)
    visit(decl.value);
}

void TreeVisitor::visit(std::vector<ast::Binding> &bindings) {
  for (ast::Binding &binding : bindings)
    visit(binding.value);
}

void TreeVisitor::visit(ast::Selection &selection) {
  visit(selection.count);
  visit(selection.by);
  visit(selection.where);
  for (auto &[name, arm] : selection.arms)
    if (arm)
      visit(*arm);
}

void TreeVisitor::visit(std::vector<ast::Clause> &clauses) {
  if (onClauses)
    onClauses(clauses);
  for (ast::Clause &clause : clauses) {
    visit(clause.value);
    if (clause.selection)
      visit(*clause.selection);
    visit(clause.rounds);
  }
}

void TreeVisitor::visit(ast::Route &route) {
  for (ast::ExpertKind &kind : route.kinds) {
    visit(kind.count);
    if (onCall)
      onCall(kind.callee, route.args);
  }
  visit(route.args);
  visit(route.policyArgs);
  visit(route.clauses);
}

void TreeVisitor::visit(ast::Stmt &stmt) {
  visit(stmt.value);
  visit(stmt.dims);
  visit(stmt.bindings);
  if (stmt.route)
    visit(*stmt.route);
}

void TreeVisitor::visit(std::vector<ast::Stmt> &statements) {
  if (onStatements)
    onStatements(statements);
  for (ast::Stmt &stmt : statements)
    visit(stmt);
}

void TreeVisitor::visitRun(ast::RunItem &run) {
  visit(run.sizes);
  for (ast::RunLine &line : run.lines) {
    visit(line.value);
    for (ast::EveryLine &every : line.lines) {
      visit(every.value);
      visit(every.sourceArgs);
      visit(every.sizes);
      visit(every.batches);
    }
  }
}

void TreeVisitor::visit(ast::Item &item) {
  switch (item.kind) {
  case ast::Item::Kind::Dim:
    return visit(static_cast<ast::DimItem &>(item).dims);
  case ast::Item::Kind::Const:
    return visit(static_cast<ast::ConstItem &>(item).bindings);
  case ast::Item::Kind::Assert:
    return visit(static_cast<ast::AssertItem &>(item).condition);
  case ast::Item::Kind::Component: {
    auto &component = static_cast<ast::ComponentItem &>(item);
    for (ast::Formal &formal : component.formals)
      visit(formal.defaultValue);
    return visit(component.body.statements);
  }
  case ast::Item::Kind::Policy:
    return visit(static_cast<ast::PolicyItem &>(item).clauses);
  case ast::Item::Kind::Train:
  case ast::Item::Kind::Metrics:
    return visitRun(static_cast<ast::RunItem &>(item));
  case ast::Item::Kind::Sweep:
    for (ast::SweepLine &line : static_cast<ast::SweepItem &>(item).lines)
      visit(line.values);
    return;
  default:
    return;
  }
}

void TreeVisitor::visit(ast::File &tree) {
  for (std::unique_ptr<ast::Item> &item : tree.items)
    visit(*item);
}

} // namespace spex
