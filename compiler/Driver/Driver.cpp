//===- Driver.cpp - The spex tool as a library ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Driver.h"
#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Files.h"

#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <new>
#include <unistd.h>

namespace spex {
namespace {
struct Command {
  llvm::StringLiteral name;
  int (*run)(const Arguments &);
};
constexpr Command commands[] = {
    {"build", buildCommand}, {"run", runCommand},    {"check", checkCommand},
    {"verify", verifyCommand}, {"cost", costCommand}, {"reduce", reduceCommand},
    {"fmt", formatCommand}, {"explain", explainCommand},
};

/// Code without exceptions cannot go on from here; say so and stop.
void endWithoutMemory() {
  constexpr char text[] = "error: out of memory\n";
  [[maybe_unused]] ssize_t count = write(2, text, sizeof text - 1);
  _exit(1);
}
} // namespace

static int chooseCommand(int argc, const char *const *argv) {
  llvm::StringRef name = argc > 1 ? argv[1] : "--help";
  if (name == "--help" || name == "-h" || name == "help") {
    llvm::outs() << helpText(argc > 2 ? argv[2] : "");
    return argc > 1 ? 0 : 1;
  }
  if (name == "--version") {
    llvm::outs() << "spex " SPEX_VERSION "\n";
    return 0;
  }
  for (const Command &command : commands) {
    if (command.name != name)
      continue;
    std::string error;
    std::optional<Arguments> arguments =
        parseArguments(llvm::ArrayRef(argv, argc), error);
    if (!arguments)
      return fail(error);
    if (arguments->has(OPT_help)) {
      llvm::outs() << helpText(name);
      return 0;
    }
    if (arguments->has(OPT_version)) {
      llvm::outs() << "spex " SPEX_VERSION "\n";
      return 0;
    }
    return command.run(*arguments);
  }
  return fail("unknown command `" + name.str() +
              "`; commands: build run check verify cost reduce fmt explain");
}

int runDriver(int argc, const char *const *argv) {
  std::set_new_handler(endWithoutMemory);
  int status = chooseCommand(argc, argv);
  llvm::outs().flush();
  if (!llvm::outs().has_error())
    return status;
  std::string why = llvm::outs().error().message();
  // LLVM would end the process over it, in words of its own.
  llvm::outs().clear_error();
  return fail("cannot write to stdout: " + why);
}
} // namespace spex
