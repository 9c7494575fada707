//===- ExpertPairs.cpp - Experts that are more than one task --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A body with routes or loops of its own is no task. It is written once for all
// pairs of a unit and a choice, side by side: elementwise work is as it is, a
// product with a parameter is a moe.experts of its own at the experts of the
// pairs, and a route inside chooses among the experts of all outer experts. So
// two levels of choices are one dispatch, and nothing waits for another expert.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/Generator.h"
#include "compiler/Sema/RouteClauses.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace spex::irgen {

namespace {
/// Looks for what an expert's body holds, also in the components it calls.
struct BodySearch {
  const Dimension *rows; ///< `Rows`
  const Dimension *step; ///< what the model steps along, or null
  bool hasParts = false; ///< a route, `stack`, `each` or `scan`
  bool hasRoutes = false;
  bool draws = false; ///< random numbers, which count by unit and rank
  bool remembers = false; ///< earlier positions along `step`
  bool mixes = false;     ///< computes across `Rows`
  bool merges = false;    ///< mixes parameters, `combine = merge`
  llvm::SmallPtrSet<const Instance *, 8> seen;

  BodySearch(const Dimension *rows, const Dimension *step)
      : rows(rows), step(step) {}

  void visit(const Instance &instance) {
    if (!seen.insert(&instance).second)
      return;
    visit(instance.body);
    for (const std::unique_ptr<Scan> &scan : instance.scans) {
      hasParts = true;
      visit(scan->body);
      for (const Scan::Slice &slice : scan->over)
        visit(*slice.value);
      for (const Scan::Carry &carry : scan->carries) {
        visit(*carry.init);
        visit(*carry.next);
      }
      visit(*scan->emitted);
    }
  }

private:
  void visit(const std::vector<Statement> &statements) {
    for (const Statement &statement : statements) {
      if (statement.value)
        visit(*statement.value);
      if (statement.route)
        visit(*statement.route);
    }
  }

  void visit(const Expr &expr) {
    hasParts |= expr.kind == Expr::Kind::Stack ||
                expr.kind == Expr::Kind::Each || expr.kind == Expr::Kind::Scan;
    draws |= expr.kind == Expr::Kind::Call && expr.builtin >= Builtin::Normal &&
             expr.builtin <= Builtin::DrawIndex;
    bool looksBack =
        expr.kind == Expr::Kind::Rename || expr.kind == Expr::Kind::Scan;
    remembers |= step && looksBack && expr.dims[0] == step;
    bool isGroupField =
        expr.kind == Expr::Kind::RouteField &&
        (expr.routeField == RouteField::Load ||
         expr.routeField == RouteField::Count ||
         expr.routeField == RouteField::Dropped) &&
        llvm::is_contained(expr.route->group, rows);
    bool countsRows = expr.kind == Expr::Kind::RouteWord &&
                      expr.word == RouteWord::Tokens && isGroupOfRows;
    mixes |= isGroupField || countsRows || llvm::is_contained(expr.dims, rows) ||
             llvm::is_contained(expr.toDims, rows) || expr.along == rows;
    for (const ExprPtr &arg : expr.args)
      visit(*arg);
    for (const auto &[name, arg] : expr.named)
      visit(*arg);
    if (expr.callee.instance)
      visit(*expr.callee.instance);
  }

  void visit(const Route &route) {
    hasParts = hasRoutes = true;
    draws |= route.select.kind == Selection::Kind::Sample;
    bool isLimited = route.capacity || route.order ||
                     route.select.kind == Selection::Kind::Pick ||
                     route.select.kind == Selection::Kind::Balanced;
    mixes |= isLimited && llvm::is_contained(route.group, rows);
    merges |= route.combine == Combine::Merge;
    for (const ExprPtr &arg : route.args)
      visit(*arg);
    bool isOuterOfRows = isGroupOfRows;
    isGroupOfRows = llvm::is_contained(route.group, rows);
    for (const ExprPtr *clause : valueClauses(route))
      if (*clause)
        visit(**clause);
    for (const ExpertKind &kind : route.kinds)
      if (kind.callee.instance)
        visit(*kind.callee.instance);
    isGroupOfRows = isOuterOfRows;
  }

