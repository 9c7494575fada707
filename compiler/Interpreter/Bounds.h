//===- Bounds.h - How far from the reference a result may be ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bound of an element is 16 times its largest change over four runs in
// which every accumulated result is disturbed, and at least four units in the
// last place of its type (language.md, section 11).
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_BOUNDS_H
#define COMPILER_INTERPRETER_BOUNDS_H

#include "compiler/Interpreter/Interpreter.h"

namespace spex::interpreter {

/// A choice that a replay took and the reference would not have made.
struct ForeignChoice {
  std::string path;
  int64_t layer = 0, unit = 0, rank = 0;
  int32_t taken = 0, own = 0;
  double difference = 0, bound = 0; ///< of the values compared
  bool isAccepted = false;
};

struct BoundedRun {
  std::string error;
  RunResult reference; ///< the undisturbed run
  /// [outputs][elements], in the order of `reference.outputs`.
  std::vector<std::vector<double>> bounds;
  std::vector<ForeignChoice> foreignChoices;

  bool allAccepted() const;
};

/// Disturbed runs that nearly always show how far a value may be off, and those
/// that are made before anything is said to differ (decision 0006).
constexpr int usualRuns = 4, mostRuns = 32;

/// One run more than `disturbedRuns`. Without a replay the disturbed runs repeat
/// the choices of the undisturbed one, so that a bound does not hold the jump to
/// another expert.
BoundedRun computeBounds(const RunRequest &request, int disturbedRuns);

/// The element that comes closest to its bound, or lies furthest beyond it.
struct WorstElement {
  std::string output;
  std::string index; ///< "B = 0, S = 3, V = 17"
  double value = 0, reference = 0, difference = 0, bound = 0;
  int64_t beyond = 0; ///< how many elements of all lie beyond theirs
  int64_t elements = 0;
  /// The experts behind this element: "Block.y, layer 3: experts 2, 5".
  std::vector<std::string> origin;
  std::string error;

  bool passes() const { return error.empty() && beyond == 0; }
};

/// Compares every element of every output; `results` by output name, dims as
/// declared, row-major.
WorstElement compare(const std::map<std::string, Tensor> &results,
                     const BoundedRun &run);

/// What `spex verify` prints of it, in a few lines.
std::string describe(const WorstElement &worst);
std::string describe(const ForeignChoice &choice);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_BOUNDS_H
