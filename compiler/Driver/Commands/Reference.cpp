//===- Reference.cpp - spex run --reference -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Commands/Reference.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/Source.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace spex {
namespace {
bool readFileList(const char *option, const std::vector<std::string> &texts,
                  std::map<std::string, std::string> &files) {
  for (const std::string &text : texts) {
    auto parts = splitAssignment(text);
    if (!parts || parts->second.empty()) {
      fail(std::string(option) + " takes NAME=FILE, and got `" + text + "`");
      return false;
    }
    if (!files.emplace(parts->first, parts->second).second) {
      fail(std::string(option) + " names `" + parts->first + "` twice");
      return false;
    }
  }
  return true;
}

bool readSizes(const std::vector<std::string> &texts,
               std::map<std::string, int64_t> &sizes) {
  for (const std::string &text : texts) {
    llvm::SmallVector<llvm::StringRef> items;
    llvm::StringRef(text).split(items, ',');
    for (llvm::StringRef item : items) {
      auto parts = splitAssignment(item);
      int64_t size = 0;
      if (!parts || !llvm::to_integer(parts->second, size, 10) || size < 1) {
        fail("--at takes sizes such as B=2,S=7, and got `" + text + "`");
        return false;
      }
      sizes[parts->first] = size;
    }
  }
  return true;
}

/// What `--generate` and its companions say; false after an error.
bool readGenerateOptions(const Arguments &arguments,
                         interpreter::GenerateOptions &options) {
  std::string count = arguments.value(OPT_generate_eq);
  if (!llvm::to_integer(count, options.count, 10) || options.count < 1) {
    fail("--generate takes a whole number of at least 1, and got `" + count +
         "`");
    return false;
  }
  std::string temperature = arguments.value(OPT_temperature_eq, "0");
  if (!llvm::to_float(temperature, options.temperature) ||
      !(options.temperature >= 0) || options.temperature > 1e30) {
    fail("--temperature takes a number of at least 0, and got `" +
         temperature + "`");
    return false;
  }
  options.prompt = arguments.value(OPT_prompt_eq);
  options.promptFile = arguments.value(OPT_prompt_ids_eq);
  return true;
}

int finish(const interpreter::ReferenceReport &report) {
  for (const std::string &note : report.notes)
    llvm::errs() << note << "\n";
  if (!report.error.empty())
    return fail(report.error);
  llvm::errs() << report.chart;
  return 0;
}

int generate(const Arguments &arguments, const CheckedSource &source,
             const EntryPoint &entry,
             const interpreter::ReferenceOptions &options) {
  interpreter::GenerateOptions wanted;
  if (!readGenerateOptions(arguments, wanted))
    return 1;
  bool isBytes = interpreter::vocabularySize(entry) == 256;
  bool isFirst = true;
  auto emit = [&](int64_t id) {
    if (isBytes)
      llvm::outs() << static_cast<char>(id);
    else
      llvm::outs() << (isFirst ? "" : " ") << id;
    isFirst = false;
    llvm::outs().flush();
  };
  interpreter::ReferenceReport report = interpreter::generateByReference(
      *source.program, entry, options, wanted, emit);
  if (!isBytes && !isFirst)
    llvm::outs() << "\n";
  return finish(report);
}
} // namespace

bool readReferenceOptions(const Arguments &arguments,
                          interpreter::ReferenceOptions &options) {
  options.weights = arguments.value(OPT_weights_eq);
  options.routes = arguments.value(OPT_routes_eq);
  options.replay = arguments.value(OPT_replay_eq);
  options.stats = arguments.value(OPT_stats_eq);
  std::string seed = arguments.value(OPT_seed_eq, "0");
  if (!llvm::to_integer(seed, options.seed, 10)) {
    fail("--seed takes a whole number, and got `" + seed + "`");
    return false;
  }
  return readFileList("--input", arguments.values(OPT_input_eq),
                      options.inputs) &&
         readFileList("--output", arguments.values(OPT_output_eq),
                      options.outputs) &&
         readFileList("--tap", arguments.values(OPT_tap_eq),
                      options.outputs) &&
         readSizes(arguments.values(OPT_at_eq), options.at);
}

int runReferenceCommand(const Arguments &arguments, const std::string &path) {
  interpreter::ReferenceOptions options;
  CheckedSource source;
  std::string error;
  if (!readReferenceOptions(arguments, options))
    return 1;
  if (!readFile(path, source.file, error))
    return fail(error);
  if (isIntermediate(source.file.text))
    return fail("`" + source.file.name +
                "` is IR: the reference interprets programs only");
  if (!checkSource(arguments, /*mustBeBuildable=*/true, source))
    return 1;
  const EntryPoint *entry = chooseEntry(*source.program);
  if (!entry || !addTaps(arguments, source, *entry))
    return 1;
  if (arguments.has(OPT_generate_eq))
    return generate(arguments, source, *entry, options);
  return finish(
      interpreter::runReferenceFiles(*source.program, *entry, options));
}
} // namespace spex
