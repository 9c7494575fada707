//===- RouteExperts.cpp - Experts run and their results meet --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each expert runs once, on the units sent to it; a unit's results are added
// in rank order and rounded once. `all` runs every expert on everything.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Rounding.h"
#include "compiler/Interpreter/RouteState.h"

#include <algorithm>
#include <cmath>

namespace spex::interpreter {
namespace {
/// Calls `fn(kind, number within the kind)` with the expert's number.
template <typename Fn> void forEachExpert(const Route &route, Fn fn) {
  int64_t expert = 0;
  for (const ExpertKind &kind : route.kinds)
    for (int64_t i = 0; i < kind.count; ++i)
      fn(kind, i, expert++);
}
} // namespace

/// Where one field of the results of all pairs is kept until they are added up.
struct PairResults {
  DimList dims; ///< of one unit's result
  SizeList sizes;
  int64_t width = 1;
  std::vector<double> data; ///< [pairs x width]

  /// Takes over the results of `list`, along `rows`.
  void store(const Tensor &value, const std::vector<int64_t> &list,
             const Dimension *rows) {
    DimList order = dims;
    SizeList all = sizes;
    order.insert(order.begin(), rows);
    all.insert(all.begin(), list.size());
    Tensor part = expandTo(value, order, all).permuted(order).contiguous();
    for (size_t i = 0; i < list.size(); ++i)
      std::copy_n(part.data() + i * width, width,
                  data.data() + list[i] * width);
  }
};

/// The units of `list`, along a dimension of their own in front; an input that
/// has no dimension of the units is passed whole.
static Tensor gatherUnits(const Tensor &arg, const RouteState &state,
                          const std::vector<int64_t> &list,
                          const Dimension *rows) {
  DimList inner = without(arg.dims, state.unitDims);
  if (inner.size() == arg.dims.size())
    return arg;
  SizeList innerSizes = sizesOf(arg, inner);
  std::vector<int64_t> starts =
      offsetsOver(arg, state.unitDims, state.unitSizes);
  std::vector<int64_t> steps = offsetsOver(arg, inner, innerSizes);
  inner.insert(inner.begin(), rows);
  innerSizes.insert(innerSizes.begin(), list.size());
  Tensor result = Tensor::make(arg.element, inner, innerSizes);
  result.target = arg.target;
  result.isRounded = arg.isRounded;
  double *out = result.data();
  for (int64_t pair : list)
    for (int64_t step : steps)
      *out++ = (*arg.storage)[starts[pair / state.choices] + step - arg.offset];
  return result;
}

/// `combine = inputs`: the weight multiplies what the expert gets.
static Tensor weighInput(const Tensor &input, const RouteState &state,
                         const std::vector<int64_t> &list, int64_t expert,
                         const Dimension *rows) {
  Tensor weights = Tensor::make(ElementType::F64, {rows},
                                {static_cast<int64_t>(list.size())});
  for (size_t i = 0; i < list.size(); ++i)
    weights.data()[i] =
        state.weight.data()[list[i] / state.choices * state.experts + expert];
  return mapElements(input.element, input, weights,
                     [](double x, double w) { return x * w; });
}

bool Evaluator::evaluateArgs(RouteState &state, Frame &frame) {
  if (state.haveArgs)
    return !failed();
  state.haveArgs = true;
  state.args = evaluateAll(state.route->args, frame);
  for (size_t i = 0; i < state.args.size(); ++i)
    state.args[i] = inOrder(state.args[i], *state.route->args[i], frame);
  return !failed();
}

void Evaluator::runExperts(RouteState &state, Frame &frame) {
  if (!evaluateArgs(state, frame))
    return;
  if (state.route->select.kind != Selection::Kind::All)
    runChosen(state, frame);
  else if (state.route->combine == Combine::Merge)
    runMerged(state, frame);
  else
    runAll(state, frame);
  state.haveResults = true;
}

/// `Identity` and `Zero` are free; any other kind is called.
Value Evaluator::callExpert(const Route &route, const ExpertKind &kind,
                            std::vector<Tensor> inputs, const Frame &frame,
                            int64_t number) {
  bool isSoft = route.select.kind == Selection::Kind::All;
  if (kind.free != ExpertKind::Free::None) {
    Value results;
    for (const Type &type : route.resultTypes)
      results.push_back(Tensor::number(0, type.element));
    if (kind.free == ExpertKind::Free::Identity)
      results.front() = inputs.front();
    return results;
  }
  OuterIndex outer(number, kind.count, /*isCopy=*/isSoft);
  return call(kind.callee, std::move(inputs), frame, &outer);
}

static bool takesRows(const ExpertKind &kind, const Dimension *rows) {
  if (!kind.callee.instance)
    return false;
  const std::vector<Input> &inputs = kind.callee.instance->inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](const Input &input) {
    return contains(input.type.dims, rows);
  });
}

