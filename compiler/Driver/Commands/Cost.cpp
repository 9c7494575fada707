//===- Cost.cpp - spex cost -----------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts from the checked program; asks the compiled one for its memory, so
// that the figures are those of a run.
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/Cost.h"
#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Commands/Reference.h"
#include "compiler/Driver/Compile.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/Programs.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

namespace spex {
namespace {
/// The line that an executable prints for `--memory`.
bool readMemory(const std::string &line, MemoryCost &memory) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(line);
  if (!value) {
    llvm::consumeError(value.takeError());
    return false;
  }
  const llvm::json::Object *object = value->getAsObject();
  auto take = [&](llvm::StringRef name, int64_t &into) {
    std::optional<int64_t> number =
        object ? object->getInteger(name) : std::nullopt;
    into = number.value_or(0);
    return number.has_value();
  };
  return take("scratch_bytes", memory.scratch) &&
         take("worker_bytes", memory.worker) &&
         take("state_bytes", memory.state) &&
         take("packed_bytes", memory.packed);
}

/// Compiles and asks. What belongs to a later release leaves memory unknown.
bool askForMemory(const Arguments &arguments, const std::string &path,
                  Cost &cost) {
  Compilation compilation(arguments);
  compilation.keepQuietAboutLaterReleases();
  int descriptor = compileInMemory(compilation, path);
  if (descriptor < 0) {
    cost.whyNoMemory = compilation.laterRelease();
    return !cost.whyNoMemory.empty();
  }
  std::string sizes, line;
  for (const auto &[name, size] : cost.sizes)
    sizes += (sizes.empty() ? "" : ",") + name + "=" + std::to_string(size);
  std::vector<std::string> command = {cost.name, "--memory"};
  if (!sizes.empty())
    command.insert(command.end(), {"--at", sizes});
  bool isDone = runProgram(descriptor, command, &line);
  close(descriptor);
  MemoryCost memory;
  if (!isDone)
    return false;
  if (!readMemory(line, memory)) {
    fail("internal: the program does not say what memory it needs; this is a "
         "fault in the compiler");
    return false;
  }
  cost.memory = memory;
  return true;
}
} // namespace

int costCommand(const Arguments &arguments) {
  std::optional<std::string> path = onlyOperand(arguments);
  interpreter::ReferenceOptions options;
  CheckedSource source;
  std::string error;
  if (!path || !readReferenceOptions(arguments, options))
    return 1;
  if (!readFile(*path, source.file, error))
    return fail(error);
  if (isIntermediate(source.file.text))
    return fail("`" + source.file.name +
                "` is IR: the cost of a program is "
                "counted from its source");
  if (!checkSource(arguments, /*mustBeBuildable=*/false, source))
    return 1;
  const EntryPoint *entry = chooseEntry(*source.program);
  if (!entry)
    return 1;
  std::optional<Cost> cost = countCost(*entry, options.at, error);
  if (!cost)
    return fail(error);
  if (*path == "-")
    cost->whyNoMemory = "a program from stdin can be read only once";
  else if (!askForMemory(arguments, *path, *cost))
    return 1;
  llvm::outs() << (arguments.has(OPT_json) ? costJson(*cost)
                                           : costTable(*cost));
  return 0;
}
} // namespace spex
