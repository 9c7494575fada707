//===- ProgramBuilder.h - Small checked programs by hand --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds programs without the front end, so that tests of the interpreter and
// of IRGen say what an expression means whatever the checker accepts today.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_PROGRAMBUILDER_H
#define TEST_UNIT_PROGRAMBUILDER_H

#include "compiler/Sema/Program.h"

#include <string>
#include <utility>
#include <vector>

namespace spex::test {

using Dims = std::vector<const Dimension *>;

inline Type typeOf(Dims dims, ElementType element = ElementType::F32,
                   const Dimension *target = nullptr) {
  Type type;
  type.element = element;
  type.target = target;
  type.dims = std::move(dims);
  return type;
}

inline ExprPtr makeExpr(Expr::Kind kind, Type type) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->type = std::move(type);
  return expr;
}

template <typename... Args> ExprPtr withArgs(ExprPtr expr, Args... args) {
  (expr->args.push_back(std::move(args)), ...);
  return expr;
}

inline ExprPtr number(double value, ElementType element = ElementType::F32) {
  ExprPtr expr = makeExpr(Expr::Kind::Number, typeOf({}, element));
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

inline ExprPtr contract(ExprPtr x, ExprPtr w, Dims summed, Type type) {
  ExprPtr expr = makeExpr(Expr::Kind::Contract, std::move(type));
  expr->dims = std::move(summed);
  return withArgs(std::move(expr), std::move(x), std::move(w));
}

template <typename... Args>
ExprPtr builtin(Builtin function, Type type, Dims dims, Args... args) {
  ExprPtr expr = makeExpr(Expr::Kind::Call, std::move(type));
  expr->builtin = function;
  expr->dims = std::move(dims);
  return withArgs(std::move(expr), std::move(args)...);
}

inline ExprPtr rename(ExprPtr x, const Dimension *from, const Dimension *to,
                      Type type) {
  ExprPtr expr = makeExpr(Expr::Kind::Rename, std::move(type));
  expr->dims = {from, to};
  return withArgs(std::move(expr), std::move(x));
}

inline ExprPtr callComponent(Expr::Kind kind, const Instance &callee,
                             std::string label, ExprPtr arg, Dims dims = {}) {
  ExprPtr expr = makeExpr(kind, callee.resultTypes[0]);
  expr->callee = {&callee, std::move(label)};
  expr->dims = std::move(dims);
  return withArgs(std::move(expr), std::move(arg));
}

inline ExprPtr routeResult(const Route &route, Type type) {
  ExprPtr expr = makeExpr(Expr::Kind::RouteResult, std::move(type));
  expr->route = &route;
  return expr;
}

inline ExprPtr routeField(const Route &route, RouteField field, Type type) {
  ExprPtr expr = makeExpr(Expr::Kind::RouteField, std::move(type));
  expr->route = &route;
  expr->routeField = field;
  return expr;
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

  Instance *component(const std::string &name, Type result = {}) {
    program.instances.push_back(std::make_unique<Instance>());
    Instance *made = program.instances.back().get();
    made->name = name;
    made->resultTypes = {std::move(result)};
    return made;
  }

  static int addInput(Instance &instance, const std::string &name, Type type) {
    Input input;
    input.name = name;
    input.type = type;
    instance.inputs.push_back(std::move(input));
    return addLocal(instance, name, std::move(type));
  }

  static int addLocal(Instance &instance, const std::string &name, Type type) {
    Local value;
    value.name = name;
    value.type = std::move(type);
    instance.locals.push_back(std::move(value));
    return static_cast<int>(instance.locals.size()) - 1;
  }

  /// `name = value`.
  static int let(Instance &instance, const std::string &name, ExprPtr value) {
    Statement statement{};
    statement.kind = Statement::Kind::Let;
    statement.slot = addLocal(instance, name, value->type);
    statement.value = std::move(value);
    instance.body.push_back(std::move(statement));
    return instance.body.back().slot;
  }

  static void giveBack(Instance &instance, ExprPtr value) {
    instance.resultTypes = {value->type};
    Statement statement{};
    statement.kind = Statement::Kind::Return;
    statement.value = std::move(value);
    instance.body.push_back(std::move(statement));
  }

  static void giveBackAll(Instance &instance, std::vector<ExprPtr> values) {
    ExprPtr record = makeExpr(Expr::Kind::Record, {});
    for (ExprPtr &value : values) {
      record->fieldNames.push_back("r" + std::to_string(record->args.size()));
      record->fieldTypes.push_back(value->type);
      record->args.push_back(std::move(value));
    }
    std::vector<std::string> names = record->fieldNames;
    std::vector<Type> types = record->fieldTypes;
    giveBack(instance, std::move(record));
    instance.fieldNames = names;
    instance.resultTypes = types;
  }

  /// A parameter, stored below `path` with `outer` in front.
  int addParameter(Instance &to, std::string name, Type type, std::string path,
                   Dims outer = {}) {
    Parameter parameter;
    parameter.name = name;
    parameter.type = std::move(type);
    parameter.init.kind = Initializer::Kind::Ones;
    // References to declarations must stay good.
    to.parameters.reserve(16);
    to.parameters.push_back(std::move(parameter));
    StoredParameter stored;
    stored.path = path.empty() ? name : path + "." + name;
    stored.declaration = &to.parameters.back();
    stored.outer = std::move(outer);
    entry().parameters.push_back(std::move(stored));
    return static_cast<int>(to.parameters.size()) - 1;
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

#endif // TEST_UNIT_PROGRAMBUILDER_H
