//===- Generator.h - The state of one generation ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One object writes one entry point. Its methods are spread over files by
// subject; each comment below names its file.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_IRGEN_GENERATOR_H
#define COMPILER_IRGEN_GENERATOR_H

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/IRGen/Frames.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <deque>
#include <map>
#include <string>

namespace spex::irgen {

class Generator {
public:
  Generator(const Program &program, const EntryPoint &entry,
            mlir::ModuleOp module, DiagnosticEngine &diags);

  /// Entry.cpp. False after a diagnostic.
  bool run();

private:
  // Sizes.cpp
  bool isOfRows(const SizeFormula &formula) const;
  mlir::Value formulaValue(const SizeFormula &formula);

  // Values.cpp: sizes, types, loops.
  mlir::Type typeOf(ElementType element);
  mlir::RankedTensorType tensorType(DimsRef dims, ElementType element);
  mlir::Value sizeValue(const Dimension *dim);
  void checkSize(const SizeFormula &formula, llvm::StringRef text);
  mlir::OpFoldResult size(const Dimension *dim);
  mlir::Value indexConstant(int64_t value);
  bool isPrefix(const Dimension *dim) const;
  Dimension *makeDimension(llvm::StringRef name, int64_t size);
  mlir::Value emptyTensor(mlir::Location loc, DimsRef dims,
                          ElementType element);
  mlir::Value filledTensor(mlir::Location loc, DimsRef dims,
                           ElementType element, mlir::TypedAttr value);
  mlir::ArrayAttr loopNames(DimsRef dims);
  mlir::AffineMap mapOf(DimsRef loops, DimsRef dims);
  mlir::TypedAttr constantAttr(double value, ElementType element);
  mlir::Value scalarConstant(Scalars &scalars, double value,
                             ElementType element);

  // Loops.cpp: trees become linalg.generic.
  using Combiner = llvm::function_ref<mlir::Value(
      Scalars &, mlir::Value accumulator, mlir::Value element)>;
  Tensor materialize(const NodeRef &node);
  Tensor materialize(const NodeRef &node, DimsRef order);
  Tensor materializeAs(const NodeRef &node, const Type &type);
  Tensor reduce(mlir::Location loc, const NodeRef &node, DimsRef removed,
                double initial, Combiner combine);
  Tensor writeLoops(mlir::Location loc, DimsRef loops, DimsRef outDims,
                    ElementType element, llvm::ArrayRef<NodeRef> trees,
                    mlir::Value init,
                    llvm::function_ref<mlir::Value(
                        Scalars &, llvm::ArrayRef<mlir::Value> elements,
                        mlir::Value out)>
                        body);

  // Elementwise.cpp
  ElementType arithmeticType(llvm::ArrayRef<NodeRef> operands) const;
  NodeRef convert(const NodeRef &node, ElementType element);
  NodeRef unary(const NodeRef &x, Builtin builtin);
  NodeRef binary(BinaryOp op, NodeRef a, NodeRef b);
  NodeRef select(const NodeRef &condition, NodeRef a, NodeRef b);
  NodeRef constantLike(double value, const NodeRef &like);
  NodeRef negate(const NodeRef &x);
  NodeRef emitElementwise(const Expr &expr, llvm::ArrayRef<NodeRef> args);
  NodeRef emitUnary(const Expr &expr, const NodeRef &arg);
  static bool isElementwise(const Expr &expr);
  NodeRef index(const Dimension *dim);
  NodeRef dimensionSize(const Dimension *dim);
  NodeRef numberNode(mlir::Value number);

  // Contract.cpp
  NodeRef contract(mlir::Location loc, NodeRef a, NodeRef b, DimsRef summed,
                   bool sharedFirst, ElementType element);
  NodeRef emitContraction(const Expr &expr);

  // Expressions.cpp
  NodeRef emit(const Expr &expr);
  Values emitValues(const Expr &expr);
  NodeRef emitBuiltin(const Expr &expr);
  void refuse(SourceLocation location, const std::string &what);
  Tensor standIn(const Type &type, DimsRef outer = {});
  NodeRef unsupported(const Expr &expr, const std::string &what);
  NodeRef expanded(const NodeRef &x, DimsRef dims);
  static std::string spellingOf(Builtin builtin);

