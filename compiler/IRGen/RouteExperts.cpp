//===- RouteExperts.cpp - Experts on the units that chose them ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One moe.experts for all kinds of a route, with the body of each kind as a
// region. A region sees its rows and the weights of its own expert only; all
// else that it uses from outside is made an operand.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace spex::irgen {

/// Whether `region` is `inner` or around it. Regions that belong to no op yet
/// cannot be asked themselves.
static bool isAround(Region &region, Region *inner) {
  while (inner && inner != &region)
    inner = inner->getParentOp() ? inner->getParentRegion() : nullptr;
  return inner;
}

/// Passes what regions use from outside: constants are made anew in them, the
/// rest are operands that every expert gets whole.
static SmallVector<Value>
isolate(MLIRContext *context, ArrayRef<std::unique_ptr<Region>> regions,
        unsigned numUnits) {
  llvm::SetVector<Value> captured;
  for (const std::unique_ptr<Region> &region : regions)
    region->walk([&](Operation *op) {
      for (Value operand : op->getOperands())
        if (!isAround(*region, operand.getParentRegion()))
          captured.insert(operand);
    });
  SmallVector<Value> whole;
  for (Value value : captured) {
    Operation *op = value.getDefiningOp();
    bool isConstant = op && op->hasTrait<OpTrait::ConstantLike>();
    for (const std::unique_ptr<Region> &region : regions) {
      Block &block = region->front();
      Value inside;
      if (isConstant) {
        OpBuilder inner(context);
        inner.setInsertionPointToStart(&block);
        inside = inner.clone(*op)->getResult(0);
      } else {
        inside = block.insertArgument(numUnits + whole.size(),
                                      value.getType(), value.getLoc());
      }
      value.replaceUsesWithIf(inside, [&](OpOperand &use) {
        return isAround(*region, use.getOwner()->getParentRegion());
      });
      if (isConstant && inside.use_empty())
        inside.getDefiningOp()->erase();
    }
    if (!isConstant)
      whole.push_back(value);
  }
  return whole;
}

/// A moe.experts whose regions `writeBody` fills: it gets the batches of rows
/// and gives results with `rows` first. Of each result, [U, K, ...] comes back.
Values Generator::writeExperts(Location loc, const RouteValues &values,
                               ArrayRef<int64_t> counts, ArrayRef<Tensor> units,
                               BodyWriterFn writeBody) {
  SmallVector<std::unique_ptr<Region>> regions;
  SmallVector<Value> weights, operands;
  SmallVector<int64_t> weightsOf;
  Values each;
  for (const Tensor &unit : units)
    operands.push_back(unit.value);
  for (unsigned kind = 0; kind < counts.size(); ++kind) {
    regions.push_back(std::make_unique<Region>());
    ExpertRegion region;
    region.block = &regions.back()->emplaceBlock();
    Dimension *rows = makeDimension("Rows", values.unit->size);
    rows->isBounded = true;
    region.rows = rows;
    for (Tensor x : units) {
      x.dims[0] = rows;
      x.value = region.block->addArgument(tensorType(x.dims, x.element), loc);
      region.units.push_back(x);
    }
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(region.block);
    sizes[rows] =
        tensor::DimOp::create(builder, loc, region.block->getArgument(0), 0);
    Values results = writeBody(kind, region);
    here = loc;
    SmallVector<Value> yielded;
    for (const Tensor &result : results)
      yielded.push_back(result.value);
    moe::YieldOp::create(builder, loc, yielded);
    weightsOf.push_back(region.weights.size());
    weights.append(region.weights);
    if (kind > 0)
      continue;
    for (Tensor &result : results) {
      each.push_back(result);
      each.back().dims[0] = values.choice;
      each.back().dims.insert(each.back().dims.begin(), values.unit);
    }
  }
  SmallVector<Value> whole =
      isolate(builder.getContext(), regions, units.size());
  SmallVector<mlir::Type> types;
  for (const Tensor &result : each)
    types.push_back(tensorType(result.dims, result.element));
  DenseI64ArrayAttr parts;
  if (counts.size() > 1)
    parts = builder.getDenseI64ArrayAttr(weightsOf);
  auto experts =
      moe::ExpertsOp::create(builder, loc, types, values.run, counts, operands,
                             whole, weights, parts, regions.size());
  for (auto [body, region] : llvm::zip(experts.getBodies(), regions))
    body.takeBody(*region);
  for (unsigned i = 0; i < each.size(); ++i)
    each[i].value = experts.getResult(i);
  return each;
}

