//===- Edits.cpp - Ways to make a program smaller -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reduce/Edits.h"
#include "compiler/Reduce/TreeVisitor.h"

#include <algorithm>
#include <memory>
#include <set>

namespace spex {
namespace {
using Edits = std::vector<std::function<void()>>;

/// One edit for each entry: it is left out. Lists that must not become empty
/// keep the last one.
template <typename T>
void addRemovals(std::vector<T> &list, Edits &edits, bool mayBeEmpty = true) {
  for (size_t i = 0; i < list.size(); ++i)
    edits.push_back([&list, i, mayBeEmpty] {
      if (i < list.size() && (mayBeEmpty || list.size() > 1))
        list.erase(list.begin() + long(i));
    });
}

void addLines(ast::Item &item, Edits &edits) {
  switch (item.kind) {
  case ast::Item::Kind::Numerics:
    return addRemovals(static_cast<ast::NumericsItem &>(item).lines, edits);
  case ast::Item::Kind::Weights:
    return addRemovals(static_cast<ast::WeightsItem &>(item).lines, edits);
  case ast::Item::Kind::Quantize:
    return addRemovals(static_cast<ast::QuantizeItem &>(item).lines, edits);
  case ast::Item::Kind::Schedule:
    return addRemovals(static_cast<ast::ScheduleItem &>(item).lines, edits);
  case ast::Item::Kind::Export:
    return addRemovals(static_cast<ast::ExportItem &>(item).entries, edits);
  case ast::Item::Kind::Train:
  case ast::Item::Kind::Metrics:
    return addRemovals(static_cast<ast::RunItem &>(item).lines, edits);
  case ast::Item::Kind::Sweep:
    return addRemovals(static_cast<ast::SweepItem &>(item).lines, edits);
  default:
    return;
  }
}

/// Leaves out the argument for input `index`, called `name`.
void removeArgument(ast::Arguments &args, size_t index,
                    const std::string &name) {
  size_t position = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    bool isMeant =
        args[i].name.empty() ? position++ == index : args[i].name.text == name;
    if (!isMeant)
      continue;
    args.erase(args.begin() + long(i));
    return;
  }
}

/// Leaves out an input of a component, wherever it or a part of it is called.
void removeFormal(ast::File &tree, ast::ComponentItem &component,
                  size_t index) {
  if (index >= component.formals.size())
    return;
  std::string name = component.formals[index].name.text;
  component.formals.erase(component.formals.begin() + long(index));
  std::set<std::string> callees = {component.name.text};
  std::set<ast::Arguments *> done;
  TreeVisitor visitor;
  visitor.onStatements = [&](std::vector<ast::Stmt> &statements) {
    for (ast::Stmt &stmt : statements)
      if (stmt.kind == ast::Stmt::Kind::Part &&
          stmt.callee.name.text == component.name.text)
        for (const ast::Identifier &part : stmt.names)
          callees.insert(part.text);
  };
  visitor.onCall = [&](const ast::Callee &callee, ast::Arguments &args) {
    if (callee.module.empty() && callees.count(callee.name.text) &&
        done.insert(&args).second)
      removeArgument(args, index, name);
  };
  visitor.visit(tree);
}

void addFormals(ast::File &tree, Edits &edits) {
  for (std::unique_ptr<ast::Item> &item : tree.items) {
    if (item->kind != ast::Item::Kind::Component)
      continue;
    auto &component = static_cast<ast::ComponentItem &>(*item);
    for (size_t i = 0; i < component.formals.size(); ++i)
      edits.push_back(
          [&tree, &component, i] { removeFormal(tree, component, i); });
  }
}

void addNames(ast::File &tree, Edits &edits) {
  for (std::unique_ptr<ast::Item> &item : tree.items) {
    if (item->kind == ast::Item::Kind::Dim)
      addRemovals(static_cast<ast::DimItem &>(*item).dims, edits, false);
    if (item->kind == ast::Item::Kind::Const)
      addRemovals(static_cast<ast::ConstItem &>(*item).bindings, edits, false);
  }
  TreeVisitor visitor;
  visitor.onStatements = [&](std::vector<ast::Stmt> &statements) {
    for (ast::Stmt &stmt : statements) {
      addRemovals(stmt.names, edits, false);
      addRemovals(stmt.dims, edits, false);
      addRemovals(stmt.bindings, edits, false);
      if (stmt.route)
        addRemovals(stmt.route->kinds, edits, false);
    }
  };
  visitor.visit(tree);
}

void addExpressions(ast::File &tree, Edits &edits) {
  TreeVisitor visitor;
  visitor.onExpr = [&](ast::ExprPtr &expr) {
    // Once it is replaced, its other operands are gone.
    auto isReplaced = std::make_shared<bool>(false);
    for (ast::ExprPtr *operand : operandsOf(*expr))
      edits.push_back([&expr, operand, isReplaced] {
        if (*isReplaced)
          return;
        *isReplaced = true;
        ast::ExprPtr kept = std::move(*operand);
        expr = std::move(kept);
      });
  };
  visitor.visit(tree);
}

void addNumbers(ast::File &tree, Edits &edits) {
  TreeVisitor visitor;
  visitor.onExpr = [&](ast::ExprPtr &expr) {
    if (expr->kind != ast::Expr::Kind::Number)
      return;
    auto *number = static_cast<ast::NumberExpr *>(expr.get());
    bool isWhole =
        number->text.find_first_not_of("0123456789") == std::string::npos;
    if (isWhole && number->value >= 2 && number->value < 1e15)
      edits.push_back([number] {
        number->text = number->spelling =
            std::to_string(int64_t(number->value) / 2);
        number->value = double(int64_t(number->value) / 2);
      });
  };
  visitor.visit(tree);
}
} // namespace