  // Reduce.cpp
  NodeRef sum(mlir::Location loc, const NodeRef &x, DimsRef dims);
  NodeRef maximum(mlir::Location loc, const NodeRef &x, DimsRef dims,
                  bool smallest = false);
  NodeRef count(DimsRef dims);
  NodeRef emitReduction(const Expr &expr);

  // Order.cpp
  NodeRef argMax(const Expr &expr, const NodeRef &x);
  NodeRef inTop(const Expr &expr, const NodeRef &x, const NodeRef &k);
  std::pair<NodeRef, const Dimension *> pairedWith(const Tensor &values,
                                                   const Dimension *dim);
  NodeRef rankAlong(const Tensor &values, const Dimension *dim, bool ascending);
  NodeRef place(const Dimension *dim);
  NodeRef sorted(const Tensor &values, const Dimension *dim);
  NodeRef shifted(const Tensor &values, const Dimension *dim,
                  const NodeRef &by);
  Tensor runningSum(const Tensor &values, const Dimension *dim);
  NodeRef emitOrdered(const Expr &expr);

  // Norms.cpp, Softmax.cpp
  NodeRef emitNorm(const Expr &expr);
  NodeRef emitSoftmax(const Expr &expr);
  NodeRef softmax(mlir::Location loc, NodeRef x, DimsRef dims, NodeRef mask,
                  NodeRef sink, bool logarithm);

  // Rope.cpp
  NodeRef emitRope(const Expr &expr);
  struct RopeTables {
    Tensor cosine, sine;
  };
  RopeTables ropeTables(const Expr &expr, const Dimension *half);
  double namedNumber(const Expr &expr, const char *name, double otherwise);
  llvm::SmallVector<double> ropeFrequencies(const Expr &expr, int64_t size);

  // Masks.cpp
  NodeRef emitMask(const Expr &expr);
  NodeRef emitOneHot(const Expr &expr);
  NodeRef emitToIndex(const Expr &expr);

  // Shapes.cpp
  NodeRef emitLookup(const Expr &expr);
  NodeRef gather(mlir::Location loc, const Tensor &table, const NodeRef &at,
                 const Dimension *dim);
  NodeRef emitShape(const Expr &expr);
  NodeRef emitSlice(const Expr &expr);
  NodeRef emitSplit(const Expr &expr);
  NodeRef emitMerge(const Expr &expr);
  NodeRef emitConcat(const Expr &expr);
  mlir::Value entryAlong(mlir::Location loc, const Tensor &x, size_t axis,
                         mlir::OpFoldResult at);
  NodeRef pickEntry(mlir::Location loc, const Tensor &x, const Dimension *dim,
                    mlir::OpFoldResult at);
  Tensor sliceOf(mlir::Location loc, const Tensor &x, unsigned axis,
                 mlir::OpFoldResult from, const Dimension *to);

  // Calls.cpp
  Values call(const Expr &expr);
  Values inlineBody(const Instance &callee, std::string path,
                    llvm::ArrayRef<NodeRef> inputs);
  NodeRef inOrder(const NodeRef &node, const Expr &arg);
  llvm::SmallVector<NodeRef> emitArgs(const std::vector<ExprPtr> &args);
  llvm::SmallVector<NodeRef> bindInputs(const Instance &callee,
                                        llvm::ArrayRef<NodeRef> args,
                                        const RouteValues *weights = nullptr);
  NodeRef bound(const NodeRef &node, const Type &type);
  void emitStatement(const Statement &statement);
  void emitLet(const Statement &statement);
  Values emitReturn(const Instance &callee, const Expr &value);
  std::string pathBelow(const std::string &label) const;
  Values emitStack(const Expr &expr);
  mlir::Operation *closeLoop(mlir::Operation *op, const Dimension *dim,
                             Values &collected, size_t firstState);
  Tensor fedValue(const Expr &arg, const NodeRef &node);
  Tensor copyOf(Tensor x);
  Tensor placeable(const Tensor &x);
  static int countUses(const Instance &instance, int slot);
  mlir::Value layerNumber(size_t numScopes = SIZE_MAX);

