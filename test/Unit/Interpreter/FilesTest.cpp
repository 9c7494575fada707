//===- FilesTest.cpp - Choices, inputs and outputs as files ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Round trips, and what is said about files that do not fit.
//
//===----------------------------------------------------------------------===//

#include "compiler/Interpreter/Bounds.h"
#include "compiler/Interpreter/Load.h"
#include "compiler/Interpreter/RouteFile.h"
#include "test/Unit/Interpreter/RouteFixture.h"

#include "llvm/Support/FileSystem.h"

#include <cmath>

using namespace spex;
using namespace spex::interpreter;

namespace {
struct FilesTest : RouteFixture {
  std::string file;

  void SetUp() override {
    llvm::SmallString<128> path;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("spex", "npy", path));
    file = path.str().str();
  }
  void TearDown() override { llvm::sys::fs::remove(file); }
};
} // namespace

TEST_F(FilesTest, RoutesReadWhatTheyWrote) {
  RouteRecord first;
  first.path = "Block.y";
  first.choices = 2;
  first.ids = {3, 1, 0, -1};
  first.count = {1, 1, 0, 1};
  first.droppedOf = {0, 0, 0, 2};
  RouteRecord second = first;
  second.layer = 1;
  std::vector<RouteRecord> written = {second, first, first}, read;
  EXPECT_EQ(routesText(written),
            "{\"routes\":[\n"
            "{\"path\":\"Block.y\",\"layer\":0,"
            "\"ids\":[[3,1],[0,-1],[3,1],[0,-1]]},\n"
            "{\"path\":\"Block.y\",\"layer\":1,\"ids\":[[3,1],[0,-1]]}\n]}\n");
  EXPECT_EQ(statsText({first}), "{\"routes\":[\n{\"path\":\"Block.y\","
                                "\"layer\":0,\"count\":[1,1,0,1],"
                                "\"dropped\":0,\"dropped_of\":[0,0,0,2],"
                                "\"entropy\":1.098612,"
                                "\"variation\":0.577350,"
                                "\"collapse_average\":0.333333,"
                                "\"collapse_worst\":1.000000}\n]}\n");
  ASSERT_EQ(parseRoutes(routesText(written), "r.json", read), "");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].ids.size(), 8u);
  EXPECT_EQ(read[1].choices, 2);
}

TEST_F(FilesTest, RoutesRefuseWhatIsNone) {
  std::vector<RouteRecord> read;
  for (const char *text :
       {"", "{", "[]", "{\"routes\":3}", "{\"routes\":[{}]}",
        "{\"routes\":[{\"path\":\"y\",\"layer\":0,\"ids\":[[1],[1,2]]}]}",
        "{\"routes\":[{\"path\":\"y\",\"layer\":0,\"ids\":[[-2]]}]}"})
    EXPECT_NE(parseRoutes(text, "r.json", read), "") << text;
}

TEST_F(FilesTest, InputsAreCheckedAgainstTheirTypes) {
  Dimension *batch = b.dim("B", 4);
  batch->isBounded = true;
  batch->formula.op = SizeFormula::Op::Dim;
  batch->formula.dim = batch;
  Instance *model = b.component("Model");
  ProgramBuilder::addInput(*model, "ids",
                           typeOf({batch}, ElementType::Index, e));
  EntryPoint entry;
  entry.model = model;
  entry.dims = {batch};
  auto read = [&](Dims dims, SizeList sizes, std::vector<double> values) {
    Tensor tensor = Tensor::make(ElementType::Int, dims, sizes);
    *tensor.storage = values;
    EXPECT_EQ(writeNpy(file, tensor), "");
    RunRequest request;
    return readInputs(entry, {{"ids", file}}, {}, request);
  };
  EXPECT_EQ(read({t}, {3}, {0, 3, 1}), "");
  EXPECT_NE(read({t}, {3}, {0, 4, 1}), ""); // there are 4 entries
  EXPECT_EQ(read({t}, {5}, {0, 0, 0, 0, 0}),
            "B = 5 is above its bound 4; `--dim B=5` would allow it [E0809]");
  EXPECT_EQ(read({}, {}, {0}),
            "`ids` has 1 dimensions and the file `" + file + "` has 0 [E0409]");
  RunRequest request;
  EXPECT_EQ(readInputs(entry, {}, {}, request),
            "the input `ids` is not given: `--input ids=FILE.npy`");
  EXPECT_EQ(readInputs(entry, {{"x", file}}, {}, request),
            "the model has no input `x`");
}

TEST_F(FilesTest, ForeignChoicesAreAcceptedOnlyWithinTheBound) {
  // Units 0 and 1 have two scores that differ by one and by a million units
  // in the last place.
  std::vector<double> scores(units * experts, 0.0);
  scores[0] = 1;
  scores[1] = 1 + std::ldexp(1, -23);
  scores[4] = 1;
  scores[5] = 1.1;
  b.set("h", scores);
  route->select.kind = Selection::Kind::Top;
  route->select.count = 1;
  route->select.by = this->scores();
  ProgramBuilder::giveBack(*b.model, routeResult(*route, typeOf({t, d})));
  EntryPoint entry;
  entry.model = b.model;
  RunRequest request;
  request.program = &b.program;
  request.entry = &entry;
  request.inputs = b.inputs;
  request.parameters = &b.parameters;
  RouteRecord record;
  record.path = "y";
  record.choices = 1;
  record.ids = {0, 0, 0, 0, 0, 0, 0, 0};
  std::vector<RouteRecord> replay = {record};
  request.replay = &replay;
  BoundedRun run = computeBounds(request, usualRuns);
  ASSERT_EQ(run.error, "");
  ASSERT_EQ(run.foreignChoices.size(), 2u);
  EXPECT_TRUE(run.foreignChoices[0].isAccepted);
  EXPECT_FALSE(run.foreignChoices[1].isAccepted);
  EXPECT_FALSE(run.allAccepted());
}
