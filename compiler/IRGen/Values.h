//===- Values.h - Tensors with named axes, and elementwise trees -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A `Tensor` is an SSA value whose axes have names. A `Node` is an expression
// computed element by element whose leaves are tensors: it becomes one
// linalg.generic, however deep it is, or a part of a reduction's body.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_IRGEN_VALUES_H
#define COMPILER_IRGEN_VALUES_H

#include "compiler/Sema/Program.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <functional>
#include <memory>

namespace spex::irgen {

using Dims = llvm::SmallVector<const Dimension *, 4>;
using DimsRef = llvm::ArrayRef<const Dimension *>;

/// A ranked tensor; `dims` names its axes in order.
struct Tensor {
  mlir::Value value;
  Dims dims;
  ElementType element = ElementType::F32;
  const Dimension *target = nullptr; ///< of index<target>
};

/// The one value, or the fields of a record.
using Values = llvm::SmallVector<Tensor, 1>;

/// What an element is computed with: a builder inside a linalg body.
struct Scalars {
  mlir::OpBuilder &builder;
  mlir::Location loc;
  /// Where the loops stand along a dimension: of type `index`, from 0.
  llvm::function_ref<mlir::Value(const Dimension *)> index;
};
using ScalarFn =
    std::function<mlir::Value(Scalars &, llvm::ArrayRef<mlir::Value>)>;

struct Node;
using NodeRef = std::shared_ptr<const Node>;

/// One element of a value, as a tree over elements of other values.
struct Node {
  enum class Kind { Leaf, Constant, Apply };
  Kind kind = Kind::Constant;
  mlir::Location loc;
  ElementType element = ElementType::F32;
  const Dimension *target = nullptr;
  Dims dims;
  /// Apply: reads a tensor beside its operands.
  bool readsTensor = false;
  Tensor leaf;                            ///< Leaf
  double constant = 0;                    ///< Constant
  llvm::SmallVector<NodeRef, 2> operands; ///< Apply
  ScalarFn apply;                         ///< Apply

  explicit Node(mlir::Location loc) : loc(loc) {}
};

NodeRef makeLeaf(mlir::Location loc, Tensor tensor);
NodeRef makeConstant(mlir::Location loc, double value, ElementType element);
/// The operands are passed to `fn` as they are, without conversion.
NodeRef makeApply(mlir::Location loc, ElementType element, DimsRef dims,
                  llvm::ArrayRef<NodeRef> operands, ScalarFn fn);
/// The same, of an index into `target`, or of a function that reads a tensor.
NodeRef withTarget(const NodeRef &node, const Dimension *target);
NodeRef makeRead(mlir::Location loc, ElementType element, DimsRef dims,
                 llvm::ArrayRef<NodeRef> operands, ScalarFn fn);

/// The dims of the operand that has most of them, first of equals, then what
/// only the others have.
Dims widestDims(llvm::ArrayRef<NodeRef> operands);

bool contains(DimsRef dims, const Dimension *dim);
/// `dims` without those in `removed`, in order.
Dims without(DimsRef dims, DimsRef removed);
/// `dims`, then what `more` has beyond them.
Dims unite(DimsRef dims, DimsRef more);
bool sameSet(DimsRef a, DimsRef b);

bool isFloat(ElementType element);
/// The wider of two floats.
ElementType wider(ElementType a, ElementType b);

} // namespace spex::irgen

#endif // COMPILER_IRGEN_VALUES_H
