//===- Checker.h - The work of Sema, by subject -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One class whose methods are spread over the files of this directory, each
// named for its subject. Nothing outside the directory includes it.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_CHECKER_H
#define COMPILER_SEMA_CHECKER_H

#include "compiler/Sema/Sema.h"
#include "compiler/Sema/SizeArithmetic.h"
#include "compiler/Sema/Value.h"

#include <set>
#include <unordered_map>
#include <unordered_set>

namespace spex::sema {

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

class Checker {
  friend class SectionChecker;

public:
  Checker(const ast::File &file, const SourceFile &source,
          const SemaOptions &options, DiagnosticEngine &diags)
      : file(file), source(source), options(options), diags(diags) {}
  std::optional<Program> run();
  /// Checks what this choice of variants reaches, and gives it.
  std::set<const ast::ComponentItem *> checkReachable();
  /// Components that another choice reaches need no check of their own.
  void leaveOut(std::set<const ast::ComponentItem *> reached) {
    reachedElsewhere = std::move(reached);
  }

private:
  //===-- Declarations.cpp --------------------------------------------------===//
  void collect();
  bool declare(const ast::Identifier &name);
  void readNumerics(const ast::NumericsItem &item);
  void readImport(const ast::ImportItem &item);
  void setNumerics(const std::string &key, const std::string &word);
  void applySettings();
  void applyDimSettings();
  void checkAsserts();
  void collectUsedNames();
  void warnUnusedDims();

  //===-- Dimensions.cpp ----------------------------------------------------===//
  const Dimension *dimension(const ast::Identifier &name, Body &body);
  /// Null, and reports nothing, if there is none.
  const Dimension *findDimension(const std::string &name, Body *body);
  const Dimension *fileDimension(const std::string &name);
  const Dimension *declareDim(const ast::DimDecl &decl, Body *body,
                              bool isSettable);
  Dimension *newDimension(const std::string &name, SourceLocation location);
  bool setSize(Dimension *dim, const Size &size, SourceLocation location);
  const Dimension *renamed(const ast::Identifier &to, const Dimension *from,
                           Body &body);
  const Dimension *root(const Dimension *dim) const;
  const Size &sizeOf(const Dimension *dim) const { return sizes.at(dim); }
  std::vector<std::string> dimensionNames(Body *body) const;
  std::optional<Size> product(const std::vector<const Dimension *> &dims) const;
  std::string spell(const Size &size) const;
  bool isWholeAtEverySize(const Size &size) const;
  /// Whether two sizes agree; one with an error agrees with any.
  bool agree(const Size &a, const Size &b) const;
  bool isBroken(const Size &size) const;
  /// The value at the bounds of all bounded dimensions.
  std::optional<Rational> atBounds(const Size &size) const;

  //===-- Constants.cpp -----------------------------------------------------===//
  /// A number known before the program runs; reports and gives none otherwise.
  /// The flag tells whether bounded dimensions may occur.
  std::optional<Size> constant(const ast::Expr &expr, Body *body);
  std::optional<Size> constantUnlimited(const ast::Expr &expr, Body *body);
  std::optional<Size> constantName(const std::string &name,
                                   SourceLocation location, Body *body);
  std::optional<Size> constantChain(const ast::ChainExpr &expr, Body *body);
  std::optional<Size> constantCall(const ast::CallExpr &expr, Body *body);
  std::optional<Size> applyOperator(ast::BinaryOperator op, const Size &a,
                                    const Size &b);
  /// True, false, or not decided before the program runs.
  std::optional<bool> compareSizes(ast::BinaryOperator op, const Size &a,
                                   const Size &b);
  /// As `constant`, but bounded dimensions count at their bound.
  std::optional<Exact> number(const ast::Expr &expr, Body *body);
  const Exact *constValue(const std::string &name);
  const ast::Expr *arm(const ast::MatchExpr &expr);
  template <typename Arms>
  int armIndex(const ast::Identifier &variant, SourceLocation location,
               const Arms &arms);
  std::nullopt_t notConstant(SourceLocation location);

