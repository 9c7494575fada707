//===- Bounds.cpp - How far from the reference a result may be ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Disturbed runs, the bounds that follow from them, and the comparison of
// every element of a result with the reference.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Bounds.h"
#include "compiler/Interpreter/Rounding.h"
#include "compiler/Interpreter/RouteFile.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace spex::interpreter {

static constexpr double changeFactor = 16;
static constexpr double smallestBound = 4; // units in the last place

bool BoundedRun::allAccepted() const {
  return std::all_of(foreignChoices.begin(), foreignChoices.end(),
                     [](const ForeignChoice &c) { return c.isAccepted; });
}

/// The change of one value; two NaN or two equal infinities are no change.
static double changeOf(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b)))
    return 0;
  double change = std::abs(a - b);
  return std::isnan(change) ? HUGE_VAL : change;
}

static double boundOf(ElementType element, double value, double change) {
  return std::max({changeFactor * change,
                   smallestBound * unitInLastPlace(element, value),
                   smallestNormal(element)});
}

/// `changes[i]` becomes the larger of itself and the change of element i.
static void raise(std::vector<double> &changes, const double *a,
                  const double *b) {
  for (size_t i = 0; i < changes.size(); ++i)
    changes[i] = std::max(changes[i], changeOf(a[i], b[i]));
}

/// Judges the choices of one record in which the replay differs. Where a
/// formula or a whole group decided, no two values were compared: then it counts
/// whether a disturbed run chose the same, as `isSeen` says.
static void judge(const RouteRecord &record, const std::vector<double> &changes,
                  const std::vector<bool> &isSeen,
                  std::vector<ForeignChoice> &foreign) {
  for (size_t i = 0; i < record.ids.size(); ++i) {
    if (record.ids[i] == record.ownIds[i])
      continue;
    ForeignChoice choice;
    choice.path = record.path;
    choice.layer = record.layer;
    choice.unit = i / record.choices;
    choice.rank = i % record.choices;
    choice.taken = record.ids[i];
    choice.own = record.ownIds[i];
    choice.isAccepted = record.compared.empty() && isSeen[i];
    // Nobody in the place of somebody is never a matter of two values.
    if (choice.taken >= 0 && choice.own >= 0 && !record.compared.empty()) {
      size_t row = choice.unit * record.experts;
      double taken = record.compared[row + choice.taken];
      double own = record.compared[row + choice.own];
      choice.difference = changeOf(taken, own);
      choice.bound =
          boundOf(record.comparedType, taken, changes[row + choice.taken]) +
          boundOf(record.comparedType, own, changes[row + choice.own]);
      choice.isAccepted = choice.difference < choice.bound;
    }
    foreign.push_back(std::move(choice));
  }
}

BoundedRun computeBounds(const RunRequest &request, int disturbedRuns) {
  BoundedRun run;
  run.reference = runReference(request);
  run.error = run.reference.error;
  if (!run.error.empty())
    return run;
  const std::vector<Output> &outputs = run.reference.outputs;
  const std::vector<RouteRecord> &routes = run.reference.routes;
  std::vector<std::vector<double>> changes, routeChanges;
  for (const Output &output : outputs)
    changes.emplace_back(output.value.count());
  std::vector<std::vector<bool>> isSeen;
  for (const RouteRecord &record : routes) {
    routeChanges.emplace_back(record.compared.size());
    isSeen.emplace_back(record.ids.size());
  }

  std::vector<RouteRecord> choices = joined(routes);
  RunRequest disturbed = request;
  disturbed.replay = &choices;
  for (int i = 0; i < disturbedRuns; ++i) {
    disturbed.perturbationSeed = i + 1;
    RunResult other = runReference(disturbed);
    run.error = other.error;
    if (!run.error.empty())
      return run;
    for (size_t o = 0; o < outputs.size(); ++o)
      raise(changes[o], outputs[o].value.data(), other.outputs[o].value.data());
    for (size_t r = 0; r < routes.size(); ++r) {
      raise(routeChanges[r], routes[r].compared.data(),
            other.routes[r].compared.data());
      for (size_t c = 0; c < routes[r].ids.size(); ++c)
        if (other.routes[r].ownIds[c] == routes[r].ids[c])
          isSeen[r][c] = true;
    }
  }

  for (size_t o = 0; o < outputs.size(); ++o) {
    const Tensor &value = outputs[o].value;
    for (int64_t i = 0; i < value.count(); ++i)
      changes[o][i] = boundOf(value.element, value.data()[i], changes[o][i]);
  }
  run.bounds = std::move(changes);
  for (size_t r = 0; r < routes.size(); ++r)
    judge(routes[r], routeChanges[r], isSeen[r], run.foreignChoices);
  return run;
}

