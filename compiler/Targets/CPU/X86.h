//===- X86.h - LLVM's x86-64 target ------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_TARGETS_CPU_X86_H
#define COMPILER_TARGETS_CPU_X86_H

#include <string>

namespace llvm {
class Target;
}

namespace spex {
inline constexpr char x86Triple[] = "x86_64-unknown-linux-gnu";

/// LLVM's x86-64 target, registered on first use; null with a sentence in
/// `error` if this LLVM was built without it.
const llvm::Target *findX86(std::string &error);
} // namespace spex

#endif // COMPILER_TARGETS_CPU_X86_H
