//===- Requests.h - Calls, routes and exports on their way ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the methods of Checker hand to one another while they check one call,
// one route, one export or one `weights` section.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_REQUESTS_H
#define COMPILER_SEMA_REQUESTS_H

#include "compiler/Sema/Scopes.h"

#include <memory>

namespace spex::sema {

struct CallArguments {
  std::vector<const ast::Expr *> values;
  std::map<std::string, const ast::Argument *> named;
};

struct BuiltinCall {
  const BuiltinInfo &info;
  const ast::CallExpr &expr;
  CallArguments arguments;
  std::vector<const Dimension *> dims, toDims;
};

struct ComponentCall {
  SourceLocation location;
  const ast::Callee *callee = nullptr;
  const ast::Arguments *args = nullptr;
  std::string label;           ///< of a part or route, else empty
  const void *identity = nullptr;
  const Dimension *sliced = nullptr;   ///< of `each`
  std::vector<const Dimension *> outer;
  const std::vector<const Dimension *> *rows = nullptr; ///< what Rows is
  /// Filled in by the call.
  InstanceInfo *info = nullptr;
  std::vector<Value> values;
  std::vector<const Dimension *> lead;
};

struct PhaseSelection {
  const ast::Selection *train = nullptr, *infer = nullptr;
};

struct RouteState {
  const ast::Route *syntax = nullptr;
  FileScope *home = nullptr; ///< of the clauses, which may be a policy's
  FileScope *file = nullptr; ///< of the route itself
  Body *around = nullptr;    ///< the body that the route stands in
  std::unique_ptr<Route> route;
  ClauseScope scope;
  PhaseSelection selections;
  bool hasUnits = false;
  std::vector<const Dimension *> units, group;
  std::vector<Value> inputs;
  Facts choice;           ///< of the value after `by`
  Value each;             ///< what the experts give, without a tree
  RouteScope::Field eachField;
  unsigned limitedPhases = 0; ///< that have a capacity
  const Dimension *choices = nullptr; ///< K of `top K`
  int64_t count = 0;
  std::map<std::string, Meaning> given; ///< score, prob, weight
  std::unique_ptr<RouteScope> record;
  std::vector<const Instance *> called; ///< one for each kind, or null
  bool takesRows = false; ///< an expert sees all units sent to it
  Meaning weight;
  bool isFailed = false;
};

/// What an export asks for, with its words checked.
struct ExportRequest {
  const ast::ExportItem *item = nullptr;
  const Dimension *along = nullptr;
  SourceLocation asked;
  const ast::Directive *plainForward = nullptr; ///< without a seed
};

/// What a `weights` section says of a component.
struct WeightSection {
  std::map<std::string, std::vector<FileTensor>> files; ///< by path
  std::vector<std::string> skips;
};

} // namespace spex::sema

#endif // COMPILER_SEMA_REQUESTS_H
