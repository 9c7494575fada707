//===- WeightName.h - The name of a tensor in a file ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `layers.{2 * N + 1}.w`: text, and formulas that are sums of dimensions, each
// times a number. A dimension stands for its index.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_WEIGHTNAME_H
#define COMPILER_SEMA_WEIGHTNAME_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spex::sema {

/// A number and terms; a dimension is one by its name.
struct WeightFormula {
  int64_t constant = 0;
  std::map<std::string, int64_t> terms;
  std::string text; ///< as written, without braces
};

/// `texts` has one entry more than `formulas`.
struct WeightName {
  std::vector<std::string> texts;
  std::vector<WeightFormula> formulas;

  /// All dimensions in braces, each once, in order of appearance.
  std::vector<std::string> dims() const;
  /// `layers.{2*d0+1}.w`, with the position in `axes` for each dimension.
  std::string withNumbers(const std::vector<std::string> &axes) const;
};

/// Nothing if braces do not match or hold something else; `bad` is then what
/// they hold.
std::optional<WeightName> parseWeightName(const std::string &text,
                                          std::string &bad);

} // namespace spex::sema

#endif // COMPILER_SEMA_WEIGHTNAME_H