/// The inputs of each kind, and which of them are gathered: numbers into
/// `units`, -1 for what every expert gets whole.
Generator::ExpertInputs Generator::gatherInputs(const ExpertCall &call,
                                                const RouteValues &values) {
  Location loc = locate(call.location);
  ExpertInputs result;
  SmallVector<std::pair<Value, Dims>> known;
  for (const ExpertKind &kind : call.kinds) {
    SmallVector<NodeRef> inputs = inputsOfKind(call, kind);
    here = loc;
    SmallVector<int> numbers;
    for (NodeRef &input : inputs) {
      numbers.push_back(-1);
      if (without(values.units, input->dims).size() == values.units.size() &&
          !values.units.empty())
        continue; // has no dim of the units
      Tensor leaf = materialize(input);
      std::pair<Value, Dims> key(leaf.value, leaf.dims);
      const auto *found = llvm::find(known, key);
      numbers.back() = found - known.begin();
      if (found != known.end())
        continue;
      known.push_back(key);
      result.units.push_back(
          collapseUnits(loc, makeLeaf(loc, leaf), values.units, values.unit));
    }
    result.inputs.push_back(std::move(inputs));
    result.numbers.push_back(std::move(numbers));
  }
  if (!result.units.empty())
    return result;
  // Nothing to gather, but there are rows all the same.
  Tensor rows;
  rows.dims = {values.unit};
  rows.element = ElementType::Int;
  rows.value = filledTensor(loc, rows.dims, rows.element,
                            constantAttr(0, rows.element));
  result.units.push_back(rows);
  return result;
}

SmallVector<NodeRef> Generator::inputsOfKind(const ExpertCall &call,
                                             const ExpertKind &kind) {
  bool isFree = kind.free != ExpertKind::Free::None;
  SmallVector<NodeRef> inputs;
  if (isFree)
    inputs = {call.args[0]};
  else
    inputs = bindInputs(*kind.callee.instance, call.args, call.weighed);
  // What is free takes what comes, rounded as its results are.
  if (isFree && call.weighed)
    inputs[0] = weighed(inputs[0], *call.weighed);
  if (isFree)
    inputs[0] = convert(inputs[0], call.results[0].element);
  return inputs;
}

/// An input times the weights of the choices, if it is a float of each unit:
/// [units..., K, ...] of [units..., ...].
NodeRef Generator::weighed(const NodeRef &input, const RouteValues &route) {
  bool isOfUnits = without(route.units, input->dims).size() <
                   std::max<size_t>(route.units.size(), 1);
  if (!isOfUnits || !isFloat(input->element))
    return input;
  Tensor weight = expandUnits(here, route.weight, route.units, route.unit);
  return binary(BinaryOp::Mul, convert(input, arithmeticType({input})),
                makeLeaf(here, weight));
}

/// What a free expert gives: its first input, or zeros of its shape.
Values Generator::freeResults(const ExpertKind &kind, const NodeRef &input,
                              const ExpertCall &call) {
  Values results;
  if (kind.free == ExpertKind::Free::Identity)
    results.push_back(materialize(input));
  else
    results.push_back(materialize(
        expanded(makeConstant(here, 0, input->element), input->dims)));
  // Further ones are taps of what other kinds compute.
  for (const Type &type : call.results.drop_front())
    results.push_back(materialize(
        expanded(makeConstant(here, 0, type.element),
                 DimsRef(type.dims.data(), type.dims.size()))));
  return results;
}

/// Values of the types of results that nothing can compute yet.
Values Generator::refusedResults(const ExpertCall &call, RouteValues &values) {
  values.run = values.kept;
  Values results;
  for (const Type &type : call.results)
    results.push_back(standIn(type, {values.unit, values.choice}));
  return results;
}

/// Runs the experts on the rows that chose them: [U, K, ...] of each result.
Values Generator::runExperts(const ExpertCall &call, RouteValues &values) {
  switch (formOf(call, values)) {
  case ExpertForm::Pairs:
    return runInPairs(call, values);
  case ExpertForm::Rows:
    return runInRows(call, values);
  case ExpertForm::Copies:
    return runAndChoose(call, values);
  case ExpertForm::Refused:
    return refusedResults(call, values);
  case ExpertForm::Task:
    break;
  }
  Location loc = here = locate(call.location);
  ExpertInputs given = gatherInputs(call, values);
  SmallVector<int64_t> counts;
  for (const ExpertKind &kind : call.kinds)
    counts.push_back(kind.count * numOuterExperts());
  SmallVector<Dims> order;
  auto writeBody = [&](unsigned number, ExpertRegion &region) {
    const ExpertKind &kind = call.kinds[number];
    SmallVector<NodeRef> inputs = given.inputs[number];
    bool hasRows = takesRows(kind);
    for (auto [input, unit] : llvm::zip(inputs, given.numbers[number])) {
      if (unit < 0)
        continue;
      Tensor x = region.units[unit];
      if (hasRows)
        x.dims[0] = program.rows;
      input = makeLeaf(loc, x);
    }
    Scope &scope = scopes.emplace_back();
    scope.dim = call.experts;
    scope.block = region.block;
    Rows outer = enterRows(hasRows, region.rows);
    Values results =
        kind.free == ExpertKind::Free::None
            ? inlineBody(*kind.callee.instance, pathBelow(kind.callee.label),
                         inputs)
            : freeResults(kind, inputs[0], call);
    here = loc;
    llvm::SmallDenseSet<Value> written;
    for (auto [i, result] : llvm::enumerate(results)) {
      // All kinds give the same, with axes in the order of the first.
      if (order.size() == i)
        order.push_back(without(result.dims, {region.rows, program.rows}));
      for (const Dimension *&dim : result.dims)
        if (dim == program.rows)
          dim = region.rows;
      NodeRef node =
          convert(makeLeaf(loc, result), call.results[i].element);
      Tensor all = materialize(node, unite(DimsRef{region.rows}, order[i]));
      // Rows that come through as they are need no place of their own; one
      // value cannot lie in two places.
      bool isWritten = !written.insert(all.value).second;
      result = isa<BlockArgument>(all.value) ? all
               : isWritten                   ? copyOf(all)
                                             : placeable(all);
    }
    leaveRows(outer);
    region.weights = scopes.back().operands;
    scopes.pop_back();
    return results;
  };
  values.run = numberWithin(call, values);
  return writeExperts(loc, values, counts, given.units, writeBody);
}

