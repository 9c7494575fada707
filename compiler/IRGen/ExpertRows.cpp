//===- ExpertRows.cpp - Experts that look at all their rows together ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An expert that computes across `Rows` sees the units sent to it of one group
// at once. So groups run one after another, and in each the experts, as the
// layers of a stack do: `Rows` is a size like others, which only the choices
// decide. Whatever a body may hold, it may hold here. Rows lie in the order of
// a plan, expert behind expert, where each writes its results.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "dialects/Moe/IR/MoeOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

static SmallVector<Value> valuesOf(ArrayRef<Tensor> tensors) {
  SmallVector<Value> values;
  for (const Tensor &tensor : tensors)
    values.push_back(tensor.value);
  return values;
}

static void setValues(MutableArrayRef<Tensor> tensors, ValueRange values) {
  for (auto [tensor, value] : llvm::zip(tensors, values))
    tensor.value = value;
}

bool Generator::isInRows() const {
  return llvm::any_of(scopes,
                      [](const Scope &scope) { return scope.isOfRows; });
}

/// A number of a list as an index.
Value Generator::entryOf(Value list, Value at) {
  Value number = tensor::ExtractOp::create(builder, here, list, at);
  return arith::IndexCastOp::create(builder, here, builder.getIndexType(),
                                    number);
}

/// `x` of the units of a group as rows: [rows, ...].
NodeRef Generator::gatherRows(const GroupRows &group, const Tensor &x,
                              const Dimension *rows) {
  auto unitOf = [&group, rows](Scalars &s, ArrayRef<Value>) -> Value {
    OpBuilder &b = s.builder;
    Value row =
        arith::AddIOp::create(b, s.loc, s.index(rows), group.firstOfExpert);
    Value unit = tensor::ExtractOp::create(b, s.loc, group.rows, row);
    Value first =
        arith::IndexCastOp::create(b, s.loc, b.getI32Type(), group.firstUnit);
    return arith::AddIOp::create(b, s.loc, unit, first);
  };
  NodeRef units = makeRead(here, ElementType::Int, {rows}, {}, unitOf);
  NodeRef gathered = gather(here, x, units, x.dims[0]);
  return withTarget(makeLeaf(here, materialize(gathered)), x.target);
}

/// The results of one expert, written where its rows lie.
SmallVector<Value> Generator::runOneOfRows(const ExpertCall &call,
                                           const ExpertKind &kind,
                                           const KindInputs &given,
                                           const GroupRows &group,
                                           Values filled) {
  Location loc = here;
  Dimension *rows = makeDimension("Rows", filled[0].dims[0]->size);
  rows->isBounded = true;
  rows->formula = SizeFormula();
  rows->formula.op = SizeFormula::Op::Dim;
  rows->formula.dim = rows;
  sizes[rows] = group.count;
  bool hasRows = takesRows(kind);
  const Dimension *own = hasRows ? program.rows : rows;
  Rows outer = enterRows(hasRows, rows);
  SmallVector<NodeRef> inputs = given.inputs;
  for (auto [input, units] : llvm::zip(inputs, given.units))
    if (units.value)
      input = gatherRows(group, units, own);
  Scope &scope = scopes.emplace_back();
  scope.dim = makeDimension(call.experts->name, kind.count);
  scope.block = builder.getInsertionBlock();
  scope.layer = group.number;
  scope.isOfRows = true;
  Values results = kind.free == ExpertKind::Free::None
                       ? inlineBody(*kind.callee.instance,
                                    pathBelow(kind.callee.label), inputs)
                       : freeResults(kind, inputs[0], call);
  scopes.pop_back();
  here = loc;
  for (auto [all, result] : llvm::zip(filled, results)) {
    Dims order = all.dims;
    order[0] = own;
    Tensor written = placeable(
        materialize(convert(makeLeaf(loc, result), all.element), order));
    SmallVector<OpFoldResult> offsets(order.size(), builder.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(order.size(), builder.getIndexAttr(1));
    SmallVector<OpFoldResult> extents;
    for (const Dimension *dim : order)
      extents.push_back(size(dim));
    offsets[0] = group.firstPlace;
    all.value = tensor::InsertSliceOp::create(
        builder, loc, written.value, all.value, offsets, extents, strides);
  }
  leaveRows(outer);
  return valuesOf(filled);
}

/// The experts of one kind, one after another; those nobody chose do not run.
void Generator::runKindInRows(const ExpertCall &call, const ExpertKind &kind,
                              const KindInputs &given, GroupRows group,
                              Value maxRows, int64_t first, Values &filled) {
  Location loc = here;
  Value one = indexConstant(1);
  auto loop =
      scf::ForOp::create(builder, loc, indexConstant(0),
                         indexConstant(kind.count), one, valuesOf(filled));
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Values arrived = filled;
    setValues(arrived, loop.getRegionIterArgs());
    group.number = loop.getInductionVar();
    Value expert =
        arith::AddIOp::create(builder, loc, group.number, indexConstant(first));
    Value next = arith::AddIOp::create(builder, loc, expert, one);
    group.firstOfExpert = entryOf(group.offsets, expert);
    Value count = arith::SubIOp::create(
        builder, loc, entryOf(group.offsets, next), group.firstOfExpert);
    // Scratch is laid out by the bound.
    group.count = arith::MinUIOp::create(builder, loc, count, maxRows);
    group.firstPlace = arith::AddIOp::create(builder, loc, group.firstRow,
                                             group.firstOfExpert);
    Value isChosen = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::ne, group.count, indexConstant(0));
    auto branch = scf::IfOp::create(builder, loc, loop.getResultTypes(),
                                    isChosen, /*withElseRegion=*/true);
    scf::YieldOp::create(builder, loc, branch.getResults());
    builder.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(builder, loc, valuesOf(arrived));
    builder.setInsertionPointToStart(branch.thenBlock());
    SmallVector<Value> written =
        runOneOfRows(call, kind, given, group, arrived);
    scf::YieldOp::create(builder, loc, written);
  }
  setValues(filled, loop.getResults());
}

