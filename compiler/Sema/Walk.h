//===- Walk.h - Visit every expression of a syntax tree ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For questions that need no types: which names occur, what is renamed.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_WALK_H
#define COMPILER_SEMA_WALK_H

#include "compiler/Frontend/AST.h"

#include <functional>

namespace spex::sema {

using VisitExpr = std::function<void(const ast::Expr &)>;

/// Calls `visit` for the expression and all below it, also in scans.
void walk(const ast::Expr &expr, const VisitExpr &visit);
void walk(const ast::Stmt &stmt, const VisitExpr &visit);
void walk(const ast::Selection &selection, const VisitExpr &visit);
void walk(const ast::Clause &clause, const VisitExpr &visit);

} // namespace spex::sema

#endif // COMPILER_SEMA_WALK_H
