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
/// The same for a route: a result or a field of its own.
bool findOfRoute(const Route &route, const std::string &name, ExprPtr &value);

} // namespace spex::tap

#endif // COMPILER_SEMA_TAPVALUES_H
