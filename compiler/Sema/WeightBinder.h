//===- WeightBinder.h - One `weights` section ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state of checking one section against the parameters of its model.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_WEIGHTBINDER_H
#define COMPILER_SEMA_WEIGHTBINDER_H

#include "compiler/Sema/Checker.h"

namespace spex::sema {

class WeightBinder {
public:
  using FindDim = std::function<const Dimension *(const std::string &)>;
  WeightBinder(DiagnosticEngine &diags, FindDim findDim)
      : diags(diags), findDim(std::move(findDim)) {}

  std::map<std::string, StoredParameter> parameters; ///< by path
  void bind(const ast::WeightsItem &item);

private:
  void bindLine(const ast::WeightLine &line, const std::string &path,
                const StoredParameter &parameter);
  bool readPart(const ast::WeightLine &line, std::vector<std::string> &axes);
  static std::vector<std::string>
  writtenAxes(const StoredParameter &parameter);

  DiagnosticEngine &diags;
  FindDim findDim;
  /// (file tensor, dim) -> the labels that are bound, and where.
  std::map<std::pair<std::string, const Dimension *>,
           std::map<std::string, SourceLocation>>
      slices;
};

} // namespace spex::sema

#endif // COMPILER_SEMA_WEIGHTBINDER_H
