//===- Generate.cpp - Text by the reference -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element after element, each from a whole forward run: slow, and without any
// state that could be wrong.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Load.h"
#include "compiler/Interpreter/ReferenceRun.h"

#include "spex/random.h"

#include <fmt/format.h>

namespace spex::interpreter {
namespace {
/// The parts of a model index<V>[B, S] -> [B, S, V].
struct TextModel {
  const Input *ids = nullptr;
  const Dimension *batch = nullptr, *positions = nullptr, *vocabulary = nullptr;
};
} // namespace

static bool findParts(const EntryPoint &entry, TextModel &model) {
  const Instance &instance = *entry.model;
  if (instance.inputs.size() != 1 || instance.resultTypes.size() != 1 ||
      !instance.fieldNames.empty())
    return false;
  const Type &input = instance.inputs[0].type;
  const Type &result = instance.resultTypes[0];
  if (input.element != ElementType::Index || input.dims.size() != 2 ||
      result.dims.size() != 3)
    return false;
  model.ids = &instance.inputs[0];
  model.batch = input.dims[0];
  model.positions = input.dims[1];
  model.vocabulary = input.target;
  return result.dims[0] == model.batch && result.dims[1] == model.positions &&
         result.dims[2] == model.vocabulary && model.positions->isBounded;
}

int64_t vocabularySize(const EntryPoint &entry) {
  TextModel model;
  return findParts(entry, model) ? model.vocabulary->size : 0;
}

static std::string readPrompt(const TextModel &model,
                              const GenerateOptions &options,
                              std::vector<double> &ids) {
  if (options.promptFile.empty()) {
    if (model.vocabulary->size != 256)
      return fmt::format("`--prompt` needs bytes, and {} is {}: use "
                         "`--prompt-ids`",
                         model.vocabulary->name, model.vocabulary->size);
    for (char c : options.prompt)
      ids.push_back(static_cast<unsigned char>(c));
  } else {
    Tensor tensor;
    std::string error =
        readNpyAs(options.promptFile, "prompt-ids", model.ids->type, tensor);
    if (!error.empty())
      return error;
    if (tensor.sizes[0] != 1)
      return fmt::format("`{}` must have the shape [1, n]", options.promptFile);
    ids = *tensor.storage;
    for (double id : ids)
      if (id < 0 || id >= model.vocabulary->size)
        return fmt::format("`{}` holds {}, which is outside of {}",
                           options.promptFile, id, model.vocabulary->name);
  }
  return ids.empty() ? "the prompt is empty" : "";
}

/// The element after `ids`.
static std::string nextElement(const RunRequest &prepared,
                               const TextModel &model,
                               const std::vector<double> &ids,
                               double temperature, double &next) {
  RunRequest request = prepared;
  int64_t length = ids.size();
  request.sizes[model.batch] = 1;
  request.sizes[model.positions] = length;
  Tensor input = Tensor::make(ElementType::Index,
                              {model.batch, model.positions}, {1, length});
  input.target = model.vocabulary;
  *input.storage = ids;
  request.inputs[model.ids->name] = input;
  RunResult result = runReference(request);
  if (!result.error.empty())
    return result.error;
  const Tensor &out = result.outputs.front().value;
  int64_t width = out.sizes[2];
  const double *last = out.data() + (length - 1) * width;
  std::vector<float> logits(last, last + width);
  next = static_cast<double>(
      spex_sample(logits.data(), width, temperature, request.seed, length));
  return "";
}

ReferenceReport generateByReference(const Program &program,
                                    const EntryPoint &entry,
                                    const ReferenceOptions &options,
                                    const GenerateOptions &generate,
                                    const std::function<void(int64_t)> &emit) {
  ReferenceReport report;
  TextModel model;
  if (!findParts(entry, model)) {
    report.error = "`--generate` needs a model index<V>[B, S] -> [B, S, V]";
    return report;
  }
  std::vector<double> ids;
  report.error = readPrompt(model, generate, ids);
  int64_t total = ids.size() + generate.count;
  if (report.error.empty() && total > model.positions->size)
    report.error = fmt::format(
        "the prompt of {} and {} more are {}, and {} is at most {}; `--dim "
        "{}={}` would allow it",
        ids.size(), generate.count, total, model.positions->name,
        model.positions->size, model.positions->name, total);
  if (!report.error.empty())
    return report;

  ParameterMap parameters;
  if (options.weights.empty()) {
    report.notes.push_back(fmt::format(
        "no --weights: using initial values of seed {}", options.seed));
    report.error = initialParameters(entry, options.seed, parameters);
  } else {
    report.error =
        readParameters(entry, options.weights, options.seed, parameters);
  }
  RunRequest request;
  request.program = &program;
  request.entry = &entry;
  request.parameters = &parameters;
  request.seed = options.seed;
  for (const Dimension *dim : entry.dims)
    request.sizes[dim] = 1;
  for (size_t i = 0; i < ids.size() && report.error.empty(); ++i)
    emit(static_cast<int64_t>(ids[i]));
  for (int64_t i = 0; i < generate.count && report.error.empty(); ++i) {
    double next = 0;
    report.error = nextElement(request, model, ids, generate.temperature, next);
    if (!report.error.empty())
      break;
    ids.push_back(next);
    emit(static_cast<int64_t>(next));
  }
  return report;
}

} // namespace spex::interpreter
