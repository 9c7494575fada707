//===- Arguments.cpp - The parsed command line ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Arguments.h"

#include "llvm/Support/raw_ostream.h"

namespace spex {
namespace {
// The generated tables name these without a namespace.
using namespace llvm::opt;

#define OPTTABLE_STR_TABLE_CODE
#include "compiler/Driver/Options.inc"
#undef OPTTABLE_STR_TABLE_CODE

#define OPTTABLE_PREFIXES_TABLE_CODE
#include "compiler/Driver/Options.inc"
#undef OPTTABLE_PREFIXES_TABLE_CODE

#define OPTTABLE_SUBCOMMAND_IDS_TABLE_CODE
#include "compiler/Driver/Options.inc"
#undef OPTTABLE_SUBCOMMAND_IDS_TABLE_CODE

#define OPTTABLE_SUBCOMMANDS_CODE
#include "compiler/Driver/Options.inc"
#undef OPTTABLE_SUBCOMMANDS_CODE

constexpr llvm::opt::OptTable::Info infos[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "compiler/Driver/Options.inc"
#undef OPTION
};

class SpexOptions : public llvm::opt::GenericOptTable {
public:
  SpexOptions()
      : GenericOptTable(OptionStrTable, OptionPrefixesTable, infos,
                        /*IgnoreCase=*/false, OptionSubCommands,
                        OptionSubCommandIDsTable) {}
};

const SpexOptions &options() {
  static const SpexOptions table;
  return table;
}

/// What to say about an option that is not known.
std::string unknownOption(llvm::StringRef command, llvm::StringRef spelling) {
  std::string nearest;
  std::string message = "unknown option `" + spelling.str() + "`";
  if (options().findNearest(spelling, nearest) <= 2) {
    llvm::StringRef name = llvm::StringRef(nearest).split('=').first;
    return message + "; did you mean `" + name.str() + "`?";
  }
  return message + "; see `spex " + command.str() + " --help`";
}
} // namespace

int Arguments::optLevel() const {
  const llvm::opt::Arg *last = list.getLastArg(OPT_O0, OPT_O3);
  return last && last->getOption().matches(OPT_O0) ? 0 : 3;
}

std::optional<Arguments> parseArguments(llvm::ArrayRef<const char *> argv,
                                        std::string &error) {
  Arguments result;
  result.command = argv[1];
  unsigned missingIndex = 0, missingCount = 0;
  result.list =
      options().ParseArgs(argv.drop_front(2), missingIndex, missingCount);
  if (missingCount) {
    error = "option `" + std::string(result.list.getArgString(missingIndex)) +
            "` needs a value";
    return std::nullopt;
  }
  for (const llvm::opt::Arg *arg : result.list) {
    llvm::StringRef spelling = arg->getSpelling();
    if (arg->getOption().matches(OPT_UNKNOWN)) {
      error = unknownOption(result.command, arg->getAsString(result.list));
      return std::nullopt;
    }
    if (arg->getOption().matches(OPT_INPUT)) {
      result.positional.push_back(arg->getValue());
      continue;
    }
    if (!arg->getOption().isRegisteredSC(result.command)) {
      error = "`spex " + result.command + "` takes no option `" +
              spelling.split('=').first.str() + "`";
      return std::nullopt;
    }
  }
  return result;
}

std::string helpText(llvm::StringRef command) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (command.empty()) {
    stream << "usage: spex COMMAND ...\n\n"
              "A compiler for sparse expert networks.\n\n";
    for (const auto &subcommand : OptionSubCommands)
      stream << "  " << llvm::left_justify(subcommand.Name, 10)
             << subcommand.HelpText << "\n";
    stream << "\n`spex COMMAND --help` lists the options of a command.\n";
    return text;
  }
  const char *operand = command == "explain" ? "CODE" : "FILE.spex";
  for (const auto &subcommand : OptionSubCommands)
    if (command == subcommand.Name)
      stream << "spex " << command << ": " << subcommand.HelpText << "\n\n"
             << "usage: spex " << command << " " << operand << " [options]\n";
  std::string listed;
  llvm::raw_string_ostream listStream(listed);
  options().printHelp(listStream, "", "", /*ShowHidden=*/false,
                      /*ShowAllAliases=*/false, llvm::opt::Visibility(),
                      command);
  size_t start = listed.find("OPTIONS:");
  stream << "\n" << (start == std::string::npos ? listed : listed.substr(start));
  return text;
}

std::optional<std::pair<std::string, std::string>>
splitAssignment(llvm::StringRef text) {
  auto [name, value] = text.split('=');
  if (name.empty() || name.size() == text.size())
    return std::nullopt;
  return std::make_pair(name.str(), value.str());
}
} // namespace spex
