//===- Reference.h - The reference behind run and verify --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_COMMANDS_REFERENCE_H
#define COMPILER_DRIVER_COMMANDS_REFERENCE_H

#include "compiler/Driver/Arguments.h"
#include "compiler/Interpreter/ReferenceRun.h"

namespace spex {

/// `spex run --reference FILE ...`; returns the exit status.
int runReferenceCommand(const Arguments &arguments, const std::string &path);

/// The options of a run as the interpreter takes them; false after an error.
bool readReferenceOptions(const Arguments &arguments,
                          interpreter::ReferenceOptions &options);

} // namespace spex

#endif // COMPILER_DRIVER_COMMANDS_REFERENCE_H