/// Plans one group and runs its experts. `filled` are the places of all
/// choices, then the rows of each result.
void Generator::runGroupInRows(const ExpertCall &call,
                               const RouteValues &values,
                               ArrayRef<KindInputs> given, const Tensor &ids,
                               Value number, Values &filled) {
  Location loc = here;
  const Dimension *unit = unitDimension(values.group);
  Dims both = {unit, values.choice};
  Value maxRows = arith::MulIOp::create(builder, loc, sizeValue(unit),
                                        indexConstant(values.choice->size));
  GroupRows group;
  group.firstUnit =
      arith::MulIOp::create(builder, loc, number, sizeValue(unit));
  group.firstRow = arith::MulIOp::create(builder, loc, number, maxRows);
  Tensor own = sliceOf(loc, ids, 0, group.firstUnit, unit);
  int64_t numExperts = 0;
  for (const ExpertKind &kind : call.kinds)
    numExperts += kind.count;
  auto plan = moe::PlanOp::create(builder, loc, own.value, numExperts);
  group.offsets = plan.getOffsets();
  group.rows = plan.getRows();

  Tensor place = own;
  place.value = plan.getPlace();
  NodeRef within = makeLeaf(loc, place);
  NodeRef all = select(
      binary(BinaryOp::Ge, within, makeConstant(loc, 0, ElementType::Int)),
      binary(BinaryOp::Add, within, numberNode(group.firstRow)), within);
  Tensor placed = materialize(all, both);
  SmallVector<OpFoldResult> offsets = {group.firstUnit,
                                       builder.getIndexAttr(0)};
  SmallVector<OpFoldResult> extents = {size(unit), size(values.choice)};
  SmallVector<OpFoldResult> strides(2, builder.getIndexAttr(1));
  filled[0].value = tensor::InsertSliceOp::create(
      builder, loc, placed.value, filled[0].value, offsets, extents, strides);

  Values results(filled.begin() + 1, filled.end());
  int64_t first = 0;
  for (auto [kind, inputs] : llvm::zip(call.kinds, given)) {
    runKindInRows(call, kind, inputs, group, maxRows, first, results);
    first += kind.count;
  }
  std::copy(results.begin(), results.end(), filled.begin() + 1);
}

/// The inputs of each kind; what has dims of the units with these in front, in
/// the order of their places.
SmallVector<Generator::KindInputs>
Generator::inputsInPlaceOrder(const ExpertCall &call,
                              const RouteValues &values) {
  Location loc = here;
  SmallVector<KindInputs> all;
  for (const ExpertKind &kind : call.kinds) {
    KindInputs &given = all.emplace_back();
    given.inputs = inputsOfKind(call, kind);
    here = loc;
    for (const NodeRef &input : given.inputs) {
      bool isWhole =
          !values.units.empty() &&
          without(values.units, input->dims).size() == values.units.size();
      given.units.push_back(
          isWhole ? Tensor()
                  : collapseUnits(loc, input, placeOrder(values), values.unit));
    }
  }
  return all;
}

/// [U, K, ...] of each result.
Values Generator::runInRows(const ExpertCall &call, RouteValues &values) {
  Location loc = here = locate(call.location);
  values.run = values.kept;
  SmallVector<KindInputs> given = inputsInPlaceOrder(call, values);
  Tensor ids = choicesOf(values, values.kept);
  ids.value = inPlaceOrder(values, ids);
  Dims both = {values.unit, values.choice};
  const Dimension *place = unitDimension(both);
  Values filled = {ids};
  for (const Type &type : call.results) {
    Tensor &result = filled.emplace_back();
    DimsRef dims(type.dims.data(), type.dims.size());
    result.dims = unite({place}, without(dims, values.units));
    result.element = type.element;
  }
  for (Tensor &tensor : filled)
    tensor.value = emptyTensor(loc, tensor.dims, tensor.element);
  auto loop =
      scf::ForOp::create(builder, loc, indexConstant(0), numberOfGroups(values),
                         indexConstant(1), valuesOf(filled));
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    setValues(filled, loop.getRegionIterArgs());
    runGroupInRows(call, values, given, ids, loop.getInductionVar(), filled);
    scf::YieldOp::create(builder, loc, valuesOf(filled));
  }
  setValues(filled, loop.getResults());

  Value places = inUnitOrder(values, placeOrder(values), filled[0].value);
  NodeRef at = makeLeaf(loc, choicesOf(values, places));
  NodeRef zero = makeConstant(loc, 0, ElementType::Int);
  // Nobody's choice reads the first row, so that every read is in bounds.
  at = select(binary(BinaryOp::Ge, at, zero), at, zero);
  Values results;
  for (const Tensor &rows : llvm::drop_begin(filled))
    results.push_back(materialize(gather(loc, rows, at, place)));
  return results;
}

} // namespace spex::irgen
