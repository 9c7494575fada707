//===- Cost.h - What a program costs ----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts parameters, arithmetic and traffic of an entry point from the checked
// program, by component. Memory is asked of the compiled program and comes in
// from outside.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_REPORT_COST_H
#define COMPILER_REPORT_COST_H

#include "compiler/Report/Count.h"
#include "compiler/Sema/Program.h"

#include <map>
#include <optional>
#include <vector>

namespace spex {

/// What one component costs in one call of the entry point, without those it
/// calls.
struct ComponentCost {
  std::string path;      ///< `Block.Attention`; empty for the model
  std::string component; ///< what is called there
  Count parameters;      ///< in all
  Count active;          ///< that one token meets: of 8 experts the 2 chosen
  Count flops;           ///< two for each multiply-add, see docs/cost.md
  Count bytes;           ///< weights read once, operands and results
};

/// What the compiled program asks for at these sizes.
struct MemoryCost {
  int64_t scratch = 0, worker = 0, state = 0, packed = 0;
};

struct Cost {
  std::string name; ///< of the entry point
  /// Every run-time size with what it is.
  std::vector<std::pair<std::string, int64_t>> sizes;
  /// By path; a component stands before those below it. The figures of a row
  /// include those below it.
  std::vector<ComponentCost> components;
  std::optional<MemoryCost> memory;
  std::string whyNoMemory;
};

/// Counts at the sizes `at`, for others at their bounds. Nothing, and a
/// sentence in `error`, for sizes that the entry does not have or allow.
std::optional<Cost> countCost(const EntryPoint &entry,
                              const std::map<std::string, int64_t> &at,
                              std::string &error);

/// As a table for people.
std::string costTable(const Cost &cost);
/// As one JSON object.
std::string costJson(const Cost &cost);

} // namespace spex

#endif // COMPILER_REPORT_COST_H
