//===- ProgramBuilder.h - Small checked programs by hand --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds programs without the front end, so that the interpreter's tests say
// what an expression means whatever the checker accepts today.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_INTERPRETER_PROGRAMBUILDER_H
#define TEST_UNIT_INTERPRETER_PROGRAMBUILDER_H

#include "compiler/Interpreter/Interpreter.h"

#include <gtest/gtest.h>

namespace spex::interpreter {

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

inline ExprPtr binary(BinaryOp op, ExprPtr a, ExprPtr b, Type type) {
  ExprPtr expr = makeExpr(Expr::Kind::Binary, std::move(type));
  expr->binary = op;
  expr->args.push_back(std::move(a));
  expr->args.push_back(std::move(b));
  return expr;
}

template <typename... Args>
ExprPtr builtin(Builtin function, Type type, Dims dims, Args... args) {
  ExprPtr expr = makeExpr(Expr::Kind::Call, std::move(type));
  expr->builtin = function;
  expr->dims = std::move(dims);
  (expr->args.push_back(std::move(args)), ...);
  return expr;
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

/// A program with one model; its results are fields named r0, r1, ...
class ProgramBuilder {
public:
  ProgramBuilder() { model = component("M"); }

  Dimension *dim(const std::string &name, int64_t size) {
    program.dimensions.push_back(std::make_unique<Dimension>());
    Dimension *result = program.dimensions.back().get();
    result->name = name;
    result->size = size;
    result->formula.constant = size;
    return result;
  }

  Instance *component(const std::string &name) {
    program.instances.push_back(std::make_unique<Instance>());
    program.instances.back()->name = name;
    return program.instances.back().get();
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

  /// A value for an input of the model, row-major.
  void set(const std::string &name, std::vector<double> values) {
    for (const Input &input : model->inputs) {
      if (input.name != name)
        continue;
      SizeList sizes;
      for (const Dimension *dim : input.type.dims)
        sizes.push_back(dim->size);
      Tensor tensor = Tensor::make(input.type.element, input.type.dims, sizes);
      tensor.target = input.type.target;
      ASSERT_EQ(values.size(), tensor.storage->size());
      *tensor.storage = std::move(values);
      inputs[name] = tensor;
    }
  }

  RunResult run() {
    EntryPoint entry;
    entry.model = model;
    RunRequest request;
    request.program = &program;
    request.entry = &entry;
    request.inputs = inputs;
    request.parameters = &parameters;
    request.replay = replay;
    request.perturbationSeed = perturbationSeed;
    return runReference(request);
  }

  Program program;
  Instance *model = nullptr;
  std::map<std::string, Tensor> inputs;
  ParameterMap parameters;
  const std::vector<RouteRecord> *replay = nullptr;
  std::optional<uint64_t> perturbationSeed;
};

inline std::vector<double> numbersOf(const Output &output) {
  return *output.value.contiguous().storage;
}

inline void expectNear(const std::vector<double> &values,
                       const std::vector<double> &expected, double tolerance) {
  ASSERT_EQ(values.size(), expected.size());
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(values[i], expected[i], tolerance) << "element " << i;
}

} // namespace spex::interpreter

#endif // TEST_UNIT_INTERPRETER_PROGRAMBUILDER_H
