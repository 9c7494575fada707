//===- Format.cpp - spex fmt ----------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/Source.h"
#include "compiler/Frontend/Printer.h"

#include "llvm/Support/raw_ostream.h"

namespace spex {
namespace {
/// Formats one file; false if it cannot be, or with `--check` if it differs.
bool formatFile(const std::string &path, bool checkOnly) {
  SourceFile file;
  std::string error;
  if (!readFile(path, file, error)) {
    fail(error);
    return false;
  }
  DiagnosticEngine diagnostics;
  std::optional<std::string> formatted = format(file, diagnostics);
  printDiagnostics(diagnostics);
  if (!formatted)
    return false;
  if (checkOnly) {
    if (*formatted == file.text)
      return true;
    fail("`" + file.name + "` is not formatted");
    return false;
  }
  if (path != "-" && *formatted == file.text)
    return true;
  if (writeFile(path, *formatted, error))
    return true;
  fail(error);
  return false;
}
} // namespace

int formatCommand(const Arguments &arguments) {
  if (arguments.positional.empty())
    return fail("`spex fmt` needs a file");
  bool isFine = true;
  for (const std::string &path : arguments.positional)
    isFine &= formatFile(path, arguments.has(OPT_check_only));
  return isFine ? 0 : 1;
}
} // namespace spex
