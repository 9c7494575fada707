//===- Entry.cpp - The function and its arguments -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arguments are sizes, inputs, results and state, in this order; results and
// state are buffers that the caller owns. The names by which runtime and users
// know them travel as attributes.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace spex::irgen {

Generator::Generator(const Program &program, const EntryPoint &entry,
                     ModuleOp module, DiagnosticEngine &diags)
    : program(program), entry(entry), module(module), diags(diags),
      context(module.getContext()), here(module.getLoc()),
      builder(module.getContext()), top(module.getContext()) {}

NamedAttribute Generator::named(llvm::StringRef name, Attribute value) {
  return NamedAttribute(StringAttr::get(context, name), value);
}

/// A size as `spex.dims` says it: a number, or the name of a size argument.
Attribute Generator::dimAttr(const Dimension *dim) {
  if (!dim->isBounded)
    return builder.getI64IntegerAttr(dim->size);
  if (dim->formula.op == SizeFormula::Op::Dim)
    return builder.getStringAttr(dim->formula.dim->name);
  return builder.getStringAttr(dim->name);
}

ArrayAttr Generator::dimsAttr(DimsRef dims) {
  SmallVector<Attribute> attrs;
  for (const Dimension *dim : dims)
    attrs.push_back(dimAttr(dim));
  return builder.getArrayAttr(attrs);
}

Value Generator::addArgument(mlir::Type type, ArrayRef<NamedAttribute> attrs,
                             Location loc) {
  argumentAttrs.push_back(builder.getDictionaryAttr(attrs));
  return function.getBody().front().addArgument(type, loc);
}

void Generator::addSizes() {
  auto addSize = [&](const std::string &name, const Dimension *dim) {
    return addArgument(builder.getIndexType(),
                       {named("spex.dim", builder.getStringAttr(name)),
                        named("spex.max", builder.getI64IntegerAttr(dim->size))},
                       here);
  };
  for (const Dimension *dim : entry.dims)
    formulas[dim->name] = addSize(dim->name, dim);
  const Dimension *step = entry.stepAlong;
  if (!step)
    return;
  position = addSize(step->name + ".position", step);
  capacity = addSize(step->name + ".capacity", step);
  prefix = arith::AddIOp::create(top, here, position, sizeValue(step));
}

NodeRef Generator::addInput(const Input &input) {
  Location loc = locate(input.location);
  Tensor tensor;
  tensor.dims.assign(input.type.dims.begin(), input.type.dims.end());
  tensor.element = input.type.element;
  tensor.target = input.type.target;
  bool isBool = tensor.element == ElementType::Bool;
  RankedTensorType type = tensorType(tensor.dims, tensor.element);
  if (isBool) // one byte outside
    type = RankedTensorType::get(type.getShape(), builder.getI8Type());
  SmallVector<NamedAttribute> attrs = {
      named("bufferization.writable", builder.getBoolAttr(false)),
      named("spex.place", builder.getStringAttr("in")),
      named("spex.name", builder.getStringAttr(input.name)),
      named("spex.dims", dimsAttr(tensor.dims))};
  if (input.type.target)
    attrs.push_back(named("spex.target", builder.getI64IntegerAttr(
                                             input.type.target->size)));
  // Sema has folded it to one number.
  if (input.defaultValue)
    attrs.push_back(named("spex.default", builder.getF64FloatAttr(
                                              input.defaultValue->number)));
  tensor.value = addArgument(type, attrs, loc);
  if (!isBool)
    return makeLeaf(loc, tensor);
  return makeApply(
      loc, ElementType::Bool, tensor.dims, {makeLeaf(loc, tensor)},
      [](Scalars &s, ArrayRef<Value> x) -> Value {
        Value zero = arith::ConstantOp::create(s.builder, s.loc,
                                               s.builder.getI8IntegerAttr(0));
        return arith::CmpIOp::create(s.builder, s.loc,
                                     arith::CmpIPredicate::ne, x[0], zero);
      });
}

void Generator::addResults() {
  const Instance &model = *entry.model;
  for (size_t i = 0; i < model.resultTypes.size(); ++i) {
    const Type &type = model.resultTypes[i];
    Dims dims(type.dims.begin(), type.dims.end());
    mlir::Type element = type.element == ElementType::Bool
                             ? builder.getI8Type()
                             : typeOf(type.element);
    auto memory =
        MemRefType::get(tensorType(dims, type.element).getShape(), element);
    std::string name = model.fieldNames.empty() ? "out" : model.fieldNames[i];
    SmallVector<NamedAttribute> attrs = {
        named("spex.place", builder.getStringAttr("out")),
        named("spex.name", builder.getStringAttr(name)),
        named("spex.dims", dimsAttr(dims))};
    if (type.target)
      attrs.push_back(named("spex.target",
                            builder.getI64IntegerAttr(type.target->size)));
    outputs.push_back(addArgument(memory, attrs, locate(model.location)));
  }
}

