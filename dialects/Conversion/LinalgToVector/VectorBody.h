//===- VectorBody.h - Scalar bodies on vectors ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clones the ops of a scalar body (of linalg.generic, or an epilogue) so that
// they work on 1-D vectors. What is the same for all lanes stays scalar until a
// vector meets it. Shared by the lowerings that write vectors.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_LINALGTOVECTOR_VECTORBODY_H
#define DIALECTS_CONVERSION_LINALGTOVECTOR_VECTORBODY_H

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace spex {

class VectorBody {
public:
  VectorBody(mlir::OpBuilder &builder, int64_t lanes)
      : b(builder), lanes(lanes) {}

  /// `value` of the body is `mapped`: a scalar for all lanes, or a vector.
  void map(mlir::Value value, mlir::Value mapped) {
    mapping.map(value, mapped);
  }
  mlir::Value lookup(mlir::Value value) const {
    return mapping.lookupOrDefault(value);
  }
  /// The vector that `value` stands for, made from a scalar if need be.
  mlir::Value vector(mlir::Location loc, mlir::Value value);
  mlir::Value broadcast(mlir::Location loc, mlir::Value scalar);

  /// Whether every lane can be computed by one op on vectors.
  static bool isElementwise(mlir::Operation *op);
  /// Clones `op`, which is elementwise, on scalars or on vectors.
  void clone(mlir::Operation *op);

private:
  mlir::OpBuilder &b;
  int64_t lanes;
  mlir::IRMapping mapping;
};

} // namespace spex

#endif // DIALECTS_CONVERSION_LINALGTOVECTOR_VECTORBODY_H
