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

ExprPtr make(Expr::Kind kind, const Type &type,
                     SourceLocation location) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->type = type;
  expr->location = location;
  return expr;
}

bool findLocal(const Instance &instance, const std::string &name,
               ExprPtr &value) {
  auto isSet = [&](int slot) {
    if (slot < int(instance.inputs.size()))
      return true;
    return std::any_of(
        instance.body.begin(), instance.body.end(), [&](const Statement &s) {
          return (s.kind == Statement::Kind::Let && s.slot == slot) ||
                 (s.route &&
                  (s.route->scoreSlot == slot || s.route->probSlot == slot));
        });
  };
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
        value =
            make(Expr::Kind::Field, local.fieldTypes[f], local.location);
        value->index = int(f);
        value->args.push_back(std::move(read));
        return true;
      }
  }
  return false;
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
    rows.push_back(
        {"selected", RouteField::Selected, {ElementType::Bool, nullptr, pairs}});
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

} // namespace spex::tap
