//===- Interface.h - The C functions of a library ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a shared library of a program exports, read from the program's manifest
// (docs/runtime-abi.md). The header and the code of the functions are written
// from this one description.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_EXPORT_INTERFACE_H
#define COMPILER_EXPORT_INTERFACE_H

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <vector>

namespace spex {

/// A bounded dimension: one int64_t of `forward`.
struct LibraryDim {
  std::string name;     ///< as the program has it
  std::string argument; ///< as the header has it
  int64_t max = 0;
};

/// An input or a result: one pointer.
struct LibraryPort {
  std::string name, argument;
  std::string type;  ///< the manifest's word
  std::string cType; ///< "int32_t"
  std::string shape; ///< "[B, S, 256]"
  int64_t bound = 0; ///< of an index, or 0
  bool hasDefault = false;
};

struct LibraryInterface {
  std::string name;   ///< NAME of libNAME.so
  std::string prefix; ///< of every C name
  std::vector<LibraryDim> dims;
  std::optional<size_t> step; ///< number of the dimension of steps
  std::vector<LibraryPort> inputs, outputs;

  /// The exported functions, sorted.
  std::vector<std::string> functions() const;
};

/// Reads a manifest of the compiler's own. Fails with a sentence in `error` if
/// no C functions can be named after `name`.
std::optional<LibraryInterface> readInterface(llvm::StringRef manifest,
                                              llvm::StringRef name,
                                              std::string &error);

/// NAME.h.
std::string headerText(const LibraryInterface &library);

/// The functions as a module in the LLVM dialect. Each puts its arguments into
/// arrays and calls the runtime (spex/library.h).
std::string wrapperText(const LibraryInterface &library);

} // namespace spex

#endif // COMPILER_EXPORT_INTERFACE_H
