//===- RouteSelect.cpp - Who is chosen ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `select`: ties go to the lower number, NaN counts as the lowest value, and
// -0 equals 0. A replay puts recorded choices in the place of these.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/RouteState.h"

#include <algorithm>
#include <cmath>

namespace spex::interpreter {

/// The first `count` of `candidates` by value, the larger first.
static std::vector<int32_t> largest(std::vector<int32_t> candidates,
                                    const double *values, int64_t stride,
                                    int64_t count) {
  auto isBefore = [&](int32_t a, int32_t b) {
    double x = orLowest(values[a * stride]), y = orLowest(values[b * stride]);
    return x > y || (x == y && a < b);
  };
  std::sort(candidates.begin(), candidates.end(), isBefore);
  if (static_cast<int64_t>(candidates.size()) > count)
    candidates.resize(count);
  return candidates;
}

void Evaluator::choose(RouteState &state, Frame &frame) {
  switch (state.route->select.kind) {
  case Selection::Kind::All:
    return; // every expert, for every unit: nothing to choose
  case Selection::Kind::AllWhere:
    chooseAllWhere(state, frame);
    break;
  case Selection::Kind::Top:
    chooseTop(state, frame);
    break;
  case Selection::Kind::Pick:
    choosePick(state, frame);
    break;
  case Selection::Kind::At:
    chooseAt(state, frame);
    break;
  case Selection::Kind::Sample:
    chooseSample(state, frame);
    break;
  case Selection::Kind::Balanced:
    chooseBalanced(state, frame);
    break;
  }
  if (failed())
    return;
  state.ownIds = state.ids;
  if (request.replay)
    replay(state);
  if (failed())
    return;
  // A pair that is not chosen has a rank beyond all that are.
  state.ranks.assign(state.units * state.experts, state.choices);
  for (int64_t unit = 0; unit < state.units; ++unit)
    for (int64_t rank = 0; rank < state.choices; ++rank)
      if (int32_t id = state.ids[state.at(unit, rank)]; id >= 0)
        state.ranks[unit * state.experts + id] = rank;
  state.runs = state.ids;
  state.passes.assign(state.ids.size(), false);
  keepPairs(state, frame);
  if (!failed())
    limitCapacity(state, frame);
  if (!failed())
    record(state);
}

bool Evaluator::chooseTop(RouteState &state, Frame &frame) {
  const Selection &select = state.route->select;
  ElementType element = select.by->type.element;
  Tensor by = clauseValue(*select.by, state, frame, element, true);
  if (failed())
    return false;
  state.by.assign(by.data(), by.data() + by.count());
  return takeTop(state, frame, by);
}

/// The k largest of `by` of each unit, as rounded.
bool Evaluator::takeTop(RouteState &state, Frame &frame, const Tensor &by) {
  const Selection &select = state.route->select;
  Tensor where;
  if (select.where)
    where = clauseValue(*select.where, state, frame, ElementType::Bool, true);
  if (failed())
    return false;
  state.choices = select.count;
  state.comparedType = by.element;
  state.compared.assign(by.data(), by.data() + by.count());
  state.ids.assign(state.units * state.choices, -1);
  for (int64_t unit = 0; unit < state.units; ++unit) {
    std::vector<int32_t> candidates;
    for (int64_t e = 0; e < state.experts; ++e)
      if (!where.isValid() || where.data()[unit * state.experts + e] != 0)
        candidates.push_back(e);
    candidates = largest(std::move(candidates),
                         by.data() + unit * state.experts, 1, state.choices);
    std::copy(candidates.begin(), candidates.end(),
              state.ids.begin() + unit * state.choices);
  }
  return true;
}

/// Each expert takes its best units of every group.
bool Evaluator::choosePick(RouteState &state, Frame &frame) {
  const Selection &select = state.route->select;
  Tensor by =
      clauseValue(*select.by, state, frame, select.by->type.element, true);
  Tensor where;
  if (select.where && !failed())
    where = clauseValue(*select.where, state, frame, ElementType::Bool, true);
  int64_t count =
      failed() ? 0 : exactSize(*select.capacity, state, frame, "pick");
  if (failed())
    return false;
  state.choices = state.experts;
  state.ids.assign(state.units * state.choices, -1);
  for (const std::vector<int32_t> &group : unitsOfGroups(state))
    for (int64_t e = 0; e < state.experts; ++e) {
      std::vector<int32_t> candidates;
      for (int32_t unit : group)
        if (!where.isValid() || where.data()[unit * state.experts + e] != 0)
          candidates.push_back(unit);
      for (int32_t unit :
           largest(std::move(candidates), by.data() + e, state.experts, count))
        state.ids[state.at(unit, e)] = e;
    }
  return true;
}

bool Evaluator::chooseAt(RouteState &state, Frame &frame) {
  Tensor index = clauseValue(*state.route->select.by, state, frame,
                             ElementType::Index, false);
  if (failed())
    return false;
  state.choices = 1;
  state.ids.resize(state.units);
  for (int64_t unit = 0; unit < state.units; ++unit) {
    double id = index.data()[unit];
    if (!(id >= 0 && id < state.experts))
      return fail("route `" + state.path + "`: there is no expert " +
                  std::to_string(static_cast<int64_t>(id)) + " [E0117]");
    state.ids[unit] = static_cast<int32_t>(id);
  }
  return true;
}

/// The rank of a choice is the expert's number.
bool Evaluator::chooseAllWhere(RouteState &state, Frame &frame) {
  Tensor where = clauseValue(*state.route->select.where, state, frame,
                             ElementType::Bool, true);
  if (failed())
    return false;
  state.choices = state.experts;
  state.ids.resize(state.units * state.choices);
  for (size_t i = 0; i < state.ids.size(); ++i)
    state.ids[i] = where.data()[i] != 0 ? i % state.experts : -1;
  return true;
}

/// Takes the choices of another run. Whether those that differ were close
/// enough to be taken is decided when the bounds are known (Bounds.h).
void Evaluator::replay(RouteState &state) {
  size_t &used = replayed[{state.path, state.layer}];
  for (const RouteRecord &record : *request.replay) {
    if (record.path != state.path || record.layer != state.layer)
      continue;
    if (record.choices != state.choices ||
        record.ids.size() - used < state.ids.size()) {
      fail("the replay of route `" + state.path + "`, layer " +
           std::to_string(state.layer) + " holds " +
           std::to_string(record.ids.size()) + " choices, " +
           std::to_string(record.choices) + " for each unit; this run makes " +
           std::to_string(used + state.ids.size()) + ", " +
           std::to_string(state.choices) + " for each unit");
      return;
    }
    std::copy_n(record.ids.begin() + used, state.ids.size(), state.ids.begin());
    used += state.ids.size();
    for (int32_t id : state.ids)
      if (id < -1 || id >= state.experts) {
        fail("the replay of route `" + state.path + "` names expert " +
             std::to_string(id) + " of " + std::to_string(state.experts));
        return;
      }
    return;
  }
  fail("the replay has no choices for route `" + state.path + "`, layer " +
       std::to_string(state.layer));
}

void Evaluator::record(RouteState &state) {
  RouteRecord record;
  record.path = state.path;
  record.layer = state.layer;
  record.experts = state.experts;
  record.choices = state.choices;
  record.unitDims = state.unitDims;
  record.unitSizes = state.unitSizes;
  record.ids = state.ids;
  record.ownIds = state.ownIds;
  record.compared = state.compared;
  record.comparedType = state.comparedType;
  record.count.resize(state.experts);
  record.droppedOf.resize(state.experts);
  for (size_t i = 0; i < state.ids.size(); ++i) {
    if (state.runs[i] >= 0) {
      ++record.count[state.runs[i]];
    } else if (state.ids[i] >= 0) {
      ++record.droppedOf[state.ids[i]];
      ++record.dropped;
    }
  }
  records.push_back(std::move(record));
}

} // namespace spex::interpreter
