//===- Dumper.h - Syntax tree to text without places ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by Dump.cpp and DumpItem.cpp: a second, independent way to write a
// tree down, fully bracketed and without any layout. The formatter and the
// tests compare trees by it.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_DUMPER_H
#define COMPILER_FRONTEND_DUMPER_H

#include "compiler/Frontend/AST.h"

namespace spex::ast {

class Dumper {
public:
  std::string text;
  void dump(const Item &item);

private:
  void gap() {
    if (!text.empty() && text.back() != '(' && text.back() != '\n')
      text += ' ';
  }
  void add(const std::string &word) {
    gap();
    // Words of the tree have no blanks or brackets; texts of files may.
    bool isPlain =
        !word.empty() && word.find_first_of(" ()\n\"") == std::string::npos;
    text += isPlain ? word : "\"" + word + "\"";
  }
  void open(const char *what) {
    gap();
    text += '(';
    text += what;
  }
  void close() { text += ')'; }
  void add(const Identifier &name) { add(name.text); }
  template <typename List> void addAll(const char *what, const List &list) {
    open(what);
    for (const auto &one : list)
      add(one);
    close();
  }

  void add(const ExprPtr &expr) {
    if (expr)
      add(*expr);
    else
      add("-");
  }
  void add(const Expr &expr);
  void addCall(const CallExpr &call);
  void addScan(const ScanExpr &scan);
  void add(const Argument &argument);
  void add(const Callee &callee);
  void add(const Type &type);
  void add(const DimDecl &dim);
  void add(const Binding &binding);
  void add(const Block &block);
  void add(const Stmt &stmt);
  void add(const Route &route);
  void add(const ExpertKind &kind);
  void add(const Clause &clause);
  void add(const Selection &selection);
  void add(const Formal &formal);
  void add(const std::pair<Identifier, Type> &field);
  void add(const std::pair<Identifier, Identifier> &line);
  void add(const Path &path) { addAll("path", path.steps); }
  void add(const Directive &directive);
  void add(const SettingLine &line);
  void add(const WeightLine &line);
  void add(const RunLine &line);
  void add(const EveryLine &line);
  void add(const SweepLine &line);
  void add(const std::vector<Identifier> &axis) { addAll("axis", axis); }
  void add(int number) { add(std::to_string(number)); }
  template <typename Section> void addSettings(const Section &section);
  void addRun(const RunItem &item);
};

} // namespace spex::ast

#endif // COMPILER_FRONTEND_DUMPER_H
