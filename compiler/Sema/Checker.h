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

#include "compiler/Sema/Requests.h"
#include "compiler/Sema/Sema.h"
#include "compiler/Sema/SizeArithmetic.h"

#include <set>
#include <unordered_map>
#include <unordered_set>

namespace spex::sema {

/// Names mean those of another file while this lives.
class FileEntry {
public:
  FileEntry(FileScope *&here, FileScope *scope) : here(here), outer(here) {
    here = scope;
  }
  FileEntry(const FileEntry &) = delete;
  ~FileEntry() { here = outer; }

private:
  FileScope *&here;
  FileScope *outer;
};

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
  void collect(const ast::File &declaring);
  bool declare(const ast::Identifier &name);
  void readNumerics(const ast::NumericsItem &item);
  void setNumerics(const std::string &key, const std::string &word);
  void applySettings();
  void applyDimSettings();
  void checkAsserts();
  void checkInRun(ast::BinaryOperator op, const Size &left, const Size &right,
                  SourceLocation location);
  void collectUsedNames();
  void warnUnusedDims();

  //===-- Imports.cpp -------------------------------------------------------===//
  void readImport(const ast::ImportItem &item);
  /// The names that a file declares, collected once.
  FileScope *scopeOf(const ast::File &imported);
  /// Where a callee is looked up: null for an import that was not read, nothing
  /// if there is no such import.
  std::optional<FileScope *> fileOf(const ast::Callee &callee) const;
  /// Null, and reports nothing, if there is none.
  const ast::ComponentItem *knownComponent(const ast::Callee &callee) const;
  const ast::ComponentItem *findComponent(const ast::Callee &callee);
  const ast::PolicyItem *findPolicy(const ast::Callee &callee);
  template <typename Item, unsigned N>
  const Item *findItem(const ast::Callee &callee,
                       std::map<std::string, const Item *> FileScope::*table,
                       const Message<N> &unknown);
  void reportUnknownDimension(const ast::Identifier &name, Body *body);

  //===-- Dimensions.cpp ----------------------------------------------------===//
  const Dimension *dimension(const ast::Identifier &name, Body &body);
  /// Null, and reports nothing, if there is none.
  const Dimension *findDimension(const std::string &name, Body *body);
  const Dimension *fileDimension(const std::string &name);
  const Dimension *declareDim(const ast::DimDecl &decl, Body *body,
                              bool isSettable);
  Dimension *newDimension(const std::string &name, SourceLocation location);
  /// Gives a size that agrees with any.
  void makeUnknown(Dimension *dim);
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
  /// Whether an error or a component that nobody calls leaves it open.
  bool isBroken(const Size &size) const;
  /// The number of a static size; one that fits where the size is left open.
  std::optional<Rational> knownValue(const Size &size) const;
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
  void warnCapacity(const RouteState &state, const Size &limit,
                    SourceLocation location);
  void warnNarrowThreshold(const Expr &condition, SourceLocation location);
  void warnUnreached(const RouteState &state, const Expr &index,
                     SourceLocation location, const Body &body);
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
  void settleGroup(RouteState &state);
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
  ExportRequest readExport(const ast::ExportItem &item);
  void checkExport(const ExportRequest &request);
  void warnUnusedParts(const InstanceInfo &info);
  void reportLater(const EntryPoint &entry);
  void checkRoots();
  void declareAll();
  void checkWeights(const ast::WeightsItem &item);
  void addWeights(const InstanceInfo &info, EntryPoint &entry) const;
  InstanceInfo *componentNamed(const ast::Identifier &name);
  void checkRest();
  std::vector<const ast::ComponentItem *> uncalled() const;
  void checkUncalledGenerics();
  InstanceInfo *infoOf(const Instance *instance) const;

  const ast::File &file;
  const SourceFile &source;
  const SemaOptions &options;
  DiagnosticEngine &diags;

  Program program;
  SizeArithmetic arithmetic;
  std::unordered_map<const Dimension *, Size> sizes;
  std::unordered_map<const Dimension *, const Dimension *> roots;
  std::set<const Dimension *> brokenDims; ///< whose size had an error
  std::set<const Dimension *> unknownDims; ///< of components nobody calls
  std::vector<std::unique_ptr<Instance>> unknown; ///< with such dimensions
  std::map<const ast::File *, std::unique_ptr<FileScope>> scopes;
  /// The file of what is being checked.
  FileScope *here = nullptr;
  /// The file of each component and policy.
  std::unordered_map<const ast::Item *, FileScope *> homes;
  /// Components of imported files, and the dimensions they may not use.
  std::set<std::pair<const void *, std::string>> usesOfFile;
  std::map<std::string, unsigned> namesUsed; ///< everywhere in the file
  using InstanceKey =
      std::pair<const ast::ComponentItem *, std::vector<const Dimension *>>;
  std::map<InstanceKey, std::unique_ptr<InstanceInfo>> instances;
  std::unordered_map<const Instance *, InstanceInfo *> infos;
  std::set<const ast::ComponentItem *> reachedElsewhere;
  std::vector<ExportRequest> requests;
  std::map<const InstanceInfo *, WeightSection> weightSections;
  const Dimension *rowsDim = nullptr;
  bool isOrderFixed = true; ///< `numerics { order }`
  const Size *tokens = nullptr; ///< while a capacity is read
  uint64_t work = 0;
  unsigned depth = 0;
  bool isExhausted = false;
};

} // namespace spex::sema

#endif // COMPILER_SEMA_CHECKER_H
