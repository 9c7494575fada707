//===- Sections.h - Check what stands around a model ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sections quantize, schedule, train, metrics and sweep (language.md,
// sections 12 and 13). They are checked, and nothing of them is kept: no entry
// point needs them.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_SECTIONS_H
#define COMPILER_SEMA_SECTIONS_H

#include "compiler/Sema/Checker.h"

namespace spex::sema {

class SectionChecker {
public:
  explicit SectionChecker(Checker &checker)
      : checker(checker), diags(checker.diags) {}
  void checkAll();
  /// Only `train` and `metrics`, which may differ with the variants.
  void checkRuns();

private:
  /// What a section computes with; what it makes is thrown away.
  struct Scope {
    InstanceInfo info;
    Instance instance;
    Body body;
    InstanceInfo *model = nullptr;
    std::set<std::string> names; ///< that `log` and `save best` may use
    std::vector<std::pair<std::string, Meaning>> feeds;
  };

  //===-- Sections.cpp ------------------------------------------------------===//
  /// The component a section is for, or null if it has errors.
  InstanceInfo *modelOf(const ast::Identifier &name);
  void openScope(Scope &scope, InstanceInfo &model);
  /// Makes a name known that nobody has to use.
  void give(Scope &scope, const std::string &name, SourceLocation location,
            const Value &value);
  std::optional<int64_t> wholeNumber(const ast::Expr &expr,
                                     const std::string &what);
  void checkSizes(const std::vector<ast::Binding> &sizes);
  void needSizes(const ast::RunItem &item, const InstanceInfo &model);
  /// The record that a source gives, or an error.
  Value callSource(const ast::Callee &callee, const ast::Arguments &args,
                   SourceLocation location, Scope &scope);
  Value dataOf(const ast::RunLine &line, Scope &scope);
  void feedModel(const Value &data, SourceLocation location, Scope &scope);
  /// The lines `word = value`, each at most once; null where one is missing.
  std::map<std::string, const ast::RunLine *>
  readKeys(const ast::RunItem &item, const std::vector<std::string> &keys,
           const std::vector<std::string> &needed,
           const std::vector<std::string> &others);
  void checkUnused(const ast::RunItem &item, Scope &scope);

  //===-- SectionTrain.cpp, SectionMetrics.cpp ------------------------------===//
  void checkTrain(const ast::RunItem &item);
  void readLines(const ast::RunItem &item, Scope &scope);
  void checkOptimizer(const ast::Expr &expr);
  void checkRate(const ast::CallExpr &call);
  bool hasArguments(const ast::CallExpr &call,
                    const std::vector<std::string> &known,
                    const std::vector<std::string> &needed);
  void checkParameterPath(const ast::Path &path, const InstanceInfo &model);
  void checkEval(const ast::EveryLine &line, Scope &scope);
  void checkLog(const ast::EveryLine &line, Scope &scope);
  void checkOneNumber(const ast::Expr &expr, const std::string &what,
                      SourceLocation location, Body &body);
  void checkMetrics(const ast::RunItem &item);
  void checkBatchwise(const ast::RunLine &line,
                      const std::vector<const Dimension *> &running,
                      Body &body);

  //===-- SectionSettings.cpp -----------------------------------------------===//
  void checkQuantize(const ast::QuantizeItem &item);
  void checkQuantizeLine(const ast::SettingLine &line,
                         const std::vector<StoredParameter> &hits);
  void checkGroups(const ast::Directive &format,
                   const std::vector<StoredParameter> &hits);
  void checkSchedule(const ast::ScheduleItem &item);
  void checkScheduleKey(const std::string &key, const ast::SettingLine &line);
  void checkScheduled(const ast::SettingLine &line, const InstanceInfo &model);
  bool findPart(const ast::Path &path, const InstanceInfo &model);
  void checkDirective(const ast::Directive &directive);

  //===-- SectionSweep.cpp --------------------------------------------------===//
  void checkSweep(const ast::SweepItem &item);
  void checkSwept(const ast::SweepLine &line);
  bool canSweep(const ast::Identifier &name);
  void checkSweptValue(const ast::Identifier &name, const ast::Expr &value);

  Checker &checker;
  DiagnosticEngine &diags;
  std::set<std::string> told; ///< which inputs which data lacks
};

/// `Block.y.up`, as it is written.
std::string spell(const ast::Path &path);
/// The names with commas between, for help lines.
std::string joined(const std::vector<std::string> &names);

} // namespace spex::sema

#endif // COMPILER_SEMA_SECTIONS_H