/// Whether some of the experts see all units of a group at once.
static bool haveRows(const Route &route, const Dimension *rows) {
  return std::any_of(
      route.kinds.begin(), route.kinds.end(),
      [&](const ExpertKind &kind) { return takesRows(kind, rows); });
}

/// Runs every expert on the units of its pairs.
std::vector<PairResults> Evaluator::runPairs(RouteState &state, Frame &frame) {
  const Route &route = *state.route;
  std::vector<PairResults> results(route.resultTypes.size());
  for (size_t f = 0; f < results.size(); ++f) {
    PairResults &field = results[f];
    field.dims = without(route.resultTypes[f].dims, state.unitDims);
    field.sizes = sizesOf(field.dims);
    for (int64_t size : field.sizes)
      field.width *= size;
    field.data.resize(state.runs.size() * field.width);
  }
  if (failed())
    return results;

  std::vector<std::vector<int64_t>> sent(state.experts);
  for (size_t pair = 0; pair < state.runs.size(); ++pair)
    if (state.runs[pair] >= 0)
      sent[state.runs[pair]].push_back(pair);
  bool isByGroup = haveRows(route, request.program->rows);
  forEachExpert(route, [&](const ExpertKind &kind, int64_t number,
                           int64_t expert) {
    if (!isByGroup) {
      runRows(state, frame, kind, number, expert, sent[expert], results);
      return;
    }
    // It sees all units of one group at once, and never those of two.
    std::vector<std::vector<int64_t>> groups(state.groups);
    for (int64_t pair : sent[expert])
      groups[state.groupOf[pair / state.choices]].push_back(pair);
    for (std::vector<int64_t> &list : groups) {
      std::sort(list.begin(), list.end(), [&](int64_t a, int64_t b) {
        return state.placeOf[a / state.choices] <
               state.placeOf[b / state.choices];
      });
      runRows(state, frame, kind, number, expert, list, results);
    }
  });
  return results;
}

void Evaluator::runChosen(RouteState &state, Frame &frame) {
  const Route &route = *state.route;
  std::vector<PairResults> results = runPairs(state, frame);
  size_t numCombined = results.size() - route.numTapped;
  for (size_t f = 0; f < numCombined && !failed(); ++f)
    state.results.push_back(combine(state, results[f].data, results[f].dims,
                                    results[f].sizes,
                                    route.resultTypes[f].element));
  state.each.resize(results.size());
  for (size_t f = numCombined; f < results.size() && !failed(); ++f)
    state.each[f] = spreadOverExperts(state, results[f],
                                      route.resultTypes[f].element);
}

/// What the experts that ran gave, [units, E, ...]; zeros elsewhere.
Tensor Evaluator::spreadOverExperts(const RouteState &state,
                                    const PairResults &field,
                                    ElementType element) {
  DimList dims = state.unitDims;
  SizeList sizes = state.unitSizes;
  dims.push_back(state.route->experts);
  sizes.push_back(state.experts);
  dims.insert(dims.end(), field.dims.begin(), field.dims.end());
  sizes.insert(sizes.end(), field.sizes.begin(), field.sizes.end());
  Tensor result = Tensor::make(element, dims, sizes);
  for (size_t pair = 0; pair < state.runs.size(); ++pair)
    if (state.runs[pair] >= 0) {
      int64_t row = pair / state.choices * state.experts + state.runs[pair];
      std::copy_n(field.data.data() + pair * field.width, field.width,
                  result.data() + row * field.width);
    }
  return result;
}

