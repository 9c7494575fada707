//===- BuildLibrary.h - spex build --shared ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_COMMANDS_BUILDLIBRARY_H
#define COMPILER_DRIVER_COMMANDS_BUILDLIBRARY_H

#include "compiler/Driver/Compile.h"

namespace spex {

/// Writes libNAME.so, NAME.h and NAME.json; the exit status.
int buildLibrary(const Arguments &arguments, Compilation &compilation);

} // namespace spex

#endif // COMPILER_DRIVER_COMMANDS_BUILDLIBRARY_H
