//===- ReferenceModel.h - A small program that is interpreted ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program with one model; its results are fields named r0, r1, ...
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_INTERPRETER_REFERENCEMODEL_H
#define TEST_UNIT_INTERPRETER_REFERENCEMODEL_H

#include "test/Unit/ProgramBuilder.h"

#include "compiler/Interpreter/Interpreter.h"

#include <gtest/gtest.h>

namespace spex::interpreter {
using namespace spex::test;

struct ReferenceModel : ProgramBuilder {
  ReferenceModel() { model = component("M"); }

  /// A value for an input of the model, row-major.
  void set(const std::string &name, std::vector<double> values) {
    for (const Input &input : model->inputs) {
      if (input.name != name)
        continue;
      SizeList sizes;
      for (const Dimension *dim : input.type.dims)
        sizes.push_back(dim->size);
      Tensor tensor = Tensor::make(input.type.element, input.type.dims, sizes);
      tensor.target = input.type.target;
      ASSERT_EQ(values.size(), tensor.storage->size());
      *tensor.storage = std::move(values);
      inputs[name] = tensor;
    }
  }

  RunResult run() {
    EntryPoint entry;
    entry.model = model;
    RunRequest request;
    request.program = &program;
    request.entry = &entry;
    request.inputs = inputs;
    request.parameters = &parameters;
    request.replay = replay;
    request.perturbationSeed = perturbationSeed;
    return runReference(request);
  }

  Instance *model = nullptr;
  std::map<std::string, Tensor> inputs;
  ParameterMap parameters;
  const std::vector<RouteRecord> *replay = nullptr;
  std::optional<uint64_t> perturbationSeed;
};

inline std::vector<double> numbersOf(const Output &output) {
  return *output.value.contiguous().storage;
}

inline void expectNear(const std::vector<double> &values,
                       const std::vector<double> &expected, double tolerance) {
  ASSERT_EQ(values.size(), expected.size());
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(values[i], expected[i], tolerance) << "element " << i;
}

} // namespace spex::interpreter

#endif // TEST_UNIT_INTERPRETER_REFERENCEMODEL_H
