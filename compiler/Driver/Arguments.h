//===- Arguments.h - The parsed command line --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's option tables over Options.td, once for all subcommands.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_ARGUMENTS_H
#define COMPILER_DRIVER_ARGUMENTS_H

#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"

#include <optional>
#include <string>
#include <vector>

namespace spex {

enum OptionID {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "compiler/Driver/Options.inc"
#undef OPTION
};

/// What stands after the name of a subcommand.
struct Arguments {
  std::string command;
  llvm::opt::InputArgList list;
  std::vector<std::string> positional;

  bool has(OptionID id) const { return list.hasArg(id); }
  std::string value(OptionID id, const char *otherwise = "") const {
    return list.getLastArgValue(id, otherwise).str();
  }
  std::vector<std::string> values(OptionID id) const {
    return list.getAllArgValues(id);
  }
  /// The last of `-O0` and `-O3`; 3 without either.
  int optLevel() const;
};

/// Parses argv[2...] for the subcommand argv[1]. Returns nothing and a sentence
/// in `error` for an unknown option, one that the subcommand does not take, or
/// a missing value. The strings of `argv` must outlive the result.
std::optional<Arguments> parseArguments(llvm::ArrayRef<const char *> argv,
                                        std::string &error);

/// The help of a subcommand, or of the tool for "".
std::string helpText(llvm::StringRef command);

/// Splits "NAME=VALUE"; nothing if there is no `=` or no name.
std::optional<std::pair<std::string, std::string>>
splitAssignment(llvm::StringRef text);

} // namespace spex

#endif // COMPILER_DRIVER_ARGUMENTS_H
