//===- Stmt.h - Routes and statements of the syntax tree --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stands in the body of a component, as written (language.md, section 3).
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_STMT_H
#define COMPILER_FRONTEND_STMT_H

#include "compiler/Frontend/Expr.h"

namespace spex::ast {

/// `name = value`, of a const, `next`, `at B = 32`.
struct Binding {
  Identifier name;
  ExprPtr value;
};

/// One of `dim D = 768`, `B <= 64`, `G = { i, f }`.
struct DimDecl {
  enum class Kind { Size, Bound, Labels };
  Kind kind = Kind::Size;
  Identifier name;
  ExprPtr value;                  ///< null for Labels
  std::vector<Identifier> labels; ///< of Labels
};

//===-- Routes ------------------------------------------------------------===//

/// What `select` says: how the experts of a unit are chosen.
struct Selection {
  enum class Kind { All, Top, Pick, Sample, Balanced, At, Match, Phase };
  Kind kind = Kind::All;
  SourceLocation location;
  ExprPtr count; ///< of top, pick and sample, else null
  ExprPtr by;    ///< after `by`, or the index of `at`; null for all
  ExprPtr where; ///< null without `where`

  Identifier variant; ///< of match
  /// The choices of a match; `train` and `infer`, in this order, of a phase.
  std::vector<std::pair<Identifier, std::unique_ptr<Selection>>> arms;
};

/// In the order in which they must stand.
enum class ClauseKind {
  Score,
  Prob,
  Select,
  Keep,
  Capacity,
  Order,
  Overflow,
  Weight,
  Combine
};
const char *spelling(ClauseKind kind);

/// `score = ...` and so on. Each kind stands at most once, in order.
struct Clause {
  ClauseKind kind = ClauseKind::Score;
  SourceLocation location; ///< of the word
  ExprPtr value;           ///< null for select, overflow and combine
  std::unique_ptr<Selection> selection; ///< of select
  Identifier word;                      ///< of overflow and combine
  ExprPtr rounds;                       ///< n of `overflow = next(n)`, or null
};

/// `8 narrow: Ffn<F1>` in the list of a route. Without a list there is one,
/// with neither count nor name.
struct ExpertKind {
  ExprPtr count;   ///< null if the route has no list
  Identifier name; ///< empty: called by its component
  Callee callee;
};

/// `route y = E of Ffn(u) over [B, S] { ... }` or `... with Policy(v)`.
struct Route {
  SourceLocation location; ///< of `route`
  Identifier name;
  Identifier dim;
  bool hasKindList = false;
  std::vector<ExpertKind> kinds;
  Arguments args;
  bool hasOver = false;
  std::vector<Identifier> over;
  bool hasPolicy = false;
  Callee policy;               ///< if hasPolicy
  Arguments policyArgs;        ///< if hasPolicy
  std::vector<Clause> clauses; ///< unless hasPolicy

  const Clause *find(ClauseKind kind) const {
    for (const Clause &clause : clauses)
      if (clause.kind == kind)
        return &clause;
    return nullptr;
  }
};

//===-- Statements --------------------------------------------------------===//

/// A statement of a body. Which fields it uses stands with its kind.
struct Stmt {
  enum class Kind {
    Param,  ///< names, type, value (the initial one)
    State,  ///< names, type, value (the initial one)
    Fixed,  ///< names[0], type, value
    Part,   ///< names, callee
    Dim,    ///< dims
    Allow,  ///< names[0], the code of a warning
    Route,  ///< route
    Aux,    ///< names[0], value
    Update, ///< names[0], value
    Next,   ///< bindings
    Emit,   ///< value
    Return, ///< value
    Let,    ///< names[0] = value
  };
  Kind kind = Kind::Let;
  SourceLocation location; ///< of its first word
  std::string doc;         ///< the `##` lines before it
  std::vector<Identifier> names;
  Type type;
  ExprPtr value;
  Callee callee;
  std::vector<DimDecl> dims;
  std::vector<Binding> bindings;
  std::unique_ptr<Route> route;
};

struct Block {
  SourceLocation open, close; ///< of the braces
  std::vector<Stmt> statements;
};

} // namespace spex::ast

#endif // COMPILER_FRONTEND_STMT_H