  bool isGroupOfRows = false; ///< whether `tokens` are counted along `Rows`
};
} // namespace

/// How the experts are written. Reports what no form can do yet.
Generator::ExpertForm Generator::formOf(const ExpertCall &call,
                                        const RouteValues &values) {
  BodySearch search(program.rows, entry.stepAlong);
  for (const ExpertKind &kind : call.kinds)
    if (kind.callee.instance)
      search.visit(*kind.callee.instance);
  if (search.remembers || isInCopies()) {
    if (!search.mixes && !haveRows(call.kinds))
      return ExpertForm::Copies;
    refuse(call.location,
           "experts with `Rows` that remember, or inside of a merged expert");
    return ExpertForm::Refused;
  }
  // Choices inside of experts that see rows are recorded group by group.
  bool recordsGroups = search.hasRoutes && haveRows(call.kinds) &&
                       placeOrder(values) != values.units;
  if (search.mixes || search.merges || recordsGroups)
    return ExpertForm::Rows;
  return search.hasParts || search.draws ? ExpertForm::Pairs
                                         : ExpertForm::Task;
}

bool Generator::draws(const Instance &instance) const {
  BodySearch search(program.rows, entry.stepAlong);
  search.visit(instance);
  return search.draws;
}

/// Whether experts run for all units, because they keep something from step to
/// step, or are inside of those that do or are merged.
bool Generator::needsCopies(const ExpertCall &call) const {
  BodySearch search(program.rows, entry.stepAlong);
  for (const ExpertKind &kind : call.kinds)
    if (kind.callee.instance)
      search.visit(*kind.callee.instance);
  return search.remembers || isInCopies();
}

bool Generator::takesRows(const ExpertKind &kind) const {
  if (!kind.callee.instance)
    return false;
  return llvm::any_of(kind.callee.instance->inputs, [&](const Input &input) {
    return llvm::is_contained(input.type.dims, program.rows);
  });
}

/// From here on, `Rows` are as many as `rows`.
Generator::Rows Generator::enterRows(bool isUsed, const Dimension *rows) {
  Rows outer{sizes.lookup(program.rows), rowsAre};
  if (isUsed) {
    sizes[program.rows] = sizeValue(rows);
    rowsAre = rows;
  }
  return outer;
}

void Generator::leaveRows(const Rows &outer) {
  sizes[program.rows] = outer.size;
  rowsAre = outer.dim;
}

/// The pairs that what is being written stands for; null outside of such.
const Scope *Generator::enclosingPairs() const {
  for (const Scope &scope : llvm::reverse(scopes))
    if (!scope.layer)
      return scope.pair ? &scope : nullptr;
  return nullptr;
}

int64_t Generator::numOuterExperts() const {
  const Scope *pairs = enclosingPairs();
  return pairs ? pairs->dim->size : 1;
}

/// The expert of each pair that units belong to, over [U, K].
NodeRef Generator::outerExpert(const RouteValues &values) {
  const Scope *pairs = enclosingPairs();
  NodeRef expert = makeLeaf(here, pairs->expert);
  return makeLeaf(here,
                  collapseUnits(here, expert, values.units, values.unit));
}

/// `ids` with nobody wherever the pair around it is nobody's.
Value Generator::maskedByPairs(const RouteValues &values, Value ids) {
  if (!enclosingPairs())
    return ids;
  Tensor chosen = choicesOf(values, ids);
  NodeRef zero = makeConstant(here, 0, ElementType::Int);
  NodeRef isSomebody = binary(BinaryOp::Ge, outerExpert(values), zero);
  NodeRef masked = select(isSomebody, makeLeaf(here, chosen),
                          makeConstant(here, -1, ElementType::Int));
  return materialize(masked, {values.unit, values.choice}).value;
}

/// Choices [U, K] as a value.
Tensor Generator::choicesOf(const RouteValues &values, Value ids) {
  Tensor chosen;
  chosen.value = ids;
  chosen.dims = {values.unit, values.choice};
  chosen.element = ElementType::Int;
  return chosen;
}

