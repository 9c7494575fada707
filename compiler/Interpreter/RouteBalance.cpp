//===- RouteBalance.cpp - Balanced assignment by auction ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `balanced by v` (systems.md 2.2): experts bid for units, each wants as many
// as all others. All in f64, on v as rounded, so that native code comes to the
// same prices.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/RouteState.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spex::interpreter {
namespace {
/// One group: `scores` is [experts x units].
class Auction {
public:
  Auction(std::vector<double> scores, int64_t experts, int64_t units)
      : scores(std::move(scores)), experts(experts), units(units),
        each(units / experts), prices(units), bids(experts * units),
        lists(experts) {}

  /// The expert of each unit.
  std::vector<int32_t> run() {
    replaceNonFinite();
    auto [low, high] = std::minmax_element(scores.begin(), scores.end());
    largest = *high;
    increment = std::max((*high - *low) / 50, 1e-4);
    values = scores;
    for (round = 0; round < maxRounds; ++round) {
      bid();
      if (findWinners() && isSettled())
        break;
      raisePrices();
    }
    return assignment();
  }

private:
  /// After these a winner's unit is worth its score again, which ends faster.
  static constexpr int64_t patientRounds = 100;
  /// Prices rise in every round, so that this is never reached in practice.
  static constexpr int64_t maxRounds = 10000;

  std::vector<double> scores;
  int64_t experts, units, each;
  std::vector<double> prices, values, bids;
  std::vector<std::vector<int32_t>> lists; ///< what each expert wants most
  std::vector<int32_t> winners;            ///< of each unit, or -1
  double largest = 0, increment = 0;
  int64_t round = 0;

  void replaceNonFinite() {
    double smallest = 0;
    bool isFirst = true;
    for (double score : scores)
      if (std::isfinite(score) && (isFirst || score < smallest)) {
        smallest = score;
        isFirst = false;
      }
    for (double &score : scores)
      if (!std::isfinite(score))
        score = smallest;
  }

  void bid() {
    std::fill(bids.begin(), bids.end(), 0.0);
    for (int64_t e = 0; e < experts; ++e) {
      const double *value = values.data() + e * units;
      std::vector<int32_t> order(units);
      std::iota(order.begin(), order.end(), 0);
      std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
        return value[a] > value[b] || (value[a] == value[b] && a < b);
      });
      // With one expert nobody else bids, and there is no next best unit.
      double next = each < units ? value[order[each]] : value[order.back()];
      order.resize(each);
      for (int32_t unit : order)
        bids[e * units + unit] = value[unit] - next + increment;
      lists[e] = std::move(order);
    }
    if (round == 0 || round >= patientRounds)
      return;
    for (int64_t unit = 0; unit < units; ++unit)
      if (winners[unit] >= 0)
        bids[winners[unit] * units + unit] = increment;
  }

  /// Whether every unit has a bid.
  bool findWinners() {
    winners.assign(units, -1);
    bool all = true;
    for (int64_t unit = 0; unit < units; ++unit) {
      double best = 0;
      for (int64_t e = 0; e < experts; ++e)
        if (bids[e * units + unit] > best) {
          best = bids[e * units + unit];
          winners[unit] = e;
        }
      all &= winners[unit] >= 0;
    }
    return all;
  }

  /// Whether the lists of the experts hold every unit once.
  bool isSettled() const {
    std::vector<bool> isTaken(units);
    for (const std::vector<int32_t> &list : lists)
      for (int32_t unit : list) {
        if (isTaken[unit])
          return false;
        isTaken[unit] = true;
      }
    return true;
  }

  void raisePrices() {
    for (int64_t unit = 0; unit < units; ++unit)
      if (winners[unit] >= 0)
        prices[unit] += bids[winners[unit] * units + unit];
    for (int64_t e = 0; e < experts; ++e)
      for (int64_t unit = 0; unit < units; ++unit)
        values[e * units + unit] = scores[e * units + unit] - prices[unit];
    for (int64_t unit = 0; unit < units; ++unit)
      if (int32_t e = winners[unit]; e >= 0)
        values[e * units + unit] =
            round < patientRounds ? largest : scores[e * units + unit];
  }

  /// What the lists say; units that none or two of them hold go, in order, to
  /// the expert with room that scores them best.
  std::vector<int32_t> assignment() const {
    std::vector<int32_t> result(units, -1);
    std::vector<int64_t> room(experts, each);
    for (int64_t e = 0; e < experts; ++e)
      for (int32_t unit : lists[e])
        if (result[unit] < 0) {
          result[unit] = e;
          --room[e];
        }
    for (int64_t unit = 0; unit < units; ++unit) {
      if (result[unit] >= 0)
        continue;
      int32_t best = -1;
      for (int64_t e = 0; e < experts; ++e)
        if (room[e] > 0 &&
            (best < 0 || scores[e * units + unit] > scores[best * units + unit]))
          best = e;
      result[unit] = best;
      --room[best];
    }
    return result;
  }
};

std::vector<int32_t> balance(const Tensor &by,
                             const std::vector<int32_t> &group,
                             int64_t experts) {
  int64_t units = group.size();
  std::vector<double> scores(experts * units);
  for (int64_t unit = 0; unit < units; ++unit)
    for (int64_t e = 0; e < experts; ++e)
      scores[e * units + unit] = by.data()[group[unit] * experts + e];
  return Auction(std::move(scores), experts, units).run();
}
} // namespace

/// Each expert gets as many units of a group as any other.
bool Evaluator::chooseBalanced(RouteState &state, Frame &frame) {
  const Selection &select = state.route->select;
  Tensor by =
      clauseValue(*select.by, state, frame, select.by->type.element, true);
  if (failed())
    return false;
  if (state.groupSize % state.experts != 0)
    return fail("route `" + state.path + "`: " +
                std::to_string(state.groupSize) +
                " units cannot be shared evenly among " +
                std::to_string(state.experts) + " experts");
  state.choices = 1;
  state.ids.resize(state.units);
  for (const std::vector<int32_t> &group : unitsOfGroups(state)) {
    std::vector<int32_t> experts = balance(by, group, state.experts);
    for (size_t i = 0; i < group.size(); ++i)
      state.ids[group[i]] = experts[i];
  }
  return true;
}

} // namespace spex::interpreter
