//===- Sema.h - From syntax tree to checked program -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks names, dimensions, types, routes and sections of a file, and makes
// the program that the interpreter and IRGen read.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_SEMA_H
#define COMPILER_SEMA_SEMA_H

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/AST.h"
#include "compiler/Sema/Program.h"

#include <map>
#include <optional>
#include <string>

namespace spex {

/// What the command line sets.
struct SemaOptions {
  std::map<std::string, int64_t> dims;          ///< --dim L=2
  std::map<std::string, std::string> sets;      ///< --set alpha=0.1
  std::map<std::string, std::string> numerics;  ///< --numerics store=f32
  std::string entry;                            ///< --entry, or empty
  /// Whether what an entry point computes at inference must be within the
  /// stages that are reached (E0010): true for build, run and verify, false
  /// for check.
  bool mustBeBuildable = true;
};

/// The checked program, or nothing if there are errors; warnings do not count.
/// Every entry of the file is in it; with `options.entry` only that one.
std::optional<Program> check(const ast::File &file, const SourceFile &source,
                             const SemaOptions &options,
                             DiagnosticEngine &diagnostics);

/// Units, group and choices of every route, as `check --print-routes` shows.
std::string printRoutes(const Program &program);
/// The whole program as text, for tests.
std::string dump(const Program &program);
std::string dump(const Type &type);
std::string dump(const SizeFormula &formula);

} // namespace spex

#endif // COMPILER_SEMA_SEMA_H
