//===- Tap.cpp - Make a value inside of a model a result ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Goes down the path to the value, and comes back with one more field for the
// result of every component on the way. All calls of such a component change.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Tap.h"
#include "compiler/Sema/RouteClauses.h"
#include "compiler/Sema/Tapper.h"

#include <algorithm>

namespace spex::tap {

static void walk(ExprPtr &expr, const std::function<void(ExprPtr &)> &fn) {
  if (!expr)
    return;
  for (ExprPtr &arg : expr->args)
    walk(arg, fn);
  for (auto &[name, value] : expr->named)
    walk(value, fn);
  fn(expr);
}

void walk(Statement &statement, const std::function<void(ExprPtr &)> &fn) {
  walk(statement.value, fn);
  if (!statement.route)
    return;
  Route &route = *statement.route;
  for (ExprPtr &arg : route.args)
    walk(arg, fn);
  for (ExprPtr *clause : valueClauses(route))
    walk(*clause, fn);
  for (ExprPtr *size : sizeClauses(route))
    walk(*size, fn);
}

namespace {
bool isCall(const Expr &expr) {
  return expr.kind == Expr::Kind::Component || expr.kind == Expr::Kind::Stack ||
         expr.kind == Expr::Kind::Each;
}

/// A call as part of a clause may need what only clauses know.
bool readsRoute(ExprPtr &expr) {
  bool found = false;
  walk(expr, [&](ExprPtr &e) {
    found |= e->kind == Expr::Kind::RouteWord ||
             e->kind == Expr::Kind::Chosen || e->route;
  });
  return found;
}

} // namespace

Instance &Tapper::instanceOf(const Instance *wanted) {
  for (const std::unique_ptr<Instance> &instance : program.instances)
    if (instance.get() == wanted)
      return *instance;
  return *program.instances.front();
}

/// The expression that reads the value in the body of `instance`.
std::string Tapper::find(Instance &instance, const std::string &rest,
                         ExprPtr &value) {
  if (findLocal(instance, rest, value))
    return "";
  for (const Statement &statement : instance.body)
    if (statement.route && findOfRoute(*statement.route, rest, value))
      return "";
  std::string error = findBelow(instance, rest, value);
  if (error.empty() && !value)
    error = findInExperts(instance.body, rest, value);
  if (error.empty() && !value)
    error = findInScans(instance, rest, value);
  if (!error.empty() || value)
    return error;
  return "`" + instance.name + "` has no such value, or no result needs it";
}

/// Goes on below a call whose label the path names next.
std::string Tapper::findBelow(Instance &instance, const std::string &rest,
                              ExprPtr &value) {
  for (size_t s = 0; s < instance.body.size(); ++s) {
    const Instance *callee = nullptr;
    std::string label;
    walk(instance.body[s], [&](ExprPtr &expr) {
      bool isNext = isCall(*expr) && !expr->callee.label.empty() &&
                    rest.compare(0, expr->callee.label.size() + 1,
                                 expr->callee.label + ".") == 0;
      if (!isNext || callee || (instance.body[s].route && readsRoute(expr)))
        return;
      callee = expr->callee.instance;
      label = expr->callee.label;
    });
    if (!callee)
      continue;
    ExprPtr inner;
    std::string error =
        find(instanceOf(callee), rest.substr(label.size() + 1), inner);
    if (error.empty())
      error = addResult(instanceOf(callee), std::move(inner), "");
    if (!error.empty())
      return error;
    // The call is another node now, somewhere in the same statement.
    ExprPtr *call = nullptr;
    walk(instance.body[s], [&](ExprPtr &expr) {
      if (!call && isCall(*expr) && expr->callee.label == label &&
          expr->callee.instance == callee)
        call = &expr;
    });
    size_t last = (*call)->fieldTypes.size() - 1;
    value =
        make(Expr::Kind::Field, (*call)->fieldTypes[last], (*call)->location);
    value->index = int(last);
    value->args.push_back(hoist(instance, s, *call));
    return "";
  }
  return "";
}

/// Computes a record in front of the statement; gives a second reader of it.
ExprPtr Tapper::hoist(Instance &instance, size_t statement, ExprPtr &call) {
  Local local;
  local.location = call->location;
  local.type = call->type;
  local.fieldNames = call->fieldNames;
  local.fieldTypes = call->fieldTypes;
  auto read = [&] {
    ExprPtr expr = make(Expr::Kind::Local, local.type, local.location);
    expr->slot = int(instance.locals.size());
    expr->fieldNames = local.fieldNames;
    expr->fieldTypes = local.fieldTypes;
    return expr;
  };
  Statement let;
  let.kind = Statement::Kind::Let;
  let.location = call->location;
  let.slot = int(instance.locals.size());
  ExprPtr first = read(), second = read();
  let.value = std::move(call);
  call = std::move(first);
  instance.locals.push_back(std::move(local));
  instance.body.insert(instance.body.begin() + long(statement), std::move(let));
  return second;
}

/// Makes what the body returns a record in place, of the same fields.
Expr &Tapper::returnedRecord(Instance &instance, std::string first) {
  size_t at = 0;
  while (instance.body[at].kind != Statement::Kind::Return)
    ++at;
  SourceLocation location = instance.body[at].location;
  if (instance.fieldNames.empty()) {
    // A stack feeds on the field that is called as its first input.
    if (first.empty())
      first = instance.inputs.empty() ? "out" : instance.inputs[0].name;
    instance.fieldNames = {first};
    ExprPtr record = make(Expr::Kind::Record, {}, location);
    record->args.push_back(std::move(instance.body[at].value));
    instance.body[at].value = std::move(record);
  } else if (instance.body[at].value->kind != Expr::Kind::Record) {
    ExprPtr &written = instance.body[at].value;
    std::vector<std::string> names = written->fieldNames;
    ExprPtr source = hoist(instance, at, written);
    ++at;
    ExprPtr record = make(Expr::Kind::Record, {}, location);
    for (const std::string &name : instance.fieldNames) {
      size_t field =
          size_t(std::find(names.begin(), names.end(), name) - names.begin());
      ExprPtr copy = make(Expr::Kind::Local, source->type, location);
      copy->slot = source->slot;
      copy->fieldNames = source->fieldNames;
      copy->fieldTypes = source->fieldTypes;
      ExprPtr read =
          make(Expr::Kind::Field, source->fieldTypes[field], location);
      read->index = int(field);
      read->args.push_back(std::move(copy));
      record->args.push_back(std::move(read));
    }
    instance.body[at].value = std::move(record);
  }
  Expr &record = *instance.body[at].value;
  if (record.fieldNames.empty()) {
    record.fieldNames = instance.fieldNames;
    record.fieldTypes = instance.resultTypes;
  }
  return record;
}

/// One more field of the result; a single result becomes the field `first`.
/// Experts beside it give zeros.
std::string Tapper::addResult(Instance &instance, ExprPtr value,
                              std::string first) {
  Type added = value->type;
  added.dims.erase(
      std::remove(added.dims.begin(), added.dims.end(), program.rows),
      added.dims.end());
  Family family = familyOf(program, instance);
  for (const Instance *other : family.experts) {
    if (other == &instance)
      continue;
    std::string error =
        addField(instanceOf(other), makeZeros(added, value->location), "");
    if (!error.empty())
      return error;
  }
  std::string error = addField(instance, std::move(value), std::move(first));
  addTapped(family, added);
  return error;
}

std::string Tapper::addField(Instance &instance, ExprPtr value,
                             std::string first) {
  Type added = value->type;
  Expr &record = returnedRecord(instance, std::move(first));
  std::string error = forEachCall(instance, [&](ExprPtr &call) {
    return addToCall(call, instance, added);
  });
  record.fieldNames.push_back(path);
  record.fieldTypes.push_back(added);
  record.args.push_back(std::move(value));
  instance.fieldNames.push_back(path);
  instance.resultTypes.push_back(added);
  return error;
}

std::string
Tapper::forEachCall(const Instance &callee,
                    const std::function<std::string(ExprPtr &)> &fn) {
  std::string error;
  auto visit = [&](ExprPtr &expr) {
    if (isCall(*expr) && expr->callee.instance == &callee && error.empty())
      error = fn(expr);
  };
  for (const std::unique_ptr<Instance> &each : program.instances) {
    for (Statement &statement : each->body) {
      walk(statement, visit);
      // What it binds may be the call itself.
      if (statement.kind == Statement::Kind::Let &&
          statement.value->isRecord()) {
        Local &local = each->locals[size_t(statement.slot)];
        local.fieldNames = statement.value->fieldNames;
        local.fieldTypes = statement.value->fieldTypes;
      }
    }
    for (const std::unique_ptr<Scan> &scan : each->scans)
      for (Statement &statement : scan->body)
        walk(statement, [&](ExprPtr &expr) {
          if (isCall(*expr) && expr->callee.instance == &callee)
            error = "`" + callee.name + "` is called in a `scan`, too";
        });
  }
  return error;
}

/// `callee` has its old result still.
std::string Tapper::addToCall(ExprPtr &call, const Instance &callee,
                              const Type &added) {
  bool isSingle = callee.resultTypes.size() == callee.fieldNames.size() &&
                  call->fieldNames.empty();
  bool isStack = call->kind == Expr::Kind::Stack;
  size_t known = 0; // the field whose dims tell those of the call
  for (size_t f = 0; isStack && f < callee.fieldNames.size(); ++f)
    if (callee.fieldNames[f] == callee.inputs[0].name)
      known = f;
  Type type = added;
  type.dims = isSingle ? call->type.dims : call->fieldTypes[known].dims;
  for (const Dimension *dim : callee.resultTypes[known].dims)
    type.dims.erase(std::remove(type.dims.begin(), type.dims.end(), dim),
                    type.dims.end());
  if (isStack)
    type.dims.insert(type.dims.begin(), call->dims[0]);
  for (const Dimension *dim : added.dims) {
    if (std::find(type.dims.begin(), type.dims.end(), dim) != type.dims.end())
      return "it would have the dimension `" + dim->name + "` twice";
    type.dims.push_back(dim);
  }
  if (isSingle) {
    Type single = call->type;
    call->fieldNames = callee.fieldNames;
    call->fieldTypes = {single};
    ExprPtr field = make(Expr::Kind::Field, single, call->location);
    field->height = call->height + 1;
    field->args.push_back(std::move(call));
    call = std::move(field);
    call->args[0]->fieldNames.push_back(path);
    call->args[0]->fieldTypes.push_back(type);
    return "";
  }
  call->fieldNames.push_back(path);
  call->fieldTypes.push_back(type);
  return "";
}

std::string Tapper::run(const EntryPoint &entry, const std::string &wanted) {
  path = wanted;
  Instance &model = instanceOf(entry.model);
  ExprPtr value;
  std::string error = find(model, path, value);
  if (error.empty())
    error = addResult(model, std::move(value), "out");
  return error.empty() ? "" : "cannot tap `" + path + "`: " + error;
}

} // namespace spex::tap

namespace spex {

std::string addTap(Program &program, const EntryPoint &entry,
                   const std::string &path) {
  return tap::Tapper(program).run(entry, path);
}

} // namespace spex
