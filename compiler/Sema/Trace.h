//===- Trace.h - What a result is computed from -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows the trees of one body backwards from chosen values. Live parameters
// and the statements that inference needs follow from it.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_TRACE_H
#define COMPILER_SEMA_TRACE_H

#include "compiler/Sema/Program.h"

#include <functional>
#include <set>
#include <string>

namespace spex::sema {

class Trace {
public:
  /// With `withTraining`, operands that only training sees count too.
  Trace(const Instance &instance, bool withTraining);

  /// Follows everything below the expression.
  void follow(const Expr *expr);
  /// Follows the returned value.
  void followReturn();

  std::vector<bool> slots, parameters;
  std::set<const Route *> routes;      ///< needed for anything
  std::set<const Route *> usedResults; ///< whose experts must run
  std::set<std::pair<std::string, const Instance *>> calls;
  /// Called for each expression once.
  std::function<void(const Expr &)> onExpr;
  std::function<void(const Route &)> onRoute;

private:
  const Instance &instance;
  bool withTraining;
  std::vector<const Expr *> pending;
  std::vector<const Expr *> definitions; ///< of each slot
  std::vector<const Route *> routeOfSlot;

  void push(const ExprPtr &expr);
  void visit(const Expr &expr);
  void needRoute(const Route *route, bool withResults);
  void run();
};

} // namespace spex::sema

#endif // COMPILER_SEMA_TRACE_H
