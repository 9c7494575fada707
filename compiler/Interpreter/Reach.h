//===- Reach.h - What a body needs ------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which statements of a component its result can see (the others have no
// stored parameters and are not run), and which dimensions its body mentions
// (a caller's extra dimension of the same name must step aside).
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_REACH_H
#define COMPILER_INTERPRETER_REACH_H

#include "compiler/Sema/Program.h"

#include <functional>
#include <map>
#include <set>
#include <vector>

namespace spex::interpreter {

struct Reach {
  std::vector<bool> liveSlots;
  std::set<const Route *> liveRoutes;
  /// Of this body and of all that it calls.
  std::set<const Dimension *> dims;
};

class ReachCache {
public:
  const Reach &of(const Instance &instance);

private:
  std::map<const Instance *, Reach> known;
};

/// Calls `fn` for the expression and all below it, but not into routes.
void walk(const Expr &expr, const std::function<void(const Expr &)> &fn);
/// Calls `fn` for each expression of a route's arguments and clauses.
void forEachClause(const Route &route,
                   const std::function<void(const Expr &)> &fn);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_REACH_H
