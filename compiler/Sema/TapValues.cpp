//===- TapValues.cpp - What can be tapped in one body ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names, fields of records, results and fields of routes.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/TapValues.h"

#include <algorithm>

namespace spex::tap {

using Dims = std::vector<const Dimension *>;

static bool has(const Dims &dims, const Dimension *dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

ExprPtr make(Expr::Kind kind, const Type &type, SourceLocation location) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->type = type;
  expr->location = location;
  return expr;
}

/// Whether one of the statements sets a local.
static bool isSetBy(const std::vector<Statement> &statements, int slot) {
  return std::any_of(
      statements.begin(), statements.end(), [&](const Statement &s) {
        return (s.kind == Statement::Kind::Let && s.slot == slot) ||
               (s.route &&
                (s.route->scoreSlot == slot || s.route->probSlot == slot));
      });
}

/// Sets `value` to what reads a local for which `isSet` holds.
template <typename Fn>
static bool readLocal(const Instance &instance, const std::string &name,
                      Fn isSet, ExprPtr &value) {
  for (size_t slot = 0; slot < instance.locals.size(); ++slot) {
    const Local &local = instance.locals[slot];
    if (local.name.empty() || !isSet(int(slot)))
      continue;
    ExprPtr read = make(Expr::Kind::Local, local.type, local.location);
    read->slot = int(slot);
    read->fieldNames = local.fieldNames;
    read->fieldTypes = local.fieldTypes;
    if (local.fieldNames.empty() && local.name == name) {
      value = std::move(read);
      return true;
    }
    for (size_t f = 0; f < local.fieldNames.size(); ++f)
      if (local.name + "." + local.fieldNames[f] == name) {
        value = make(Expr::Kind::Field, local.fieldTypes[f], local.location);
        value->index = int(f);
        value->args.push_back(std::move(read));
        return true;
      }
  }
  return false;
}

bool findLocal(const Instance &instance, const std::string &name,
               ExprPtr &value) {
  auto isSet = [&](int slot) {
    return slot < int(instance.inputs.size()) || isSetBy(instance.body, slot);
  };
  return readLocal(instance, name, isSet, value);
}

bool findInScan(const Instance &instance, const Scan &scan,
                const std::string &name, ExprPtr &value) {
  auto holds = [](int slot) {
    return [slot](const auto &entry) { return entry.slot == slot; };
  };
  auto isSet = [&](int slot) {
    return std::any_of(scan.over.begin(), scan.over.end(), holds(slot)) ||
           std::any_of(scan.carries.begin(), scan.carries.end(),
                       holds(slot)) ||
           isSetBy(scan.body, slot);
  };
  if (readLocal(instance, name, isSet, value))
    return true;
  return std::any_of(scan.body.begin(), scan.body.end(),
                     [&](const Statement &statement) {
                       return statement.route &&
                              findOfRoute(*statement.route, name, value);
                     });
}

/// A field of the record of a route.
struct OwnField {
  const char *name;
  RouteField field;
  Type type;
};

static std::vector<OwnField> ownFields(const Route &route) {
  Dims pairs = route.units, groups;
  pairs.push_back(route.experts);
  for (const Dimension *dim : route.units)
    if (!has(route.group, dim))
      groups.push_back(dim);
  Dims counts = groups;
  counts.push_back(route.experts);
  std::vector<OwnField> rows = {
      {"weight", RouteField::Weight, {ElementType::F32, nullptr, pairs}}};
  bool isSoft = route.select.kind == Selection::Kind::All;
  if (!isSoft) {
    rows.push_back({"selected",
                    RouteField::Selected,
                    {ElementType::Bool, nullptr, pairs}});
    rows.push_back(
        {"kept", RouteField::Kept, {ElementType::Bool, nullptr, pairs}});
    rows.push_back(
        {"load", RouteField::Load, {ElementType::F32, nullptr, counts}});
    rows.push_back(
        {"count", RouteField::Count, {ElementType::Int, nullptr, counts}});
    rows.push_back(
        {"dropped", RouteField::Dropped, {ElementType::F32, nullptr, groups}});
  }
  if (route.select.kind == Selection::Kind::At || route.select.count == 1)
    rows.push_back({"index",
                    RouteField::Index,
                    {ElementType::Index, route.experts, route.units}});
  return rows;
}

bool findOfRoute(const Route &route, const std::string &wanted,
                 ExprPtr &value) {
  for (size_t f = 0; route.isResultUsed && f < route.resultTypes.size(); ++f) {
    std::string name = route.name;
    if (!route.fieldNames.empty())
      name += "." + route.fieldNames[f];
    if (wanted != name)
      continue;
    value = make(Expr::Kind::RouteResult, route.resultTypes[f], route.location);
    value->index = int(f);
    value->route = &route;
    return true;
  }
  for (const OwnField &row : ownFields(route))
    if (wanted == route.name + "." + row.name) {
      value = make(Expr::Kind::RouteField, row.type, route.location);
      value->routeField = row.field;
      value->route = &route;
      return true;
    }
  return false;
}

const ExpertKind *kindOf(const Route &route, const std::string &path) {
  for (const ExpertKind &kind : route.kinds) {
    std::string start = kind.callee.label + ".";
    if (kind.callee.instance && path.compare(0, start.size(), start) == 0)
      return &kind;
  }
  return nullptr;
}

ExprPtr makeZeros(const Type &type, SourceLocation location) {
  Type single = type;
  single.dims.clear();
  ExprPtr zero = make(Expr::Kind::Number, single, location);
  if (type.dims.empty())
    return zero;
  ExprPtr expand = make(Expr::Kind::Call, type, location);
  expand->builtin = Builtin::Expand;
  expand->dims = type.dims;
  expand->height = 2;
  expand->args.push_back(std::move(zero));
  return expand;
}

Family familyOf(Program &program, const Instance &expert) {
  Family family;
  std::vector<const Instance *> &experts = family.experts;
  auto isKnown = [&](const ExpertKind &kind) {
    return std::find(experts.begin(), experts.end(), kind.callee.instance) !=
           experts.end();
  };
  auto join = [&](Statement &statement) {
    if (!statement.route)
      return false;
    Route &route = *statement.route;
    if (std::find(family.routes.begin(), family.routes.end(), &route) !=
            family.routes.end() ||
        !std::any_of(route.kinds.begin(), route.kinds.end(), isKnown))
      return false;
    family.routes.push_back(&route);
    for (const ExpertKind &kind : route.kinds)
      if (kind.callee.instance && !isKnown(kind))
        experts.push_back(kind.callee.instance);
    return true;
  };
  experts.push_back(&expert);
  for (bool grows = true; grows;) {
    grows = false;
    for (const std::unique_ptr<Instance> &instance : program.instances) {
      for (Statement &statement : instance->body)
        grows |= join(statement);
      for (const std::unique_ptr<Scan> &scan : instance->scans)
        for (Statement &statement : scan->body)
          grows |= join(statement);
    }
  }
  return family;
}

void addTapped(const Family &family, const Type &type) {
  for (Route *route : family.routes) {
    route->resultTypes.push_back(type);
    ++route->numTapped;
  }
}

ExprPtr readTapped(const Route &route) {
  const Type &type = route.resultTypes.back();
  bool isMerged = route.combine == Combine::Merge;
  Type whole = type;
  whole.dims = route.units;
  if (!isMerged)
    whole.dims.push_back(route.experts);
  for (const Dimension *dim : type.dims)
    if (!has(whole.dims, dim))
      whole.dims.push_back(dim);
  ExprPtr value =
      make(isMerged ? Expr::Kind::RouteResult : Expr::Kind::RouteField, whole,
           route.location);
  value->routeField = RouteField::Each;
  value->index = int(route.resultTypes.size()) - 1;
  value->route = &route;
  return value;
}

} // namespace spex::tap
