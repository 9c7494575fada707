//===- Trace.cpp - What a result is computed from -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A worklist, since values may depend on one another in chains of any length.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Trace.h"

namespace spex::sema {

Trace::Trace(const Instance &instance, bool withTraining)
    : instance(instance), withTraining(withTraining) {
  slots.resize(instance.locals.size());
  parameters.resize(instance.parameters.size());
  definitions.resize(slots.size());
  routeOfSlot.resize(slots.size());
  for (const Statement &statement : instance.body) {
    if (statement.kind == Statement::Kind::Let)
      definitions[size_t(statement.slot)] = statement.value.get();
    if (const Route *route = statement.route.get())
      for (int slot : {route->scoreSlot, route->probSlot})
        if (slot >= 0)
          routeOfSlot[size_t(slot)] = route;
  }
}

void Trace::push(const ExprPtr &expr) {
  if (expr)
    pending.push_back(expr.get());
}

void Trace::needRoute(const Route *route, bool withResults) {
  if (!route)
    return;
  if (routes.insert(route).second) {
    if (onRoute)
      onRoute(*route);
    for (const ExprPtr *expr :
         {&route->score, &route->prob, &route->select.by, &route->select.where,
          &route->select.capacity, &route->keep, &route->capacity,
          &route->order, &route->weight})
      push(*expr);
  }
  if (!withResults || !usedResults.insert(route).second)
    return;
  for (const ExprPtr &arg : route->args)
    push(arg);
  for (const ExpertKind &kind : route->kinds)
    if (kind.callee.instance)
      calls.insert({kind.callee.label, kind.callee.instance});
}

void Trace::visit(const Expr &expr) {
  if (onExpr)
    onExpr(expr);
  switch (expr.kind) {
  case Expr::Kind::Local: {
    size_t slot = size_t(expr.slot);
    if (slots[slot])
      break;
    slots[slot] = true;
    if (definitions[slot])
      pending.push_back(definitions[slot]);
    needRoute(routeOfSlot[slot], false);
    break;
  }
  case Expr::Kind::Parameter: {
    size_t slot = size_t(expr.slot);
    if (parameters[slot])
      break;
    parameters[slot] = true;
    push(instance.parameters[slot].value);
    break;
  }
  case Expr::Kind::Component:
  case Expr::Kind::Stack:
  case Expr::Kind::Each:
    calls.insert({expr.callee.label, expr.callee.instance});
    break;
  case Expr::Kind::RouteResult:
    needRoute(expr.route, true);
    break;
  case Expr::Kind::RouteField:
    needRoute(expr.route, expr.routeField == RouteField::Each);
    break;
  default:
    break;
  }
  for (const ExprPtr &arg : expr.args)
    push(arg);
  for (const auto &[name, value] : expr.named)
    push(value);
  if (withTraining)
    for (const ExprPtr &other : expr.trainingOnly)
      push(other);
}

void Trace::run() {
  while (!pending.empty()) {
    const Expr *next = pending.back();
    pending.pop_back();
    visit(*next);
  }
}

void Trace::follow(const Expr *expr) {
  if (expr)
    pending.push_back(expr);
  run();
}

void Trace::followReturn() {
  for (const Statement &statement : instance.body)
    if (statement.kind == Statement::Kind::Return)
      follow(statement.value.get());
}

} // namespace spex::sema