  //===-- Types.cpp ---------------------------------------------------------===//
  std::optional<Type> declared(const ast::Type &type, Body &body);
  std::string spell(const Type &type) const;
  std::string spell(const Value &value) const;
  /// A value at a declared type: same names, same kind of element, and no
  /// silent narrowing to one that was written.
  Value fits(Value value, const Type &want, bool isWritten,
             SourceLocation location, const std::string &what);
  bool sameKind(const Value &value, const Type &want, bool isWritten,
                SourceLocation location, const std::string &what);
  ElementType joinElements(const std::vector<const Value *> &values) const;
  bool isNumeric(const Value &value, SourceLocation location,
                 const std::string &what);
  bool isBool(const Value &value, SourceLocation location,
              const std::string &what);
  /// The tree at another element type, with a Cast where it differs.
  Value toElement(Value value, ElementType element);
  /// Repeats the value along the dimensions of `dims` it lacks.
  Value expandTo(Value value, const std::vector<const Dimension *> &dims);
  Value folded(const Exact &literal, SourceLocation location);

  //===-- Trees.cpp ---------------------------------------------------------===//
  ExprPtr makeExpr(Expr::Kind kind, SourceLocation location, Type type);
  void adopt(Expr &parent, ExprPtr child);
  void raise(Expr &parent, const Expr &child);
  void setHeight(Expr &loop, const Scan &scan);
  void nameDraw(Expr &call, Body &body);
  Value tensor(ExprPtr expr, Facts facts);
  /// Marks what only a later release computes.
  void markLater(const Value &value, const std::string &feature);
  void seenInTraining(const Value &value, ExprPtr other);
  bool spend(uint64_t work, SourceLocation location);
  int newLocal(Body &body, const std::string &name, SourceLocation location,
               const Value &value);

  //===-- Components.cpp ----------------------------------------------------===//
  InstanceInfo *instantiate(const ast::ComponentItem &component,
                            const std::vector<const Dimension *> &generics);
  void checkBody(InstanceInfo &info, Body &body);
  bool checkSignature(InstanceInfo &info, Body &body);
  const Dimension *aliasOf(const ast::Identifier &name,
                           const Dimension *given);
  std::optional<Type> outside(const InstanceInfo &info, Type type,
                              SourceLocation location);
  Value renameAliases(const InstanceInfo &info, Value value, const Type &want);
  void bindInput(InstanceInfo &info, const ast::Identifier &name,
                 Binding binding, Body &body);
  void finish(InstanceInfo &info, Body &body, unsigned before);
  void checkReturn(const ast::Stmt &stmt, Body &body);
  void returnRecord(Value value, const ast::Stmt &stmt, Body &body);
  void reportUnused(Body &body, const std::vector<std::string> &names);
  void declareRenamed(const ast::ComponentItem &component, Body &body);
  const ast::ComponentItem *findComponent(const ast::Identifier &name);
  void bind(Body &body, const ast::Identifier &name, Binding binding);
  void bindLocal(Body &body, const ast::Identifier &name, Value value);

  //===-- Statements.cpp ----------------------------------------------------===//
  void checkStatements(const std::vector<ast::Stmt> &statements, Body &body);
  void checkStatement(const ast::Stmt &stmt, Body &body);
  void checkParam(const ast::Stmt &stmt, Body &body);
  void checkFixed(const ast::Stmt &stmt, Body &body);
  void checkPart(const ast::Stmt &stmt, Body &body);
  void checkAux(const ast::Stmt &stmt, Body &body);
  void checkUpdate(const ast::Stmt &stmt, Body &body);
  void checkNext(const ast::Stmt &stmt, Body &body);
  std::optional<Initializer> initializer(const ast::Expr &expr, Body &body);
  bool countElements(const Type &type, SourceLocation location);