  // Route.cpp
  void emitRoute(const Route &route);
  bool checkRoute(const Route &route);
  Dims dimsAround() const;
  const Dimension *unitDimension(DimsRef units);
  Tensor collapseUnits(mlir::Location loc, const NodeRef &node, DimsRef units,
                       const Dimension *unit);
  Tensor expandUnits(mlir::Location loc, const Tensor &x, DimsRef units,
                     const Dimension *unit);
  void combineChoices(const Route &route, RouteValues &values,
                      const Values &each);
  ExpertCall callOf(const Route &route, RouteValues &values);
  void refuseResults(const Route &route, RouteValues &values);

  // Select.cpp
  void choose(const Route &route, RouteValues &values, const NodeRef &by);
  mlir::Value chooseAll(const RouteValues &values);
  mlir::Value chooseAllWhere(const Route &route, RouteValues &values,
                             const NodeRef &isChosen);
  mlir::Value chooseTop(const Route &route, RouteValues &values, NodeRef by);
  mlir::Value choosePick(const Route &route, RouteValues &values,
                         const NodeRef &by);
  mlir::Value chooseBalanced(const Route &route, RouteValues &values,
                             const NodeRef &by);
  mlir::Value atExperts(const Route &route, const RouteValues &values,
                        DimsRef order, const NodeRef &given);
  NodeRef compared(const NodeRef &by);
  mlir::Value maskOf(const Route &route, RouteValues &values, DimsRef order);
  mlir::Value inUnitOrder(const RouteValues &values, DimsRef order,
                          mlir::Value chosen);

  // Random.cpp
  NodeRef emitRandom(const Expr &expr);
  NodeRef emitFixed(const Parameter &declaration);
  NodeRef draw(const Draw &wanted);
  Dims extraDims();
  NodeRef dirichlet(const Expr &expr, Draw wanted);
  NodeRef drawIndex(const Expr &expr, Draw wanted);
  const char *refusalOfDraw(const Expr &expr, DimsRef dims);
  NodeRef firstExceeding(const NodeRef &chances, const NodeRef &u,
                         const Dimension *dim);

  // DrawNumbers.cpp
  /// Which elements of a stream a draw takes: those of moe.draw.
  struct DrawEntries {
    Dims dims; ///< of what is drawn
    mlir::Value numbers, copies, copy;
  };
  DrawEntries entriesOf(DimsRef drawn);
  NodeRef copyNumber();
  bool isStepped(const Dimension *dim) const;
  NodeRef elementNumber(DimsRef dims);
  void numberPairs(Scope &scope, const ExpertCall &call,
                   const RouteValues &values, unsigned kind,
                   const Dimension *pair, llvm::ArrayRef<NodeRef> inputs);
  void refuseDraws(const ExpertCall &call, const RouteValues &values,
                   llvm::ArrayRef<NodeRef> inputs);

  // Windows.cpp
  NodeRef emitWindows(const Expr &expr);

  // Transport.cpp
  NodeRef emitSinkhorn(const Expr &expr);

  // RouteExperts.cpp
  /// The inputs of each kind, and which of the gathered units each is, or -1.
  struct ExpertInputs {
    llvm::SmallVector<llvm::SmallVector<NodeRef>> inputs;
    llvm::SmallVector<llvm::SmallVector<int>> numbers;
    llvm::SmallVector<Tensor> units;
  };
  using BodyWriterFn =
      llvm::function_ref<Values(unsigned kind, ExpertRegion &region)>;
  Values runExperts(const ExpertCall &call, RouteValues &values);
  Values refusedResults(const ExpertCall &call, RouteValues &values);
  Values runWeighed(const Route &route, const ExpertCall &call,
                    RouteValues &values);
  Values writeExperts(mlir::Location loc, const RouteValues &values,
                      llvm::ArrayRef<int64_t> counts,
                      llvm::ArrayRef<Tensor> units, BodyWriterFn writeBody);
  ExpertInputs gatherInputs(const ExpertCall &call, const RouteValues &values);
  llvm::SmallVector<NodeRef> inputsOfKind(const ExpertCall &call,
                                          const ExpertKind &kind);
  NodeRef weighed(const NodeRef &input, const RouteValues &route);
  Values freeResults(const ExpertKind &kind, const NodeRef &input,
                     const ExpertCall &call);
  /// What units get that no expert runs for: a value times its weight, [U, 1],
  /// where `wanted` is an expert.
  struct Passing {
    NodeRef own;
    mlir::Value weight, wanted;
  };
  Values onlyChoices(mlir::Location loc, const Values &results,
                     const RouteValues &values, const Passing &passing);
  Passing passingOf(const Route &route, const RouteValues &values,
                    const RouteValues &pairs);
  mlir::Value choicesOfPairs(const RouteValues &values, mlir::Value ids,
                             const RouteValues &pairs);

