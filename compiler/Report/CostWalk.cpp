//===- CostWalk.cpp - Follow the calls of a program and count -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is counted, and what is not, stands in docs/cost.md.
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/CostWalk.h"
#include "compiler/Sema/RouteClauses.h"

#include <algorithm>

namespace spex {

/// Paths of a program that doubles at every level are too many to list.
static constexpr size_t maxPaths = 100'000;

static int64_t storedBytes(ElementType element) {
  switch (element) {
  case ElementType::F64:
    return 8;
  case ElementType::BF16:
  case ElementType::F16:
    return 2;
  case ElementType::Bool:
    return 1;
  default:
    return 4;
  }
}

static std::string below(const std::string &path, const std::string &label) {
  return path.empty() || label.empty() ? path + label : path + "." + label;
}

static bool has(const std::vector<const Dimension *> &dims,
                const Dimension *dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

Count CostWalk::size(const Dimension *dim) {
  int64_t value = sizeOf(dim);
  if (value < 1 && failure.empty())
    failure = "`" + dim->name + "` is no size at these sizes";
  return Count(value);
}

Count CostWalk::elements(const std::vector<const Dimension *> &dims) {
  Count result(1);
  for (const Dimension *dim : dims)
    result *= size(dim);
  return result;
}

Count CostWalk::bytesOf(const Type &type, Count times) {
  return elements(type.dims) * Count(storedBytes(type.element)) * times;
}

bool CostWalk::run(const EntryPoint &entry, Rows &into, std::string &error) {
  rows = &into;
  next[{"", entry.model}] = {Count(1), Count(1), {}, {}, Count(0)};
  while (!next.empty() && failure.empty()) {
    Level level;
    std::swap(level, next);
    for (const auto &[place, visit] : level)
      walkBody(place, visit);
    if (rows->size() > maxPaths)
      failure = "the program has more than 100,000 components";
  }
  if (failure.empty())
    countParameters(entry);
  error = failure;
  return failure.empty();
}

void CostWalk::walkBody(const Place &place, const Visit &visit) {
  here = &place;
  current = visit;
  row = &(*rows)[place.path];
  row->path = place.path;
  // Kinds of experts and shared names may meet at one path.
  if (row->component.empty())
    row->component = place.instance->name;
  visits.emplace(place.path, visit);
  walkStatements(place.instance->body);
}

void CostWalk::walkStatements(const std::vector<Statement> &statements) {
  for (const Statement &statement : statements) {
    if (statement.route)
      walkRoute(*statement.route);
    else if (statement.value)
      walkExpr(*statement.value);
  }
}

void CostWalk::walkExpr(const Expr &expr) {
  switch (expr.kind) {
  case Expr::Kind::Parameter: {
    const Parameter &parameter = here->instance->parameters[size_t(expr.slot)];
    readWhole.insert({here->path, parameter.name});
    return;
  }
  case Expr::Kind::Lookup:
    // Of a table only the rows that are asked for are read.
    if (expr.args[0]->kind == Expr::Kind::Parameter) {
      const Parameter &table =
          here->instance->parameters[size_t(expr.args[0]->slot)];
      row->bytes += elements(expr.type.dims) * current.times *
                    Count(storedBytes(table.stored));
      return walkExpr(*expr.args[1]);
    }
    break;
  case Expr::Kind::Contract:
    countProduct(expr);
    break;
  case Expr::Kind::Call:
    if (expr.builtin == Builtin::Dot)
      countProduct(expr);
    break;
  case Expr::Kind::Component:
  case Expr::Kind::Stack:
  case Expr::Kind::Each:
    walkCall(expr);
    break;
  case Expr::Kind::Scan:
    return walkScan(expr);
  default:
    break;
  }
  for (const ExprPtr &arg : expr.args)
    walkExpr(*arg);
  for (const auto &[name, value] : expr.named)
    walkExpr(*value);
}

/// The loop's body runs once for each step, what it starts from once.
void CostWalk::walkScan(const Expr &expr) {
  for (const Scan::Slice &slice : expr.scan->over)
    walkExpr(*slice.value);
  for (const Scan::Carry &carry : expr.scan->carries)
    walkExpr(*carry.init);
  Visit outer = current;
  current.times *= size(expr.dims[0]);
  current.uses *= size(expr.dims[0]);
  walkStatements(expr.scan->body);
  for (const Scan::Carry &carry : expr.scan->carries)
    walkExpr(*carry.next);
  walkExpr(*expr.scan->emitted);
  current = outer;
}

/// Of `@` and `dot`: a multiply-add for each element of the result and each
/// index that is summed over.
void CostWalk::countProduct(const Expr &expr) {
  row->flops +=
      Count(2) * elements(expr.type.dims) * elements(expr.dims) * current.times;
  row->bytes += bytesOf(expr.type, current.times);
  for (const ExprPtr &arg : expr.args)
    if (arg->kind != Expr::Kind::Parameter)
      row->bytes += bytesOf(arg->type, current.times);
}

/// What the caller adds to the dimensions that the component declares is one
/// call for each index.
static void addExtra(const Expr &arg, const Input &input,
                     const std::vector<const Dimension *> &taken,
                     std::vector<const Dimension *> &extra) {
  for (const Dimension *dim : arg.type.dims)
    if (!has(input.type.dims, dim) && !has(taken, dim) && !has(extra, dim))
      extra.push_back(dim);
}

void CostWalk::walkCall(const Expr &expr) {
  std::vector<const Dimension *> extra, sliced;
  if (expr.kind == Expr::Kind::Each)
    sliced.push_back(expr.dims[0]);
  const Instance &callee = *expr.callee.instance;
  for (size_t i = 0; i < expr.args.size() && i < callee.inputs.size(); ++i)
    addExtra(*expr.args[i], callee.inputs[i], sliced, extra);
  Visit visit = current;
  visit.times *= elements(extra);
  visit.uses *= elements(extra);
  if (expr.kind != Expr::Kind::Component)
    visit.times *= size(expr.dims[0]);
  enter(expr.callee, visit);
}

void CostWalk::enter(const CallTarget &target, Visit visit) {
  Place place{below(here->path, target.label), target.instance};
  auto [found, isNew] = next.emplace(std::move(place), visit);
  if (!isNew)
    found->second.times += visit.times, found->second.uses += visit.uses;
}

Count CostWalk::limitOf(const Expr &expr) {
  if (expr.kind == Expr::Kind::DimSize)
    return size(expr.dims[0]);
  return Count(int64_t(expr.number));
}

Count CostWalk::rowsOf(const Route &route, Share &active) {
  Count experts = size(route.experts), units = elements(route.units);
  Count tokens = elements(route.group);
  Count groups = units.scaled(Count(1), tokens);
  Count chosen(1);
  switch (route.select.kind) {
  case Selection::Kind::All:
  case Selection::Kind::AllWhere:
    chosen = experts;
    break;
  case Selection::Kind::Top:
  case Selection::Kind::Sample:
    chosen = Count(route.select.count);
    break;
  case Selection::Kind::Pick: {
    Count limit = std::min(limitOf(*route.select.capacity), tokens);
    active = {limit, tokens};
    return limit * experts * groups;
  }
  case Selection::Kind::Balanced:
  case Selection::Kind::At:
    break;
  }
  active = {chosen, experts};
  Count all = units * chosen;
  if (!route.capacity)
    return all;
  return std::min(all, limitOf(*route.capacity) * experts * groups);
}

void CostWalk::walkRoute(const Route &route) {
  for (const ExprPtr *clause : valueClauses(route))
    if (*clause)
      walkExpr(**clause);
  for (const ExprPtr &arg : route.args)
    walkExpr(*arg);
  if (!route.isResultUsed)
    return;
  Share active;
  Count experts = size(route.experts), units = elements(route.units);
  Count pairs = rowsOf(route, active);
  bool isMerge = route.combine == Combine::Merge;
  for (const ExpertKind &kind : route.kinds) {
    if (!kind.callee.instance)
      continue; // Identity and Zero are free
    std::vector<const Dimension *> extra;
    const Instance &callee = *kind.callee.instance;
    for (size_t i = 0; i < route.args.size() && i < callee.inputs.size(); ++i)
      addExtra(*route.args[i], callee.inputs[i], route.units, extra);
    Visit visit = current;
    Count share = pairs.scaled(Count(kind.count), experts);
    Count uses = current.uses * pairs;
    visit.times = current.times * elements(extra) * (isMerge ? units : share);
    visit.uses = std::max(Count(1), uses.scaled(Count(1), experts));
    visit.active = current.active * active;
    visit.touched = current.touched * Share{std::min(experts, uses), experts};
    visit.merges = isMerge ? current.times * units : Count(0);
    enter(kind.callee, visit);
  }
  // Weight times result, added up, for each pair.
  if (isMerge)
    return;
  const std::string path = below(here->path, route.name);
  ComponentCost &own = (*rows)[path];
  own.path = path;
  for (const Type &type : route.resultTypes) {
    std::vector<const Dimension *> rest;
    for (const Dimension *dim : type.dims)
      if (!has(route.units, dim))
        rest.push_back(dim);
    Count each = elements(rest) * current.times;
    own.flops += Count(2) * pairs * each;
    own.bytes += (pairs + units) * each * Count(storedBytes(type.element));
  }
}

void CostWalk::countParameters(const EntryPoint &entry) {
  for (const StoredParameter &parameter : entry.parameters) {
    const Parameter &declared = *parameter.declaration;
    if (declared.kind == Parameter::Kind::Fixed)
      continue; // computed, neither stored in files nor trained
    size_t dot = parameter.path.rfind('.');
    std::string owner =
        dot == std::string::npos ? "" : parameter.path.substr(0, dot);
    ComponentCost &cost = (*rows)[owner];
    cost.path = owner;
    // One that only `phase(train: ...)` reads belongs to no call.
    auto found = visits.find(owner);
    Visit visit = found == visits.end() ? Visit() : found->second;
    Count count = elements(parameter.outer) * elements(declared.type.dims);
    cost.parameters += count;
    cost.active += visit.active.of(count);
    cost.flops += Count(2) * count * visit.merges;
    if (readWhole.count({owner, declared.name}))
      cost.bytes +=
          visit.touched.of(count) * Count(storedBytes(declared.stored));
  }
}

} // namespace spex
