//===- EvaluateCalls.cpp - Components, stacks and parameters --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A call carries the caller's extra dimensions through the body. Repetition
// (`stack`, `each`, experts) adds one outer index, by which the body's stored
// parameters are sliced.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Evaluator.h"
#include "compiler/Interpreter/Rounding.h"
#include "compiler/Interpreter/RouteState.h"

#include <algorithm>
#include <numeric>

namespace spex::interpreter {

const Dimension *Evaluator::freshDim(const Dimension *like) {
  freshDims.push_back(*like);
  knownSizes[&freshDims.back()] = sizeOf(like);
  return &freshDims.back();
}

const Dimension *Evaluator::freshDim(const std::string &name, int64_t size) {
  Dimension dim;
  dim.name = name;
  dim.size = size;
  dim.formula.constant = size;
  freshDims.push_back(std::move(dim));
  knownSizes[&freshDims.back()] = size;
  return &freshDims.back();
}

static std::string joinPath(const std::string &path, const std::string &name) {
  return path.empty() ? name : path + "." + name;
}

std::vector<Tensor> Evaluator::callInputs(const Expr &expr, Frame &frame) {
  const std::vector<Input> &declared = expr.callee.instance->inputs;
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < declared.size(); ++i) {
    bool isGiven = i < expr.args.size() && expr.args[i];
    const Expr &arg = isGiven ? *expr.args[i] : *declared[i].defaultValue;
    inputs.push_back(evaluateTensor(arg, frame));
    if (failed())
      return {};
    inputs.back() = inOrder(inputs.back(), arg, frame);
  }
  return inputs;
}

Tensor Evaluator::inOrder(const Tensor &value, const Expr &expr,
                          const Frame &frame) {
  DimList order;
  for (const DimList *dims : {&frame.extraDims, &expr.type.dims})
    for (const Dimension *dim : *dims)
      if (value.has(dim))
        addMissing(order, {dim});
  addMissing(order, value.dims);
  return value.permuted(order);
}

/// An extra dimension that the body knows under the same name is another one
/// inside: it is called differently for the time of the call.
Value Evaluator::call(const CallTarget &callee, std::vector<Tensor> inputs,
                      const Frame &caller, const OuterIndex *outer) {
  const Reach &needed = reach.of(*callee.instance);
  DimList clashing, replacements;
  for (size_t i = 0; i < inputs.size(); ++i)
    for (const Dimension *dim :
         without(inputs[i].dims, callee.instance->inputs[i].type.dims))
      if (needed.dims.count(dim) && !contains(clashing, dim)) {
        clashing.push_back(dim);
        replacements.push_back(freshDim(dim));
        auto numbers = rowNumbers.find(dim);
        if (numbers != rowNumbers.end())
          rowNumbers[replacements.back()] = numbers->second;
      }
  if (clashing.empty())
    return callRenamed(callee, std::move(inputs), caller, outer);

  for (size_t i = 0; i < inputs.size(); ++i)
    for (size_t d = 0; d < clashing.size(); ++d) {
      int position = inputs[i].axis(clashing[d]);
      bool isExtra =
          !contains(callee.instance->inputs[i].type.dims, clashing[d]);
      if (position >= 0 && isExtra)
        inputs[i] = inputs[i].renamed(position, replacements[d]);
    }
  Value result = callRenamed(callee, std::move(inputs), caller, outer);
  for (Tensor &field : result)
    for (size_t d = 0; d < clashing.size(); ++d) {
      int position = field.axis(replacements[d]);
      if (position >= 0)
        field = field.renamed(position, clashing[d]);
    }
  return result;
}

Value Evaluator::callRenamed(const CallTarget &callee,
                             std::vector<Tensor> inputs, const Frame &caller,
                             const OuterIndex *outer) {
  const Instance &instance = *callee.instance;
  Frame frame;
  frame.instance = &instance;
  frame.path = joinPath(caller.path, callee.label);
  frame.outer = caller.outer;
  frame.layer = caller.layer;
  frame.copy = caller.copy;
  if (outer) {
    frame.outer.push_back(*outer);
    frame.layer = caller.layer * outer->size + outer->index;
    if (outer->isCopy)
      frame.copy = caller.copy * outer->size + outer->index;
  }
  frame.locals.resize(instance.locals.size());
  // The widest input has all extra dims, in the order that counts.
  std::vector<size_t> widestFirst(inputs.size());
  std::iota(widestFirst.begin(), widestFirst.end(), 0);
  auto numExtra = [&](size_t i) {
    return without(inputs[i].dims, instance.inputs[i].type.dims).size();
  };
  std::sort(widestFirst.begin(), widestFirst.end(), [&](size_t a, size_t b) {
    return numExtra(a) != numExtra(b) ? numExtra(a) > numExtra(b) : a < b;
  });
  for (size_t i : widestFirst) {
    const Type &type = instance.inputs[i].type;
    frame.seesRows |= contains(type.dims, request.program->rows);
    for (size_t d = 0; d < inputs[i].dims.size(); ++d) {
      const Dimension *dim = inputs[i].dims[d];
      if (contains(type.dims, dim) || contains(frame.extraDims, dim))
        continue;
      frame.extraDims.push_back(dim);
      frame.extraSizes.push_back(inputs[i].sizes[d]);
    }
    frame.locals[i] = {passedAs(inputs[i], type)};
  }
  if (failed())
    return {};
  return runBody(frame);
}

