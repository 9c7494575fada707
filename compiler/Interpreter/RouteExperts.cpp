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

/// Where the results of all pairs are kept until they are added up.
struct PairResults {
  DimList dims; ///< of one unit's result
  SizeList sizes;
  int64_t width = 1;
  std::vector<double> data; ///< [pairs x width]
};
} // namespace

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

void Evaluator::runExperts(RouteState &state, Frame &frame) {
  if (!state.haveArgs)
    state.args = evaluateAll(state.route->args, frame);
  state.haveArgs = true;
  if (failed())
    return;
  if (state.route->select.kind != Selection::Kind::All)
    runChosen(state, frame);
  else if (state.route->combine == Combine::Merge)
    runMerged(state, frame);
  else
    runAll(state, frame);
  state.haveResults = true;
}

/// The dims that one unit's result has: extra ones of the call, then declared.
static void shapeResults(const RouteState &state,
                         const std::vector<Tensor> &args, const Type &type,
                         const CallTarget &callee, PairResults &results) {
  for (size_t i = 0; i < args.size(); ++i)
    for (size_t d = 0; d < args[i].dims.size(); ++d) {
      const Dimension *dim = args[i].dims[d];
      if (contains(state.unitDims, dim) || contains(results.dims, dim) ||
          contains(callee.instance->inputs[i].type.dims, dim))
        continue;
      results.dims.push_back(dim);
      results.sizes.push_back(args[i].sizes[d]);
    }
  addMissing(results.dims, type.dims);
}

void Evaluator::runChosen(RouteState &state, Frame &frame) {
  const Route &route = *state.route;
  const CallTarget &first = route.kinds.front().callee;
  std::vector<PairResults> results(first.instance->resultTypes.size());
  for (size_t f = 0; f < results.size(); ++f) {
    PairResults &field = results[f];
    shapeResults(state, state.args, first.instance->resultTypes[f], first,
                 field);
    for (size_t d = field.sizes.size(); d < field.dims.size(); ++d)
      field.sizes.push_back(sizeOf(field.dims[d]));
    for (int64_t size : field.sizes)
      field.width *= size;
    field.data.resize(state.runs.size() * field.width);
  }

  std::vector<std::vector<int64_t>> sent(state.experts);
  for (size_t pair = 0; pair < state.runs.size(); ++pair)
    if (state.runs[pair] >= 0)
      sent[state.runs[pair]].push_back(pair);
  forEachExpert(route, [&](const ExpertKind &kind, int64_t number,
                           int64_t expert) {
    const std::vector<int64_t> &list = sent[expert];
    if (list.empty() || failed())
      return;
    const Dimension *rows = freshDim("rows", list.size());
    std::vector<Tensor> inputs;
    for (const Tensor &arg : state.args) {
      inputs.push_back(gatherUnits(arg, state, list, rows));
      bool isWeighed = route.combine == Combine::Inputs &&
                       isFloat(arg.element) && inputs.back().has(rows);
      if (isWeighed)
        inputs.back() = weighInput(inputs.back(), state, list, expert, rows);
    }
    OuterIndex outer(number, kind.count);
    Value value = call(kind.callee, std::move(inputs), frame, &outer);
    for (size_t f = 0; f < results.size() && !failed(); ++f) {
      DimList order = results[f].dims;
      SizeList sizes = results[f].sizes;
      order.insert(order.begin(), rows);
      sizes.insert(sizes.begin(), list.size());
      Tensor part =
          expandTo(value[f], order, sizes).permuted(order).contiguous();
      for (size_t i = 0; i < list.size(); ++i)
        std::copy_n(part.data() + i * results[f].width, results[f].width,
                    results[f].data.data() + list[i] * results[f].width);
    }
  });
  for (size_t f = 0; f < results.size() && !failed(); ++f)
    state.results.push_back(combine(state, results[f].data, results[f].dims,
                                    results[f].sizes,
                                    route.resultTypes[f].element));
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
        double weight =
            route.combine == Combine::Inputs
                ? 1
                : state.weight.data()[unit * state.experts + expert];
        terms.push_back(weight * (state.passes[pair]
                                      ? own.data()[unit * width + i]
                                      : pairs[pair * width + i]));
      }
      result.data()[unit * width + i] = sumOf(terms.data(), terms.size());
    }
  return rounded(result, element);
}

/// Results of every expert, for `y.each` and for the sum of `all`.
void Evaluator::runEach(RouteState &state, Frame &frame) {
  if (state.haveEach)
    return;
  state.haveEach = true;
  if (!state.haveArgs)
    state.args = evaluateAll(state.route->args, frame);
  state.haveArgs = true;
  std::vector<Value> values;
  forEachExpert(*state.route, [&](const ExpertKind &kind, int64_t number,
                                  int64_t expert) {
    if (failed())
      return;
    std::vector<Tensor> inputs = state.args;
    bool isWeighed = state.route->combine == Combine::Inputs;
    for (Tensor &input : inputs)
      if (isWeighed && isFloat(input.element)) {
        Tensor weight = state.weight.picked(state.unitDims.size(), expert);
        input = mapElements(input.element, input, weight,
                            [](double x, double w) { return x * w; });
      }
    OuterIndex outer(number, kind.count);
    values.push_back(call(kind.callee, std::move(inputs), frame, &outer));
  });
  if (failed())
    return;
  for (size_t f = 0; f < values.front().size(); ++f)
    state.each.push_back(joinAlong(state.route->experts, values, f));
}

void Evaluator::runAll(RouteState &state, Frame &frame) {
  runEach(state, frame);
  for (size_t f = 0; f < state.each.size() && !failed(); ++f) {
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
  OuterIndex outer;
  outer.mergeWeights = state.weight;
  outer.mergeDim = state.route->experts;
  // The weights may have dims that the body sums over itself: those of its
  // units are extra there, and call() has made sure that they do not clash.
  state.results =
      call(state.route->kinds.front().callee, state.args, frame, &outer);
}

} // namespace spex::interpreter
