//===- LoopNest.h - Loops over vectors for one linalg op --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the loops that a Schedule asks for. Used by convert-linalg-to-vector.
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CONVERSION_LINALGTOVECTOR_LOOPNEST_H
#define DIALECTS_CONVERSION_LINALGTOVECTOR_LOOPNEST_H

#include "dialects/Conversion/LinalgToVector/Schedule.h"

namespace spex {

class LoopNest {
public:
  LoopNest(mlir::linalg::LinalgOp op, const Schedule &schedule, int64_t lanes,
           mlir::OpBuilder &builder);

  /// Writes the loops at the builder's place; the op stays.
  void lower();

private:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;
  template <class T> using Function = llvm::function_ref<T>;

  /// Neighbouring elements of the vector dimension.
  struct Lanes {
    int64_t count;
    Value begin;
    Value mask;  // null: all exist
    Value valid; // with a mask: how many exist
  };
  /// Several of them, one behind the other.
  using Piece = llvm::SmallVector<Lanes, 2>;

  Value index(int64_t v);
  Value add(Value a, Value b);
  Value zero(mlir::Type type);
  mlir::VectorType vectorOf(int64_t count, mlir::Type element);
  bool isReduction(unsigned dim);
  /// for (i = from; i < to; i += step) state = body(i, state)
  Values loop(Value from, Value to, int64_t step, mlir::ValueRange state,
              Function<Values(Value, mlir::ValueRange)> body);
  /// All of the vector dimension, in pieces of `many` vectors, of one, and a
  /// masked one.
  Values forPieces(int64_t count, int64_t many, mlir::ValueRange state,
                   Function<Values(const Piece &, mlir::ValueRange)> body);
  /// Opens a loop for every parallel dimension but those of the schedule.
  void openParallelLoops();
  /// One step for all indices of the reduced dimensions that are left.
  Values reduce(llvm::ArrayRef<unsigned> dims, mlir::ValueRange state,
                Function<Values(mlir::ValueRange)> step);

  Values indices(mlir::OpOperand &operand);
  Value load(mlir::OpOperand &operand, const Lanes &lanes);
  void store(Value value, mlir::OpOperand &operand, const Lanes &lanes);
  Value gather(const Lanes &lanes, mlir::Type element,
               Function<Value(Value lane, int64_t number)> loadLane);
  Value loadInBody(mlir::Operation *load, class VectorBody &body,
                   const Lanes &lanes);
  /// The body at the current counters: the values it yields, or the term where
  /// the schedule has a step. `before` are the elements of the outputs.
  Values evaluate(const Lanes &lanes, llvm::ArrayRef<Value> before);
  Value applyStep(Value accumulator, Value term);
  /// All lanes of `vector` as a vector of one, by halving it.
  Value halvingTree(Value vector);

  void elementwise();
  void orderedRows(int64_t numRows);
  void ordered();
  void reduceLanes();
  void reduceInMemory();

  mlir::linalg::LinalgOp op;
  Schedule schedule;
  int64_t numLanes; // of a vector register
  mlir::OpBuilder &b;
  mlir::Location loc;
  Values sizes, counters;
};

} // namespace spex

#endif // DIALECTS_CONVERSION_LINALGTOVECTOR_LOOPNEST_H
