//===- CostWalk.h - Follow the calls of a program and count -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Goes from the model down, one level of calls after the other, so that a
// component called many times at one path is counted once, times its calls.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_REPORT_COSTWALK_H
#define COMPILER_REPORT_COSTWALK_H

#include "compiler/Report/Cost.h"

#include <set>

namespace spex {

class CostWalk {
public:
  using SizeOf = std::function<int64_t(const Dimension *)>;
  /// Costs of each path, in order.
  using Rows = std::map<std::string, ComponentCost>;

  explicit CostWalk(SizeOf sizeOf) : sizeOf(std::move(sizeOf)) {}

  /// False, with a sentence in `error`, if there are too many components or a
  /// size is none at the sizes given.
  bool run(const EntryPoint &entry, Rows &rows, std::string &error);

private:
  /// How a component is called at a path.
  struct Visit {
    Count times;   ///< how often its body is run
    Count uses;    ///< how often with the same parameters
    Share active;  ///< of its parameters for one token
    Share touched; ///< of its parameters in one call of the program
    Count merges;  ///< how often its parameters are mixed (`combine = merge`)
  };
  struct Place {
    std::string path;
    const Instance *instance;
    bool operator<(const Place &other) const {
      return std::tie(path, instance) < std::tie(other.path, other.instance);
    }
  };
  using Level = std::map<Place, Visit>;

  Count size(const Dimension *dim);
  Count elements(const std::vector<const Dimension *> &dims);
  Count bytesOf(const Type &type, Count times);
  void walkBody(const Place &place, const Visit &visit);
  void walkStatements(const std::vector<Statement> &statements);
  void walkExpr(const Expr &expr);
  void walkScan(const Expr &expr);
  void countProduct(const Expr &expr);
  void walkCall(const Expr &expr);
  void walkRoute(const Route &route);
  /// Pairs of a unit and an expert that run.
  Count rowsOf(const Route &route, Share &active);
  Count limitOf(const Expr &expr);
  void enter(const CallTarget &target, Visit visit);
  void countParameters(const EntryPoint &entry);

  SizeOf sizeOf;
  Rows *rows = nullptr;
  Level next;
  std::map<std::string, Visit> visits; ///< by path, for parameters
  /// Parameters that are read whole, by path of the component and name.
  std::set<std::pair<std::string, std::string>> readWhole;
  std::string failure;
  // Of the body being walked.
  const Place *here = nullptr;
  Visit current;
  ComponentCost *row = nullptr;
};

} // namespace spex

#endif // COMPILER_REPORT_COSTWALK_H
