//===- Value.h - What Sema knows of a value ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// While a body is checked, every expression has a meaning (type, exact number,
// who sees whom) and the typed tree that becomes part of the program.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_VALUE_H
#define COMPILER_SEMA_VALUE_H

#include "compiler/Frontend/AST.h"
#include "compiler/Sema/Program.h"
#include "compiler/Sema/Rational.h"

#include <algorithm>

namespace spex::sema {

/// Phases of a program, as bits.
enum : unsigned { inTraining = 1, atInference = 2, inBothPhases = 3 };

/// Dimensions, each with the phases in which something is true of it.
class Sight {
public:
  void add(const Dimension *dim, unsigned phases);
  void merge(const Sight &other, unsigned mask = inBothPhases);
  unsigned phases(const Dimension *dim) const;
  const std::vector<std::pair<const Dimension *, unsigned>> &all() const {
    return entries;
  }

private:
  std::vector<std::pair<const Dimension *, unsigned>> entries;
};

/// What is tracked about a value beside its type. Dimensions are roots: those
/// of `x[S as Z]` count as S.
struct Facts {
  Sight full;  ///< every position reaches every position
  Sight past;  ///< earlier positions reach later ones
  Sight carried; ///< and do so through more than keys and values
  std::vector<const Dimension *> masks; ///< a causal mask was used along these
  /// (s, z): zero or false wherever z is after s.
  std::vector<std::pair<const Dimension *, const Dimension *>> triangle;
  unsigned random = 0;       ///< phases in which it is random
  bool isParameter = false;  ///< a param, state or fixed itself
  bool isFromExperts = false; ///< computed by the experts of the route in hand
  bool isWhole = false;      ///< certainly a whole number

  /// Takes over what a result has from an operand.
  void inherit(const Facts &operand, unsigned phaseMask = inBothPhases);
};

/// A number known when compiling: exact while it fits, else the nearest double.
struct Exact {
  std::optional<Rational> value;
  double nearest = 0;

  Exact(const Rational &value) : value(value), nearest(value.toDouble()) {}
  explicit Exact(double nearest)
      : value(Rational::fromDouble(nearest)), nearest(nearest) {}
};

/// What a tensor is.
struct Meaning {
  Type type;
  /// Adapts to the other side: a number, a constant or a size.
  bool isNumber = false;
  std::optional<Exact> literal;
  Facts facts;
};

struct RouteScope;
struct PartScope;

/// What an expression gives.
struct Value {
  enum class Kind {
    Error, ///< was reported; stands for anything
    Tensor,
    Record,
    Route,
    Part,
  };
  Kind kind = Kind::Error;
  Meaning meaning;
  std::vector<std::pair<std::string, Meaning>> fields; ///< of a record
  ExprPtr expr;
  const RouteScope *route = nullptr;
  const PartScope *part = nullptr;

  bool isError() const { return kind == Kind::Error; }
  bool isTensor() const { return kind == Kind::Tensor; }
  bool isRecord() const { return kind == Kind::Record; }
  const Type &type() const { return meaning.type; }
};

inline bool has(const std::vector<const Dimension *> &dims,
                const Dimension *dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}
inline bool isFloat(ElementType element) {
  return element == ElementType::F64 || element == ElementType::F32 ||
         element == ElementType::BF16 || element == ElementType::F16;
}
/// Bits of a float; 0 for others.
unsigned width(ElementType element);
const char *spelling(ElementType element);

/// A part, and what it is a part of.
struct PartScope {
  const ast::Callee *callee = nullptr;
  std::string label;
};

/// A finished route, as the body sees it.
struct RouteScope {
  const Route *route = nullptr;
  struct Field {
    enum class Kind { Result, Own, Local, Each };
    std::string name;
    Kind kind = Kind::Result;
    Meaning meaning;
    int index = 0; ///< of the result, or the slot of the local
    RouteField own{};
    std::vector<std::pair<std::string, Meaning>> each; ///< fields of `each`
  };
  bool isSingle = true; ///< the route is a tensor itself, field 0
  std::vector<Field> fields;
};

} // namespace spex::sema

#endif // COMPILER_SEMA_VALUE_H
