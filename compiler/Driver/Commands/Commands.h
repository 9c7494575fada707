//===- Commands.h - One function for each subcommand ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each returns the exit status and has said why if it is not 0.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_COMMANDS_COMMANDS_H
#define COMPILER_DRIVER_COMMANDS_COMMANDS_H

#include "compiler/Driver/Arguments.h"

namespace spex {

int buildCommand(const Arguments &arguments);
int runCommand(const Arguments &arguments);
int checkCommand(const Arguments &arguments);
int verifyCommand(const Arguments &arguments);
int costCommand(const Arguments &arguments);
int reduceCommand(const Arguments &arguments);
int formatCommand(const Arguments &arguments);
int explainCommand(const Arguments &arguments);

} // namespace spex

#endif // COMPILER_DRIVER_COMMANDS_COMMANDS_H
