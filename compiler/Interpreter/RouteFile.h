//===- RouteFile.h - Choices as JSON ----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads and writes the files of --routes, --replay and --stats, in the format
// of compiled models.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_ROUTEFILE_H
#define COMPILER_INTERPRETER_ROUTEFILE_H

#include "compiler/Interpreter/Interpreter.h"

namespace spex::interpreter {

/// One record for each path and layer; what ran several times is joined.
std::vector<RouteRecord> joined(const std::vector<RouteRecord> &records);

/// {"routes":[{"path":"Block.y","layer":0,"ids":[[3,1],[0,-1]]}]}
std::string routesText(const std::vector<RouteRecord> &records);
/// {"routes":[{"path":"Block.y","layer":0,"count":[5,3],"dropped":0,
/// "dropped_of":[0,0]}]}
std::string statsText(const std::vector<RouteRecord> &records);
/// A bar for each expert.
std::string statsChart(const std::vector<RouteRecord> &records);

/// Gives a sentence about what is wrong, or an empty string.
std::string parseRoutes(const std::string &text, const std::string &name,
                        std::vector<RouteRecord> &records);
std::string readRoutes(const std::string &path,
                       std::vector<RouteRecord> &records);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_ROUTEFILE_H
