//===- ProgramBuilder.h - Checked programs by hand --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Short forms for making the Program of a test without a front end.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_IRGEN_PROGRAMBUILDER_H
#define TEST_UNIT_IRGEN_PROGRAMBUILDER_H

#include "compiler/Sema/Program.h"

#include <string>
#include <utility>
#include <vector>

namespace spex::test {

using DimList = std::vector<const Dimension *>;

inline Type typeOf(DimList dims, ElementType element = ElementType::F32) {
  Type type;
  type.element = element;
  type.dims = std::move(dims);
  return type;
}

inline ExprPtr makeExpr(Expr::Kind kind, Type type) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->type = std::move(type);
  return expr;
}

template <typename... Args>
ExprPtr withArgs(ExprPtr expr, Args... args) {
  (expr->args.push_back(std::move(args)), ...);
  return expr;
}

inline ExprPtr number(double value) {
  ExprPtr expr = makeExpr(Expr::Kind::Number, typeOf({}));
  expr->number = value;
  return expr;
}

inline ExprPtr local(const Instance &instance, int slot) {
  ExprPtr expr = makeExpr(Expr::Kind::Local, instance.locals[slot].type);
  expr->slot = slot;
  return expr;
}

inline ExprPtr parameter(const Instance &instance, int slot) {
  ExprPtr expr =
      makeExpr(Expr::Kind::Parameter, instance.parameters[slot].type);
  expr->slot = slot;
  return expr;
}

inline ExprPtr binary(BinaryOp op, ExprPtr a, ExprPtr b, Type type) {
  ExprPtr expr = makeExpr(Expr::Kind::Binary, std::move(type));
  expr->binary = op;
  return withArgs(std::move(expr), std::move(a), std::move(b));
}

inline ExprPtr contract(ExprPtr x, ExprPtr w, DimList summed, Type type) {
  ExprPtr expr = makeExpr(Expr::Kind::Contract, std::move(type));
  expr->dims = std::move(summed);
  return withArgs(std::move(expr), std::move(x), std::move(w));
}

template <typename... Args>
ExprPtr call(Builtin builtin, DimList dims, Type type, Args... args) {
  ExprPtr expr = makeExpr(Expr::Kind::Call, std::move(type));
  expr->builtin = builtin;
  expr->dims = std::move(dims);
  return withArgs(std::move(expr), std::move(args)...);
}

inline ExprPtr rename(ExprPtr x, const Dimension *from, const Dimension *to,
                      Type type) {
  ExprPtr expr = makeExpr(Expr::Kind::Rename, std::move(type));
  expr->dims = {from, to};
  return withArgs(std::move(expr), std::move(x));
}

inline ExprPtr component(Expr::Kind kind, const Instance &callee,
                         std::string label, ExprPtr arg, DimList dims = {}) {
  ExprPtr expr = makeExpr(kind, callee.resultTypes[0]);
  expr->callee = {&callee, std::move(label)};
  expr->dims = std::move(dims);
  return withArgs(std::move(expr), std::move(arg));
}

/// A program with one entry point, filled in piece by piece.
struct ProgramBuilder {
  Program program;

  Dimension *dim(std::string name, int64_t size, bool isBounded = false) {
    program.dimensions.push_back(std::make_unique<Dimension>());
    Dimension *result = program.dimensions.back().get();
    result->name = std::move(name);
    result->size = size;
    result->isBounded = isBounded;
    if (isBounded) {
      result->formula.op = SizeFormula::Op::Dim;
      result->formula.dim = result;
    } else {
      result->formula.constant = size;
    }
    return result;
  }

  Dimension *renamed(std::string name, Dimension *from) {
    Dimension *result = dim(std::move(name), from->size, from->isBounded);
    result->formula = from->formula;
    result->renamedFrom = from;
    return result;
  }

  Instance *instance(std::string name, Type result) {
    program.instances.push_back(std::make_unique<Instance>());
    Instance *made = program.instances.back().get();
    made->name = std::move(name);
    made->resultTypes = {std::move(result)};
    return made;
  }

  static int addLocal(Instance *to, std::string name, Type type) {
    Local local;
    local.name = std::move(name);
    local.type = std::move(type);
    to->locals.push_back(std::move(local));
    return static_cast<int>(to->locals.size()) - 1;
  }

  static int input(Instance *to, std::string name, Type type) {
    Input input;
    input.name = name;
    input.type = type;
    to->inputs.push_back(std::move(input));
    return addLocal(to, std::move(name), std::move(type));
  }

  /// A parameter, stored below `path` with `outer` in front.
  int param(Instance *to, std::string name, Type type, std::string path,
            DimList outer = {}) {
    Parameter parameter;
    parameter.name = name;
    parameter.type = std::move(type);
    parameter.init.kind = Initializer::Kind::Ones;
    // References to declarations must stay good.
    to->parameters.reserve(16);
    to->parameters.push_back(std::move(parameter));
    StoredParameter stored;
    stored.path = path.empty() ? name : path + "." + name;
    stored.declaration = &to->parameters.back();
    stored.outer = std::move(outer);
    entry().parameters.push_back(std::move(stored));
    return static_cast<int>(to->parameters.size()) - 1;
  }

  static int let(Instance *to, std::string name, ExprPtr value) {
    Statement statement;
    statement.kind = Statement::Kind::Let;
    statement.slot = addLocal(to, std::move(name), value->type);
    int slot = statement.slot;
    statement.value = std::move(value);
    to->body.push_back(std::move(statement));
    return slot;
  }

  static void ret(Instance *to, ExprPtr value) {
    Statement statement;
    statement.kind = Statement::Kind::Return;
    statement.value = std::move(value);
    to->body.push_back(std::move(statement));
  }

  EntryPoint &entry() {
    if (program.entries.empty()) {
      program.entries.emplace_back();
      program.entries[0].name = "m";
    }
    return program.entries[0];
  }
};

} // namespace spex::test

#endif // TEST_UNIT_IRGEN_PROGRAMBUILDER_H
