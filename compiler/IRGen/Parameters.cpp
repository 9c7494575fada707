//===- Parameters.cpp - Weights by their paths ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each parameter is one symbol and one tensor, stack and expert dimensions
// first. Every scope around a use takes one of those away: a stack by a slice
// at its layer, experts by an operand whose slice the region gets.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;

namespace spex::irgen {

static moe::InitKind initKind(Initializer::Kind kind) {
  switch (kind) {
  case Initializer::Kind::Zeros:
    return moe::InitKind::Zeros;
  case Initializer::Kind::Ones:
    return moe::InitKind::Ones;
  case Initializer::Kind::Constant:
    return moe::InitKind::Constant;
  case Initializer::Kind::Normal:
    return moe::InitKind::Normal;
  case Initializer::Kind::TruncNormal:
    return moe::InitKind::TruncNormal;
  case Initializer::Kind::Uniform:
    return moe::InitKind::Uniform;
  case Initializer::Kind::UniformFan:
    return moe::InitKind::UniformFan;
  case Initializer::Kind::Orthogonal:
    return moe::InitKind::Orthogonal;
  }
  llvm_unreachable("all initialisers are listed");
}

/// The axes as stored; a bounded dim counts at its bound.
static Dims storedDims(const StoredParameter &parameter) {
  Dims dims(parameter.outer.begin(), parameter.outer.end());
  const Type &type = parameter.declaration->type;
  dims.append(type.dims.begin(), type.dims.end());
  return dims;
}

static SmallVector<int64_t> storedShape(DimsRef dims) {
  SmallVector<int64_t> shape;
  for (const Dimension *dim : dims)
    shape.push_back(dim->size);
  return shape;
}

/// The lines of a `weights` section as `moe.parameter` has them.
static ArrayAttr filesOf(const StoredParameter &parameter, Builder &builder) {
  SmallVector<Attribute> files;
  for (const FileTensor &file : parameter.files) {
    SmallVector<Attribute> axes;
    for (const std::vector<int> &axis : file.axes)
      axes.push_back(builder.getI64ArrayAttr(
          SmallVector<int64_t>(axis.begin(), axis.end())));
    NamedAttrList entry;
    entry.append("tensor", builder.getStringAttr(file.name));
    entry.append("axes", builder.getArrayAttr(axes));
    if (!file.format.empty())
      entry.append("format", builder.getStringAttr(file.format));
    if (file.parts > 0) {
      entry.append("parts", builder.getI64IntegerAttr(file.parts));
      entry.append("part", builder.getI64IntegerAttr(file.part));
    }
    if (file.repeat >= 0)
      entry.append("repeat", builder.getI64IntegerAttr(file.repeat));
    files.push_back(entry.getDictionary(builder.getContext()));
  }
  return builder.getArrayAttr(files);
}

void Generator::declareParameters() {
  if (entry.hasWeights) {
    SmallVector<StringRef> skips(entry.skips.begin(), entry.skips.end());
    module->setAttr("spex.skip", builder.getStrArrayAttr(skips));
  }
  for (const StoredParameter &parameter : entry.parameters) {
    const Parameter &declaration = *parameter.declaration;
    // What is fixed is computed where it is used.
    if (declaration.kind == Parameter::Kind::Fixed)
      continue;
    stored[parameter.path] = &parameter;
    Dims dims = storedDims(parameter);
    SmallVector<StringRef> names;
    for (const Dimension *dim : dims)
      names.push_back(dim->name);
    const Initializer &init = declaration.init;
    double value = init.value;
    if (init.kind == Initializer::Kind::UniformFan) {
      value = 1;
      for (const Dimension *dim : init.fan)
        value /= std::sqrt(static_cast<double>(dim->size));
    }
    bool isPlain = init.kind == Initializer::Kind::Zeros ||
                   init.kind == Initializer::Kind::Ones;
    FloatAttr number = isPlain ? FloatAttr() : builder.getF64FloatAttr(value);
    IntegerAttr declared;
    if (!parameter.outer.empty())
      declared = builder.getI64IntegerAttr(declaration.type.dims.size());
    auto kind = declaration.kind == Parameter::Kind::State
                    ? moe::ParameterKind::State
                    : moe::ParameterKind::Param;
    auto type = RankedTensorType::get(storedShape(dims),
                                      typeOf(declaration.stored));
    moe::ParameterOp::create(builder, locate(declaration.location),
                             builder.getStringAttr(parameter.path),
                             TypeAttr::get(type), builder.getStrArrayAttr(names),
                             moe::InitKindAttr::get(context,
                                                    initKind(init.kind)),
                             number, moe::ParameterKindAttr::get(context, kind),
                             declared,
                             entry.hasWeights ? filesOf(parameter, builder)
                                              : ArrayAttr());
  }
}

/// The whole tensor, got once at the start of the function.
Tensor Generator::wholeParameter(const StoredParameter &parameter) {
  Tensor &known = wholeParameters[parameter.path];
  if (known.value)
    return known;
  Tensor result;
  result.dims = storedDims(parameter);
  result.element = parameter.declaration->stored;
  result.target = parameter.declaration->type.target;
  Location loc = locate(parameter.declaration->location);
  auto type = RankedTensorType::get(storedShape(result.dims),
                                    typeOf(result.element));
  result.value = moe::GetOp::create(top, loc, type, parameter.path);
  bool isBounded = llvm::any_of(
      result.dims, [](const Dimension *dim) { return dim->isBounded; });
  if (isBounded) {
    // Shorter runs use the front part, steps that of their positions.
    SmallVector<OpFoldResult> offsets, extents;
    for (const Dimension *dim : result.dims) {
      extents.push_back(size(dim));
      offsets.push_back(dim == entry.stepAlong ? OpFoldResult(position)
                                               : top.getIndexAttr(0));
    }
    SmallVector<OpFoldResult> ones(extents.size(), top.getIndexAttr(1));
    result.value = tensor::ExtractSliceOp::create(
        top, loc, tensorType(result.dims, result.element), result.value,
        offsets, extents, ones);
  }
  return known = result;
}

/// The dims that the first `depth` scopes have put in front of a parameter: the
/// units of merged experts, experts that run for all units, or one of experts
/// side by side.
Dims Generator::leadingDims(size_t depth) const {
  Dims leading;
  for (size_t i = 0; i < depth; ++i) {
    const Scope &scope = scopes[i];
    if (scope.pair)
      leading = {scope.pair};
    else if (scope.shares.value)
      leading = without(scope.shares.dims, {scope.dim});
    else if (scope.isCopies)
      leading.push_back(scope.dim);
    else if (!scope.layer)
      leading.clear();
  }
  return leading;
}

Tensor Generator::parameterOfLayer(Scope &scope, Location loc,
                                   const Tensor &outer, size_t axis) {
  Tensor result = outer;
  result.dims.erase(result.dims.begin() + axis);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(scope.block);
  if (scope.lastSlice)
    builder.setInsertionPointAfter(scope.lastSlice);
  result.value = entryAlong(loc, outer, axis, scope.layer);
  scope.lastSlice = result.value.getDefiningOp();
  return result;
}

/// Experts within experts as experts of one number.
Tensor Generator::withExpertsJoined(Location loc, Tensor outer) {
  SmallVector<ReassociationIndices> groups = {{0, 1}};
  for (size_t axis = 2; axis < outer.dims.size(); ++axis)
    groups.push_back({static_cast<int64_t>(axis)});
  Dimension *all = makeDimension(outer.dims[1]->name,
                                 outer.dims[0]->size * outer.dims[1]->size);
  outer.dims.erase(outer.dims.begin());
  outer.dims[0] = all;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(outer.value);
  outer.value = tensor::CollapseShapeOp::create(
      builder, loc, tensorType(outer.dims, outer.element), outer.value, groups);
  return outer;
}

/// The parameter as the first `depth` scopes leave it.
Tensor Generator::parameterInScope(const StoredParameter &parameter,
                                   size_t depth) {
  if (depth == 0)
    return wholeParameter(parameter);
  Scope &scope = scopes[depth - 1];
  auto known = scope.parameters.find(parameter.path);
  if (known != scope.parameters.end())
    return known->second;
  Tensor outer = parameterInScope(parameter, depth - 1);
  size_t leading = leadingDims(depth - 1).size();
  Location loc = locate(parameter.declaration->location);
  Tensor result;
  if (scope.layer) {
    result = parameterOfLayer(scope, loc, outer, leading);
  } else if (scope.isCopies) {
    result = outer;
    result.dims[leading] = scope.dim;
  } else if (scope.shares.value) {
    result = mergedParameter(scope, *parameter.declaration, outer, leading);
  } else {
    result = leading > 0 ? withExpertsJoined(loc, outer) : outer;
    if (scope.pair) {
      result.dims[0] = scope.dim;
    } else {
      scope.operands.push_back(result.value);
      result.dims.erase(result.dims.begin());
      result.value = scope.block->addArgument(
          tensorType(result.dims, result.element), loc);
    }
  }
  scope.parameters[parameter.path] = result;
  return result;
}

/// What is stored for a parameter; null if nothing is, here as little as
/// anywhere, or if the expression is none.
const StoredParameter *Generator::findStored(const Expr &expr) const {
  if (expr.kind != Expr::Kind::Parameter)
    return nullptr;
  const Parameter &declaration = frame->instance->parameters[expr.slot];
  auto found = stored.find(pathBelow(declaration.name));
  return found == stored.end() ? nullptr : found->second;
}

NodeRef Generator::emitParameter(const Expr &expr) {
  const Parameter &declaration = frame->instance->parameters[expr.slot];
  if (declaration.kind == Parameter::Kind::Fixed)
    return emitFixed(declaration);
  const StoredParameter *found = findStored(expr);
  // No result needs it.
  if (!found) {
    NodeRef zero = makeConstant(here, 0, declaration.type.element);
    DimsRef dims(declaration.type.dims.data(), declaration.type.dims.size());
    return makeLeaf(here, materialize(expanded(zero, dims)));
  }
  Tensor result = parameterInScope(*found, scopes.size());
  here = locate(expr.location);
  if (enclosingPairs())
    return parameterOfPairs(here, result);
  return makeLeaf(here, result);
}

} // namespace spex::irgen
