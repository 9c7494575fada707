//===- Perturbation.h - Disturbed sums for error bounds ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moves every accumulated result by what its rounding errors may add up to, so
// that several runs of the reference show how far an honest implementation may
// be from it (language.md, section 11). Off unless a seed is given. Within one
// operation what is equal stays equal, as it does in native code: of two units
// alike, a choice among whole groups takes the same one.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_PERTURBATION_H
#define COMPILER_INTERPRETER_PERTURBATION_H

#include <cmath>
#include <cstdint>
#include <cstring>

namespace spex::interpreter {

class Perturbation {
public:
  /// None.
  Perturbation() = default;
  /// `roundoff` is that of the accumulate type.
  Perturbation(uint64_t seed, double roundoff)
      : isOn(true), operation(mixed(seed)), roundoff(roundoff) {}

  bool isEnabled() const { return isOn; }

  /// From here on, equal results are disturbed in another way.
  void beginOperation() { operation += 0x9E3779B97F4A7C15u; }

  /// `sum` plus or minus sqrt(n) * roundoff * `magnitude`, where `magnitude` is
  /// the sum of the terms' absolute values.
  double apply(double sum, double magnitude, int64_t n) const {
    if (!isOn)
      return sum;
    double change = std::sqrt(static_cast<double>(n)) * roundoff * magnitude;
    bool isUp = mixed(operation ^ mixed(bitsOf(sum)) ^ bitsOf(magnitude)) & 1;
    return isUp ? sum + change : sum - change;
  }

  /// A result of arithmetic or of a function, plus or minus what rounding it
  /// may change: nothing where f32 holds it, or where all is in f64.
  double applyRounding(double value) const {
    bool isExact = roundoff < 1e-12 ||
                   static_cast<double>(static_cast<float>(value)) == value;
    if (isExact || !std::isfinite(value))
      return value;
    return apply(value, std::abs(value), 1);
  }

private:
  /// SplitMix64: any function with independent bits will do here.
  static uint64_t mixed(uint64_t z) {
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  static uint64_t bitsOf(double value) {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return bits;
  }

  bool isOn = false;
  uint64_t operation = 0;
  double roundoff = 0;
};

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_PERTURBATION_H
