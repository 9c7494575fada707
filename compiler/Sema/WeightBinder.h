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
#include "compiler/Sema/WeightName.h"

namespace spex::sema {

class WeightBinder {
public:
  using FindDim = std::function<const Dimension *(const std::string &)>;
  WeightBinder(DiagnosticEngine &diags, FindDim findDim)
      : diags(diags), findDim(std::move(findDim)) {}

  std::map<std::string, StoredParameter> parameters; ///< by path
  void bind(const ast::WeightsItem &item);

  std::map<std::string, std::vector<FileTensor>> files; ///< by path
  std::vector<std::string> skips;

private:
  using Bound = std::map<std::string, bool>; ///< path -> whether as a whole
  void bindPath(const ast::WeightsItem &item, const ast::WeightLine &line,
                const std::vector<std::string> &known, Bound &bound);
  void bindLine(const ast::WeightLine &line, const std::string &path,
                const StoredParameter &parameter);
  bool readPart(const ast::WeightLine &line, std::vector<std::string> &axes,
                FileTensor &file);
  std::optional<WeightName> readName(const ast::Identifier &name,
                                     const std::string &path,
                                     const std::vector<std::string> &want);
  void checkAxes(const ast::WeightLine &line, const std::string &path,
                 const StoredParameter &parameter,
                 const std::vector<std::string> &given,
                 const std::vector<std::string> &axes);
  void addFile(const ast::WeightLine &line, const std::string &path,
               const StoredParameter &parameter, const WeightName &name,
               FileTensor file);
  void noteTensors(const ast::WeightLine &line,
                   const StoredParameter &parameter, const WeightName &name,
                   const FileTensor &file);
  static std::vector<std::string>
  writtenAxes(const StoredParameter &parameter);

  DiagnosticEngine &diags;
  FindDim findDim;
  /// (file tensor, dim) -> the labels that are bound, and where.
  std::map<std::pair<std::string, const Dimension *>,
           std::map<std::string, SourceLocation>>
      slices;
  /// What the braces give at each index -> the part, or -1.
  std::map<std::string, std::set<int64_t>> tensors;
};

} // namespace spex::sema

#endif // COMPILER_SEMA_WEIGHTBINDER_H
