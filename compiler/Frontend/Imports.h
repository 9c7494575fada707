//===- Imports.h - Read the files that a program imports --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 14. Whoever compiles a program trusts its folder and
// nothing outside of it: paths lead down, and links are not followed.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_IMPORTS_H
#define COMPILER_FRONTEND_IMPORTS_H

#include "compiler/Frontend/AST.h"

#include <memory>
#include <vector>

namespace spex {

class DiagnosticEngine;

/// A file that a program imports. Diagnostics point into its text.
struct ImportedFile {
  SourceFile source;
  std::unique_ptr<ast::File> tree;
};

/// Reads and parses what `tree` imports, and what that imports, each file
/// once, and sets ImportItem::target. `source.name` is the path of the program;
/// what it imports lies below its folder. Reports what cannot be read; then a
/// target stays null.
std::vector<std::unique_ptr<ImportedFile>>
readImports(ast::File &tree, const SourceFile &source, DiagnosticEngine &diags);

} // namespace spex

#endif // COMPILER_FRONTEND_IMPORTS_H