/// Runs one expert on the units of `list`.
void Evaluator::runRows(RouteState &state, Frame &frame, const ExpertKind &kind,
                        int64_t number, int64_t expert,
                        const std::vector<int64_t> &list,
                        std::vector<PairResults> &results) {
  if (list.empty() || failed())
    return;
  const Route &route = *state.route;
  bool seesRows = takesRows(kind, request.program->rows);
  int64_t count = list.size();
  const Dimension *rows =
      seesRows ? request.program->rows : freshDim("rows", count);
  // An expert of an expert may see rows of rows.
  int64_t outerCount = knownSizes[rows];
  std::vector<uint64_t> numbers;
  for (int64_t pair : list)
    numbers.push_back(state.unitNumbers[pair / state.choices] * state.choices +
                      pair % state.choices);

  std::vector<Tensor> inputs;
  for (size_t i = 0; i < state.args.size(); ++i) {
    inputs.push_back(gatherUnits(state.args[i], state, list, rows));
    bool isWeighed = route.combine == Combine::Inputs &&
                     isFloat(inputs.back().element) && inputs.back().has(rows);
    if (isWeighed)
      inputs.back() = weighInput(inputs.back(), state, list, expert, rows);
    // What all rows of a group share is passed once.
    if (seesRows && inputs.back().has(rows) &&
        !contains(kind.callee.instance->inputs[i].type.dims, rows))
      inputs.back() = inputs.back().picked(inputs.back().axis(rows), 0);
  }
  // Where it is inside of a merged expert, each unit has parameters of its own.
  Frame caller;
  caller.path = frame.path;
  caller.outer = frame.outer;
  caller.layer = frame.layer;
  caller.copy = frame.copy;
  for (OuterIndex &outer : caller.outer)
    if (outer.mergeDim)
      outer.mergeWeights = gatherUnits(outer.mergeWeights, state, list, rows);
  knownSizes[rows] = count;
  std::swap(rowNumbers[rows], numbers);
  Value value = callExpert(route, kind, std::move(inputs), caller, number);
  for (size_t f = 0; f < results.size() && !failed(); ++f)
    results[f].store(value[f], list, rows);
  std::swap(rowNumbers[rows], numbers);
  knownSizes[rows] = outerCount;
}

/// sum over the ranks of weight * result, rounded once.
Tensor Evaluator::combine(const RouteState &state,
                          const std::vector<double> &pairs,
                          const DimList &innerDims, const SizeList &innerSizes,
                          ElementType element) {
  const Route &route = *state.route;
  DimList dims = state.unitDims;
  SizeList sizes = state.unitSizes;
  dims.insert(dims.end(), innerDims.begin(), innerDims.end());
  sizes.insert(sizes.end(), innerSizes.begin(), innerSizes.end());
  Tensor result = Tensor::make(element, dims, sizes);
  int64_t width = state.units == 0 ? 0 : result.count() / state.units;

  // `overflow = pass` gives back the unit's own input, in the result's shape.
  Tensor own;
  bool passes = std::find(state.passes.begin(), state.passes.end(), true) !=
                state.passes.end();
  if (passes)
    own = expandTo(state.args.front(), dims, sizes).permuted(dims).contiguous();

  perturbation.beginOperation();
  std::vector<double> terms;
  for (int64_t unit = 0; unit < state.units; ++unit)
    for (int64_t i = 0; i < width; ++i) {
      terms.clear();
      for (int64_t rank = 0; rank < state.choices; ++rank) {
        int64_t pair = state.at(unit, rank);
        int32_t expert =
            state.passes[pair] ? state.ids[pair] : state.runs[pair];
        if (expert < 0)
          continue;
        // An expert got its input weighed; what passes it by is weighed here.
        bool isWeighed =
            route.combine == Combine::Inputs && !state.passes[pair];
        double weight =
            isWeighed ? 1 : state.weight.data()[unit * state.experts + expert];
        terms.push_back(weight * (state.passes[pair]
                                      ? own.data()[unit * width + i]
                                      : pairs[pair * width + i]));
      }
      result.data()[unit * width + i] = sumOf(terms.data(), terms.size());
    }
  return rounded(result, element);
}

