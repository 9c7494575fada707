//===- AST.h - The syntax tree of a file ------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations and sections of language.md, section 3, as written; statements
// are in Stmt.h, expressions in Expr.h. Sema reads them, the printer writes
// them.
// A tree that comes without errors has no null pointer but those that say so.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_AST_H
#define COMPILER_FRONTEND_AST_H

#include "compiler/Frontend/Stmt.h"

namespace spex::ast {

//===-- Declarations ------------------------------------------------------===//

/// An input: `x: [S, D]`, `scale: [] = 1`.
struct Formal {
  Identifier name;
  Type type;
  ExprPtr defaultValue; ///< or null
};

/// `[D]`, or `(y: [D], s: [])`.
struct Result {
  SourceLocation location;
  bool isRecord = false;
  Type type;                                       ///< unless isRecord
  std::vector<std::pair<Identifier, Type>> fields; ///< if isRecord
};

/// A declaration of a file. Derived classes follow; `kind` tells which.
struct Item {
  enum class Kind {
    Import,
    Dim,
    Const,
    Variant,
    Assert,
    Allow,
    Component,
    Policy,
    Numerics,
    Weights,
    Quantize,
    Schedule,
    Export,
    Train,
    Metrics,
    Sweep,
  };
  const Kind kind;
  SourceLocation location; ///< of its first word
  std::string doc;         ///< the `##` lines before it