  //===-- Expressions.cpp, Operators.cpp ------------------------------------===//
  Value evaluate(const ast::Expr &expr, Body &body);
  /// A tensor; routes with one result count as it.
  Value evaluateTensor(const ast::Expr &expr, Body &body);
  Value toTensor(Value value, SourceLocation location);
  Value evaluateName(const ast::NameExpr &expr, Body &body);
  Value evaluateDimension(const ast::DimensionExpr &expr, Body &body);
  Value read(const Binding &binding, SourceLocation location);
  Value readRoute(const RouteScope &scope, SourceLocation location);
  Value readRouteField(const RouteScope &scope, const RouteScope::Field &field,
                       SourceLocation location);
  Value evaluateField(const ast::FieldExpr &expr, Body &body);
  Value fieldOf(Value record, size_t index, SourceLocation location);
  /// The fields of a record, which is computed once.
  std::vector<Value> splitRecord(Value record, SourceLocation location,
                                 Body &body);
  Value recordOf(std::vector<std::pair<std::string, Value>> fields,
                 SourceLocation location);
  Value evaluateRecord(const ast::RecordExpr &expr, Body &body);
  Value evaluateMatch(const ast::MatchExpr &expr, Body &body);
  Value evaluatePhase(const ast::PhaseExpr &expr, Body &body);
  Value joinPhases(Value train, Value infer, SourceLocation location);
  Value evaluateUnary(const ast::UnaryExpr &expr, Body &body);
  Value evaluateChain(const ast::ChainExpr &expr, Body &body);
  Value binary(ast::BinaryOperator op, SourceLocation location, Value left,
               Value right);
  bool areOperands(ast::BinaryOperator op, SourceLocation location,
                   Value &left, Value &right);
  ElementType resultElement(ast::BinaryOperator op, const Value &left,
                            const Value &right) const;
  Value contract(SourceLocation location, Value left, Value right);
  Value evaluateRename(const ast::RenameExpr &expr, Body &body);
  Value evaluatePick(const ast::PickExpr &expr, Body &body);
  Value evaluateLookup(const ast::LookupExpr &expr, Body &body);
  /// The dims of the widest operand; reports if another has one it lacks.
  bool widest(const std::string &op, SourceLocation location,
              const std::vector<const Value *> &values,
              std::vector<const Dimension *> &dims);
  void markUsed(const ast::Expr &expr, Body &body);
  void markUsed(const ast::Stmt &stmt, Body &body);
  void useName(const ast::Expr &expr, Body &body);

  //===-- Reach.cpp ---------------------------------------------------------===//
  /// Removes `dims` (or keeps their places) and notes who sees whom.
  void reduceFacts(Facts &facts, const std::vector<const Dimension *> &dims,
                   const std::vector<const Dimension *> &rest, bool isKept);
  void seesAll(Facts &facts, const std::vector<const Dimension *> &dims);
  void warnLaterSight(const InstanceInfo &info);

  //===-- Builtins.cpp, BuiltinAxes.cpp, BuiltinShapes.cpp, ... -------------===//
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
  Value evaluateCall(const ast::CallExpr &expr, Body &body);
  Value callBuiltin(const ast::CallExpr &expr, const BuiltinInfo &info,
                    Body &body);
  bool splitArguments(const ast::CallExpr &expr, const BuiltinInfo &info,
                      CallArguments &arguments);
  bool resolveBrackets(BuiltinCall &call, Body &body);
  Value plainBuiltin(BuiltinCall &call, Body &body);
  Value foldPlain(const BuiltinCall &call, const std::vector<Value> &values);
  Value castBuiltin(BuiltinCall &call, Body &body);
  Value trainingBuiltin(BuiltinCall &call, Body &body);
  Value whereBuiltin(BuiltinCall &call, std::vector<Value> values);
  Value outerBuiltin(BuiltinCall &call, std::vector<Value> values);
  Value oneHotBuiltin(BuiltinCall &call, Value value);
  Value fileBuiltin(BuiltinCall &call, Body &body);
  Value axisBuiltin(BuiltinCall &call, Body &body);
  Value reduceBuiltin(BuiltinCall &call, Value value, Body &body);
  Value keepBuiltin(BuiltinCall &call, Value value, Body &body);
  bool addMask(BuiltinCall &call, Value &result, Body &body);
  bool addNumber(BuiltinCall &call, Expr &expr, const std::string &name,
                 Body &body);
  Value ropeBuiltin(BuiltinCall &call, Value value, Body &body);
  Value shiftBuiltin(BuiltinCall &call, Value value, Body &body);
  Value ownBuiltin(BuiltinCall &call, Body &body);
  Value dotBuiltin(BuiltinCall &call, Body &body);
  Value expandBuiltin(BuiltinCall &call, Body &body);
  Value splitBuiltin(BuiltinCall &call, Body &body);
  Value mergeBuiltin(BuiltinCall &call, Body &body);
  Value concatBuiltin(BuiltinCall &call, Body &body);
  Value sliceBuiltin(BuiltinCall &call, Body &body);
  Value windowsBuiltin(BuiltinCall &call, Body &body);
  Value maskBuiltin(BuiltinCall &call, Body &body);
  Value rangeBuiltin(BuiltinCall &call, Body &body);
  Value randomBuiltin(BuiltinCall &call, Body &body);
  Value constantBuiltin(BuiltinCall &call, Body &body);
  Value crossEntropyBuiltin(BuiltinCall &call, Body &body);
  Value transportBuiltin(BuiltinCall &call, Body &body);
  Value wrongForm(const BuiltinCall &call, const std::string &help);
  bool hasDims(const BuiltinCall &call, const Value &value,
               const std::vector<const Dimension *> &dims);
  bool checkCount(BuiltinCall &call, Expr &expr, Body &body);
  Value callExpr(const BuiltinCall &call, std::vector<Value> operands,
                 Type type, Facts facts);
  bool freshDims(const BuiltinCall &call,
                 const std::vector<const Dimension *> &present,
                 const std::vector<const Dimension *> &added);

