//===- InlineAll.h - Any operation of a dialect may be inlined --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Without an interface the inliner silently keeps every call of a function that
// holds operations of the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_SPEX_IR_INLINEALL_H
#define DIALECTS_SPEX_IR_INLINEALL_H

#include "mlir/Transforms/InliningUtils.h"

namespace spex {
struct InlineAll final : mlir::DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  bool isLegalToInline(mlir::Operation *, mlir::Region *, bool,
                       mlir::IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(mlir::Region *, mlir::Region *, bool,
                       mlir::IRMapping &) const final {
    return true;
  }
};
} // namespace spex

#endif // DIALECTS_SPEX_IR_INLINEALL_H
