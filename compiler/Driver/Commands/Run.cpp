//===- Run.cpp - spex run -------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds into memory and becomes the program: there is no second way to run.
// With `--reference` the interpreter takes the same options instead.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Commands/Reference.h"
#include "compiler/Driver/Compile.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/TimeTrace.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

extern char **environ;

namespace spex {
namespace {
/// Options that the executable itself takes, as it would be called by hand.
std::vector<std::string> forwardedOptions(const Arguments &arguments,
                                          const std::string &name) {
  std::vector<std::string> forwarded = {name};
  for (const llvm::opt::Arg *arg : arguments.list) {
    switch (arg->getOption().getUnaliasedOption().getID()) {
    case OPT_weights_eq:
    case OPT_input_eq:
    case OPT_output_eq:
    case OPT_at_eq:
    case OPT_threads_eq:
    case OPT_stats_eq:
    case OPT_routes_eq:
    case OPT_replay_eq:
    case OPT_bench_eq:
    case OPT_seed_eq:
    case OPT_generate_eq:
    case OPT_prompt_eq:
    case OPT_prompt_ids_eq:
    case OPT_temperature_eq:
      forwarded.push_back(
          arg->getOption().getUnaliasedOption().getPrefixedName().str() +
          arg->getValue());
      break;
    case OPT_tap_eq: // by now a result like any other
      forwarded.push_back(std::string("--output=") + arg->getValue());
      break;
    default:
      break;
    }
  }
  return forwarded;
}
} // namespace

int runCommand(const Arguments &arguments) {
  std::optional<std::string> path = onlyOperand(arguments);
  if (!path)
    return 1;
  if (arguments.has(OPT_reference))
    return runReferenceCommand(arguments, *path);
  TimeTrace trace(arguments);
  Compilation compilation(arguments);
  int descriptor = compileInMemory(compilation, *path);
  if (trace.finish(descriptor < 0) != 0)
    return 1;
  std::vector<std::string> forwarded =
      forwardedOptions(arguments, compilation.name());
  std::vector<char *> pointers;
  for (std::string &text : forwarded)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  fexecve(descriptor, pointers.data(), environ);
  return fail(std::string("cannot run the program: ") + strerror(errno));
}
} // namespace spex
