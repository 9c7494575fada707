//===- Rounding.h - Values of the element types in f64 ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rounds an f64 to the nearest value of an element type (ties to even) and
// gives the distance between neighbours. The interpreter holds every value in
// f64; these functions are the only place where it loses digits.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_ROUNDING_H
#define COMPILER_INTERPRETER_ROUNDING_H

#include "compiler/Sema/Program.h"

namespace spex::interpreter {

inline bool isFloat(ElementType type) {
  return type == ElementType::F64 || type == ElementType::F32 ||
         type == ElementType::BF16 || type == ElementType::F16;
}

/// The nearest value of `type`, ties to even; beyond its range an infinity.
/// An f64, an int, an index and a bool are themselves.
double roundTo(ElementType type, double value);

/// The distance from |value| to the next larger value of `type`; 0 for types
/// that are not floats.
double unitInLastPlace(ElementType type, double value);

/// The smallest normal number of the type that computes values of `type`; a
/// function may give 0 for what is below. 0 for types that are not floats.
double smallestNormal(ElementType type);

/// The largest relative error of one rounding: 2^-24 for f32.
double unitRoundoff(ElementType type);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_ROUNDING_H
