//===- PrinterImpl.h - Syntax tree to pieces --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by the files of the printer: PrintExpr.cpp, PrintStmt.cpp and
// PrintItem.cpp walk the tree, and write exactly the tokens of the source but
// for commas that a line end replaces.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_PRINTERIMPL_H
#define COMPILER_FRONTEND_PRINTERIMPL_H

#include "compiler/Frontend/AST.h"
#include "compiler/Frontend/Layout.h"

namespace spex {

class Printer {
public:
  PrettyWriter out;

  void print(const ast::File &file);

private:
  //===-- Expressions (PrintExpr.cpp) -------------------------------------===//

  void print(const ast::Expr &expr);
  /// In parentheses if it binds less tightly than `least`.
  void printOperand(const ast::Expr &expr, int least);
  /// Without the parentheses around it.
  void printBare(const ast::Expr &expr);
  void printLiteral(const ast::Expr &expr);
  void printPostfix(const ast::Expr &expr);
  void printUnary(const ast::UnaryExpr &unary);
  void printChain(const ast::ChainExpr &chain);
  void printCall(const ast::CallExpr &call);
  void printRepeat(const ast::RepeatExpr &repeat);
  void printMatch(const ast::MatchExpr &match);
  void printScan(const ast::ScanExpr &scan);
  void printValues(const char *open, const std::vector<ast::ExprPtr> &values,
                   const char *close);
  void print(const ast::Arguments &arguments, bool hasBlank = false);
  void print(const ast::Callee &callee);
  void printGenerics(const std::vector<ast::Identifier> &generics);
  void print(const ast::Type &type);

  /// `printOne` for each of `list`, with commas between.
  template <typename List, typename PrintOne>
  void listed(const List &list, PrintOne printOne) {
    bool isFirst = true;
    for (const auto &one : list) {
      if (!isFirst)
        out.comma();
      isFirst = false;
      printOne(one);
    }
  }
  void names(const std::vector<ast::Identifier> &list) {
    listed(list, [&](const ast::Identifier &name) { out.word(name.text); });
  }
  /// Dimensions in brackets: a row ends there only if it must.
  void dims(const std::vector<ast::Identifier> &list) {
    constexpr unsigned dear = 64;
    for (size_t i = 0; i < list.size(); ++i) {
      if (i != 0) {
        out.comma();
        out.allowBreak(dear);
      }
      out.word(list[i].text);
    }
  }

  //===-- Statements (PrintStmt.cpp) --------------------------------------===//

  void print(const ast::Block &block);
  void print(const ast::Stmt &stmt);
  void printEquals();
  void print(const ast::Route &route);
  void print(const std::vector<ast::Clause> &clauses);
  void print(const ast::Clause &clause);
  void print(const ast::Selection &selection);
  void print(const std::vector<ast::DimDecl> &dims);
  void print(const std::vector<ast::Binding> &bindings);

  //===-- Declarations (PrintItem.cpp) ------------------------------------===//

  void print(const ast::Item &item);
  void print(const ast::ComponentItem &item);
  void printFormals(const std::vector<ast::Formal> &formals);
  void printSection(const ast::Item &item);
  void printHeader(const char *word, const ast::Identifier &name,
                   const ast::Identifier &target);
  void printNumerics(const ast::NumericsItem &item);
  void printExport(const ast::ExportItem &item);
  void printSettings(const std::vector<ast::SettingLine> &lines);
  void print(const ast::RunItem &item);
  void print(const ast::RunLine &line);
  void print(const ast::WeightsItem &item);
  void print(const ast::WeightLine &line);
  void print(const ast::EveryLine &line);
  void print(const ast::SweepItem &item);
  void print(const ast::Path &path);
  void print(const ast::Directive &directive);

  /// Begins a line of a section. Lines of one kind that follow each other
  /// share a run, and `lastKind` is reset where a section begins.
  void beginSectionLine(int kind);
  unsigned run = 0;
  int lastKind = -1;
};

} // namespace spex

#endif // COMPILER_FRONTEND_PRINTERIMPL_H
