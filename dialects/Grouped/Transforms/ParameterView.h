//===- ParameterView.h - Which part of a parameter a value is ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows a value back to the function argument that holds a parameter, and
// says which of its dimensions were sliced, which are groups, and which are
// left. Used by grouped-choose-panels.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_GROUPED_TRANSFORMS_PARAMETERVIEW_H
#define DIALECTS_GROUPED_TRANSFORMS_PARAMETERVIEW_H

#include "dialects/Grouped/IR/GroupedOps.h"

#include <optional>

namespace mlir::grouped {

struct ParameterView {
  /// The argument of the function that holds the whole parameter.
  BlockArgument argument;
  /// The dimensions at which one element was taken outside of the tasks, and
  /// where it was taken.
  SmallVector<int64_t> slicedDims;
  SmallVector<OpFoldResult> offsets;
  /// The dimensions that number the groups of the tasks, the first the slowest.
  SmallVector<int64_t> groupDims;
  /// What is left: each dimension of the value is these of the parameter, the
  /// first the slowest.
  SmallVector<SmallVector<int64_t>> dims;

  StringAttr getParameter() const;
  /// Sliced dimensions, then that of the groups.
  SmallVector<int64_t> getOuterDims() const;
};

/// Nothing if `value`, in the region of tasks, is no part of a parameter.
std::optional<ParameterView> viewOfParameter(Value value);

} // namespace mlir::grouped

#endif // DIALECTS_GROUPED_TRANSFORMS_PARAMETERVIEW_H
