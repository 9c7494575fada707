//===- Parser.h - Source text to syntax tree --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The grammar of language.md, section 3.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_PARSER_H
#define COMPILER_FRONTEND_PARSER_H

#include "compiler/Frontend/AST.h"

#include <string_view>

namespace spex {

class DiagnosticEngine;

/// Parses a file and makes it known to `diags`, which it must outlive. The
/// parser goes on after an error, so that all independent ones are reported.
/// The tree is never null; if `diags` has errors, parts of it are missing and
/// only its names mean anything.
std::unique_ptr<ast::File> parse(const SourceFile &file,
                                 DiagnosticEngine &diags);

/// Whether a word of the language that no name may be.
bool isReservedWord(std::string_view word);

} // namespace spex

#endif // COMPILER_FRONTEND_PARSER_H
