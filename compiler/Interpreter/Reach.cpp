//===- Reach.cpp - What a body needs --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks bodies backwards from their results. Neither set reaches output: they
// are only asked for membership.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Reach.h"
#include "compiler/Sema/RouteClauses.h"

namespace spex::interpreter {

void walk(const Expr &expr, const std::function<void(const Expr &)> &fn) {
  fn(expr);
  for (const ExprPtr &arg : expr.args)
    if (arg)
      walk(*arg, fn);
  for (const auto &named : expr.named)
    if (named.second)
      walk(*named.second, fn);
}

void forEachClause(const Route &route,
                   const std::function<void(const Expr &)> &fn) {
  for (const ExprPtr &arg : route.args)
    fn(*arg);
  for (const ExprPtr *clause : valueClauses(route))
    if (*clause)
      fn(**clause);
  for (const ExprPtr *size : sizeClauses(route))
    if (*size)
      fn(**size);
}

/// Calls `fn` for each expression of a loop, and of the routes in it.
static void forEachOfScan(const Scan &scan,
                          const std::function<void(const Expr &)> &fn) {
  for (const Scan::Slice &slice : scan.over)
    fn(*slice.value);
  for (const Scan::Carry &carry : scan.carries) {
    fn(*carry.init);
    fn(*carry.next);
  }
  for (const Statement &statement : scan.body) {
    if (statement.value)
      fn(*statement.value);
    if (statement.route)
      forEachClause(*statement.route, fn);
  }
  fn(*scan.emitted);
}

namespace {
/// Fills the reach of one instance.
struct Collector {
  const Instance &instance;
  Reach &reach;
  ReachCache &cache;

  void mark(const Expr &expr) {
    walk(expr, [&](const Expr &e) {
      if (e.kind == Expr::Kind::Local)
        reach.liveSlots[e.slot] = true;
      if (e.route)
        reach.liveRoutes.insert(e.route);
    });
  }

  /// Sema left no loop that no result needs, and no dead statement in one.
  void markScans() {
    for (const std::unique_ptr<Scan> &scan : instance.scans) {
      forEachOfScan(*scan, [&](const Expr &expr) { mark(expr); });
      for (const Statement &statement : scan->body) {
        if (statement.slot >= 0)
          reach.liveSlots[statement.slot] = true;
        if (statement.route)
          reach.liveRoutes.insert(statement.route.get());
      }
    }
  }

  void markLive() {
    markScans();
    for (size_t i = instance.body.size(); i-- > 0;) {
      const Statement &statement = instance.body[i];
      switch (statement.kind) {
      case Statement::Kind::Return:
        mark(*statement.value);
        break;
      case Statement::Kind::Let:
        if (reach.liveSlots[statement.slot])
          mark(*statement.value);
        break;
      case Statement::Kind::Route:
        markRoute(*statement.route);
        break;
      }
    }
  }

  void markRoute(const Route &route) {
    bool isLive = reach.liveRoutes.count(&route) != 0;
    for (int slot : {route.scoreSlot, route.probSlot})
      isLive |= slot >= 0 && reach.liveSlots[slot];
    if (!isLive)
      return;
    reach.liveRoutes.insert(&route);
    forEachClause(route, [&](const Expr &clause) { mark(clause); });
  }

  void addDims(const std::vector<const Dimension *> &dims) {
    reach.dims.insert(dims.begin(), dims.end());
  }

  void addCallee(const CallTarget &callee) {
    if (!callee.instance)
      return;
    const Reach &below = cache.of(*callee.instance);
    reach.dims.insert(below.dims.begin(), below.dims.end());
  }

  void addDimsOf(const Expr &expr) {
    walk(expr, [&](const Expr &e) {
      addDims(e.type.dims);
      addDims(e.dims);
      addDims(e.toDims);
      addCallee(e.callee);
    });
  }

  void collectDims() {
    for (const Input &input : instance.inputs)
      addDims(input.type.dims);
    for (const Parameter &parameter : instance.parameters)
      addDims(parameter.type.dims);
    for (const Type &type : instance.resultTypes)
      addDims(type.dims);
    for (const Statement &statement : instance.body) {
      if (statement.value)
        addDimsOf(*statement.value);
      if (statement.route)
        addRoute(*statement.route);
    }
    for (const std::unique_ptr<Scan> &scan : instance.scans) {
      forEachOfScan(*scan, [&](const Expr &expr) { addDimsOf(expr); });
      for (const Statement &statement : scan->body)
        if (statement.route)
          addRoute(*statement.route);
    }
  }

  void addRoute(const Route &route) {
    addDims({route.experts});
    addDims(route.units);
    forEachClause(route, [&](const Expr &clause) { addDimsOf(clause); });
    for (const ExpertKind &kind : route.kinds)
      addCallee(kind.callee);
  }
};
} // namespace

const Reach &ReachCache::of(const Instance &instance) {
  auto found = known.find(&instance);
  if (found != known.end())
    return found->second;
  Reach reach;
  reach.liveSlots.resize(instance.locals.size());
  Collector collector{instance, reach, *this};
  collector.markLive();
  collector.collectDims();
  return known[&instance] = std::move(reach);
}

} // namespace spex::interpreter