Tensor joinAlong(const Dimension *dim, const std::vector<Value> &values,
                 size_t field) {
  const Tensor &first = values.front()[field];
  DimList dims = first.dims;
  SizeList sizes = first.sizes;
  dims.insert(dims.begin(), dim);
  sizes.insert(sizes.begin(), values.size());
  Tensor result = Tensor::make(first.element, dims, sizes);
  result.target = first.target;
  result.isRounded = first.isRounded;
  double *out = result.data();
  for (const Value &value : values) {
    Tensor part = value[field].permuted(first.dims).contiguous();
    out = std::copy_n(part.data(), part.count(), out);
  }
  return result;
}

Value Evaluator::stack(const Expr &expr, Frame &frame) {
  std::vector<Tensor> inputs = callInputs(expr, frame);
  if (failed())
    return {};
  const Instance &instance = *expr.callee.instance;
  // The field that is fed on; without a record the only result.
  size_t fed = 0;
  for (size_t i = 0; i < instance.fieldNames.size(); ++i)
    if (instance.fieldNames[i] == instance.inputs[0].name)
      fed = i;
  int64_t layers = sizeOf(expr.dims[0]);
  std::vector<Value> collected;
  for (int64_t layer = 0; layer < layers; ++layer) {
    OuterIndex outer(layer, layers);
    collected.push_back(call(expr.callee, inputs, frame, &outer));
    if (failed())
      return {};
    inputs[0] = collected.back()[fed];
  }
  Value result(collected.back().size());
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = i == fed ? inputs[0] : joinAlong(expr.dims[0], collected, i);
  return result;
}

Value Evaluator::each(const Expr &expr, Frame &frame) {
  std::vector<Tensor> inputs = callInputs(expr, frame);
  if (failed())
    return {};
  const Dimension *dim = expr.dims[0];
  std::vector<Value> collected;
  for (int64_t copy = 0; copy < sizeOf(dim); ++copy) {
    std::vector<Tensor> sliced = inputs;
    for (Tensor &input : sliced)
      if (input.has(dim))
        input = input.picked(input.axis(dim), copy);
    OuterIndex outer(copy, sizeOf(dim));
    collected.push_back(call(expr.callee, std::move(sliced), frame, &outer));
    if (failed())
      return {};
  }
  Value result;
  for (size_t i = 0; i < collected.front().size(); ++i)
    result.push_back(joinAlong(dim, collected, i));
  return result;
}

/// A field of a record that nobody reads has parameters that are not stored;
/// whatever they are, no result can see it.
Tensor Evaluator::unseenParameter(const Parameter &declaration,
                                  const std::string &path) {
  for (const StoredParameter &stored : request.entry->parameters)
    if (stored.path == path)
      fail("the parameter `" + path + "` has no value");
  return Tensor::make(declaration.type.element, declaration.type.dims,
                      sizesOf(declaration.type.dims));
}

Tensor Evaluator::parameter(const Expr &expr, Frame &frame) {
  const Parameter &declaration = frame.instance->parameters[expr.slot];
  std::string path = joinPath(frame.path, declaration.name);
  if (declaration.kind == Parameter::Kind::Fixed)
    return fixedValue(declaration, path, frame);
  auto found = request.parameters->find(path);
  if (found == request.parameters->end())
    return unseenParameter(declaration, path);
  // Axes in front go by place: a body may mention the same name itself. Those
  // of the units of a merged expert come before them.
  Tensor value = found->second;
  int place = 0;
  for (const OuterIndex &outer : frame.outer) {
    if (!outer.mergeDim) {
      value = value.picked(place, outer.index);
      continue;
    }
    // Another axis of the same name must not take part in the sum.
    const Dimension *experts = freshDim(outer.mergeDim);
    Tensor weights = outer.mergeWeights;
    weights = weights.renamed(weights.axis(outer.mergeDim), experts);
    value = contract(weights, value.renamed(place, experts), {experts},
                     perturbation)
                .withElement(declaration.type.element);
    DimList order = without(weights.dims, {experts});
    place = static_cast<int>(order.size());
    addMissing(order, value.dims);
    value = rounded(value.permuted(order), declaration.type.element);
  }
  for (const Dimension *dim : declaration.type.dims) {
    int position = value.axis(dim);
    // A shorter run uses the front part of a parameter with a bounded dim.
    if (value.sizes[position] != sizeOf(dim))
      value = value.sliced(position, 0, sizeOf(dim), dim);
  }
  return failed() ? Tensor() : value;
}

Tensor Evaluator::fixedValue(const Parameter &declaration,
                             const std::string &path, Frame &frame) {
  auto found = fixedValues.find(path);
  if (found != fixedValues.end())
    return found->second;
  // Computed once, whatever calls and layers are around.
  Frame own;
  own.instance = frame.instance;
  own.path = frame.path;
  own.outer = frame.outer;
  own.locals = frame.locals;
  Tensor value = evaluateTensor(*declaration.value, own);
  if (failed())
    return {};
  value = passedAs(value, declaration.type);
  return fixedValues[path] = value;
}

} // namespace spex::interpreter