  // ExpertPairs.cpp
  /// What `Rows` was outside of an expert.
  struct Rows {
    mlir::Value size;
    const Dimension *dim;
  };
  enum class ExpertForm { Task, Pairs, Rows, Copies, Refused };
  ExpertForm formOf(const ExpertCall &call, const RouteValues &values);
  bool needsCopies(const ExpertCall &call) const;
  bool takesRows(const ExpertKind &kind) const;
  bool draws(const Instance &instance) const;
  Rows enterRows(bool isUsed, const Dimension *rows);
  void leaveRows(const Rows &outer);
  const Scope *enclosingPairs() const;
  int64_t numOuterExperts() const;
  NodeRef outerExpert(const RouteValues &values);
  mlir::Value maskedByPairs(const RouteValues &values, mlir::Value ids);
  static Tensor choicesOf(const RouteValues &values, mlir::Value ids);
  mlir::Value numberWithin(const ExpertCall &call, const RouteValues &values);
  NodeRef contractOfPairs(mlir::Location loc, const NodeRef &x,
                          const Expr &parameter, DimsRef summed,
                          ElementType element);
  NodeRef parameterOfPairs(mlir::Location loc, const Tensor &parameter);
  NodeRef repeatForPairs(mlir::Location loc, const NodeRef &input,
                         const RouteValues &values, const Dimension *pair);
  Tensor expertOfPairs(mlir::Location loc, const ExpertCall &call,
                       const RouteValues &values, unsigned number,
                       const Dimension *pair);
  Tensor renamedTo(mlir::Location loc, Tensor x, const Dimension *from,
                   const Dimension *to);
  Values runKindInPairs(const ExpertCall &call, RouteValues &values,
                        unsigned number, const Dimension *pair);
  Values runInPairs(const ExpertCall &call, RouteValues &values);

  // ExpertRows.cpp
  /// The inputs of one kind; of those with units, [U, ...] in place order.
  struct KindInputs {
    llvm::SmallVector<NodeRef> inputs;
    llvm::SmallVector<Tensor> units;
  };
  /// The choices of one group by expert, and of these the rows of one expert.
  struct GroupRows {
    mlir::Value offsets, rows;       ///< of its plan
    mlir::Value firstUnit, firstRow; ///< of all
    mlir::Value number;              ///< of the expert, within its kind
    mlir::Value count, firstOfExpert;
    mlir::Value firstPlace; ///< of the expert's results, of all
  };
  bool isInRows() const;
  mlir::Value entryOf(mlir::Value list, mlir::Value at);
  NodeRef gatherRows(const GroupRows &group, const Tensor &x,
                     const Dimension *rows);
  llvm::SmallVector<mlir::Value>
  runOneOfRows(const ExpertCall &call, const ExpertKind &kind,
               const KindInputs &given, const GroupRows &group, Values filled);
  void runKindInRows(const ExpertCall &call, const ExpertKind &kind,
                     const KindInputs &given, GroupRows group,
                     mlir::Value maxRows, int64_t first, Values &filled);
  void runGroupInRows(const ExpertCall &call, const RouteValues &values,
                      llvm::ArrayRef<KindInputs> given, const Tensor &ids,
                      mlir::Value number, Values &filled);
  llvm::SmallVector<KindInputs> inputsInPlaceOrder(const ExpertCall &call,
                                                   const RouteValues &values);
  Values runInRows(const ExpertCall &call, RouteValues &values);

