//===- Evaluator.h - Runs straight-line arithmetic IR ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Evaluates what spex-expand-math makes of a scalar function, for many
// arguments at once: no code generation stands between the IR and the numbers.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_EXPANDMATH_EVALUATOR_H
#define TEST_UNIT_EXPANDMATH_EVALUATOR_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <array>
#include <cstdint>
#include <vector>

/// Registers of 64 bits: f32 and i32 stand in the low half, i1 is 0 or 1.
class Evaluator {
public:
  static constexpr int lanes = 512;
  using Register = std::array<uint64_t, lanes>;

  explicit Evaluator(mlir::func::FuncOp function);

  Register &argument(int i) { return registers[i]; }
  /// Runs all lanes; the result stays until the next run.
  const Register &run();

private:
  struct Step {
    void (*apply)(const Step &, std::vector<Register> &);
    int result = 0;
    std::array<int, 3> operands{};
    int64_t extra = 0; // predicate of a comparison
  };
  void add(mlir::Operation *op);

  std::vector<Register> registers;
  std::vector<Step> steps;
  mlir::DenseMap<mlir::Value, int> numbers;
  int resultRegister = 0;
};

#endif // TEST_UNIT_EXPANDMATH_EVALUATOR_H
