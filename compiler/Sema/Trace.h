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
#include <map>
#include <set>
#include <string>

namespace spex::sema {

/// Fields of a result; a single result is field 0.
using Fields = std::set<int>;
/// Calls by label and callee, with the fields of the result that are used.
using FieldsOfCalls =
    std::map<std::pair<std::string, const Instance *>, Fields>;

class Trace {
public:
  /// With `withTraining`, operands that only training sees count too.
  Trace(const Instance &instance, bool withTraining);

  /// Follows everything below the expression.
  void follow(const Expr *expr);
  /// Follows the returned value; of a record one field, or all of them.
  void followReturn(int field = allFields);

  static constexpr int allFields = -1;
  std::vector<bool> slots, parameters;
  std::set<const Route *> routes;      ///< needed for anything
  std::set<const Route *> usedResults; ///< whose experts must run
  std::set<const Scan *> scans;
  FieldsOfCalls calls;
  /// Called for each expression once for each use of it.
  std::function<void(const Expr &)> onExpr;
  std::function<void(const Route &)> onRoute;

private:
  struct Use {
    const Expr *expr = nullptr;
    int field = allFields;
  };
  const Instance &instance;
  bool withTraining;
  std::vector<Use> pending;
  std::set<std::pair<int, int>> seenFields; ///< of a slot
  std::vector<const Expr *> definitions;    ///< of each slot
  std::vector<const Route *> routeOfSlot;
  std::vector<const Scan *> scanOfSlot;

  void define(const std::vector<Statement> &statements);
  void push(const ExprPtr &expr, int field = allFields);
  void visit(const Expr &expr, int field);
  void visitLocal(const Expr &expr, int field);
  void visitRecord(const Expr &expr, int field);
  void addCall(const CallTarget &callee, int field);
  void needRoute(const Route *route);
  void needScan(const Scan *scan);
  void needResult(const Route *route, int field);
  void run();
};

} // namespace spex::sema

#endif // COMPILER_SEMA_TRACE_H
