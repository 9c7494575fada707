//===- Reduce.h - The smallest program that still fails ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Delta debugging on the syntax tree: parts are left out, many at once first,
// as long as the program goes on failing.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_REDUCE_REDUCE_H
#define COMPILER_REDUCE_REDUCE_H

#include <cstdint>
#include <functional>
#include <set>
#include <string>

namespace spex {

struct ReduceSteps {
  /// Places of names that nothing uses any more, which are left out too; none
  /// if the program has other mistakes. Null: none are.
  std::function<std::set<uint32_t>(const std::string &text)> unused;
  /// Whether this text is as interesting as the original.
  std::function<bool(const std::string &text)> fails;
  /// Whether to stop with what there is.
  std::function<bool()> isTimeUp;
};

struct Reduced {
  std::string text;
  unsigned tried = 0; ///< programs that `fails` was asked about
  unsigned taken = 0; ///< steps to a smaller one
};

/// Shrinks a program that parses. Everything `fails` sees parses too.
Reduced reduce(const std::string &text, const ReduceSteps &steps);

} // namespace spex

#endif // COMPILER_REDUCE_REDUCE_H