/// The positions of element `i`, row-major.
static std::vector<int64_t> positionsOf(const Tensor &value, int64_t i) {
  std::vector<int64_t> positions(value.dims.size());
  for (size_t d = value.dims.size(); d-- > 0;) {
    positions[d] = i % value.sizes[d];
    i /= value.sizes[d];
  }
  return positions;
}

/// Who computed for the unit at these positions. A route over dims that the
/// output lacks cannot be told apart for one element.
static std::vector<std::string>
originOf(const Tensor &value, const std::vector<int64_t> &positions,
         const std::vector<RouteRecord> &routes) {
  std::vector<std::string> origin;
  for (const RouteRecord &record : routes) {
    int64_t unit = 0;
    bool isKnown = true;
    for (size_t d = 0; d < record.unitDims.size(); ++d) {
      int axis = value.axis(record.unitDims[d]);
      isKnown &= axis >= 0;
      if (isKnown)
        unit = unit * record.unitSizes[d] + positions[axis];
    }
    if (!isKnown)
      continue;
    auto first = record.ids.begin() + unit * record.choices;
    std::vector<int32_t> experts;
    std::copy_if(first, first + record.choices, std::back_inserter(experts),
                 [](int32_t id) { return id >= 0; });
    origin.push_back(fmt::format(
        "{}, layer {}: {} {}", record.path, record.layer,
        experts.size() == 1 ? "expert" : "experts", fmt::join(experts, ", ")));
  }
  return origin;
}

WorstElement compare(const std::map<std::string, Tensor> &results,
                     const BoundedRun &run) {
  WorstElement worst;
  double worstShare = -1;
  const Tensor *worstOutput = nullptr;
  int64_t worstAt = 0;
  for (size_t o = 0; o < run.reference.outputs.size(); ++o) {
    const Output &output = run.reference.outputs[o];
    auto found = results.find(output.name);
    if (found == results.end() || found->second.sizes != output.value.sizes) {
      worst.error =
          "the output `" + output.name + "` is missing or has another shape";
      return worst;
    }
    Tensor result = found->second.contiguous();
    for (int64_t i = 0; i < result.count(); ++i) {
      double value = result.data()[i], expected = output.value.data()[i];
      double difference = changeOf(value, expected), bound = run.bounds[o][i];
      worst.beyond += difference > bound;
      double share = difference == 0 ? 0
                     : bound == 0    ? HUGE_VAL
                                     : difference / bound;
      if (share <= worstShare)
        continue;
      worstShare = share;
      worstOutput = &output.value;
      worstAt = i;
      worst.output = output.name;
      worst.value = value;
      worst.reference = expected;
      worst.difference = difference;
      worst.bound = bound;
    }
    worst.elements += result.count();
  }
  if (!worstOutput)
    return worst;
  std::vector<int64_t> positions = positionsOf(*worstOutput, worstAt);
  for (size_t d = 0; d < positions.size(); ++d)
    worst.index += fmt::format("{}{} = {}", d == 0 ? "" : ", ",
                               worstOutput->dims[d]->name, positions[d]);
  worst.origin = originOf(*worstOutput, positions, run.reference.routes);
  return worst;
}

std::string describe(const WorstElement &worst) {
  if (!worst.error.empty())
    return worst.error + "\n";
  std::string text = fmt::format(
      "{} of {} elements are within their bounds\n"
      "worst: {}[{}] is {:.9g}, the reference {:.9g}\n"
      "       difference {:.3g}, bound {:.3g}\n",
      worst.elements - worst.beyond, worst.elements, worst.output, worst.index,
      worst.value, worst.reference, worst.difference, worst.bound);
  for (const std::string &line : worst.origin)
    text += "       from " + line + "\n";
  return text;
}

std::string describe(const ForeignChoice &choice) {
  return fmt::format("{}, layer {}, unit {}, choice {}: expert {} where the "
                     "reference takes {}; they differ by {:.3g}, {} the bound "
                     "{:.3g}\n",
                     choice.path, choice.layer, choice.unit, choice.rank,
                     choice.taken, choice.own, choice.difference,
                     choice.isAccepted ? "below" : "not below", choice.bound);
}

} // namespace spex::interpreter
