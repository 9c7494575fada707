//===- Build.cpp - spex build ---------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Commands/BuildLibrary.h"
#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Compile.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/TimeTrace.h"
#include "compiler/Frontend/Printer.h"
#include "compiler/Link/Link.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/TimeProfiler.h"
#include "llvm/Support/raw_ostream.h"

namespace spex {
namespace {
/// The phase that `--emit` names, Executable without it; nothing after an error.
std::optional<Phase> wantedPhase(const Arguments &arguments) {
  if (!arguments.has(OPT_emit_eq))
    return Phase::Executable;
  std::string name = arguments.value(OPT_emit_eq);
  if (std::optional<Phase> phase = findPhase(name))
    return phase;
  llvm::SmallVector<std::string> names;
  for (const PhaseInfo &info : phases())
    names.push_back(info.name);
  fail("unknown phase `" + name + "`; phases: " + llvm::join(names, " "));
  return std::nullopt;
}

int writeResult(const Arguments &arguments, llvm::StringRef content) {
  std::string error;
  return writeFile(arguments.value(OPT_o), content, error) ? 0 : fail(error);
}

int link(const Arguments &arguments, Compilation &compilation) {
  llvm::SmallVector<char> object;
  if (!compilation.emit(CodeKind::Object, object))
    return 1;
  llvm::TimeTraceScope scope("link");
  std::string error;
  std::string out = arguments.value(OPT_o);
  if (out.empty())
    out = compilation.name();
  return linkExecutable(object, out, error) ? 0 : fail(error);
}

int buildTo(const Arguments &arguments, const std::string &path, Phase phase) {
  Compilation compilation(arguments);
  if (!compilation.start(path, phase))
    return 1;
  if (compilation.phase() > phase)
    return fail("`" + path + "` is IR of a later phase than `" +
                arguments.value(OPT_emit_eq) + "`");
  llvm::SmallVector<char> code;
  switch (phase) {
  case Phase::Ast:
    return writeResult(arguments, print(*compilation.source().tree));
  case Phase::Moe:
  case Phase::Grouped:
  case Phase::Loops:
  case Phase::Llvm:
    if (!compilation.lowerTo(phase))
      return 1;
    return writeResult(arguments, compilation.text());
  case Phase::Assembly:
  case Phase::Object:
    if (!compilation.emit(phase == Phase::Object ? CodeKind::Object
                                                 : CodeKind::Assembly,
                          code))
      return 1;
    return writeResult(arguments, {code.data(), code.size()});
  case Phase::Executable:
    return arguments.has(OPT_shared) ? buildLibrary(arguments, compilation)
                                     : link(arguments, compilation);
  }
  return 1;
}
} // namespace

int buildCommand(const Arguments &arguments) {
  std::optional<std::string> path = onlyOperand(arguments);
  std::optional<Phase> phase = wantedPhase(arguments);
  if (!path || !phase)
    return 1;
  std::string remarks = arguments.value(OPT_remarks_eq, "vectorize");
  if (remarks != "vectorize")
    return fail("--remarks takes `vectorize`, and got `" + remarks + "`");
  if (arguments.has(OPT_shared) && arguments.has(OPT_emit_eq))
    return fail("`--shared` makes a library and `--emit` stops before: give "
                "one of them");
  TimeTrace trace(arguments);
  return trace.finish(buildTo(arguments, *path, *phase));
}
} // namespace spex
