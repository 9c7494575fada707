//===- DrawNumbers.cpp - What random functions count from -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/random.md: the elements of a draw count row-major, except that rows of
// an expert count by unit and rank, copies side by side have streams of their
// own, and the dimension of steps counts with its bound, from the position.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace spex::irgen {

/// Whether more entries of `dim` may come in later steps.
bool Generator::isStepped(const Dimension *dim) const {
  return entry.stepAlong && (dim == entry.stepAlong || isPrefix(dim));
}

/// Loops and copies around as one number, the outermost counting first.
NodeRef Generator::copyNumber() {
  NodeRef number = makeConstant(here, 0, ElementType::Int);
  for (const Repeat &repeat : repeats) {
    NodeRef size = makeConstant(here, repeat.size, ElementType::Int);
    NodeRef mine = repeat.each ? repeat.each : numberNode(repeat.number);
    number = binary(BinaryOp::Add, binary(BinaryOp::Mul, number, size), mine);
  }
  return number;
}

/// Row-major over `dims`; rows of an expert around come first and count as they
/// do there.
NodeRef Generator::elementNumber(DimsRef dims) {
  const Scope *around = enclosingPairs();
  bool isOfPairs = around && contains(dims, around->pair);
  Dims order = isOfPairs ? Dims{around->pair} : Dims();
  NodeRef number = makeConstant(here, 0, ElementType::Int);
  for (const Dimension *dim : unite(order, dims)) {
    NodeRef size = isStepped(dim)
                       ? makeConstant(here, dim->size, ElementType::Int)
                       : dimensionSize(dim);
    NodeRef at = isOfPairs && dim == around->pair && around->numbers
                     ? around->numbers
                     : convert(index(dim), ElementType::Int);
    number = binary(BinaryOp::Add, binary(BinaryOp::Mul, number, size), at);
  }
  return number;
}

/// Rows in front, behind the copies that a draw is made for.
Generator::DrawEntries Generator::entriesOf(DimsRef drawn) {
  DrawEntries result;
  result.dims.assign(drawn.begin(), drawn.end());
  result.copy = indexConstant(0);
  if (fixedDepth > 0)
    return result;
  NodeRef copies = copyNumber();
  const Scope *around = enclosingPairs();
  bool isOfPairs = around && contains(drawn, around->pair);
  Dims counted = isOfPairs ? Dims{around->pair} : Dims();
  counted = unite(counted, without(drawn, copies->dims));
  size_t lead = isOfPairs && (around->numbers || !copies->dims.empty());
  for (size_t i = 0; i < counted.size(); ++i)
    if (isStepped(counted[i]))
      lead = i + 1;
  Dims numbered(counted.begin(), counted.begin() + lead);
  Dims entries = unite(without(copies->dims, counted), numbered);
  result.dims = unite(entries, counted);
  auto written = [&](const NodeRef &number) {
    return materialize(expanded(number, entries), entries).value;
  };
  if (!entries.empty())
    result.numbers = written(elementNumber(numbered));
  if (!copies->dims.empty())
    result.copies = written(copies);
  else
    for (const Repeat &repeat : repeats) {
      result.copy = arith::MulIOp::create(builder, here, result.copy,
                                          indexConstant(repeat.size));
      result.copy =
          arith::AddIOp::create(builder, here, result.copy, repeat.number);
    }
  return result;
}

/// `units` in the order of the widest input, which is that of the reference.
static Dims inOrderOfInputs(DimsRef units, ArrayRef<NodeRef> inputs) {
  Dims order;
  for (const NodeRef &input : inputs) {
    Dims theirs = without(input->dims, without(input->dims, units));
    if (theirs.size() > order.size())
      order = theirs;
  }
  return unite(order, units);
}

/// What random functions in the body of `scope` count from. Chosen experts know
/// unit and rank; those that all run are copies, and know the unit.
void Generator::numberPairs(Scope &scope, const ExpertCall &call,
                            const RouteValues &values, unsigned kind,
                            const Dimension *pair, ArrayRef<NodeRef> inputs) {
  Dims both = unite(DimsRef(values.units), {values.choice});
  auto ofPairs = [&](const NodeRef &number) {
    Tensor all = collapseUnits(here, expanded(number, both), both, pair);
    return makeLeaf(here, renamedTo(here, all, pair, scope.pair));
  };
  auto indexOf = [&](const Dimension *dim) {
    return convert(index(dim), ElementType::Int);
  };
  auto constant = [&](int64_t value) {
    return makeConstant(here, value, ElementType::Int);
  };
  NodeRef copies = copyNumber();
  if (call.areCopies) {
    int64_t first = 0;
    for (const ExpertKind &other : call.kinds.take_front(kind))
      first += other.count;
    bool isEach = contains(values.units, call.experts);
    NodeRef mine = indexOf(isEach ? call.experts : values.choice);
    mine = binary(BinaryOp::Sub, mine, constant(first));
    copies = binary(
        BinaryOp::Add,
        binary(BinaryOp::Mul, copies, constant(call.kinds[kind].count)), mine);
    Dims units = without(values.units, {call.experts});
    scope.numbers = ofPairs(elementNumber(inOrderOfInputs(units, inputs)));
  } else {
    const Scope *around = enclosingPairs();
    bool isOwn;
    if (around)
      isOwn = !around->numbers && !values.units.empty() &&
              values.units.front() == around->pair;
    else
      isOwn = llvm::none_of(values.units, [&](const Dimension *dim) {
        return isStepped(dim);
      });
    NodeRef number = binary(BinaryOp::Mul, elementNumber(values.units),
                            constant(values.choice->size));
    if (!isOwn)
      scope.numbers =
          ofPairs(binary(BinaryOp::Add, number, indexOf(values.choice)));
  }
  if (!copies->dims.empty())
    repeats = {Repeat{Value(), 1, ofPairs(copies)}};
}

/// Reports random functions whose numbers cannot be told.
void Generator::refuseDraws(const ExpertCall &call, const RouteValues &values,
                            ArrayRef<NodeRef> inputs) {
  if (call.weighed && (call.areCopies || enclosingPairs()))
    refuse(call.location,
           "a random function inside of such experts with `combine = inputs`");
  Dims units = without(values.units, {call.experts});
  for (const NodeRef &input : inputs) {
    size_t missing = without(units, input->dims).size();
    if (call.areCopies && missing > 0 && missing < units.size())
      return refuse(call.location,
                    "a random function inside of experts that all run, of "
                    "which an input has some dimensions of the units only");
  }
}

} // namespace spex::irgen
