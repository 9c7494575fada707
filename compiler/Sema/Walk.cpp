//===- Walk.cpp - Visit every expression of a syntax tree -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parser limits nesting, so recursion is safe.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Walk.h"

namespace spex::sema {

using Kind = ast::Expr::Kind;

static void walkAll(const ast::Arguments &args, const VisitExpr &visit) {
  for (const ast::Argument &arg : args)
    if (arg.value)
      walk(*arg.value, visit);
}

static void walkAll(const std::vector<ast::ExprPtr> &values,
                    const VisitExpr &visit) {
  for (const ast::ExprPtr &value : values)
    walk(*value, visit);
}

static void walkIf(const ast::ExprPtr &expr, const VisitExpr &visit) {
  if (expr)
    walk(*expr, visit);
}

static void walkScan(const ast::ScanExpr &scan, const VisitExpr &visit) {
  for (const ast::Carry &carry : scan.carries)
    walkIf(carry.init, visit);
  if (scan.body)
    for (const ast::Stmt &stmt : scan.body->statements)
      walk(stmt, visit);
}

void walk(const ast::Expr &expr, const VisitExpr &visit) {
  visit(expr);
  switch (expr.kind) {
  case Kind::Call:
    return walkAll(ast::as<ast::CallExpr>(expr).args, visit);
  case Kind::Field:
    return walk(*ast::as<ast::FieldExpr>(expr).value, visit);
  case Kind::Rename:
    return walk(*ast::as<ast::RenameExpr>(expr).value, visit);
  case Kind::Pick:
    return walk(*ast::as<ast::PickExpr>(expr).value, visit);
  case Kind::Lookup:
    walk(*ast::as<ast::LookupExpr>(expr).table, visit);
    return walk(*ast::as<ast::LookupExpr>(expr).index, visit);
  case Kind::Unary:
    return walk(*ast::as<ast::UnaryExpr>(expr).operand, visit);
  case Kind::Chain:
    return walkAll(ast::as<ast::ChainExpr>(expr).operands, visit);
  case Kind::Tuple:
    return walkAll(ast::as<ast::TupleExpr>(expr).values, visit);
  case Kind::List:
    return walkAll(ast::as<ast::ListExpr>(expr).values, visit);
  case Kind::Record:
    return walkAll(ast::as<ast::RecordExpr>(expr).fields, visit);
  case Kind::Match:
    return walkAll(ast::as<ast::MatchExpr>(expr).arms, visit);
  case Kind::Phase:
    return walkAll(ast::as<ast::PhaseExpr>(expr).args, visit);
  case Kind::Repeat:
    return walkAll(ast::as<ast::RepeatExpr>(expr).args, visit);
  case Kind::Scan:
    return walkScan(ast::as<ast::ScanExpr>(expr), visit);
  case Kind::Number:
  case Kind::String:
  case Kind::Boolean:
  case Kind::None:
  case Kind::Name:
  case Kind::Dimension:
  case Kind::Callee:
  case Kind::Invalid:
    return;
  }
}

void walk(const ast::Selection &selection, const VisitExpr &visit) {
  walkIf(selection.count, visit);
  walkIf(selection.by, visit);
  walkIf(selection.where, visit);
  for (const auto &[name, arm] : selection.arms)
    walk(*arm, visit);
}

void walk(const ast::Clause &clause, const VisitExpr &visit) {
  walkIf(clause.value, visit);
  walkIf(clause.rounds, visit);
  if (clause.selection)
    walk(*clause.selection, visit);
}

void walk(const ast::Stmt &stmt, const VisitExpr &visit) {
  walkIf(stmt.value, visit);
  for (const ast::Binding &binding : stmt.bindings)
    walkIf(binding.value, visit);
  for (const ast::DimDecl &decl : stmt.dims)
    walkIf(decl.value, visit);
  if (!stmt.route)
    return;
  for (const ast::ExpertKind &kind : stmt.route->kinds)
    walkIf(kind.count, visit);
  walkAll(stmt.route->args, visit);
  walkAll(stmt.route->policyArgs, visit);
  for (const ast::Clause &clause : stmt.route->clauses)
    walk(clause, visit);
}

} // namespace spex::sema
