//===- Perturbation.h - Disturbed sums for error bounds ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moves every accumulated result by what its rounding errors may add up to, so
// that several runs of the reference show how far an honest implementation may
// be from it (language.md, section 11). Off unless a seed is given.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_PERTURBATION_H
#define COMPILER_INTERPRETER_PERTURBATION_H

#include <cmath>
#include <cstdint>

namespace spex::interpreter {

class Perturbation {
public:
  /// None.
  Perturbation() = default;
  /// `roundoff` is that of the accumulate type.
  Perturbation(uint64_t seed, double roundoff)
      : isOn(true), state(seed * 0x9E3779B97F4A7C15u + 1), roundoff(roundoff) {}

  bool isEnabled() const { return isOn; }

  /// `sum` plus or minus sqrt(n) * roundoff * `magnitude`, where `magnitude` is
  /// the sum of the terms' absolute values.
  double apply(double sum, double magnitude, int64_t n) {
    if (!isOn)
      return sum;
    double change = std::sqrt(static_cast<double>(n)) * roundoff * magnitude;
    return nextBit() ? sum + change : sum - change;
  }

  /// A result of arithmetic or of a function, plus or minus what rounding it
  /// may change: nothing where f32 holds it, or where all is in f64.
  double applyRounding(double value) {
    bool isExact = roundoff < 1e-12 ||
                   static_cast<double>(static_cast<float>(value)) == value;
    if (isExact || !std::isfinite(value))
      return value;
    return apply(value, std::abs(value), 1);
  }

private:
  /// SplitMix64: any generator with independent bits will do here.
  bool nextBit() {
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (z ^ (z >> 31)) & 1;
  }

  bool isOn = false;
  uint64_t state = 0;
  double roundoff = 0;
};

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_PERTURBATION_H
