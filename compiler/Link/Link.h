//===- Link.h - Objects to executables and libraries ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lld as a library, in a forked child: a fatal error of the linker must not
// take the compiler with it. The runtime and the start code are part of this
// library, so that no compiler and no development files are needed.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_LINK_LINK_H
#define COMPILER_LINK_LINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace spex {

/// Links the object with the runtime into an executable at `path`, which is
/// replaced whole or left as it was. Returns false with a sentence in `error`.
bool linkExecutable(llvm::ArrayRef<char> object, llvm::StringRef path,
                    std::string &error);

/// What a shared library is made of, beside the runtime.
struct LibraryParts {
  llvm::ArrayRef<char> program, wrappers; ///< objects
  llvm::ArrayRef<std::string> functions;  ///< all that is visible
};

/// Links a shared library, whose name is the last part of `path`.
bool linkLibrary(const LibraryParts &parts, llvm::StringRef path,
                 std::string &error);

/// The executable into memory: a file descriptor that execveat can run, or -1 with a
/// sentence in `error`.
int linkInMemory(llvm::ArrayRef<char> object, std::string &error);

} // namespace spex

#endif // COMPILER_LINK_LINK_H
