//===- Interpreter.cpp - One run of an entry point ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks what a run is given, calls the model and names its results.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Interpreter.h"
#include "compiler/Interpreter/Evaluator.h"

#include <algorithm>
#include <fmt/format.h>

namespace spex::interpreter {

int64_t sizeOf(const Dimension *dim, const SizeMap &sizes) {
  if (!dim->isBounded)
    return dim->size;
  bool isKnown = true;
  int64_t size = dim->formula.evaluate([&](const Dimension *base) -> int64_t {
    auto found = sizes.find(base);
    if (found != sizes.end())
      return found->second;
    isKnown = false;
    return 1;
  });
  return isKnown ? size : -1;
}

int64_t RouteRecord::units() const {
  int64_t total = 1;
  for (int64_t size : unitSizes)
    total *= size;
  return total;
}

RunResult runReference(const RunRequest &request) {
  return Evaluator(request).run();
}

/// Whether every base dimension of a formula has a size in this run.
static bool isKnown(const SizeFormula &formula, const SizeMap &sizes) {
  return formula.op == SizeFormula::Op::Dim
             ? sizes.count(formula.dim) != 0
             : std::all_of(formula.args.begin(), formula.args.end(),
                           [&](const SizeFormula &arg) {
                             return isKnown(arg, sizes);
                           });
}

/// What the assertions of the program say of the sizes of this run.
void Evaluator::checkSizes() {
  for (const SizeCheck &check : request.program->checks) {
    if (!isKnown(check.formula, request.sizes))
      continue; // of another entry
    int64_t rest = check.formula.evaluate([&](const Dimension *dim) {
      return interpreter::sizeOf(dim, request.sizes);
    });
    if (rest >= 0)
      continue;
    failAtSizes(check.text);
  }
}

/// As an executable says it.
void Evaluator::failAtSizes(const std::string &what) {
  std::string sizes;
  for (const Dimension *dim : request.entry->dims)
    sizes += fmt::format("{}{} = {}", sizes.empty() ? "" : ", ", dim->name,
                         interpreter::sizeOf(dim, request.sizes));
  fail(what + ", at " + sizes);
}

RunResult Evaluator::run() {
  RunResult result;
  checkSizes();
  const Instance &model = *request.entry->model;
  Frame root;
  CallTarget target;
  target.instance = &model;
  std::vector<Tensor> inputs;
  for (const Input &input : model.inputs) {
    auto found = request.inputs.find(input.name);
    if (found != request.inputs.end())
      inputs.push_back(found->second);
    else if (input.defaultValue)
      inputs.push_back(evaluateTensor(*input.defaultValue, root));
    else
      fail("the input `" + input.name + "` is not given");
  }
  Value values;
  if (!failed())
    values = call(target, std::move(inputs), root);
  result.error = error;
  result.routes = std::move(records);
  for (size_t i = 0; i < values.size() && !failed(); ++i) {
    Output output;
    output.name = model.fieldNames.empty() ? "out" : model.fieldNames[i];
    output.value = values[i].permuted(model.resultTypes[i].dims).contiguous();
    result.outputs.push_back(std::move(output));
  }
  return result;
}

} // namespace spex::interpreter