/// Experts that see the rows of a group together get all of its units, as if
/// every unit had chosen every expert.
void Evaluator::runEachInRows(RouteState &state, Frame &frame) {
  state.choices = state.experts;
  state.runs.resize(state.units * state.experts);
  for (size_t pair = 0; pair < state.runs.size(); ++pair)
    state.runs[pair] = static_cast<int32_t>(pair % state.experts);
  std::vector<PairResults> results = runPairs(state, frame);
  for (size_t f = 0; f < results.size() && !failed(); ++f)
    state.each.push_back(spreadOverExperts(
        state, results[f], state.route->resultTypes[f].element));
  state.choices = 0;
  state.runs.clear();
}

/// Results of every expert, for `y.each` and for the sum of `all`.
void Evaluator::runEach(RouteState &state, Frame &frame) {
  if (state.haveEach)
    return;
  state.haveEach = true;
  if (!evaluateArgs(state, frame))
    return;
  if (haveRows(*state.route, request.program->rows))
    return runEachInRows(state, frame);
  std::vector<Value> values;
  forEachExpert(*state.route, [&](const ExpertKind &kind, int64_t number,
                                  int64_t expert) {
    if (failed())
      return;
    std::vector<Tensor> inputs = state.args;
    bool isWeighed = state.route->combine == Combine::Inputs;
    for (Tensor &input : inputs)
      if (isWeighed && isFloat(input.element) &&
          without(input.dims, state.unitDims).size() < input.dims.size()) {
        Tensor weight = state.weight.picked(state.unitDims.size(), expert);
        input = mapElements(input.element, input, weight,
                            [](double x, double w) { return x * w; });
      }
    values.push_back(callExpert(*state.route, kind, std::move(inputs), frame,
                                number));
  });
  if (failed())
    return;
  // Kinds that are free may lack dims, which the others have.
  for (size_t f = 0; f < values.front().size(); ++f) {
    std::vector<const Tensor *> fields;
    for (const Value &value : values)
      fields.push_back(&value[f]);
    Shape shape = unionOf(fields);
    for (Value &value : values)
      value[f] = expandTo(value[f], shape.dims, shape.sizes);
  }
  for (size_t f = 0; f < values.front().size(); ++f)
    state.each.push_back(joinAlong(state.route->experts, values, f));
}

void Evaluator::runAll(RouteState &state, Frame &frame) {
  runEach(state, frame);
  size_t numCombined = state.route->resultTypes.size() - state.route->numTapped;
  for (size_t f = 0; f < numCombined && !failed(); ++f) {
    ElementType element = state.route->resultTypes[f].element;
    Tensor sum =
        state.route->combine == Combine::Inputs
            ? reduceFibres(
                  element, state.each[f], {state.route->experts},
                  [&](const double *in, int64_t n) { return sumOf(in, n); })
            : contract(state.weight, state.each[f], {state.route->experts},
                       perturbation)
                  .withElement(element);
    state.results.push_back(rounded(sum, element));
  }
}

/// One expert whose parameters are the weighted sums of all.
void Evaluator::runMerged(RouteState &state, Frame &frame) {
  const Route &route = *state.route;
  const ExpertKind &kind = route.kinds.front();
  if (kind.free != ExpertKind::Free::None) {
    // No parameters, and so nothing to mix.
    Value results = callExpert(route, kind, state.args, frame, 0);
    for (size_t f = 0; f < results.size(); ++f)
      state.results.push_back(passedAs(results[f], route.resultTypes[f]));
    return;
  }
  OuterIndex outer;
  outer.mergeWeights = state.weight;
  outer.mergeDim = route.experts;
  // The weights may have dims that the body sums over itself: those of its
  // units are extra there, and call() has made sure that they do not clash.
  state.results = call(kind.callee, state.args, frame, &outer);
}

} // namespace spex::interpreter
