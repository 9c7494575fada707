//===- CharMoeTest.cpp - The trained example, from its text ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// examples/char_moe was trained by other software, which left its results
// beside the weights: the reference must reproduce them.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Load.h"
#include "compiler/Interpreter/ReferenceRun.h"
#include "compiler/Interpreter/RouteFile.h"
#include "test/Unit/Interpreter/CheckedText.h"

#include "llvm/Support/JSON.h"

#include <chrono>
#include <cmath>
#include <gtest/gtest.h>
#include <iostream>

using namespace spex;
using namespace spex::interpreter;

namespace {
const std::string folder =
    std::string(SPEX_SOURCE_ROOT) + "/examples/char_moe/";

struct CharMoeTest : testing::Test {
  CheckedText text{CheckedText::read(folder + "char_moe.spex")};

  void SetUp() override { ASSERT_TRUE(text.program) << text.messages; }
  const EntryPoint &entry() { return text.program->entries.front(); }

  /// The run on ids.npy with the trained weights.
  void load(RunRequest &request, ParameterMap &parameters) {
    request.program = &*text.program;
    request.entry = &entry();
    ASSERT_EQ(readInputs(entry(), {{"ids", folder + "ids.npy"}}, {}, request),
              "");
    ASSERT_EQ(
        readParameters(entry(), folder + "model.safetensors", 0, parameters),
        "");
    request.parameters = &parameters;
  }
};
} // namespace

TEST_F(CharMoeTest, GivesTheTrainedLogitsAndCounts) {
  RunRequest request;
  ParameterMap parameters;
  load(request, parameters);
  auto start = std::chrono::steady_clock::now();
  RunResult result = runReference(request);
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  ASSERT_EQ(result.error, "");

  Tensor logits;
  const Output &out = result.outputs.front();
  Type type;
  type.element = ElementType::F64; // as the file holds them
  type.dims = out.value.dims;
  ASSERT_EQ(readNpyAs(folder + "logits.npy", "out", type, logits), "");
  ASSERT_EQ(logits.sizes, out.value.sizes);
  double largest = 0;
  for (int64_t i = 0; i < logits.count(); ++i)
    largest =
        std::max(largest, std::abs(logits.data()[i] - out.value.data()[i]));
  RecordProperty("largest_difference", std::to_string(largest));
  std::cout << "largest difference " << largest << ", " << seconds.count()
            << " s\n";
  EXPECT_LT(largest, 4e-6);

  // 2 x 64 bytes with two choices each are 256 rows in each layer.
  llvm::Expected<llvm::json::Value> shares =
      llvm::json::parse(CheckedText::read(folder + "routing.json"));
  ASSERT_TRUE(bool(shares));
  const llvm::json::Array &layers =
      *shares->getAsObject()->getArray("selected_share_per_layer");
  ASSERT_EQ(result.routes.size(), layers.size());
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    const RouteRecord &record = result.routes[layer];
    EXPECT_EQ(record.path, "Block.y");
    EXPECT_EQ(record.layer, static_cast<int64_t>(layer));
    for (int64_t e = 0; e < record.experts; ++e)
      EXPECT_EQ(record.count[e] / 256.0,
                (*layers[layer].getAsArray())[e].getAsNumber());
  }
}

TEST_F(CharMoeTest, ItsOwnChoicesReplayToTheSameBits) {
  RunRequest request;
  ParameterMap parameters;
  load(request, parameters);
  RunResult first = runReference(request);
  ASSERT_EQ(first.error, "");
  std::vector<RouteRecord> replay;
  ASSERT_EQ(parseRoutes(routesText(first.routes), "text", replay), "");
  request.replay = &replay;
  RunResult second = runReference(request);
  ASSERT_EQ(second.error, "");
  EXPECT_EQ(*first.outputs[0].value.storage, *second.outputs[0].value.storage);
}

TEST_F(CharMoeTest, BoundsAreSmallAndHoldTheTrainedLogits) {
  RunRequest request;
  ParameterMap parameters;
  load(request, parameters);
  BoundedRun run = computeBounds(request, usualRuns);
  ASSERT_EQ(run.error, "");
  EXPECT_TRUE(run.foreignChoices.empty());
  double largest = 0;
  for (double bound : run.bounds[0])
    largest = std::max(largest, bound);
  std::cout << "largest bound " << largest << "\n";
  // Logits reach 13; the loosest bound was measured as 1.2e-3.
  EXPECT_LT(largest, 5e-3);

  std::map<std::string, Tensor> results;
  Type type;
  type.dims = run.reference.outputs[0].value.dims;
  ASSERT_EQ(readNpyAs(folder + "logits.npy", "out", type, results["out"]), "");
  WorstElement worst = compare(results, run);
  EXPECT_TRUE(worst.passes()) << describe(worst);
  std::cout << describe(worst);
  // A wrong element is found, and named.
  results["out"].data()[(64 + 3) * 256 + 17] += 0.01;
  worst = compare(results, run);
  EXPECT_EQ(worst.beyond, 1);
  EXPECT_EQ(worst.index, "B = 1, S = 3, V = 17");
  EXPECT_EQ(worst.origin.size(), 4u);
}

TEST_F(CharMoeTest, ContinuesThePromptGreedily) {
  ReferenceOptions options;
  options.weights = folder + "model.safetensors";
  GenerateOptions generate;
  generate.prompt = "ROMEO:\n";
  generate.count = 120;
  std::string made;
  ReferenceReport report =
      generateByReference(*text.program, entry(), options, generate,
                          [&](int64_t id) { made += static_cast<char>(id); });
  ASSERT_EQ(report.error, "");
  EXPECT_EQ(made, CheckedText::read(folder + "greedy_romeo.txt"));
}

TEST_F(CharMoeTest, RefusesMoreThanItsPositions) {
  GenerateOptions generate;
  generate.prompt = "ROMEO:\n";
  generate.count = 122;
  ReferenceReport report =
      generateByReference(*text.program, entry(), {}, generate, [](int64_t) {});
  EXPECT_EQ(report.error, "the prompt of 7 and 122 more are 129, and S is at "
                          "most 128; `--dim S=129` would allow it");
}

TEST_F(CharMoeTest, InitialValuesComeFromTheSeed) {
  ParameterMap first, again, other;
  ASSERT_EQ(initialParameters(entry(), 1, first), "");
  ASSERT_EQ(initialParameters(entry(), 1, again), "");
  ASSERT_EQ(initialParameters(entry(), 2, other), "");
  EXPECT_EQ(*first["embed"].storage, *again["embed"].storage);
  EXPECT_NE(*first["embed"].storage, *other["embed"].storage);
  EXPECT_EQ(first["Block.y.w1"].sizes, (SizeList{4, 8, 128, 256}));
}

TEST_F(CharMoeTest, RefusesParametersThatCannotFit) {
  SemaOptions options;
  options.dims["V"] = 100'000'000'000;
  CheckedText large{text.source.text, options};
  ASSERT_TRUE(large.program) << large.messages;
  ParameterMap parameters;
  std::string error =
      initialParameters(large.program->entries.front(), 0, parameters);
  EXPECT_EQ(error.rfind("the reference would need ", 0), 0u) << error;
}
