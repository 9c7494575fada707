//===- RouteState.h - A route while it runs ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the interpreter: the choices of one route in one call of its
// body, which its clauses, its result and the fields of its record read.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_ROUTESTATE_H
#define COMPILER_INTERPRETER_ROUTESTATE_H

#include "compiler/Interpreter/Evaluator.h"

namespace spex::interpreter {

/// Choice r of unit u stands at u * choices + r. Where the number of experts
/// differs from unit to unit, there is one place for each expert.
struct RouteState {
  const Route *route = nullptr;
  std::string path;
  int64_t layer = 0;
  int64_t experts = 0;

  DimList unitDims; ///< extra dims of the call, then Route::units
  SizeList unitSizes;
  int64_t units = 1;
  DimList outerDims; ///< those of `unitDims` that are not in the group
  SizeList outerSizes;
  int64_t groups = 1, groupSize = 1; ///< the latter is `tokens`
  std::vector<int64_t> groupOf;      ///< unit -> group, row-major in outerDims
  std::vector<int64_t> placeOf;      ///< unit -> place in its group
  std::vector<uint64_t> unitNumbers; ///< what random functions count from

  int64_t choices = 0;
  std::vector<int32_t> ids;    ///< selected, or -1
  std::vector<int32_t> ownIds; ///< before a replay
  std::vector<int32_t> runs;   ///< the expert that runs it, or -1
  /// `overflow = pass`: pairs that give back the unit's own input.
  std::vector<bool> passes;
  /// The value after `by` of `top` and `sample`, [units x experts]; what is
  /// compared has noise added by `sample`.
  std::vector<double> by;
  std::vector<double> compared; ///< [units x experts], as rounded
  ElementType comparedType = ElementType::F32;
  std::vector<int32_t> ranks; ///< [units x experts] number of a choice

  Tensor weight; ///< [unitDims, experts]
  std::vector<Tensor> args;
  bool haveArgs = false, haveEach = false, haveResults = false;
  Value each, results;

  /// A choice that `select` made and `keep` and capacity left.
  bool hasChoices() const { return choices != 0; }
  int64_t at(int64_t unit, int64_t rank) const { return unit * choices + rank; }
};

/// The units of each group, in the order of their places.
std::vector<std::vector<int32_t>> unitsOfGroups(const RouteState &state);

/// A chosen pair in the queue for a place.
struct Waiting {
  int64_t pair, unit, rank, place;
  double order;
};

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_ROUTESTATE_H
