//===- RouteClauses.h - The clauses of a route as a list --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For those who walk over a route whatever its clauses mean: the interpreter,
// IRGen and the counts of `spex cost`.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_ROUTECLAUSES_H
#define COMPILER_SEMA_ROUTECLAUSES_H

#include "compiler/Sema/Program.h"

#include <array>

namespace spex {

/// The clauses that are values, in the order in which they run; a clause that
/// is not given is null. `RouteType` is Route or const Route.
template <class RouteType> auto valueClauses(RouteType &route) {
  return std::array{&route.score, &route.prob,  &route.select.by,
                    &route.select.where, &route.keep, &route.order,
                    &route.weight};
}

/// The clauses that are sizes.
template <class RouteType> auto sizeClauses(RouteType &route) {
  return std::array{&route.select.capacity, &route.capacity};
}

} // namespace spex

#endif // COMPILER_SEMA_ROUTECLAUSES_H
