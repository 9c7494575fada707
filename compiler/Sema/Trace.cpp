//===- Trace.cpp - What a result is computed from -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A worklist, since values may depend on one another in chains of any length.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Trace.h"
#include "compiler/Sema/RouteClauses.h"

#include <algorithm>

namespace spex::sema {

Trace::Trace(const Instance &instance, bool withTraining)
    : instance(instance), withTraining(withTraining) {
  slots.resize(instance.locals.size());
  parameters.resize(instance.parameters.size());
  definitions.resize(slots.size());
  routeOfSlot.resize(slots.size());
  scanOfSlot.resize(slots.size());
  define(instance.body);
  for (const std::unique_ptr<Scan> &scan : instance.scans) {
    define(scan->body);
    for (const Scan::Slice &slice : scan->over)
      scanOfSlot[size_t(slice.slot)] = scan.get();
    for (const Scan::Carry &carry : scan->carries)
      scanOfSlot[size_t(carry.slot)] = scan.get();
  }
}

void Trace::define(const std::vector<Statement> &statements) {
  for (const Statement &statement : statements) {
    if (statement.kind == Statement::Kind::Let)
      definitions[size_t(statement.slot)] = statement.value.get();
    if (const Route *route = statement.route.get())
      for (int slot : {route->scoreSlot, route->probSlot})
        if (slot >= 0)
          routeOfSlot[size_t(slot)] = route;
  }
}

void Trace::push(const ExprPtr &expr, int field) {
  if (expr)
    pending.push_back({expr.get(), field});
}

void Trace::addCall(const CallTarget &callee, int field) {
  Fields &used = calls[{callee.label, callee.instance}];
  int count = std::max<int>(1, int(callee.instance->fieldNames.size()));
  for (int i = 0; i < count; ++i)
    if (field == allFields || field == i)
      used.insert(i);
}

void Trace::needRoute(const Route *route) {
  if (!route || !routes.insert(route).second)
    return;
  if (onRoute)
    onRoute(*route);
  for (const ExprPtr *clause : valueClauses(*route))
    push(*clause);
  for (const ExprPtr *size : sizeClauses(*route))
    push(*size);
}

void Trace::needResult(const Route *route, int field) {
  if (!route)
    return;
  needRoute(route);
  for (const ExpertKind &kind : route->kinds)
    if (kind.callee.instance)
      addCall(kind.callee, field);
  if (usedResults.insert(route).second)
    for (const ExprPtr &arg : route->args)
      push(arg);
}

void Trace::visitLocal(const Expr &expr, int field) {
  size_t slot = size_t(expr.slot);
  if (!seenFields.insert({expr.slot, field}).second)
    return;
  slots[slot] = true;
  if (definitions[slot])
    pending.push_back({definitions[slot], field});
  needRoute(routeOfSlot[slot]);
  needScan(scanOfSlot[slot]);
}

void Trace::needScan(const Scan *scan) {
  if (!scan || !scans.insert(scan).second)
    return;
  for (const Scan::Slice &slice : scan->over)
    push(slice.value);
  for (const Scan::Carry &carry : scan->carries) {
    push(carry.init);
    push(carry.next);
  }
}

void Trace::visitRecord(const Expr &expr, int field) {
  for (size_t i = 0; i < expr.args.size(); ++i)
    if (field == allFields || field == int(i))
      push(expr.args[i]);
}

void Trace::visit(const Expr &expr, int field) {
  if (onExpr)
    onExpr(expr);
  switch (expr.kind) {
  case Expr::Kind::Local:
    visitLocal(expr, field);
    break;
  case Expr::Kind::Parameter:
    if (!parameters[size_t(expr.slot)])
      push(instance.parameters[size_t(expr.slot)].value);
    parameters[size_t(expr.slot)] = true;
    break;
  case Expr::Kind::Field:
    push(expr.args[0], expr.index);
    return;
  case Expr::Kind::Record:
    visitRecord(expr, field);
    return;
  case Expr::Kind::Stack:
    // What is fed from layer to layer is needed for any other field.
    for (size_t i = 0; i < expr.fieldNames.size(); ++i)
      if (expr.fieldNames[i] == expr.callee.instance->inputs[0].name)
        addCall(expr.callee, int(i));
    addCall(expr.callee, field);
    break;
  case Expr::Kind::Component:
  case Expr::Kind::Each:
    addCall(expr.callee, field);
    break;
  case Expr::Kind::Scan:
    needScan(expr.scan);
    push(expr.scan->emitted, field);
    break;
  case Expr::Kind::RouteResult:
    needResult(expr.route, expr.index);
    break;
  case Expr::Kind::RouteField:
    if (expr.routeField == RouteField::Each)
      needResult(expr.route, field);
    else
      needRoute(expr.route);
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
    Use next = pending.back();
    pending.pop_back();
    visit(*next.expr, next.field);
  }
}

void Trace::follow(const Expr *expr) {
  if (expr)
    pending.push_back({expr, allFields});
  run();
}

void Trace::followReturn(int field) {
  for (const Statement &statement : instance.body)
    if (statement.kind == Statement::Kind::Return)
      push(statement.value, field);
  run();
}

} // namespace spex::sema
