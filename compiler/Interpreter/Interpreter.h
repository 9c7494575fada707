//===- Interpreter.h - The meaning of a checked program ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs an entry point in f64 and rounds exactly where language.md, section 11
// says. What compiled code computes is compared with this (Bounds.h). Nothing
// here throws, prints or exits: a failure is a sentence in `error`.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_INTERPRETER_H
#define COMPILER_INTERPRETER_INTERPRETER_H

#include "compiler/Interpreter/Tensor.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spex::interpreter {

/// Sizes of the bounded base dimensions in one run.
using SizeMap = std::map<const Dimension *, int64_t>;
/// Stored parameters by path: `outer` dims, then the declared ones, bounded
/// dims at their bound.
using ParameterMap = std::map<std::string, Tensor>;

/// What one route chose in one layer.
struct RouteRecord {
  std::string path;
  int64_t layer = 0;
  int64_t experts = 0;
  int64_t choices = 0; ///< per unit
  DimList unitDims;    ///< extra dims in front
  SizeList unitSizes;
  /// [units x choices] in rank order, -1 for nobody, before any capacity.
  std::vector<int32_t> ids;
  /// The same as the reference would have chosen; differs only in a replay.
  std::vector<int32_t> ownIds;
  /// [units x experts] what `top` compared, as rounded; empty for others.
  std::vector<double> compared;
  ElementType comparedType = ElementType::F32;
  std::vector<int64_t> count; ///< rows that each expert ran
  int64_t dropped = 0;        ///< chosen pairs that did not run
  std::vector<int64_t> droppedOf; ///< of each expert, the pairs among these

  int64_t units() const;
};

struct RunRequest {
  const Program *program = nullptr;
  const EntryPoint *entry = nullptr;
  SizeMap sizes;
  /// Inputs by name, dims as declared. One with a default may be absent.
  std::map<std::string, Tensor> inputs;
  const ParameterMap *parameters = nullptr;
  /// Choices to use instead of the reference's own, or null.
  const std::vector<RouteRecord> *replay = nullptr;
  /// Disturbs every accumulated result (Perturbation.h).
  std::optional<uint64_t> perturbationSeed;
  uint64_t seed = 0; ///< of random functions
};

struct Output {
  std::string name; ///< `out` for a single result
  Tensor value;     ///< row-major, dims as declared
};

struct RunResult {
  std::string error; ///< empty after success
  std::vector<Output> outputs;
  std::vector<RouteRecord> routes; ///< as they ran; layers ascend
};

RunResult runReference(const RunRequest &request);

/// The size of a dimension in a run, or -1 where it does not come out.
int64_t sizeOf(const Dimension *dim, const SizeMap &sizes);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_INTERPRETER_H
