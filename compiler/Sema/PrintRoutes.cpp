//===- PrintRoutes.cpp - Units, groups and choices of every route ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `spex check --print-routes` shows.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Sema.h"

namespace spex {

static std::string names(const std::vector<const Dimension *> &dims) {
  std::string text;
  for (const Dimension *dim : dims)
    text += (text.empty() ? "" : ", ") + dim->name;
  return "[" + text + "]";
}

static std::string choices(const Selection &select) {
  switch (select.kind) {
  case Selection::Kind::All:
    return "all experts";
  case Selection::Kind::AllWhere:
    return "all experts where a condition holds";
  case Selection::Kind::Top:
    return "top " + std::to_string(select.count);
  case Selection::Kind::Sample:
    return "sample " + std::to_string(select.count);
  case Selection::Kind::Pick:
    return "each expert picks";
  case Selection::Kind::Balanced:
    return "balanced";
  case Selection::Kind::At:
    return "1, given by an index";
  }
  return "";
}

std::string printRoutes(const Program &program) {
  std::string text;
  for (const auto &instance : program.instances)
    for (const Statement &statement : instance->body) {
      if (statement.kind != Statement::Kind::Route)
        continue;
      const Route &route = *statement.route;
      text += instance->name + "." + route.name + ": " +
              std::to_string(route.experts->size) + " experts (" +
              route.experts->name + "), units " + names(route.units) +
              ", group " + names(route.group) + ", choices: " +
              choices(route.select);
      if (route.capacity)
        text += ", capacity " +
                (route.capacity->kind == Expr::Kind::DimSize
                     ? dump(route.capacity->dims[0]->formula)
                     : std::to_string(int64_t(route.capacity->number)));
      text += "\n";
    }
  return text;
}

} // namespace spex