/// The choices as numbers among the experts of all outer experts: kind by kind,
/// in each kind outer expert by outer expert.
Value Generator::numberWithin(const ExpertCall &call,
                              const RouteValues &values) {
  if (!enclosingPairs())
    return values.kept;
  int64_t outer = numOuterExperts();
  auto number = [&](int64_t value) {
    return makeConstant(here, value, ElementType::Int);
  };
  NodeRef id = makeLeaf(here, choicesOf(values, values.kept));
  NodeRef expert = outerExpert(values);
  NodeRef result = number(-1);
  int64_t first = 0;
  for (const ExpertKind &kind : call.kinds) {
    // outer * first + expert * count + (id - first)
    NodeRef within = binary(BinaryOp::Add, id,
                            binary(BinaryOp::Mul, expert, number(kind.count)));
    within = binary(BinaryOp::Add, within, number((outer - 1) * first));
    result = select(binary(BinaryOp::Ge, id, number(first)), within, result);
    first += kind.count;
  }
  return materialize(result, {values.unit, values.choice}).value;
}

/// `x` times a parameter, of each pair's expert where pairs are written; null
/// if they are not, or `x` is the same for all of them.
NodeRef Generator::contractOfPairs(Location loc, const NodeRef &x,
                                   const Expr &expr, DimsRef summed,
                                   ElementType element) {
  const Scope *around = enclosingPairs();
  const StoredParameter *stored = findStored(expr);
  if (!around || !stored || !contains(x->dims, around->pair))
    return nullptr;
  const Scope &pairs = *around;
  Tensor parameter = parameterInScope(*stored, scopes.size());
  RouteValues values;
  values.units = {pairs.pair};
  values.unit = pairs.pair;
  values.choice = makeDimension("K", 1);
  values.run = asOnlyChoice(loc, pairs.expert, values);
  Tensor units = collapseUnits(loc, x, values.units, values.unit);
  auto writeBody = [&](unsigned, ExpertRegion &region) -> Values {
    Tensor weights = parameter;
    weights.dims.erase(weights.dims.begin());
    weights.value = region.block->addArgument(
        tensorType(weights.dims, weights.element), loc);
    region.weights.push_back(parameter.value);
    NodeRef rounded = convert(makeLeaf(loc, weights), expr.type.element);
    NodeRef product = contract(loc, makeLeaf(loc, region.units[0]), rounded,
                               summed, /*sharedFirst=*/false, element);
    return {materialize(product)};
  };
  Values each = writeExperts(loc, values, {pairs.dim->size}, {units}, writeBody);
  return makeLeaf(loc, onlyChoices(loc, each, values, {})[0]);
}

/// The parameter of each pair's expert, read where it is used.
NodeRef Generator::parameterOfPairs(Location loc, const Tensor &parameter) {
  const Scope &pairs = *enclosingPairs();
  NodeRef expert = makeLeaf(loc, pairs.expert);
  NodeRef zero = makeConstant(loc, 0, ElementType::Int);
  // Nobody's pair reads expert 0, so that every read is in bounds.
  expert = select(binary(BinaryOp::Ge, expert, zero), expert, zero);
  return gather(loc, parameter, expert, pairs.dim);
}

/// [units..., ...] as [pairs, ...], each unit once for each of its choices.
NodeRef Generator::repeatForPairs(Location loc, const NodeRef &input,
                                  const RouteValues &values,
                                  const Dimension *pair) {
  bool isWhole = !values.units.empty() &&
                 without(values.units, input->dims).size() ==
                     values.units.size();
  if (isWhole)
    return input;
  Tensor units = collapseUnits(loc, input, values.units, values.unit);
  Dims both = {values.unit, values.choice};
  return makeLeaf(loc, collapseUnits(loc, expanded(makeLeaf(loc, units), both),
                                     both, pair));
}

