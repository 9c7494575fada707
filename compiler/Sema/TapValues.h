//===- TapValues.h - What can be tapped in one body -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to Tap.cpp: the values of a body by name.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_TAPVALUES_H
#define COMPILER_SEMA_TAPVALUES_H

#include "compiler/Sema/Program.h"

namespace spex::tap {

ExprPtr make(Expr::Kind kind, const Type &type, SourceLocation location);

/// Sets `value` to what reads a name of the body, or a field of such a record.
bool findLocal(const Instance &instance, const std::string &name,
               ExprPtr &value);
/// The same for a name inside of a loop, or a field of a route there.
bool findInScan(const Instance &instance, const Scan &scan,
                const std::string &name, ExprPtr &value);
/// The same for a route: a result or a field of its own.
bool findOfRoute(const Route &route, const std::string &name, ExprPtr &value);

/// The kind of experts whose label, and then a name, `path` goes on with.
const ExpertKind *kindOf(const Route &route, const std::string &path);

ExprPtr makeZeros(const Type &type, SourceLocation location);

/// Routes that share experts, and all experts of these: they give the same
/// results.
struct Family {
  std::vector<Route *> routes;
  std::vector<const Instance *> experts;
};
Family familyOf(Program &program, const Instance &expert);

/// Adds a result to the routes that is not combined.
void addTapped(const Family &family, const Type &type);
/// What the experts of a route gave for the result added last, of each expert;
/// of a merged expert its own.
ExprPtr readTapped(const Route &route);

} // namespace spex::tap

#endif // COMPILER_SEMA_TAPVALUES_H
