//===- Verify.cpp - spex verify -------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the native program on seeded random inputs, or those given, then the
// reference with the choices that the native one recorded, and compares every
// element.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Commands/Reference.h"
#include "compiler/Driver/Compile.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/Programs.h"
#include "compiler/Driver/TimeTrace.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace spex {
namespace {
/// Sizes that `--at` leaves open: small, and no multiple of a vector.
constexpr int64_t defaultSize = 5;

/// A folder for the files of one verification; gone at the end.
struct TemporaryFolder {
  std::string path;

  TemporaryFolder() {
    const char *directory = getenv("TMPDIR");
    path = std::string(directory && *directory ? directory : "/tmp") +
           "/spex-verify-XXXXXX";
    if (!mkdtemp(path.data()))
      path.clear();
  }
  ~TemporaryFolder() {
    if (!path.empty())
      llvm::sys::fs::remove_directories(path);
  }
};

std::vector<std::string> nativeArguments(
    const Arguments &arguments, const std::string &name,
    const interpreter::ReferenceOptions &options, const std::string &routes) {
  std::vector<std::string> result = {name, "--seed",
                                     std::to_string(options.seed)};
  if (!options.weights.empty())
    result.insert(result.end(), {"--weights", options.weights});
  if (arguments.has(OPT_threads_eq))
    result.insert(result.end(), {"--threads", arguments.value(OPT_threads_eq)});
  for (const auto &[input, file] : options.inputs)
    result.insert(result.end(), {"--input", input + "=" + file});
  for (const auto &[output, file] : options.outputs)
    result.insert(result.end(), {"--output", output + "=" + file});
  std::string sizes;
  for (const auto &[dim, size] : options.at)
    sizes += (sizes.empty() ? "" : ",") + dim + "=" + std::to_string(size);
  if (!sizes.empty())
    result.insert(result.end(), {"--at", sizes});
  result.insert(result.end(), {"--routes", routes});
  return result;
}
} // namespace

int verifyCommand(const Arguments &arguments) {
  std::optional<std::string> path = onlyOperand(arguments);
  interpreter::ReferenceOptions options;
  if (!path || !readReferenceOptions(arguments, options))
    return 1;
  TimeTrace trace(arguments);
  Compilation compilation(arguments);
  int descriptor = compileInMemory(compilation, *path);
  if (trace.finish(descriptor < 0) != 0)
    return 1;
  const EntryPoint *entry = compilation.entry();
  if (!entry)
    return fail("`" + *path + "` is IR: the reference interprets programs only");

  TemporaryFolder folder;
  if (folder.path.empty())
    return fail(std::string("cannot make a temporary folder: ") +
                strerror(errno));
  // Inputs that are given fix sizes, and then none is drawn.
  if (options.inputs.empty()) {
    for (const Dimension *dim : entry->dims)
      options.at.emplace(dim->name, std::min(dim->size, defaultSize));
    std::string error =
        interpreter::writeRandomInputs(*entry, folder.path, options);
    if (!error.empty())
      return fail(error);
  }
  std::vector<std::string> outputs = entry->model->fieldNames;
  if (outputs.empty())
    outputs = {"out"};
  for (const std::string &output : outputs)
    options.outputs.try_emplace(output,
                                folder.path + "/result-" + output + ".npy");
  std::string routes =
      options.routes.empty() ? folder.path + "/routes.json" : options.routes;
  if (!runProgram(descriptor, nativeArguments(arguments, compilation.name(),
                                              options, routes)))
    return 1;

  options.replay = routes;
  interpreter::Verification verification = interpreter::verifyFiles(
      *compilation.source().program, *entry, options);
  if (!verification.error.empty())
    return fail(verification.error);
  llvm::outs() << verification.text;
  return verification.passes ? 0 : 1;
}
} // namespace spex
