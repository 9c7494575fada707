//===- MicroKernel.h - A tile of a matmul in registers ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds the innermost functions of a kind of matmul, and the function around
// them that covers a block of rows. Used by the lowering of grouped.matmul.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_GROUPEDTOVECTOR_MICROKERNEL_H
#define DIALECTS_CONVERSION_GROUPEDTOVECTOR_MICROKERNEL_H

#include "dialects/Conversion/GroupedToVector/KernelFunction.h"
#include "dialects/Conversion/GroupedToVector/MatmulKind.h"

namespace mlir::grouped {

/// A tile: so many rows by so many neighbouring panels.
struct TileShape {
  int64_t rows;
  int64_t panels = 1;
  bool isTail = false; // columns from `columnEnd` on do not exist
};

/// The arguments of a micro-kernel, as values of its caller or its own.
struct KernelArguments {
  Value steps; // of k, each of the kind's depth
  Value lhs;   // flat: [k][rows] of the tile, from `lhsBase` on
  Value lhsBase;
  /// Flat panels, or matrices. Panels come once for each turn of a step: from
  /// one pointer, LLVM would keep both neighbours of a pair in registers, which
  /// a tile does not leave.
  SmallVector<Value> rhs;
  Value rhsBase;   // first element of the first panel, or its first column
  Value out;       // rows
  Value row;       // first row of the tile
  Value column;    // first column of the tile
  Value columnEnd; // number of columns there are
  Value fetch;     // first element to fetch ahead of its use
  Value fetchStep; // elements from one fetch to the next
  SmallVector<Value> with;
  SmallVector<Value> captured;

  SmallVector<Value> flat() const;
  static int64_t numRight(const MatmulKind &kind);
  static KernelArguments fromFlat(const MatmulKind &kind, ValueRange values);
  static SmallVector<Type> types(const MatmulKind &kind);
};

/// Whether such a tile fetches panels ahead of their use, a line for each line
/// that a step of k reads.
bool fetchesAhead(const MatmulKind &kind, TileShape shape);

/// Builds the micro-kernel of a tile, a leaf function.
func::FuncOp buildMicroKernel(const MatmulKind &kind, TileShape shape,
                              ModuleOp module, StringRef name);

/// Builds the function that computes a block of rows: arguments are the number
/// of rows, then those of a kernel without row, column, rhsBase and fetches.
func::FuncOp buildBlock(const MatmulKind &kind, ModuleOp module,
                        StringRef name);

} // namespace mlir::grouped

#endif // DIALECTS_CONVERSION_GROUPEDTOVECTOR_MICROKERNEL_H