void removeNames(ast::File &tree, const std::set<uint32_t> &offsets) {
  auto isMeant = [&](const ast::Identifier &name) {
    return offsets.count(name.location.offset) > 0;
  };
  for (std::unique_ptr<ast::Item> &item : tree.items) {
    if (item->kind != ast::Item::Kind::Component)
      continue;
    auto &component = static_cast<ast::ComponentItem &>(*item);
    for (size_t i = component.formals.size(); i > 0; --i)
      if (isMeant(component.formals[i - 1].name))
        removeFormal(tree, component, i - 1);
  }
  TreeVisitor visitor;
  visitor.onStatements = [&](std::vector<ast::Stmt> &statements) {
    for (size_t i = statements.size(); i > 0; --i) {
      ast::Stmt &stmt = statements[i - 1];
      size_t before = stmt.names.size();
      stmt.names.erase(
          std::remove_if(stmt.names.begin(), stmt.names.end(), isMeant),
          stmt.names.end());
      if ((before && stmt.names.empty()) ||
          (stmt.route && isMeant(stmt.route->name)))
        statements.erase(statements.begin() + long(i - 1));
    }
  };
  visitor.visit(tree);
}

std::vector<std::function<void()>> findEdits(ast::File &tree, EditKind kind) {
  Edits edits;
  TreeVisitor visitor;
  switch (kind) {
  case EditKind::Items:
    addRemovals(tree.items, edits);
    break;
  case EditKind::Lines:
    for (std::unique_ptr<ast::Item> &item : tree.items)
      addLines(*item, edits);
    break;
  case EditKind::Statements:
    visitor.onStatements = [&](std::vector<ast::Stmt> &statements) {
      addRemovals(statements, edits);
    };
    visitor.visit(tree);
    break;
  case EditKind::Clauses:
    visitor.onClauses = [&](std::vector<ast::Clause> &clauses) {
      addRemovals(clauses, edits);
    };
    visitor.visit(tree);
    break;
  case EditKind::Formals:
    addFormals(tree, edits);
    break;
  case EditKind::Names:
    addNames(tree, edits);
    break;
  case EditKind::Expressions:
    addExpressions(tree, edits);
    break;
  case EditKind::Numbers:
    addNumbers(tree, edits);
    break;
  }
  return edits;
}

} // namespace spex
