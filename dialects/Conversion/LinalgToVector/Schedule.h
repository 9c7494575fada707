//===- Schedule.h - How the loops of a linalg op become vectors -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decides which dimension of an op becomes vectors, and how it is reduced.
// convert-linalg-to-vector follows the decision.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_LINALGTOVECTOR_SCHEDULE_H
#define DIALECTS_CONVERSION_LINALGTOVECTOR_SCHEDULE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>

namespace spex {

/// How the elements of an operand lie along one dimension of the loops.
enum class Access { Uniform, Contiguous, Scattered };
Access accessAlong(mlir::linalg::LinalgOp op, mlir::OpOperand &operand,
                   unsigned dim);

enum class Reduction {
  None,    // every element is computed once
  Ordered, // one accumulator, from the first term to the last
  Sum,     // 16 lanes, then a halving tree
  Extreme  // terms may come in any order and more than once
};

struct Schedule {
  Reduction reduction = Reduction::None;
  /// The op that adds a term to the accumulator, for Sum and Extreme.
  mlir::Operation *step = nullptr;
  unsigned vectorDim = 0;
  /// The parallel dimension of which several elements are kept in registers.
  std::optional<unsigned> rowDim;

  /// The term that `step` adds.
  mlir::Value getTerm(mlir::linalg::LinalgOp op) const;
};

/// Nothing if the op has no such loops.
std::optional<Schedule> chooseSchedule(mlir::linalg::LinalgOp op,
                                       int64_t lanes);

} // namespace spex

#endif // DIALECTS_CONVERSION_LINALGTOVECTOR_SCHEDULE_H