  //===-- Calls.cpp, Repeats.cpp --------------------------------------------===//
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
  InstanceInfo *resolve(const ast::Callee &callee, Body &body);
  Value callComponent(ComponentCall &call, Body &body, Expr::Kind kind);
  bool prepareCall(ComponentCall &call, Body &body);
  bool pairArguments(ComponentCall &call, Body &body);
  bool matchInputs(ComponentCall &call, Body &body);
  void adoptCall(ComponentCall &call, Body &body);
  Value resultOf(ComponentCall &call, Expr::Kind kind);
  bool partCall(const ast::Identifier &name, ComponentCall &call, Body &body);
  Value evaluateRepeat(const ast::RepeatExpr &expr, Body &body);
  Value finishStack(const ast::RepeatExpr &expr, const Dimension *dim,
                    const ComponentCall &call, const Type &taken, Value result);
  Value evaluateScan(const ast::ScanExpr &expr, Body &body);
  /// Names that a scan hides, to be put back.
  using Hidden = std::vector<std::map<std::string, Binding>::node_type>;
  bool bindScanned(const ast::ScanExpr &expr, const Dimension *dim, Body &body,
                   Scan &made, Hidden &hidden, Facts &seen);
  bool bindCarries(const ast::ScanExpr &expr, Body &body, ScanScope &scan,
                   Scan &made, const Facts &seen);
  void checkLoop(const ast::ScanExpr &expr, Body &body, ScanScope &scan,
                 Scan &made);
  void checkCarries(const ast::ScanExpr &expr, const Body &body,
                    const ScanScope &scan);
  Value finishScan(const ast::ScanExpr &expr, const Dimension *dim,
                   ScanScope &scan, std::unique_ptr<Scan> made, Body &body);

  //===-- Route.cpp, Clauses.cpp, Select.cpp, RouteRecord.cpp ---------------===//
  struct PhaseSelection {
    const ast::Selection *train = nullptr, *infer = nullptr;
  };
  struct RouteState {
    const ast::Route *syntax = nullptr;
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
  void checkRoute(const ast::Stmt &stmt, Body &body);
  bool routeExperts(RouteState &state, Body &body);
  bool expertCounts(RouteState &state, Body &body, std::vector<int64_t> &counts);
  bool callExperts(RouteState &state, Body &body);
  bool takesRows(const ast::Route &route) const;
  bool callKind(RouteState &state, const ast::ExpertKind &kind, int64_t count,
                Body &body);
  bool hasNeededClauses(const ast::Route &route,
                        const std::vector<ast::Clause> &clauses);
  void readClauses(RouteState &state, const std::vector<ast::Clause> &clauses,
                   Body &body);
  void readClause(RouteState &state, const ast::Clause &clause, Body &body);
  void readScore(RouteState &state, const ast::Clause &clause, Body &body);
  void readKeep(RouteState &state, const ast::Clause &clause, Body &body);
  void readWord(RouteState &state, const ast::Clause &clause, Body &body);
  void readCapacity(RouteState &state, const ast::Clause &clause, Body &body);
  void readWeight(RouteState &state, const ast::Clause &clause, Body &body);
  std::optional<Size> rows(const ast::Expr &expr, RouteState &state,
                           Body &body, const char *clause);
  bool isWholeForm(const ast::Expr &expr) const;
  const ast::Expr *limitOf(const ast::Expr &expr, unsigned phase) const;
  bool checkPolicy(RouteState &state, Body &body,
                   const std::vector<ast::Clause> *&clauses, Body &inner);
  PhaseSelection settle(const ast::Selection &selection);
  void readSelect(RouteState &state, const ast::Clause &clause, Body &body);
  bool readSelection(RouteState &state, const ast::Selection &selection,
                     unsigned phases, Body &body);
  bool setUnits(RouteState &state, std::vector<const Dimension *> units,
                SourceLocation location);
  bool readBy(RouteState &state, const ast::Selection &selection,
              unsigned phases, Selection &made,
              std::vector<const Dimension *> &units, Body &body);
  bool readCount(RouteState &state, const ast::Selection &selection,
                 Selection &made, Body &body);
  void settleGroup(RouteState &state, Body &body);
  void checkUnits(RouteState &state);
  void needGroup(RouteState &state, const char *clause);
  void addField(RouteState &state, const std::string &name, RouteField own,
                Type type, const Facts &facts);
  void addIndexField(RouteState &state, const Facts &facts);
  void addResults(RouteState &state, Body &body, const Facts &choice);
  void makeRecord(RouteState &state, Body &body);
  void noteSight(RouteState &state, Body &body, Facts &seen);
  void warnConstantWeight(RouteState &state, const ast::Clause &clause);
  Value evaluateChosen(const ast::CallExpr &expr, Body &body);
  ExprPtr sizeExpr(const Size &size, const std::string &name,
                   SourceLocation location);

