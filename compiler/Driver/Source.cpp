//===- Source.cpp - A program read, parsed and checked --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Source.h"
#include "compiler/Driver/Files.h"
#include "compiler/Frontend/Parser.h"
#include "compiler/Sema/Tap.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/TimeProfiler.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

namespace spex {

std::optional<std::string> onlyOperand(const Arguments &arguments) {
  if (arguments.positional.size() == 1)
    return arguments.positional.front();
  const char *what = arguments.command == "explain" ? "a code" : "a file";
  if (arguments.positional.empty())
    fail("`spex " + arguments.command + "` needs " + what);
  else
    fail("`spex " + arguments.command + "` takes one operand, and got `" +
         arguments.positional[0] + "` and `" + arguments.positional[1] + "`");
  return std::nullopt;
}

bool readSemaOptions(const Arguments &arguments, SemaOptions &options) {
  auto split = [](const char *option, const std::string &text, auto take) {
    auto parts = splitAssignment(text);
    if (parts && take(*parts))
      return true;
    fail(std::string(option) + " takes NAME=VALUE, and got `" + text + "`");
    return false;
  };
  for (const std::string &text : arguments.values(OPT_dim_eq))
    if (!split("--dim", text, [&](auto &parts) {
          int64_t size;
          if (!llvm::to_integer(parts.second, size, 10))
            return false;
          options.dims[parts.first] = size;
          return true;
        }))
      return false;
  for (const std::string &text : arguments.values(OPT_set_eq))
    if (!split("--set", text, [&](auto &parts) {
          options.sets[parts.first] = parts.second;
          return true;
        }))
      return false;
  for (const std::string &text : arguments.values(OPT_numerics_eq))
    if (!split("--numerics", text, [&](auto &parts) {
          options.numerics[parts.first] = parts.second;
          return true;
        }))
      return false;
  options.entry = arguments.value(OPT_entry_eq);
  return true;
}

void printDiagnostics(const DiagnosticEngine &diagnostics) {
  RenderOptions options;
  options.useColour = llvm::errs().has_colors() && !getenv("NO_COLOR");
  diagnostics.print(llvm::errs(), options);
}

bool analyseSource(const Arguments &arguments, bool mustBeBuildable,
                   CheckedSource &source) {
  SemaOptions options;
  options.mustBeBuildable = mustBeBuildable;
  if (!readSemaOptions(arguments, options))
    return false;
  {
    llvm::TimeTraceScope scope("parse");
    source.tree = parse(source.file, source.diagnostics);
    if (!source.diagnostics.hasErrors())
      source.imports =
          readImports(*source.tree, source.file, source.diagnostics);
  }
  if (source.tree && !source.diagnostics.hasErrors()) {
    llvm::TimeTraceScope scope("check");
    source.program =
        check(*source.tree, source.file, options, source.diagnostics);
  }
  if (source.program && !source.diagnostics.hasErrors())
    return true;
  if (!source.diagnostics.hasErrors())
    fail("internal: the program was refused without a reason; this is a fault "
         "in the compiler");
  return false;
}

bool checkSource(const Arguments &arguments, bool mustBeBuildable,
                 CheckedSource &source) {
  bool isGood = analyseSource(arguments, mustBeBuildable, source);
  printDiagnostics(source.diagnostics);
  return isGood;
}

const EntryPoint *chooseEntry(const Program &program) {
  if (program.entries.size() == 1)
    return &program.entries.front();
  if (program.entries.empty()) {
    fail("the program has no entry point: write `export Model as \"name\" { "
         "forward }`, or keep to one model");
    return nullptr;
  }
  llvm::SmallVector<std::string> names;
  for (const EntryPoint &entry : program.entries)
    names.push_back(entry.name);
  fail("the program has several entry points; choose one with --entry: " +
       llvm::join(names, ", "));
  return nullptr;
}

bool addTaps(const Arguments &arguments, CheckedSource &source,
             const EntryPoint &entry) {
  for (const std::string &text : arguments.values(OPT_tap_eq)) {
    auto parts = splitAssignment(text);
    std::string error;
    if (!parts || parts->second.empty())
      error = "--tap takes PATH=FILE, and got `" + text + "`";
    else if (arguments.has(OPT_generate_eq))
      error = "--tap has no meaning with --generate: it writes a value of one "
              "run";
    else
      error = addTap(*source.program, entry, parts->first);
    if (!error.empty()) {
      fail(error);
      return false;
    }
  }
  return true;
}
} // namespace spex