/// The expert within a kind that each pair has; -1 for another kind's.
Tensor Generator::expertOfPairs(Location loc, const ExpertCall &call,
                                const RouteValues &values, unsigned number,
                                const Dimension *pair) {
  int64_t first = 0;
  for (const ExpertKind &kind : call.kinds.take_front(number))
    first += kind.count;
  int64_t count = call.kinds[number].count;
  auto constant = [&](int64_t value) {
    return makeConstant(loc, value, ElementType::Int);
  };
  NodeRef id = makeLeaf(loc, choicesOf(values, values.kept));
  NodeRef within = binary(BinaryOp::Sub, id, constant(first));
  if (enclosingPairs()) // experts of all outer experts, one after the other
    within = binary(BinaryOp::Add, within,
                    binary(BinaryOp::Mul, outerExpert(values),
                           constant(count)));
  NodeRef isOfKind = binary(
      BinaryOp::And, binary(BinaryOp::Ge, id, constant(first)),
      binary(BinaryOp::Lt, id, constant(first + count)));
  NodeRef expert = select(isOfKind, within, constant(-1));
  return collapseUnits(loc, expert, {values.unit, values.choice}, pair);
}

/// `x` with `to` for `from`; `Rows` has no static size, what it stands for may.
Tensor Generator::renamedTo(Location loc, Tensor x, const Dimension *from,
                            const Dimension *to) {
  for (const Dimension *&dim : x.dims)
    if (dim == from)
      dim = to;
  RankedTensorType type = tensorType(x.dims, x.element);
  if (type != x.value.getType())
    x.value = tensor::CastOp::create(builder, loc, type, x.value);
  return x;
}

/// The results of one kind for all pairs: [pairs, ...]. Those of other kinds'
/// pairs are undefined.
Values Generator::runKindInPairs(const ExpertCall &call, RouteValues &values,
                                 unsigned number, const Dimension *pair) {
  const ExpertKind &kind = call.kinds[number];
  Location loc = locate(call.location);
  bool hasRows = takesRows(kind);
  const Dimension *own = hasRows ? program.rows : pair;
  SmallVector<NodeRef> inputs = inputsOfKind(call, kind), given = inputs;
  here = loc;
  for (NodeRef &input : inputs) {
    Tensor x = materialize(repeatForPairs(loc, input, values, pair));
    input = makeLeaf(loc, renamedTo(loc, x, pair, own));
  }
  if (kind.free != ExpertKind::Free::None)
    return freeResults(kind, inputs[0], call);

  Tensor expert = renamedTo(
      loc, expertOfPairs(loc, call, values, number, pair), pair, own);
  Dimension *experts =
      makeDimension(call.experts->name, kind.count * numOuterExperts());
  Rows outer = enterRows(hasRows, pair);
  Scope scope;
  scope.dim = experts;
  scope.pair = own;
  scope.expert = expert;
  SmallVector<Repeat> outerRepeats = repeats;
  if (draws(*kind.callee.instance)) {
    refuseDraws(call, values, given);
    numberPairs(scope, call, values, number, pair, given);
  }
  scopes.push_back(std::move(scope));
  Values results = inlineBody(*kind.callee.instance,
                              pathBelow(kind.callee.label), inputs);
  here = loc;
  scopes.pop_back();
  repeats = std::move(outerRepeats);
  for (Tensor &result : results)
    result = renamedTo(loc, result, own, pair);
  leaveRows(outer);
  return results;
}

Values Generator::runInPairs(const ExpertCall &call, RouteValues &values) {
  Location loc = here = locate(call.location);
  Dims both = {values.unit, values.choice};
  const Dimension *pair = unitDimension(both);
  values.run = values.kept;
  Values all;
  int64_t first = 0;
  for (unsigned number = 0; number < call.kinds.size(); ++number) {
    Values results = runKindInPairs(call, values, number, pair);
    for (auto [i, result] : llvm::enumerate(results)) {
      NodeRef node = convert(makeLeaf(loc, result), call.results[i].element);
      if (number > 0) {
        // Experts of this kind and later ones.
        NodeRef id = makeLeaf(loc, choicesOf(values, values.kept));
        NodeRef isLater = binary(BinaryOp::Ge, id,
                                 makeConstant(loc, first, ElementType::Int));
        Tensor later = collapseUnits(loc, isLater, both, pair);
        node = select(makeLeaf(loc, later), node, makeLeaf(loc, all[i]));
      }
      Tensor kept = materialize(node, unite(DimsRef{pair}, node->dims));
      if (number == 0)
        all.push_back(kept);
      else
        all[i] = kept;
    }
    first += call.kinds[number].count;
  }
  for (Tensor &result : all)
    result = expandUnits(loc, result, both, pair);
  return all;
}

} // namespace spex::irgen
