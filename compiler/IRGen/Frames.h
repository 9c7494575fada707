//===- Frames.h - Where a generation stands ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls, routes, repetitions and states while code is written in them, and what
// a random function or an expert is asked for. Generator.h says who uses them.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_IRGEN_FRAMES_H
#define COMPILER_IRGEN_FRAMES_H

#include "compiler/IRGen/Values.h"
#include "compiler/Sema/Program.h"

#include "mlir/IR/Block.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace spex::irgen {

/// What the clauses and fields of a route refer to.
struct RouteValues {
  mlir::Value ids;    ///< [U, K], as selected
  mlir::Value wanted; ///< those of them that `keep` leaves
  mlir::Value kept;   ///< the experts that run them, after a capacity
  mlir::Value run;    ///< `kept` as numbers among all that run at once
  /// The experts that formulas are read at: `ids`, or `kept` where refused
  /// choices find other experts (`overflow = next`).
  mlir::Value at;
  NodeRef by; ///< what the selection compares; or null
  Dims units;       ///< the dims that U stands for
  /// Of the units: those of one group, in the order of its places, and those
  /// that number the groups.
  Dims group, groups;
  const Dimension *unit = nullptr, *choice = nullptr;
  bool mayBeNobody = false;  ///< some ids may be -1
  bool mayBeDropped = false; ///< some of `kept`, beside those
  bool mayMove = false;      ///< `kept` may name other experts than `ids`
  /// Values already picked at the choices, by what they were picked from and
  /// at which experts.
  struct Picked {
    mlir::Value value, at;
    Tensor result;
  };
  llvm::SmallVector<Picked> picked;
  Tensor weight; ///< [U, K]
  llvm::SmallVector<NodeRef> args; ///< of the experts, once they are needed
  Values results;
  Values each; ///< of every expert, [units..., E, ...]; or none
  Values tapped; ///< results that are not combined, [U, K, ...]
};

/// One activation of a component: an inlined call.
struct Frame {
  const Instance *instance = nullptr;
  std::string path; ///< of its parameters, without a dot at the end
  const Frame *caller = nullptr;
  /// Locals: single values as trees (a leaf, or what is free to compute
  /// again), records as the tensors of their fields.
  std::map<int, NodeRef> trees;
  std::vector<Values> locals;
  std::map<const Route *, RouteValues> routes;
  /// States already made here, by the local that is renamed and the name.
  std::map<std::pair<int, const Dimension *>, Tensor> states;
  /// What the inputs have beyond their declared dims: the call is one for each
  /// index of these.
  Dims extra;
};

/// A repetition around what is being written: a layer of a stack, a region of
/// experts, experts of pairs side by side, or an expert merged of all.
/// Parameters lose one front dimension in each.
struct Scope {
  const Dimension *dim = nullptr;
  mlir::Block *block = nullptr;
  mlir::Value layer; ///< Stack: the induction variable; null for experts
  /// Stack, merged: what was last made of a parameter.
  mlir::Operation *lastSlice = nullptr;
  /// Experts: the weights, one for each block argument made.
  llvm::SmallVector<mlir::Value> operands;
  /// Pairs: their dimension, and the expert of each, -1 for nobody.
  const Dimension *pair = nullptr;
  Tensor expert;
  /// Merged: how much of each expert, [units..., dim].
  Tensor shares;
  /// Pairs: what their random numbers count from; null where that is their own
  /// number.
  NodeRef numbers;
  /// Copies side by side, each with a parameter of its own: `dim` stays.
  bool isCopies = false;
  /// Of these: who chooses among them, or null, and the number of the first.
  const RouteValues *chosenBy = nullptr;
  int64_t firstExpert = 0;
  /// An expert that sees all its rows: `layer` is its number.
  bool isOfRows = false;
  /// Parameters as seen in here.
  std::map<std::string, Tensor> parameters;
};

/// A key/value cache or the like: memory that outlives a step.
struct State {
  std::string name;
  mlir::Value memory;  ///< the memref argument
  mlir::Value initial; ///< to_tensor of it
  mlir::Value current; ///< the tensor to read or write next
};

/// A time around a loop, or one of several copies side by side: its statements
/// draw numbers of their own.
struct Repeat {
  mlir::Value number;
  int64_t size = 1; ///< how often at most
  NodeRef each{};   ///< copies: the number of each, in place of `number`
};

/// Random numbers that a statement draws.
struct Draw {
  enum Kind { Uniform, Normal, Gumbel, Index, Gamma };
  Kind kind = Uniform;
  Dims dims;
  std::string statement;
  int64_t call = 0;           ///< its number in the statement
  const Expr *seed = nullptr; ///< a number, or null for that of the run
  int64_t bound = 0;          ///< Index: numbers are below it
  mlir::Value runtimeBound{}; ///< the same, where only a run knows it
  NodeRef shapes{};           ///< Gamma

  int64_t seedNumber() const {
    return static_cast<int64_t>(static_cast<uint64_t>(seed->number));
  }
};

/// What runs in a route, or in `each`.
struct ExpertCall {
  SourceLocation location;
  llvm::ArrayRef<NodeRef> args; ///< null where an input takes its default
  llvm::ArrayRef<ExpertKind> kinds;
  const Dimension *experts = nullptr;
  llvm::ArrayRef<Type> results;
  /// `combine = inputs`: the route whose weights multiply the inputs.
  const RouteValues *weighed = nullptr;
  /// Every expert runs for every unit, as copies do.
  bool areCopies = false;
};

/// The region of one kind of experts while it is written.
struct ExpertRegion {
  mlir::Block *block = nullptr;
  const Dimension *rows = nullptr;
  llvm::SmallVector<Tensor> units; ///< as it gets them, rows in front
  llvm::SmallVector<mlir::Value> weights; ///< one for each argument made
};

} // namespace spex::irgen

#endif // COMPILER_IRGEN_FRAMES_H