  virtual ~Item() = default;

protected:
  Item(Kind kind, SourceLocation location) : kind(kind), location(location) {}
};

template <Item::Kind K> struct ItemOf : Item {
  static constexpr Kind nodeKind = K;
  static bool classof(const Item *item) { return item->kind == K; }
  explicit ItemOf(SourceLocation location) : Item(K, location) {}
};

struct File;

/// `import "lib/gates.spex" as gates`.
struct ImportItem : ItemOf<Item::Kind::Import> {
  using ItemOf::ItemOf;
  Identifier path; ///< without its quotes
  Identifier name;
  const File *target = nullptr; ///< set by `readImports`
};

/// `dim D = 768, B <= 64`.
struct DimItem : ItemOf<Item::Kind::Dim> {
  using ItemOf::ItemOf;
  std::vector<DimDecl> dims;
};

/// `const alpha = 0.01, beta = 2`.
struct ConstItem : ItemOf<Item::Kind::Const> {
  using ItemOf::ItemOf;
  std::vector<Binding> bindings;
};

/// `variant kind = a | b`.
struct VariantItem : ItemOf<Item::Kind::Variant> {
  using ItemOf::ItemOf;
  Identifier name;
  std::vector<Identifier> choices;
};

/// `assert H * A == D`.
struct AssertItem : ItemOf<Item::Kind::Assert> {
  using ItemOf::ItemOf;
  ExprPtr condition;
};

/// `allow W0201`.
struct AllowItem : ItemOf<Item::Kind::Allow> {
  using ItemOf::ItemOf;
  Identifier code;
};

enum class Role { Expert, Gate, Module, Model, Source };
const char *spelling(Role role);

/// `module Norm<N>(x: [N]) -> [N] { ... }`.
struct ComponentItem : ItemOf<Item::Kind::Component> {
  using ItemOf::ItemOf;
  Role role = Role::Module;
  Identifier name;
  std::vector<Identifier> generics;
  std::vector<Formal> formals;
  Result result;
  Block body;
};

/// `policy TopTwo<N>(x: [D]) { ... }`.
struct PolicyItem : ItemOf<Item::Kind::Policy> {
  using ItemOf::ItemOf;
  Identifier name;
  std::vector<Identifier> generics;
  std::vector<Formal> formals;
  std::vector<Clause> clauses;
};

//===-- Sections ----------------------------------------------------------===//

/// `Block.y.up`, `Block.*`, `*`.
struct Path {
  SourceLocation location;
  std::vector<Identifier> steps;
};

/// `word` or `word(args)`: an entry point, a directive, a format.
struct Directive {
  Identifier word;
  bool hasArgs = false;
  Arguments args;
};

/// `numerics { store = bf16 }`.
struct NumericsItem : ItemOf<Item::Kind::Numerics> {
  using ItemOf::ItemOf;
  std::vector<std::pair<Identifier, Identifier>> lines; ///< key, word
};

/// A line of `weights`.
struct WeightLine {
  enum class Kind {
    Bind,  ///< all but what Skip uses
    Skip,  ///< files[0]
    Fresh, ///< path
  };
  Kind kind = Kind::Bind;
  SourceLocation location;
  Identifier format;             ///< `mxfp4`, or empty
  std::vector<Identifier> files; ///< names in the file, without quotes
  Identifier partDim, partLabel; ///< `[Two = gate]`, or empty
  Path path;
  std::vector<std::vector<Identifier>> axes; ///< `(H A)` has two
  Identifier repeat;                         ///< or empty
};

/// `weights hf for M { ... }`.
struct WeightsItem : ItemOf<Item::Kind::Weights> {
  using ItemOf::ItemOf;
  Identifier name, target;
  std::vector<WeightLine> lines;
};

/// `path = directives` or `path = value`, of quantize and schedule.
struct SettingLine {
  Path path;
  std::vector<Directive> directives; ///< empty if there is a value
  ExprPtr value;                     ///< a number or a list, else null
};

/// `quantize q for M { ... }`.
struct QuantizeItem : ItemOf<Item::Kind::Quantize> {
  using ItemOf::ItemOf;
  Identifier name, target;
  std::vector<SettingLine> lines;
};

/// `schedule cpu for M { ... }`; `name` is the device.
struct ScheduleItem : ItemOf<Item::Kind::Schedule> {
  using ItemOf::ItemOf;
  Identifier name, target;
  std::vector<SettingLine> lines;
};

/// `export M as "lib" { forward, step(along: S) }`.
struct ExportItem : ItemOf<Item::Kind::Export> {
  using ItemOf::ItemOf;
  Identifier target;
  Identifier outputName; ///< without its quotes
  std::vector<Directive> entries;
};

/// A line of `every n { ... }`.
struct EveryLine {
  enum class Kind {
    Log,  ///< names
    Save, ///< file, best
    Eval, ///< names[0], value, source, sourceArgs, sizes, batches
  };
  Kind kind = Kind::Log;
  SourceLocation location;
  std::vector<Identifier> names;
  Identifier file; ///< without its quotes
  Identifier best; ///< or empty
  ExprPtr value;
  Callee source;
  Arguments sourceArgs;
  std::vector<Binding> sizes;
  ExprPtr batches; ///< or null
};

/// A line of `train` or `metrics`.
struct RunLine {
  enum class Kind {
    Let,    ///< name, value
    Feed,   ///< name, value
    Draw,   ///< name, value
    Report, ///< name, value
    Key,    ///< name (`data`, `loss`, `steps`), value
    Freeze, ///< path
    Rate,   ///< path, value
    Every,  ///< value, lines
  };
  Kind kind = Kind::Key;
  SourceLocation location; ///< of its first word
  Identifier name;
  Path path;
  ExprPtr value;
  std::vector<EveryLine> lines;
};

/// What train and metrics share: `train fit for M at B = 32 { ... }`.
struct RunItem : Item {
  Identifier name, target;
  std::vector<Binding> sizes;
  std::vector<RunLine> lines;
  static bool classof(const Item *item) {
    return item->kind == Kind::Train || item->kind == Kind::Metrics;
  }

protected:
  using Item::Item;
};

struct TrainItem : RunItem {
  static bool classof(const Item *item) { return item->kind == Kind::Train; }
  explicit TrainItem(SourceLocation location)
      : RunItem(Kind::Train, location) {}
};

struct MetricsItem : RunItem {
  static bool classof(const Item *item) { return item->kind == Kind::Metrics; }
  explicit MetricsItem(SourceLocation location)
      : RunItem(Kind::Metrics, location) {}
};

/// `R in [2, 4]`, `(C, Y) in [(1, 2)]`, or `run fit, specialisation`.
struct SweepLine {
  SourceLocation location;
  bool isRun = false;
  bool isTuple = false;          ///< the names stand in parentheses
  std::vector<Identifier> names; ///< swept, or of what is run
  ExprPtr values;                ///< null if isRun
};

/// `sweep study { ... }`.
struct SweepItem : ItemOf<Item::Kind::Sweep> {
  using ItemOf::ItemOf;
  Identifier name;
  std::vector<SweepLine> lines;
};

/// A whole file. The edition is 2026.
struct File {
  uint16_t index = 0; ///< SourceLocation::file of all its places
  std::vector<std::unique_ptr<Item>> items;
};

/// The node as what its kind says: `as<ComponentItem>(item)`.
template <typename Node> const Node &as(const Item &item) {
  assert(Node::classof(&item) && "declaration of another kind");
  return static_cast<const Node &>(item);
}

} // namespace spex::ast

#endif // COMPILER_FRONTEND_AST_H