void Generator::writeResults(const Values &results) {
  llvm::DenseSet<Value> written;
  for (size_t i = 0; i < results.size(); ++i) {
    const Type &type = entry.model->resultTypes[i];
    NodeRef node = makeLeaf(here, results[i]);
    auto memory = cast<MemRefType>(outputs[i].getType());
    // The declared order, which is that of files.
    Dims order(type.dims.begin(), type.dims.end());
    Tensor value = materialize(node, order);
    // Two results of one value are two places.
    bool isWritten = !written.insert(value.value).second;
    value = isWritten ? copyOf(value) : placeable(value);
    if (type.element == ElementType::Bool) {
      SmallVector<OpFoldResult> extents;
      for (const Dimension *dim : order)
        extents.push_back(size(dim));
      Value init = tensor::EmptyOp::create(builder, here, extents,
                                           memory.getElementType());
      value = writeLoops(
          here, order, order, ElementType::Bool, {makeLeaf(here, value)}, init,
          [](Scalars &s, ArrayRef<Value> x, Value) -> Value {
            return arith::ExtUIOp::create(s.builder, s.loc,
                                          s.builder.getI8Type(), x[0]);
          });
    }
    auto write = bufferization::MaterializeInDestinationOp::create(
        builder, here, TypeRange{}, value.value, outputs[i]);
    write.setRestrict(true);
    write.setWritable(true);
  }
  for (const State &state : states) {
    auto write = bufferization::MaterializeInDestinationOp::create(
        builder, here, TypeRange{}, state.current, state.memory);
    write.setRestrict(true);
    write.setWritable(true);
  }
  func::ReturnOp::create(builder, here);
}

/// What nothing uses goes: values that only training needs, and constants.
static void eraseUnused(Operation *root) {
  // Users come after what they use, so one walk from the end is enough.
  root->walk<WalkOrder::PostOrder, ReverseIterator>([&](Operation *op) {
    if (op != root && isOpTriviallyDead(op))
      op->erase();
  });
}

void Generator::finishFunction() {
  Block &block = function.getBody().front();
  function.setType(
      FunctionType::get(context, block.getArgumentTypes(), TypeRange{}));
  function.setAllArgAttrs(argumentAttrs);
  eraseUnused(function);
  module->setAttr("spex.routes", builder.getArrayAttr(routeAttrs));
  for (const SizeCheck &check : program.checks)
    checkSize(check.formula, check.text);
  if (!checkAttrs.empty())
    module->setAttr("spex.checks", builder.getArrayAttr(checkAttrs));
}

/// The first dimension of inputs and results that is a formula of run-time
/// sizes, or null: outside, a size is a number or a size of the call.
static const Dimension *derivedOutside(const Instance &model) {
  auto derived = [](const Type &type) -> const Dimension * {
    for (const Dimension *dim : type.dims)
      if (dim->isBounded && dim->formula.op != SizeFormula::Op::Dim)
        return dim;
    return nullptr;
  };
  for (const Input &input : model.inputs)
    if (const Dimension *dim = derived(input.type))
      return dim;
  for (const Type &type : model.resultTypes)
    if (const Dimension *dim = derived(type))
      return dim;
  return nullptr;
}

bool Generator::run() {
  if (const Dimension *dim = derivedOutside(*entry.model)) {
    diags.report(message::laterRelease, entry.model->location,
                 "an input or result of the size `" + dim->name +
                     "`, a formula of run-time sizes,");
    return false;
  }
  builder.setInsertionPointToEnd(module.getBody());
  here = locate(entry.model->location);
  declareParameters();
  function = func::FuncOp::create(
      builder, here, entry.name,
      FunctionType::get(context, TypeRange{}, TypeRange{}));
  function->setAttr("spex.entry", builder.getUnitAttr());
  Block &block = function.getBody().emplaceBlock();
  builder.setInsertionPointToStart(&block);
  // Everything made at the start of the function stands before this constant.
  topMarker = arith::ConstantIndexOp::create(builder, here, 0);
  top.setInsertionPointToStart(&block);
  addSizes();
  SmallVector<NodeRef> inputs;
  for (const Input &input : entry.model->inputs)
    inputs.push_back(addInput(input));
  addResults();
  Values results = inlineBody(*entry.model, "", inputs);
  here = locate(entry.model->location);
  writeResults(results);
  if (failed)
    return false;
  finishFunction();
  return true;
}

} // namespace spex::irgen
