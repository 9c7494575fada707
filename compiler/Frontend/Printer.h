//===- Printer.h - Syntax tree to text: `spex fmt` --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes programs in the one form of language.md, section 16.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_PRINTER_H
#define COMPILER_FRONTEND_PRINTER_H

#include "compiler/Frontend/AST.h"

namespace spex {

class DiagnosticEngine;

/// The text of a tree. Of comments only `##` ones remain.
std::string print(const ast::File &file);

/// The text of a file in its one form, with all comments; nothing if the file
/// has errors, which are then in `diags`. Formatting twice is the same as
/// once, and the tree stays the same.
std::optional<std::string> format(const SourceFile &file,
                                  DiagnosticEngine &diags);

/// The tree as text without places, one declaration a line: two trees are
/// equal if this is.
std::string dump(const ast::File &file);

} // namespace spex

#endif // COMPILER_FRONTEND_PRINTER_H
