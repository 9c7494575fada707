//===- Files.h - Reading programs and writing results -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_FILES_H
#define COMPILER_DRIVER_FILES_H

#include "compiler/Diagnostics/SourceFile.h"

#include "llvm/ADT/StringRef.h"

#include <string>

namespace spex {

/// Prints `error: SENTENCE` as one line on stderr and returns 1.
int fail(llvm::StringRef sentence);

/// Reads a whole file, `-` for stdin. At most 1 GiB; false with a sentence in
/// `error`.
bool readFile(llvm::StringRef path, SourceFile &file, std::string &error);

/// Writes a whole file, `-` or "" for stdout: the file at `path` is replaced
/// only when everything was written.
bool writeFile(llvm::StringRef path, llvm::StringRef content,
               std::string &error);

/// Whether the text is IR that `--emit` wrote rather than a program.
bool isIntermediate(llvm::StringRef text);

} // namespace spex

#endif // COMPILER_DRIVER_FILES_H
