//===- ReferenceRun.cpp - Whole runs of the reference ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files in, files out. Nothing is written unless the whole run succeeded.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/ReferenceRun.h"
#include "compiler/Interpreter/Load.h"
#include "compiler/Interpreter/RouteFile.h"

#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <fmt/format.h>

namespace spex::interpreter {

/// The parameters of a run, from a file or from the seed.
static std::string loadParameters(const EntryPoint &entry,
                                  const ReferenceOptions &options,
                                  ParameterMap &parameters,
                                  std::vector<std::string> &notes) {
  if (!options.weights.empty())
    return readParameters(entry, options.weights, options.seed, parameters);
  notes.push_back(fmt::format("no --weights: using initial values of seed {}",
                              options.seed));
  return initialParameters(entry, options.seed, parameters);
}

namespace {
/// All that a run needs, read from the files of `options`.
struct LoadedRun {
  ParameterMap parameters;
  std::vector<RouteRecord> replay;
  RunRequest request;
};
} // namespace

static std::string load(const Program &program, const EntryPoint &entry,
                        const ReferenceOptions &options, LoadedRun &run,
                        std::vector<std::string> &notes) {
  run.request.program = &program;
  run.request.entry = &entry;
  run.request.seed = options.seed;
  std::string error =
      readInputs(entry, options.inputs, options.at, run.request);
  if (error.empty() && !options.replay.empty()) {
    error = readRoutes(options.replay, run.replay);
    run.request.replay = &run.replay;
  }
  if (error.empty())
    error = loadParameters(entry, options, run.parameters, notes);
  run.request.parameters = &run.parameters;
  return error;
}

static std::string writeText(const std::string &path, const std::string &text) {
  std::error_code status;
  llvm::raw_fd_ostream file(path, status);
  if (!status) {
    file << text;
    file.close();
    status = file.error();
    file.clear_error();
  }
  return status ? "cannot write `" + path + "`: " + status.message() : "";
}

static std::string writeResults(const ReferenceOptions &options,
                                const RunResult &result,
                                ReferenceReport &report) {
  for (const Output &output : result.outputs) {
    auto path = options.outputs.find(output.name);
    if (path == options.outputs.end())
      continue;
    std::string error = writeNpy(path->second, output.value);
    if (!error.empty())
      return error;
  }
  std::string error;
  if (!options.routes.empty())
    error = writeText(options.routes, routesText(result.routes));
  if (error.empty() && options.stats == "-")
    report.chart = statsChart(result.routes);
  else if (error.empty() && !options.stats.empty())
    error = writeText(options.stats, statsText(result.routes));
  return error;
}

static std::string checkOutputNames(const EntryPoint &entry,
                                    const ReferenceOptions &options) {
  std::vector<std::string> names = entry.model->fieldNames;
  if (names.empty())
    names.push_back("out");
  for (const auto &output : options.outputs)
    if (std::find(names.begin(), names.end(), output.first) == names.end())
      return fmt::format("the model has no output `{}`; it has {}",
                         output.first, fmt::join(names, ", "));
  return "";
}

/// A replay is accepted only where the choices that differ were close.
static std::string judgeReplay(const BoundedRun &run, ReferenceReport &report) {
  report.foreignChoices = run.foreignChoices.size();
  if (report.foreignChoices != 0)
    report.notes.push_back(
        fmt::format("{} replayed choices differ from the reference's own",
                    report.foreignChoices));
  for (const ForeignChoice &choice : run.foreignChoices)
    if (!choice.isAccepted) {
      std::string text = describe(choice);
      text.pop_back(); // the end of the line
      return "the replay is not accepted: " + text;
    }
  return "";
}

ReferenceReport runReferenceFiles(const Program &program,
                                  const EntryPoint &entry,
                                  const ReferenceOptions &options) {
  ReferenceReport report;
  report.error = checkOutputNames(entry, options);
  LoadedRun run;
  if (report.error.empty())
    report.error = load(program, entry, options, run, report.notes);
  if (!report.error.empty())
    return report;
  RunResult result = runReference(run.request);
  report.error = result.error;
  bool hasForeign = std::any_of(
      result.routes.begin(), result.routes.end(),
      [](const RouteRecord &record) { return record.ids != record.ownIds; });
  if (report.error.empty() && hasForeign) {
    BoundedRun bounded = computeBounds(run.request, usualRuns);
    if (bounded.error.empty() && !bounded.allAccepted())
      bounded = computeBounds(run.request, mostRuns);
    report.error =
        bounded.error.empty() ? judgeReplay(bounded, report) : bounded.error;
  }
  if (report.error.empty())
    report.error = writeResults(options, result, report);
  return report;
}

std::string writeRandomInputs(const EntryPoint &entry,
                              const std::string &folder,
                              ReferenceOptions &options) {
  RunRequest request;
  std::string error = resolveSizes(entry, options.at, request.sizes);
  if (error.empty())
    error = randomInputs(entry, options.seed, request);
  for (const auto &[name, tensor] : request.inputs) {
    if (!error.empty())
      break;
    options.inputs[name] = folder + "/" + name + ".npy";
    error = writeNpy(options.inputs[name], tensor);
  }
  return error;
}

Verification verifyFiles(const Program &program, const EntryPoint &entry,
                         const ReferenceOptions &options) {
  Verification verification;
  LoadedRun run;
  std::vector<std::string> notes;
  verification.error = load(program, entry, options, run, notes);
  std::map<std::string, Tensor> native;
  const Instance &model = *entry.model;
  for (size_t i = 0; i < model.resultTypes.size(); ++i) {
    std::string name = model.fieldNames.empty() ? "out" : model.fieldNames[i];
    auto path = options.outputs.find(name);
    if (verification.error.empty() && path == options.outputs.end())
      verification.error = "there is no file of the output `" + name + "`";
    if (verification.error.empty())
      verification.error =
          readNpyAs(path->second, name, model.resultTypes[i], native[name]);
  }
  if (!verification.error.empty())
    return verification;
  BoundedRun bounded;
  WorstElement worst;
  // Rounding next to a tie, or a sum that nearly cancels, may stay unseen in a
  // few runs: what seems to differ is judged by many.
  for (int runs : {usualRuns, mostRuns}) {
    bounded = computeBounds(run.request, runs);
    verification.error = bounded.error;
    if (!verification.error.empty())
      return verification;
    worst = compare(native, bounded);
    verification.passes = worst.passes() && bounded.allAccepted();
    if (verification.passes)
      break;
  }
  verification.text = describe(worst);
  if (!bounded.foreignChoices.empty())
    verification.text +=
        fmt::format("{} choices differ from the reference's own and were "
                    "replayed\n",
                    bounded.foreignChoices.size());
  for (const ForeignChoice &choice : bounded.foreignChoices)
    if (!choice.isAccepted)
      verification.text += describe(choice);
  return verification;
}

} // namespace spex::interpreter
