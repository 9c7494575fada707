//===- Driver.h - The spex tool as a library --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_DRIVER_H
#define COMPILER_DRIVER_DRIVER_H

namespace spex {

/// Runs `spex argv[1] ...`. Returns the exit status: 0, or 1 after at least one
/// line on stderr.
int runDriver(int argc, const char *const *argv);

} // namespace spex

#endif // COMPILER_DRIVER_DRIVER_H