/// Choices [U, K] as the only choice of each pair.
Value Generator::choicesOfPairs(const RouteValues &values, Value ids,
                                const RouteValues &pairs) {
  Tensor apart =
      expandUnits(here, choicesOf(values, ids), values.units, values.unit);
  return asOnlyChoice(
      here, collapseUnits(here, makeLeaf(here, apart), pairs.units, pairs.unit),
      pairs);
}

/// `overflow = pass` with `combine = inputs`: a refused pair gives back its
/// input times the weight; the others have weighed inputs, and weigh 1.
Generator::Passing Generator::passingOf(const Route &route,
                                        const RouteValues &values,
                                        const RouteValues &pairs) {
  Passing passing;
  if (!route.capacity || route.overflow != Overflow::Pass)
    return passing;
  passing.own = values.args[0];
  passing.wanted = choicesOfPairs(values, values.wanted, pairs);
  Tensor weight = expandUnits(here, values.weight, values.units, values.unit);
  Tensor ofPairs =
      collapseUnits(here, makeLeaf(here, weight), pairs.units, pairs.unit);
  NodeRef all = expanded(makeLeaf(here, ofPairs), {pairs.choice});
  NodeRef ran =
      binary(BinaryOp::Ge, makeLeaf(here, choicesOf(pairs, pairs.kept)),
             makeConstant(here, 0, ElementType::Int));
  passing.weight = materialize(select(ran, constantLike(1, all), all),
                               {pairs.unit, pairs.choice})
                       .value;
  return passing;
}

/// `combine = inputs`: every pair of a unit and a choice is a unit of its own,
/// whose inputs are multiplied by its weight.
Values Generator::runWeighed(const Route &route, const ExpertCall &call,
                             RouteValues &values) {
  Location loc = here = locate(call.location);
  RouteValues pairs;
  pairs.units = unite(values.units, {values.choice});
  pairs.unit = unitDimension(pairs.units);
  pairs.group = unite(values.group, {values.choice});
  pairs.groups = values.groups;
  pairs.choice = makeDimension("K", 1);
  pairs.kept = pairs.ids = choicesOfPairs(values, values.kept, pairs);
  ExpertCall weighed = call;
  weighed.weighed = &values;
  Values all = runExperts(weighed, pairs);
  here = loc;
  values.tapped = onlyChoices(
      loc, Values(all.end() - route.numTapped, all.end()), pairs, {});
  all.truncate(all.size() - route.numTapped);
  Values results;
  for (const Tensor &result :
       onlyChoices(loc, all, pairs, passingOf(route, values, pairs))) {
    NodeRef sum;
    if (values.choice->size == 1) {
      sum = pickEntry(loc, result, values.choice, builder.getIndexAttr(0));
    } else {
      // Sums run in rank order; nobody's choices have become zeros.
      NodeRef one = makeConstant(loc, 1, result.element);
      sum = contract(loc, makeLeaf(loc, result), expanded(one, pairs.units),
                     {values.choice}, /*sharedFirst=*/true, result.element);
      sum = convert(sum, result.element);
    }
    results.push_back(materialize(sum, unite(values.units, sum->dims)));
  }
  return results;
}

/// [U, 1, ...] of units with one choice each as [units..., ...].
Values Generator::onlyChoices(Location loc, const Values &results,
                              const RouteValues &values,
                              const Passing &passing) {
  Values all;
  for (const Tensor &result : results) {
    Tensor each;
    each.element = result.element;
    each.dims = without(result.dims, {values.choice});
    ElementType type = wider(ElementType::F32, result.element);
    Value own, weights;
    if (passing.own) {
      Dims order = unite(values.units, without(each.dims, {values.unit}));
      NodeRef input = expanded(convert(passing.own, result.element), order);
      own = collapseUnits(loc, makeLeaf(loc, materialize(input, order)),
                          values.units, values.unit)
                .value;
      weights = passing.weight;
    } else {
      weights = filledTensor(loc, {values.unit, values.choice}, type,
                             constantAttr(1, type));
    }
    each.value = moe::CombineOp::create(
        builder, loc, tensorType(each.dims, each.element), result.value,
        weights, values.run, own, passing.wanted);
    all.push_back(expandUnits(loc, each, values.units, values.unit));
  }
  return all;
}

} // namespace spex::irgen
