//===- Registration.h - What spex-opt knows ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes of spex-opt, split over files: each header of a library of passes
// costs seconds of compile time.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_TOOLS_SPEX_OPT_REGISTRATION_H
#define COMPILER_TOOLS_SPEX_OPT_REGISTRATION_H

namespace spex {
/// Passes of MLIR itself that the phases use.
void registerUpstreamPasses();
/// Conversions of MLIR to the LLVM dialect.
void registerUpstreamConversions();
/// Passes of our own.
void registerOwnPasses();
} // namespace spex

#endif // COMPILER_TOOLS_SPEX_OPT_REGISTRATION_H
