//===- VectorTarget.h - What the vector lowerings ask of a CPU --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the module attribute `spex.target` and derives from it the shapes that
// kernels, panels and row blocks have to agree on.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_SPEX_TARGET_VECTORTARGET_H
#define DIALECTS_SPEX_TARGET_VECTORTARGET_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"

namespace spex {

struct VectorTarget {
  /// Bits of a vector register: 256 (AVX2, 16 registers) or 512 (AVX-512, 32).
  int64_t bits = 256;
  /// Has an instruction that adds the products of two pairs of bf16.
  bool hasBf16Dot = false;

  static VectorTarget of(mlir::Operation *op) {
    VectorTarget target;
    auto module = mlir::dyn_cast<mlir::ModuleOp>(op);
    if (!module)
      module = op->getParentOfType<mlir::ModuleOp>();
    auto entries = module->getAttrOfType<mlir::DictionaryAttr>("spex.target");
    if (!entries)
      return target;
    if (auto bits = entries.getAs<mlir::IntegerAttr>("vector_bits"))
      target.bits = bits.getInt() >= 512 ? 512 : 256;
    if (auto dot = entries.getAs<mlir::BoolAttr>("bf16"))
      target.hasBf16Dot = dot.getValue();
    return target;
  }

  bool is512() const { return bits == 512; }
  /// Elements of a vector.
  int64_t lanes(mlir::Type element) const {
    return bits / std::max(8u, element.getIntOrFloatBitWidth());
  }
  /// Rows of a tile. With two vectors of columns, the accumulators leave room
  /// for the right-hand side: 28 of 32 registers, 12 of 16.
  int64_t tileRows() const { return is512() ? 14 : 6; }
  /// Columns of a panel when `sides` right-hand sides (1 or 2) share it: the
  /// two vectors of a tile are divided among them.
  int64_t panelColumns(mlir::Type element, int64_t sides) const {
    return 2 * lanes(element) / sides;
  }
  /// Neighbours in k that lie together in panels: bf16 in pairs, which is how
  /// an instruction for pairs takes them, and which widen by a shift and a
  /// mask.
  static int64_t panelDepth(mlir::Type element) {
    return element.isBF16() ? 2 : 1;
  }
  /// Whether sums of such products are made from pairs, by that instruction:
  /// it is part of what a matmul means on this target.
  bool multipliesPairs(mlir::Type left, mlir::Type right,
                       mlir::Type accumulator) const {
    return hasBf16Dot && left.isBF16() && right.isBF16() && accumulator.isF32();
  }
  /// Panels that are walked at once for so few rows. AVX2: one stream alone
  /// waits at the start of every page, and one accumulator for itself. Vectors
  /// that are widened for a step, if any, need registers, too. AVX-512: one
  /// stream is the fastest until its accumulators wait for each other.
  int64_t panelsAtOnce(int64_t rows, bool widens) const {
    if (is512())
      return rows == 4 || rows == 5 ? 2 : 1;
    if (rows == 1)
      return 4;
    return rows <= (widens ? 2 : 3) ? 2 : 1;
  }
};

} // namespace spex

#endif // DIALECTS_SPEX_TARGET_VECTORTARGET_H
