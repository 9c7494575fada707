//===- Scopes.h - What a body sees while it is checked ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The records that the files of Checker share: rows of the table of built-in
// functions, names of a file, of a body, of a route's clauses, and what callers
// need to know of a component.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_SCOPES_H
#define COMPILER_SEMA_SCOPES_H

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/AST.h"
#include "compiler/Sema/Program.h"
#include "compiler/Sema/Value.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace spex::sema {

/// What one file declares. The names in a component mean those of its file.
struct FileScope {
  struct Variant {
    const ast::VariantItem *item;
    std::string chosen;
  };
  /// Its components may use their own generics, no dimension of the file.
  bool isImported = false;
  std::map<std::string, const Dimension *> fileDims; ///< null: being declared
  std::map<std::string, const ast::DimDecl *> dimDecls;
  std::vector<const ast::DimDecl *> dimOrder;
  std::map<std::string, const ast::Binding *> constDecls;
  std::map<std::string, std::optional<Exact>> consts;
  std::map<std::string, Variant> variants;
  std::map<std::string, const ast::ComponentItem *> components;
  std::map<std::string, const ast::PolicyItem *> policies;
  std::map<std::string, FileScope *> imports; ///< null: it was not read
  std::set<std::string> declaredNames;
  bool hasLostComponent = false; ///< declared twice: calls may mean another
};

/// A row of Builtins.def.
struct BuiltinInfo {
  enum class Form { Plain, Axis, Both, Cast, Training };
  enum class Dims { Elementwise, Reduce, Keep, Own };
  enum class Elements { Float, Same, Bool, Own };
  Builtin builtin;
  const char *name;
  Stage stage;
  Form form;
  int numValues;
  std::vector<std::string> optional, required;
  Dims dims;
  Elements elements;

  bool takesDims() const { return form == Form::Axis || form == Form::Both; }
  static const BuiltinInfo *find(const std::string &name);
  static const BuiltinInfo &of(Builtin builtin);
  static std::vector<std::string> names();
};

/// A name of a body or of a scan in it.
struct Binding {
  SourceLocation location;
  bool isUsed = false;
  Value value; ///< without a tree; `slot` tells where to read it
  enum class Source { Local, Parameter, Literal, Other } source = Source::Other;
  int slot = -1;
};

/// A call that brings parameters under a label.
struct CallSite {
  std::string label; ///< `Norm`, `y`, `y.narrow`
  const struct InstanceInfo *callee = nullptr;
  std::vector<const Dimension *> outer;
};

/// A route that lets positions see others along a dimension (W0201).
struct SightEvent {
  SourceLocation location;
  const Dimension *dim = nullptr;
  unsigned phases = 0;
  bool isAllowed = false;
};

/// What one field of a result is computed from.
struct LiveParts {
  std::vector<bool> parameters;
  std::vector<std::set<int>> calls; ///< used fields, for each call site
};

/// What callers need to know of a checked component.
struct InstanceInfo {
  Instance *instance = nullptr;
  const ast::ComponentItem *component = nullptr;
  bool isOpen = true;  ///< being checked: a call now is recursion
  bool isFailed = false;
  Value result; ///< what a call gives, without a tree
  std::vector<SightEvent> events;
  std::vector<const Dimension *> masks;
  bool hasUpdate = false;
  unsigned random = 0;
  /// (inside, outside) where two generics are given one dimension.
  std::vector<std::pair<const Dimension *, const Dimension *>> aliases;
  std::vector<Type> innerResults; ///< declared results, with those inside
  std::vector<CallSite> calls;
  std::vector<ExprPtr> beside; ///< of `aux` and `update`
  std::vector<std::unique_ptr<RouteScope>> routes;
  std::vector<std::unique_ptr<PartScope>> parts;
  /// Filled by Parameters.cpp: what results and losses can see.
  std::vector<LiveParts> live;   ///< for each field, and last for losses
  uint64_t numParameters = 0;    ///< with those of calls; saturates
  bool hasParameters = false; ///< live or not, here or in a call
};

/// Facts of the route whose clauses are being read.
struct ClauseScope {
  const Dimension *experts = nullptr;
  Route *route = nullptr;
  std::map<std::string, Value> words; ///< tokens, selected, ...; without trees
  std::map<std::string, Binding> values; ///< score, prob
  const RouteScope::Field *each = nullptr;
  bool isSoft = false; ///< every expert runs, for every unit
  bool isBroken = false; ///< a clause had errors: words may be missing
};

/// Which random function of which statement comes next: what keys are made of.
struct DrawScope {
  std::string statement;
  int next = 0;
};

struct ScanScope {
  std::map<std::string, Meaning> carries;
  std::map<std::string, SourceLocation> nexts;
  std::map<std::string, Value> nextValues;
  std::optional<Value> emitted;
};

/// The scope of one component, or of a section, while it is checked.
struct Body {
  enum class Kind { Component, Source, Section };
  Kind kind = Kind::Component;
  InstanceInfo *info = nullptr;
  Instance *instance = nullptr;
  std::map<std::string, const Dimension *> dims; ///< generics and own ones
  std::map<std::string, Binding> bindings;
  std::vector<std::string> order; ///< of the bindings
  std::map<std::string, const void *> called; ///< label -> the call, for E0142
  std::set<std::string> losses;
  ClauseScope *clause = nullptr;
  ScanScope *scan = nullptr;
  DrawScope draws;
  std::string prefix; ///< of labels, inside a policy
  bool allowsLaterSight = false;
  bool hasLostName = false; ///< a binding was refused: names may be missing
  const Binding *run = nullptr; ///< of `train`: what `run()` gives
};

/// A copy that reads nothing: what a name stands for.
Value withoutTree(const Value &value);

} // namespace spex::sema

#endif // COMPILER_SEMA_SCOPES_H
