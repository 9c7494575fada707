//===- Pack.h - Rows of the left-hand side, tile by tile --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds the function that copies rows into the order in which micro-kernels
// read them. Used by the lowering of grouped.matmul.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOVECTOR_PACK_H
#define DIALECTS_CONVERSION_GROUPEDTOVECTOR_PACK_H

#include "dialects/Conversion/GroupedToVector/KernelFunction.h"
#include "dialects/Spex/Target/VectorTarget.h"

namespace mlir::grouped {

/// How packed rows lie.
struct PackedForm {
  Type element;         // as it is multiplied
  int64_t depth = 1;    // k is filled up to a multiple of it, with -0
  bool isPairs = false; // neighbours in k lie together, two of 16 bits

  int64_t pair() const { return isPairs ? 2 : 1; }
};

/// Elements that packed rows need beyond rows * k: the last vector that is
/// stored reaches so far, and no farther.
int64_t packedPadding(const spex::VectorTarget &target, const PackedForm &form);

/// Builds pack(count, k, source, destination), or with `isGather`
/// pack(count, k, source, destination, rows): row i is row rows[i] of the
/// source. Tile t of n holds rows t * count / n up to (t + 1) * count / n, one
/// after another, as [k][rows of the tile], or [k / 2][rows of the tile][2].
/// Elements of `source` are widened where they have to be.
func::FuncOp buildPack(const spex::VectorTarget &target, Type source,
                       const PackedForm &form, bool isGather, ModuleOp module,
                       StringRef name);

} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOVECTOR_PACK_H
