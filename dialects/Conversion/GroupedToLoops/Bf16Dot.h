//===- Bf16Dot.h - Products of pairs of bf16 --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that writes vdpbf16ps, which all lowerings of a matmul use on
// targets that have it: what it rounds and flushes is part of their bits.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOLOOPS_BF16DOT_H
#define DIALECTS_CONVERSION_GROUPEDTOLOOPS_BF16DOT_H

#include "mlir/IR/Builders.h"

namespace mlir::grouped {

/// sums + left * right, lane by lane, each lane a pair: vector<16xf32> and two
/// of vector<32xbf16>.
Value createBf16Dot(OpBuilder &builder, Location loc, Value sums, Value left,
                    Value right);

} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOLOOPS_BF16DOT_H
