//===- Evaluator.cpp - Expressions and statements -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every kind of expression that is not a call, and the statements of a body.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"
#include "compiler/Interpreter/Rounding.h"
#include "compiler/Interpreter/RouteState.h"

#include <cmath>

namespace spex::interpreter {

Evaluator::Evaluator(const RunRequest &request) : request(request) {
  if (request.perturbationSeed)
    perturbation =
        Perturbation(*request.perturbationSeed,
                     unitRoundoff(request.program->numerics.accumulate));
}

bool Evaluator::fail(const std::string &message) {
  if (error.empty())
    error = message;
  return false;
}

int64_t Evaluator::sizeOf(const Dimension *dim) {
  auto known = knownSizes.find(dim);
  if (known != knownSizes.end())
    return known->second;
  int64_t size = interpreter::sizeOf(dim, request.sizes);
  auto rows = knownSizes.find(request.program->rows);
  if (size < 0 && rows != knownSizes.end() && rows->second > 0) {
    // A capacity made of `Rows`: each expert has another, which may be 0.
    SizeMap sizes = request.sizes;
    sizes[rows->first] = rows->second;
    return interpreter::sizeOf(dim, sizes);
  }
  if (size < 1)
    failAtSizes("`" + dim->name + "` must be at least 1");
  return knownSizes[dim] = size;
}

SizeList Evaluator::sizesOf(const DimList &dims) {
  SizeList sizes;
  for (const Dimension *dim : dims)
    sizes.push_back(sizeOf(dim));
  return sizes;
}

Tensor Evaluator::passedAs(const Tensor &value, const Type &type) {
  Tensor result = rounded(value, type.element);
  result.target = type.target;
  return expandTo(result, type.dims, sizesOf(type.dims));
}

Tensor Evaluator::evaluateTensor(const Expr &expr, Frame &frame) {
  Value value = evaluate(expr, frame);
  return value.empty() ? Tensor() : std::move(value.front());
}

double Evaluator::evaluateNumber(const Expr &expr, Frame &frame) {
  Tensor value = evaluateTensor(expr, frame);
  return failed() ? 0 : value.single();
}

Tensor Evaluator::evaluateRounded(const Expr &expr, Frame &frame) {
  Tensor value = evaluateTensor(expr, frame);
  return failed() ? Tensor() : rounded(value, expr.type.element);
}

std::vector<Tensor> Evaluator::evaluateAll(const std::vector<ExprPtr> &args,
                                           Frame &frame) {
  std::vector<Tensor> values;
  for (const ExprPtr &arg : args) {
    values.push_back(evaluateTensor(*arg, frame));
    if (failed())
      return {};
  }
  return values;
}

Value Evaluator::evaluate(const Expr &expr, Frame &frame) {
  switch (expr.kind) {
  case Expr::Kind::Local:
    return frame.locals[expr.slot];
  case Expr::Kind::Component: {
    std::vector<Tensor> inputs = callInputs(expr, frame);
    return failed() ? Value() : call(expr.callee, std::move(inputs), frame);
  }
  case Expr::Kind::Stack:
    return stack(expr, frame);
  case Expr::Kind::Each:
    return each(expr, frame);
  case Expr::Kind::Scan:
    return scan(expr, frame);
  case Expr::Kind::Record:
    return evaluateAll(expr.args, frame);
  case Expr::Kind::Field: {
    Value record = evaluate(*expr.args[0], frame);
    return failed() ? Value() : Value{record[expr.index]};
  }
  default: {
    // Only `each` of experts with several results is a record of a route.
    if (expr.kind == Expr::Kind::RouteField && expr.isRecord())
      return eachResults(expr, frame);
    Tensor value = evaluateSimple(expr, frame);
    if (failed())
      return {};
    return {value.withElement(expr.type.element, expr.type.target)};
  }
  }
}

/// The kinds that give one tensor, whose element type the caller sets.
Tensor Evaluator::evaluateSimple(const Expr &expr, Frame &frame) {
  switch (expr.kind) {
  case Expr::Kind::Number:
    return Tensor::number(expr.number, expr.type.element);
  case Expr::Kind::Parameter:
    return parameter(expr, frame);
  case Expr::Kind::DimSize:
    return Tensor::number(sizeOf(expr.dims[0]), ElementType::Int);
  case Expr::Kind::RouteWord:
    return routeWord(expr, frame);
  case Expr::Kind::Chosen:
    return chosen(expr, frame);
  case Expr::Kind::RouteResult:
    return routeResult(expr, frame);
  case Expr::Kind::RouteField:
    return routeField(expr, frame);
  default:
    break;
  }

  // `@` and `dot` round their operands, a look-up what it looks up.
  bool roundsOperands =
      expr.kind == Expr::Kind::Contract || expr.kind == Expr::Kind::Lookup ||
      (expr.kind == Expr::Kind::Call && expr.builtin == Builtin::Dot);
  std::vector<Tensor> args;
  for (const ExprPtr &arg : expr.args) {
    args.push_back(roundsOperands ? evaluateRounded(*arg, frame)
                                  : evaluateTensor(*arg, frame));
    if (failed())
      return {};
  }

  perturbation.beginOperation();
  switch (expr.kind) {
  case Expr::Kind::Unary:
    if (expr.unary == UnaryOp::Neg)
      return mapElements(expr.type.element, args[0],
                         [](double x) { return -x; });
    return mapElements(expr.type.element, args[0],
                       [](double x) { return x == 0 ? 1.0 : 0.0; });
  case Expr::Kind::Binary:
    return disturbed(binary(expr, args[0], args[1]));
  case Expr::Kind::Contract:
    return contract(args[0], args[1], expr.dims, perturbation);
  case Expr::Kind::Rename:
    if (!args[0].has(expr.dims[0])) // of an index: what it counts
      return args[0].withElement(args[0].element, expr.type.target);
    return args[0].renamed(args[0].axis(expr.dims[0]), expr.dims[1]);
  case Expr::Kind::PickEntry: {
    int position = args[0].axis(expr.dims[0]);
    if (expr.index >= args[0].sizes[position]) {
      fail("`" + expr.dims[0]->name + "` has no entry " +
           std::to_string(expr.index));
      return {};
    }
    return args[0].picked(position, expr.index);
  }
  case Expr::Kind::Lookup:
    return lookUp(expr, args[0], args[1]);
  case Expr::Kind::Cast:
    if (expr.type.element == ElementType::Int)
      return mapElements(ElementType::Int, args[0],
                         [](double x) { return std::trunc(x); });
    return rounded(args[0], expr.type.element);
  case Expr::Kind::Call:
    return builtin(expr, std::move(args), frame);
  default:
    fail("the reference cannot evaluate this expression");
    return {};
  }
}

Tensor Evaluator::disturbed(Tensor result) {
  if (!perturbation.isEnabled())
    return result;
  return mapElements(result.element, result, [this](double x) {
    return perturbation.applyRounding(x);
  });
}

Tensor Evaluator::binary(const Expr &expr, const Tensor &a, const Tensor &b) {
  auto map = [&](auto fn) { return mapElements(expr.type.element, a, b, fn); };
  switch (expr.binary) {
  case BinaryOp::Add:
    return map([](double x, double y) { return x + y; });
  case BinaryOp::Sub:
    return map([](double x, double y) { return x - y; });
  case BinaryOp::Mul:
    return map([](double x, double y) { return x * y; });
  case BinaryOp::Div:
    return map([](double x, double y) { return x / y; });
  case BinaryOp::Lt:
    return map([](double x, double y) { return double(x < y); });
  case BinaryOp::Le:
    return map([](double x, double y) { return double(x <= y); });
  case BinaryOp::Gt:
    return map([](double x, double y) { return double(x > y); });
  case BinaryOp::Ge:
    return map([](double x, double y) { return double(x >= y); });
  case BinaryOp::Eq:
    return map([](double x, double y) { return double(x == y); });
  case BinaryOp::Ne:
    return map([](double x, double y) { return double(x != y); });
  case BinaryOp::And:
    return map([](double x, double y) { return double(x != 0 && y != 0); });
  case BinaryOp::Or:
    return map([](double x, double y) { return double(x != 0 || y != 0); });
  }
  return {};
}

Tensor Evaluator::lookUp(const Expr &expr, const Tensor &table,
                         const Tensor &index) {
  int position = table.axis(expr.dims[0]);
  int64_t size = table.sizes[position], stride = table.strides[position];
  // The table at entry 0 of the dimension looked up; the index moves it.
  Tensor front = table.picked(position, 0);
  Shape shape{index.dims, index.sizes};
  for (size_t i = 0; i < front.dims.size(); ++i)
    if (!contains(shape.dims, front.dims[i])) {
      shape.dims.push_back(front.dims[i]);
      shape.sizes.push_back(front.sizes[i]);
    }
  Tensor result = Tensor::make(expr.type.element, shape.dims, shape.sizes);
  std::vector<int64_t> from = offsetsOver(front, shape.dims, shape.sizes);
  std::vector<int64_t> at = offsetsOver(index, shape.dims, shape.sizes);
  double *out = result.data();
  for (size_t i = 0; i < from.size(); ++i) {
    double entry = (*index.storage)[at[i]];
    if (!(entry >= 0 && entry < size)) {
      fail("index " + std::to_string(static_cast<int64_t>(entry)) +
           " is outside of `" + expr.dims[0]->name + "`, which has " +
           std::to_string(size) + " entries [E0117]");
      return {};
    }
    out[i] = (*table.storage)[from[i] + static_cast<int64_t>(entry) * stride];
  }
  result.isRounded = true;
  return result;
}

/// A record may be written with its fields in another order.
static Value inDeclaredOrder(Value written, const Expr &expr,
                             const Frame &frame) {
  Value declared;
  for (const std::string &name : frame.instance->fieldNames)
    for (size_t i = 0; i < expr.fieldNames.size(); ++i)
      if (expr.fieldNames[i] == name)
        declared.push_back(written[i]);
  return declared;
}

void Evaluator::runStatement(const Statement &statement, Frame &frame,
                             Value &result) {
  const Reach &needed = reach.of(*frame.instance);
  switch (statement.kind) {
  case Statement::Kind::Let: {
    if (!needed.liveSlots[statement.slot])
      return;
    Value value = evaluate(*statement.value, frame);
    if (failed())
      return;
    // The fields of a record were rounded when they were returned.
    if (!statement.value->isRecord())
      value.front() = rounded(
          value.front(), frame.instance->locals[statement.slot].type.element);
    frame.locals[statement.slot] = std::move(value);
    return;
  }
  case Statement::Kind::Route:
    if (needed.liveRoutes.count(statement.route.get()))
      runRoute(*statement.route, frame);
    return;
  case Statement::Kind::Return:
    result = evaluate(*statement.value, frame);
    if (!failed() && statement.value->isRecord())
      result = inDeclaredOrder(std::move(result), *statement.value, frame);
    return;
  }
}

Value Evaluator::runBody(Frame &frame) {
  Value result;
  for (const Statement &statement : frame.instance->body) {
    runStatement(statement, frame, result);
    if (failed())
      return {};
  }
  const std::vector<Type> &types = frame.instance->resultTypes;
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = passedAs(result[i], types[i]);
    // One result for each index of the extra dims, even where all are equal.
    result[i] = expandTo(result[i], frame.extraDims, frame.extraSizes);
  }
  return failed() ? Value() : result;
}

} // namespace spex::interpreter
