//===- Evaluator.h - Evaluates expressions and bodies -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the interpreter. One evaluator is one run; a frame is one call of
// a component. After a failure every function gives back an invalid value, and
// callers look at `failed()` before they use one.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_EVALUATOR_H
#define COMPILER_INTERPRETER_EVALUATOR_H

#include "compiler/Interpreter/Interpreter.h"
#include "compiler/Interpreter/Operations.h"
#include "compiler/Interpreter/Reach.h"
#include "compiler/Sema/Rational.h"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace spex::interpreter {

/// One tensor, or one for each field of a record.
using Value = std::vector<Tensor>;

/// Which copy of the parameters a body uses along one outer dimension.
struct OuterIndex {
  explicit OuterIndex(int64_t index = 0, int64_t size = 1, bool isCopy = true)
      : index(index), size(size), isCopy(isCopy) {}

  int64_t index, size;
  /// Whether all of it is a copy of the same statements for random functions;
  /// not for experts, whose rows are numbered.
  bool isCopy;
  /// `combine = merge`: the weights [.., E] of the one merged copy.
  Tensor mergeWeights;
  const Dimension *mergeDim = nullptr;
};

struct RouteState;
struct Waiting;
struct PairResults;

/// One call of a component.
struct Frame {
  const Instance *instance = nullptr;
  std::string path;              ///< of its parameters, without the last name
  std::vector<OuterIndex> outer; ///< one for each outer dim of its parameters
  int64_t layer = 0;             ///< `outer` as one number
  /// Layers, copies of `each` and entries of `scan` around, as one number.
  uint64_t copy = 0;
  bool seesRows = false; ///< an expert called with all its units at once
  DimList extraDims;             ///< brought by the caller
  SizeList extraSizes;
  std::vector<Value> locals;
  std::map<const Route *, std::shared_ptr<RouteState>> routes;
  RouteState *clause = nullptr; ///< whose clauses are being evaluated
};

/// One field of several values, side by side along a new first dimension.
Tensor joinAlong(const Dimension *dim, const std::vector<Value> &values,
                 size_t field);

/// Positions of the values, the largest first: ties to the lower position,
/// NaN last.
std::vector<int64_t> orderDescending(const double *in, int64_t n);

class Evaluator {
public:
  explicit Evaluator(const RunRequest &request);

  RunResult run();
  void checkSizes();

private:
  // Evaluator.cpp: expressions and statements.
  Value evaluate(const Expr &expr, Frame &frame);
  Tensor evaluateTensor(const Expr &expr, Frame &frame);
  Tensor evaluateSimple(const Expr &expr, Frame &frame);
  /// A value without dimensions.
  double evaluateNumber(const Expr &expr, Frame &frame);
  /// Rounded to the type of the expression: an operand of `@`, looked up, ...
  Tensor evaluateRounded(const Expr &expr, Frame &frame);
  std::vector<Tensor> evaluateAll(const std::vector<ExprPtr> &args,
                                  Frame &frame);
  /// What a function or arithmetic gave; in a disturbed run off by a rounding.
  Tensor disturbed(Tensor result);
  Tensor binary(const Expr &expr, const Tensor &a, const Tensor &b);
  Tensor lookUp(const Expr &expr, const Tensor &table, const Tensor &index);
  void runStatement(const Statement &statement, Frame &frame, Value &result);
  Value runBody(Frame &frame);
  bool fail(const std::string &message);
  void failAtSizes(const std::string &what);
  bool failed() const { return !error.empty(); }
  int64_t sizeOf(const Dimension *dim);
  SizeList sizesOf(const DimList &dims);
  /// Rounded to `type`, with at least its dims (a single number fills them).
  Tensor passedAs(const Tensor &value, const Type &type);

  // EvaluateScan.cpp: loops.
  Value scan(const Expr &expr, Frame &frame);
  bool startScan(const Scan &scan, Frame &frame, std::vector<Tensor> &over);
  Value scanStep(const Expr &expr, Frame &frame);

  // EvaluateCalls.cpp: components, stacks and parameters.
  Value call(const CallTarget &callee, std::vector<Tensor> inputs,
             const Frame &caller, const OuterIndex *outer = nullptr);
  Value callRenamed(const CallTarget &callee, std::vector<Tensor> inputs,
                    const Frame &caller, const OuterIndex *outer);
  Value stack(const Expr &expr, Frame &frame);
  Value each(const Expr &expr, Frame &frame);
  Tensor parameter(const Expr &expr, Frame &frame);
  Tensor unseenParameter(const Parameter &declaration, const std::string &path);
  Tensor fixedValue(const Parameter &declaration, const std::string &path,
                    Frame &frame);
  /// With the dims in the order in which elements are numbered.
  Tensor inOrder(const Tensor &value, const Expr &expr, const Frame &frame);
  const Dimension *freshDim(const Dimension *like);
  const Dimension *freshDim(const std::string &name, int64_t size);
  std::vector<Tensor> callInputs(const Expr &expr, Frame &frame);