  // Merge.cpp
  void runMerged(const Route &route, RouteValues &values);
  Tensor mergedParameter(Scope &scope, const Parameter &declaration,
                         const Tensor &outer, size_t leading);

  // Scan.cpp
  Values emitScan(const Expr &expr);
  Values emitScanBody(const Scan &scan, llvm::ArrayRef<Tensor> carried);
  Values emitScanned(const Expr &expr, const Values &next);
  Tensor initialCarry(const Scan::Carry &carry);
  Tensor resumed(const Scan::Carry &carry, const Tensor &first, int &number);
  void storeCarry(State &state, const Tensor &last);
  llvm::SmallVector<mlir::OpFoldResult> stateOffsets(DimsRef dims);
  llvm::SmallVector<mlir::OpFoldResult> stateSizes(DimsRef dims);

  // Observe.cpp
  NodeRef outerLayer(const RouteValues &values, size_t firstScope,
                     int64_t &numOuter);
  NodeRef copyOfUnits(const Scope &scope);
  mlir::Value observe(const Route &route, const RouteValues &values,
                      mlir::Value ids, bool isKept);
  void noteRoute(const std::string &path, int64_t experts, int64_t choices);

  // ExpertCopies.cpp
  bool isInCopies() const;
  bool haveRows(llvm::ArrayRef<ExpertKind> kinds) const;
  Values runKindCopies(const ExpertCall &call, const ExpertKind &kind,
                       const Dimension *own, int64_t first,
                       const RouteValues *chosenBy);
  Values runCopies(const ExpertCall &call, const RouteValues *chosenBy);
  Tensor joinCopies(mlir::Location loc, llvm::ArrayRef<Tensor> parts,
                    const Dimension *experts);
  Values runAndChoose(const ExpertCall &call, RouteValues &values);

  // RouteEach.cpp
  const Values &resultsOfEach(const Route &route);
  NodeRef weighedOfAll(const Route &route, const RouteValues &values,
                       const NodeRef &arg);
  void emitEach(const Route &route, RouteValues &values);
  Values emitEach(const Expr &expr);
  Values runEach(const ExpertCall &call, Dims units, DimsRef groups);
  void combineEach(const Route &route, RouteValues &values);
  Dims unitsOfInputs(const ExpertCall &call);
  mlir::Value asOnlyChoice(mlir::Location loc, const Tensor &chosen,
                           const RouteValues &values);

  // Capacity.cpp
  void limit(const Route &route, RouteValues &values);
  mlir::Value keepPairs(const Route &route, RouteValues &values);
  mlir::Value numberOfGroups(const RouteValues &values);
  mlir::Value rowCount(const Expr &rows);
  Dims placeOrder(const RouteValues &values);
  mlir::Value inPlaceOrder(const RouteValues &values, const Tensor &x);
  mlir::Value limitInOrder(const Route &route, RouteValues &values);
  Tensor ownInput(const Route &route, const RouteValues &values,
                  const Tensor &result);

  // Choose.cpp
  Tensor routeWeight(const Route &route, RouteValues &values);
  NodeRef emitPicked(const Expr &expr, const Route &route,
                     RouteValues &values);
  NodeRef emitChosen(const Expr &expr, const Route &route,
                     RouteValues &values);
  NodeRef pickAtChoices(const Expr &expr, const Route &route,
                        RouteValues &values);
  NodeRef emitRouteWord(RouteWord word, const RouteValues &values);
  NodeRef emitWordOfAll(const Expr &expr);
  NodeRef emitChosenOfAll(const Expr &expr);
  NodeRef isSomebody(const RouteValues &values, bool amongKept);
  NodeRef isAsSelected(const RouteValues &values);