  //===-- Parameters.cpp, Exports.cpp, Weights.cpp --------------------------===//
  void trace(InstanceInfo &info);
  LiveParts liveFor(const InstanceInfo &info,
                    const std::set<int> &fields) const;
  void collectParameters(const InstanceInfo &info, EntryPoint &entry);
  void collectParameters(const InstanceInfo &info, const std::set<int> &fields,
                         const std::string &prefix,
                         std::vector<const Dimension *> &outer,
                         std::map<std::string, StoredParameter> &found);
  void pruneBody(Instance &instance);
  void walkReachable(const Instance &model,
                     const std::function<void(const Instance &)> &visit) const;
  void makeEntries();
  void makeEntry(const std::string &name, InstanceInfo &info);
  void collectDims(EntryPoint &entry);
  void decideStep(EntryPoint &entry, InstanceInfo &info,
                  const Dimension *asked, SourceLocation location);
  /// What an export asks for, with its words checked.
  struct ExportRequest {
    const ast::ExportItem *item = nullptr;
    const Dimension *along = nullptr;
    SourceLocation asked;
    const ast::Directive *plainForward = nullptr; ///< without a seed
  };
  ExportRequest readExport(const ast::ExportItem &item);
  void checkExport(const ExportRequest &request);
  void warnUnusedParts(const InstanceInfo &info);
  void reportLater(const EntryPoint &entry);
  void checkRoots();
  void declareAll();
  void checkWeights(const ast::WeightsItem &item);
  /// What a `weights` section says of a component.
  struct WeightSection {
    std::map<std::string, std::vector<FileTensor>> files; ///< by path
    std::vector<std::string> skips;
  };
  std::map<const InstanceInfo *, WeightSection> weightSections;
  void addWeights(const InstanceInfo &info, EntryPoint &entry) const;
  InstanceInfo *componentNamed(const ast::Identifier &name);
  void checkRest();
  InstanceInfo *infoOf(const Instance *instance) const;

  const ast::File &file;
  const SourceFile &source;
  const SemaOptions &options;
  DiagnosticEngine &diags;

  Program program;
  SizeArithmetic arithmetic;
  std::unordered_map<const Dimension *, Size> sizes;
  std::unordered_map<const Dimension *, const Dimension *> roots;
  std::map<std::string, const Dimension *> fileDims; ///< null: being declared
  std::map<std::string, const ast::DimDecl *> dimDecls;
  std::vector<const ast::DimDecl *> dimOrder;
  std::map<std::string, const ast::Binding *> constDecls;
  std::map<std::string, std::optional<Exact>> consts;
  std::set<const Dimension *> brokenDims; ///< whose size had an error
  bool hasLostComponent = false; ///< declared twice: calls may mean another
  struct Variant {
    const ast::VariantItem *item;
    std::string chosen;
  };
  std::map<std::string, Variant> variants;
  std::map<std::string, const ast::ComponentItem *> components;
  std::map<std::string, const ast::PolicyItem *> policies;
  std::set<std::string> imports;
  std::set<std::string> declaredNames;
  std::map<std::string, unsigned> namesUsed; ///< everywhere in the file
  using InstanceKey =
      std::pair<const ast::ComponentItem *, std::vector<const Dimension *>>;
  std::map<InstanceKey, std::unique_ptr<InstanceInfo>> instances;
  std::unordered_map<const Instance *, InstanceInfo *> infos;
  std::set<const ast::ComponentItem *> reachedElsewhere;
  std::vector<ExportRequest> requests;
  const Dimension *rowsDim = nullptr;
  bool isOrderFixed = true; ///< `numerics { order }`
  const Size *tokens = nullptr; ///< while a capacity is read
  uint64_t work = 0;
  unsigned depth = 0;
  bool isExhausted = false;
};

} // namespace spex::sema

#endif // COMPILER_SEMA_CHECKER_H
