//===- Source.h - A program read, parsed and checked ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_SOURCE_H
#define COMPILER_DRIVER_SOURCE_H

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Driver/Arguments.h"
#include "compiler/Frontend/Imports.h"
#include "compiler/Sema/Sema.h"

namespace spex {

/// Holds the text that diagnostics and locations point into: keep it while
/// they live.
struct CheckedSource {
  SourceFile file;
  DiagnosticEngine diagnostics;
  std::unique_ptr<ast::File> tree;
  std::vector<std::unique_ptr<ImportedFile>> imports;
  std::optional<Program> program;
};

/// The one operand of a subcommand, or nothing after an error.
std::optional<std::string> onlyOperand(const Arguments &arguments);

/// What `--dim`, `--set`, `--numerics` and `--entry` say; false after an error.
bool readSemaOptions(const Arguments &arguments, SemaOptions &options);

/// Parses and checks `source.file`, whose text is there already; false if there
/// was an error.
bool analyseSource(const Arguments &arguments, bool mustBeBuildable,
                   CheckedSource &source);

/// The same, and prints every diagnostic.
bool checkSource(const Arguments &arguments, bool mustBeBuildable,
                 CheckedSource &source);

/// The entry point to compile, or null after an error.
const EntryPoint *chooseEntry(const Program &program);

/// Makes the values that `--tap` names results of the entry point; false after
/// an error.
bool addTaps(const Arguments &arguments, CheckedSource &source,
             const EntryPoint &entry);

/// Prints what the engine holds to stderr.
void printDiagnostics(const DiagnosticEngine &diagnostics);

} // namespace spex

#endif // COMPILER_DRIVER_SOURCE_H