  // RouteFields.cpp
  NodeRef routeIndex(const Expr &expr, const RouteValues &values);
  NodeRef isExpert(const Tensor &ids, const Dimension *experts, DimsRef all);
  NodeRef tappedResult(const Expr &expr, RouteValues &values);
  NodeRef tappedOfRank(RouteValues &values, const Tensor &each, int64_t rank);
  NodeRef spreadOverExperts(const Dimension *experts, RouteValues &values,
                            const Tensor &ids, const NodeRef &value);
  NodeRef pairsOfExperts(const Expr &expr, const RouteValues &values,
                         const Tensor &ids);
  NodeRef emitRouteField(const Expr &expr);

  // State.cpp
  NodeRef emitRename(const Expr &expr);
  Tensor throughState(const Expr &expr, const NodeRef &x);
  Dims stateLayout(const Expr &expr, DimsRef dims);
  llvm::SmallVector<const Scope *> layersAround() const;
  State &makeState(const std::string &name, DimsRef dims, ElementType element,
                   mlir::Location loc);
  std::string stateName(const Expr &expr);
  std::string uniqueStateName(const std::string &name);

  // Entry.cpp
  void addSizes();
  NodeRef addInput(const Input &input);
  void addResults();
  void writeResults(const Values &results);
  void finishFunction();
  mlir::Value addArgument(mlir::Type type,
                          llvm::ArrayRef<mlir::NamedAttribute> attrs,
                          mlir::Location loc);
  mlir::NamedAttribute named(llvm::StringRef name, mlir::Attribute value);
  mlir::Attribute dimAttr(const Dimension *dim);
  mlir::ArrayAttr dimsAttr(DimsRef dims);

  // Parameters.cpp
  void declareParameters();
  Tensor wholeParameter(const StoredParameter &parameter);
  Tensor parameterInScope(const StoredParameter &parameter, size_t depth);
  Tensor parameterOfLayer(Scope &scope, mlir::Location loc,
                          const Tensor &outer, size_t axis);
  Tensor withExpertsJoined(mlir::Location loc, Tensor outer);
  Dims leadingDims(size_t depth) const;
  const StoredParameter *findStored(const Expr &expr) const;
  NodeRef emitParameter(const Expr &expr);

  // Places
  mlir::Location locate(SourceLocation location);

  const Program &program;
  const EntryPoint &entry;
  mlir::ModuleOp module;
  DiagnosticEngine &diags;
  mlir::MLIRContext *context;
  /// Where the expression being written stands; every op gets it.
  mlir::Location here;
  /// Writes what is being generated.
  mlir::OpBuilder builder;
  /// Writes at the start of the function, where everything can use it.
  mlir::OpBuilder top;
  mlir::Operation *topMarker = nullptr;
  mlir::func::FuncOp function;
  llvm::SmallVector<mlir::DictionaryAttr> argumentAttrs;
  llvm::SmallVector<mlir::Attribute> routeAttrs;
  llvm::SmallVector<mlir::Attribute> checkAttrs; ///< of the sizes of a run
  Frame *frame = nullptr;
  /// The route whose clause is written for all its experts; or null.
  const Route *clause = nullptr;
  std::deque<Scope> scopes;
  llvm::SmallVector<Repeat> repeats; ///< from outside in
  std::deque<State> states;
  std::deque<Dimension> ownDimensions;
  std::map<std::string, mlir::Value> formulas;
  llvm::DenseMap<const Dimension *, mlir::Value> sizes;
  /// What `Rows` stands for in the expert being written; or null.
  const Dimension *rowsAre = nullptr;
  llvm::DenseMap<int64_t, mlir::Value> constants;
  std::map<std::string, RopeTables> ropes;
  std::map<std::string, const StoredParameter *> stored;
  std::map<std::pair<uint16_t, uint32_t>, SourceFile::Position> places;
  std::map<std::string, Tensor> wholeParameters;
  llvm::SmallVector<mlir::Value> outputs;
  mlir::Value position, capacity, prefix;
  /// Inside the value of a `fixed`, which is the same in every call.
  int fixedDepth = 0;
  std::map<std::string, NodeRef> fixedValues; ///< by path
  bool failed = false;
};

} // namespace spex::irgen

#endif // COMPILER_IRGEN_GENERATOR_H