  // Builtin*.cpp. `args` are evaluated; named arguments are not.
  Tensor builtin(const Expr &expr, std::vector<Tensor> args, Frame &frame);
  Tensor elementwise(const Expr &expr, const std::vector<Tensor> &args);
  Tensor reduction(const Expr &expr, const std::vector<Tensor> &args);
  Tensor normalisation(const Expr &expr, const Tensor &x, Frame &frame);
  Tensor softmax(const Expr &expr, const Tensor &x, Frame &frame);
  /// `mask` and `sink` may be null.
  Tensor maskedSoftmax(const Tensor &x, const Tensor *mask, const Tensor *sink,
                       const DimList &along, bool isLog);
  Tensor alongAxis(const Expr &expr, const std::vector<Tensor> &args,
                   Frame &frame);
  Tensor crossEntropy(const Expr &expr, const Tensor &logits,
                      const Tensor &index);
  Tensor rope(const Expr &expr, const Tensor &x, Frame &frame);
  Tensor reshape(const Expr &expr, const std::vector<Tensor> &args,
                 Frame &frame);
  Tensor concat(const Expr &expr, const std::vector<Tensor> &args);
  Tensor slice(const Expr &expr, const Tensor &x, Frame &frame);
  Tensor windows(const Expr &expr, const Tensor &x, Frame &frame);
  Tensor position(const Expr &expr, const std::vector<Tensor> &args);
  Tensor sinkhorn(const Expr &expr, const Tensor &x, Frame &frame);
  // BuiltinRandom.cpp
  Tensor draw(const Expr &expr, const std::vector<Tensor> &args, Frame &frame);
  Tensor dirichlet(const Expr &expr, const Tensor &p, uint64_t key,
                   Frame &frame);
  Tensor categorical(const Expr &expr, const Tensor &p, const Tensor &words);
  uint64_t drawKey(const std::string &statement, int call, const Expr *seed,
                   const Frame &frame) const;
  std::pair<DimList, SizeList> shapeOfDraw(const Expr &expr,
                                           const Frame &frame);
  /// May reorder `dims` and `sizes`: rows of an expert come first.
  std::vector<uint64_t> elementNumbers(DimList &dims, SizeList &sizes,
                                       const Frame &frame);

  double sumOf(const double *terms, int64_t n);
  /// Sum, mean, max or min of a list that may be empty.
  double reduceTerms(Builtin builtin, const std::vector<double> &terms);
  double namedNumber(const Expr &expr, const char *name, double otherwise,
                     Frame &frame);
  /// The whole number k of `kth`, checked to be in 1..size.
  int64_t countArgument(const Tensor &value, int64_t size);

  // Route*.cpp.
  void runRoute(const Route &route, Frame &frame);
  void choose(RouteState &state, Frame &frame);
  bool chooseTop(RouteState &state, Frame &frame);
  bool chooseSample(RouteState &state, Frame &frame);
  bool chooseBalanced(RouteState &state, Frame &frame);
  bool takeTop(RouteState &state, Frame &frame, const Tensor &by);
  bool choosePick(RouteState &state, Frame &frame);
  bool chooseAt(RouteState &state, Frame &frame);
  bool chooseAllWhere(RouteState &state, Frame &frame);
  void replay(RouteState &state);
  void record(RouteState &state);
  void keepPairs(RouteState &state, Frame &frame);
  void limitCapacity(RouteState &state, Frame &frame);
  void givePlaces(RouteState &state, std::vector<Waiting> waiting,
                  int64_t capacity, std::vector<bool> &tried);
  std::optional<Rational> exactValue(const Expr &expr, const RouteState &state);
  int64_t exactSize(const Expr &expr, RouteState &state, Frame &frame,
                    const char *clause);
  Tensor pairTable(const RouteState &state, const std::vector<int32_t> &ids,
                   ElementType element);
  Tensor clauseValue(const Expr &expr, RouteState &state, Frame &frame,
                     ElementType element, bool withExperts);
  Tensor routeWord(const Expr &expr, Frame &frame);
  Tensor chosen(const Expr &expr, Frame &frame);
  Tensor routeResult(const Expr &expr, Frame &frame);
  Tensor routeField(const Expr &expr, Frame &frame);
  Value eachResults(const Expr &expr, Frame &frame);
  Tensor indexField(const Expr &expr, RouteState &state);
  Tensor countField(const Expr &expr, RouteState &state);
  void runEach(RouteState &state, Frame &frame);
  bool evaluateArgs(RouteState &state, Frame &frame);
  void runExperts(RouteState &state, Frame &frame);
  void runChosen(RouteState &state, Frame &frame);
  void runRows(RouteState &state, Frame &frame, const ExpertKind &kind,
               int64_t number, int64_t expert,
               const std::vector<int64_t> &list,
               std::vector<PairResults> &results);
  Value callExpert(const Route &route, const ExpertKind &kind,
                   std::vector<Tensor> inputs, const Frame &frame,
                   int64_t number);
  void runAll(RouteState &state, Frame &frame);
  std::vector<PairResults> runPairs(RouteState &state, Frame &frame);
  void runEachInRows(RouteState &state, Frame &frame);
  void runMerged(RouteState &state, Frame &frame);
  Tensor spreadOverExperts(const RouteState &state, const PairResults &field,
                           ElementType element);
  Tensor combine(const RouteState &state, const std::vector<double> &pairs,
                 const DimList &innerDims, const SizeList &innerSizes,
                 ElementType element);
  RouteState *stateOf(const Route *route, Frame &frame);

  const RunRequest &request;
  std::string error;
  Perturbation perturbation;
  std::vector<RouteRecord> records;
  /// How many ids of a replay each route and layer has used so far.
  std::map<std::pair<std::string, int64_t>, size_t> replayed;
  ReachCache reach;
  std::deque<Dimension> freshDims;
  std::map<const Dimension *, int64_t> knownSizes;
  /// Of the rows of experts: unit number times choices plus rank.
  std::map<const Dimension *, std::vector<uint64_t>> rowNumbers;
  std::map<std::string, Tensor> fixedValues;
};

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_EVALUATOR_H
