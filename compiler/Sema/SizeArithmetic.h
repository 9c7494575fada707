//===- SizeArithmetic.h - Sizes while they are checked ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A size is a quotient of polynomials over the bounded base dimensions, with
// `floor(...)` and the like as unknowns of their own. In that form two sizes
// agree if and only if the language says so (language.md, section 4).
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_SIZEARITHMETIC_H
#define COMPILER_SEMA_SIZEARITHMETIC_H

#include "compiler/Sema/Program.h"
#include "compiler/Sema/Rational.h"

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace spex {

/// A product of unknowns with their powers, sorted by unknown.
using Monomial = std::vector<std::pair<unsigned, unsigned>>;
using Polynomial = std::map<Monomial, Rational>;

struct Size {
  Polynomial top, bottom;

  /// The number it is, unless it depends on a bounded dimension.
  std::optional<Rational> constant() const;
};

using SizeOfDimension = std::function<int64_t(const Dimension *)>;

/// Operations give no value where numbers grow out of hand or a divisor is
/// zero.
class SizeArithmetic {
public:
  static Size constant(const Rational &value);
  /// A bounded base dimension.
  Size base(const Dimension *dim);

  static std::optional<Size> add(const Size &a, const Size &b);
  static std::optional<Size> subtract(const Size &a, const Size &b);
  static std::optional<Size> multiply(const Size &a, const Size &b);
  static std::optional<Size> divide(const Size &a, const Size &b);
  std::optional<Size> floor(const Size &a);
  std::optional<Size> ceil(const Size &a);
  std::optional<Size> round(const Size &a);
  std::optional<Size> roundUp(const Size &a, const Size &multiple);
  std::optional<Size> min(const Size &a, const Size &b);
  std::optional<Size> max(const Size &a, const Size &b);

  /// The same at every size of the bounded dimensions.
  static bool areEqual(const Size &a, const Size &b);
  std::optional<Rational> evaluate(const Size &size,
                                   const SizeOfDimension &sizeOf) const;
  /// As the compiled program computes it; none if a number does not fit.
  std::optional<SizeFormula> formula(const Size &size) const;
  /// What is 0 or more just where `size` is (above 0, if `isStrict`).
  std::optional<SizeFormula> sign(const Size &size, bool isStrict) const;
  /// The bounded base dimensions it depends on, in order of first use.
  std::vector<const Dimension *> bases(const Size &size) const;

private:
  struct Unknown {
    enum class Kind { Base, Floor, Min, Max };
    Kind kind = Kind::Base;
    const Dimension *dim = nullptr;
    Polynomial a, b; ///< floor(a / b), min(a, b), max(a, b): whole coefficients
    size_t weight = 1; ///< nodes of its formula, which is a tree
  };
  std::vector<Unknown> unknowns;

  std::optional<Size> unknown(Unknown::Kind kind, Polynomial a, Polynomial b);
  /// Multiplies both by what makes all coefficients whole.
  static bool makeWhole(Polynomial &a, Polynomial &b);
  size_t weightOf(const Polynomial &polynomial) const;
  std::optional<Size> extreme(bool isMin, const Size &a, const Size &b);
  std::optional<Rational> evaluate(const Polynomial &polynomial,
                                   const SizeOfDimension &sizeOf) const;
  std::optional<SizeFormula> formula(const Polynomial &polynomial) const;
  std::optional<SizeFormula> formulaOf(const Unknown &unknown) const;
  void collectBases(const Polynomial &polynomial,
                    std::vector<const Dimension *> &bases) const;
};

} // namespace spex

#endif // COMPILER_SEMA_SIZEARITHMETIC_H
