//===- TapInside.cpp - Values inside of experts and loops -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An expert gives a tapped value as a result that its route does not combine, a
// loop emits it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Tapper.h"
#include "compiler/Sema/Value.h"

namespace spex::tap {

/// A value of the experts of a route. It becomes a result that is not combined.
std::string Tapper::findInExperts(const std::vector<Statement> &statements,
                                  const std::string &rest, ExprPtr &value) {
  for (const Statement &statement : statements) {
    if (!statement.route)
      continue;
    const Route &route = *statement.route;
    const ExpertKind *kind = kindOf(route, rest);
    if (!kind || !route.isResultUsed)
      continue;
    Instance &expert = instanceOf(kind->callee.instance);
    ExprPtr inner;
    std::string error =
        find(expert, rest.substr(kind->callee.label.size() + 1), inner);
    if (!error.empty())
      return error;
    if (!sema::isFloat(inner->type.element))
      return "only floats can be tapped inside of experts";
    error = addResult(expert, std::move(inner), "");
    value = readTapped(route);
    return error;
  }
  return "";
}

/// A value of every turn of a loop, which emits it, too.
std::string Tapper::findInScans(Instance &instance, const std::string &rest,
                                ExprPtr &value) {
  for (size_t s = 0; s < instance.body.size() && !value; ++s) {
    ExprPtr *loop = nullptr;
    ExprPtr inner;
    std::string error;
    walk(instance.body[s], [&](ExprPtr &expr) {
      if (loop || expr->kind != Expr::Kind::Scan)
        return;
      if (!findInScan(instance, *expr->scan, rest, inner))
        error = findInExperts(expr->scan->body, rest, inner);
      if (inner)
        loop = &expr;
    });
    if (!error.empty())
      return error;
    if (!loop)
      continue;
    const Scan *wanted = (*loop)->scan;
    for (const std::unique_ptr<Scan> &scan : instance.scans) {
      if (scan.get() != wanted)
        continue;
      error = addToScan(*loop, *scan, std::move(inner));
      if (!error.empty())
        return error;
    }
    ExprPtr &call = (*loop)->kind == Expr::Kind::Field ? (*loop)->args[0]
                                                       : *loop;
    bool isBound = instance.body[s].kind == Statement::Kind::Let &&
                   &call == &instance.body[s].value;
    if (isBound) {
      Local &local = instance.locals[size_t(instance.body[s].slot)];
      local.fieldNames = call->fieldNames;
      local.fieldTypes = call->fieldTypes;
    }
    value = make(Expr::Kind::Field, call->fieldTypes.back(), call->location);
    value->index = int(call->fieldTypes.size()) - 1;
    value->args.push_back(hoist(instance, s, call));
  }
  return "";
}

std::string Tapper::addToScan(ExprPtr &loop, Scan &scan, ExprPtr value) {
  Type type = value->type;
  type.dims.insert(type.dims.begin(), loop->dims[0]);
  if (scan.emitted->isRecord() && scan.emitted->kind != Expr::Kind::Record)
    return "the `scan` around it emits the record of a call; emit its fields, "
           "as in `emit (a: r.a, b: r.b)`";
  bool isSingle = !scan.emitted->isRecord();
  if (isSingle) {
    ExprPtr record = make(Expr::Kind::Record, {}, scan.emitted->location);
    record->fieldNames = {"out"};
    record->fieldTypes = {scan.emitted->type};
    record->height = scan.emitted->height + 1;
    record->args.push_back(std::move(scan.emitted));
    scan.emitted = std::move(record);
    Type single = loop->type;
    loop->fieldNames = {"out"};
    loop->fieldTypes = {single};
  }
  scan.emitted->fieldNames.push_back(path);
  scan.emitted->fieldTypes.push_back(value->type);
  scan.emitted->args.push_back(std::move(value));
  loop->fieldNames.push_back(path);
  loop->fieldTypes.push_back(type);
  if (isSingle) {
    ExprPtr field =
        make(Expr::Kind::Field, loop->fieldTypes[0], loop->location);
    field->height = loop->height + 1;
    field->args.push_back(std::move(loop));
    loop = std::move(field);
  }
  return "";
}

} // namespace spex::tap
