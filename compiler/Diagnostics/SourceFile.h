//===- SourceFile.h - Source text and places in it --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file's name and text, and places in it as offsets. Lines and columns are
// counted only when a message is printed.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DIAGNOSTICS_SOURCEFILE_H
#define COMPILER_DIAGNOSTICS_SOURCEFILE_H

#include <cstdint>
#include <string>

namespace spex {

/// Where something stands: `length` bytes from `offset` of `file`.
struct SourceLocation {
  uint32_t offset = 0;
  uint32_t length = 1;
  uint16_t file = 0; ///< 0 is the program itself, imports follow
};

struct SourceFile {
  std::string name; ///< as it is shown to the user
  std::string text;

  /// 1-based line and column of an offset; columns count code points.
  struct Position {
    unsigned line = 1, column = 1;
  };
  Position position(uint32_t offset) const;
  /// The text of the line that holds `offset`, without its end.
  std::string line(uint32_t offset) const;
};

} // namespace spex

#endif // COMPILER_DIAGNOSTICS_SOURCEFILE_H
