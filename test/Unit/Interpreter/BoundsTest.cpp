//===- BoundsTest.cpp - When a result is said to differ -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The difference of two sums, which 4 disturbed runs disturb alike for one
// element in 16 or so, and 32 runs for none.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Bounds.h"
#include "compiler/Interpreter/Load.h"
#include "compiler/Interpreter/ReferenceRun.h"
#include "test/Unit/Interpreter/ReferenceModel.h"

#include "llvm/Support/FileSystem.h"

using namespace spex;
using namespace spex::interpreter;

namespace {
struct BoundsTest : testing::Test {
  ReferenceModel b;
  Dimension *a = b.dim("A", 128), *n = b.dim("N", 8);
  EntryPoint entry;
  RunRequest request;
  ReferenceOptions options;
  std::vector<std::string> files;

  BoundsTest() {
    Type rows = typeOf({a, n});
    int x = ProgramBuilder::addInput(*b.model, "x", rows);
    int y = ProgramBuilder::addInput(*b.model, "y", rows);
    auto sum = [&](int input) {
      return builtin(Builtin::Sum, typeOf({a}), {n}, local(*b.model, input));
    };
    ProgramBuilder::giveBack(
        *b.model, binary(BinaryOp::Sub, sum(x), sum(y), typeOf({a})));
    std::vector<double> values;
    for (int i = 0; i < 128 * 8; ++i)
      values.push_back(1 + i * 7 % 16 / 16.0 + i * 0x1p-20); // all sums differ
    b.set("x", values);
    std::reverse(values.begin(), values.end());
    b.set("y", values);
    entry.model = b.model;
    request.program = &b.program;
    request.entry = &entry;
    request.inputs = b.inputs;
    request.parameters = &b.parameters;
    for (const auto &[name, tensor] : b.inputs)
      options.inputs[name] = write(tensor);
  }
  ~BoundsTest() override {
    for (const std::string &file : files)
      llvm::sys::fs::remove(file);
  }

  std::string write(const Tensor &tensor) {
    llvm::SmallString<128> path;
    EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("spex", "npy", path));
    files.push_back(path.str().str());
    EXPECT_EQ(writeNpy(files.back(), tensor), "");
    return files.back();
  }
};
} // namespace

TEST_F(BoundsTest, ManyRunsJudgeWhatFewRunsRefuse) {
  BoundedRun few = computeBounds(request, usualRuns);
  BoundedRun many = computeBounds(request, mostRuns);
  ASSERT_EQ(few.error + many.error, "");
  const Tensor &own = few.reference.outputs[0].value;
  Tensor result = Tensor::make(own.element, own.dims, own.sizes);
  int64_t between = 0;
  for (int64_t i = 0; i < result.count(); ++i) {
    double low = few.bounds[0][i], high = many.bounds[0][i];
    EXPECT_LE(low, high);
    bool isBetween = high >= 2 * low;
    result.data()[i] = own.data()[i] + (isBetween ? (low + high) / 2 : 0);
    between += isBetween;
  }
  // The signs of both sums agree in four runs: 128 / 16 elements, more or less.
  EXPECT_GT(between, 1);
  EXPECT_LT(between, 24);
  WorstElement first = compare({{"out", result}}, few);
  EXPECT_EQ(first.beyond, between);
  EXPECT_TRUE(compare({{"out", result}}, many).passes());

  options.outputs["out"] = write(result);
  Verification verification = verifyFiles(b.program, entry, options);
  EXPECT_EQ(verification.error, "");
  EXPECT_TRUE(verification.passes) << verification.text;

  // What lies beyond both bounds is refused all the same.
  result.data()[0] = own.data()[0] + 2 * many.bounds[0][0];
  options.outputs["out"] = write(result);
  EXPECT_FALSE(verifyFiles(b.program, entry, options).passes);
}
