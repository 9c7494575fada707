//===- ChoicesTest.cpp - Counting, recording and replaying ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One route of three experts and two layers, fed by hand.
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "runtime/Model/Context.h"
}
#include "spex/kernels.h"

#include "TestFiles.h"

#include <cstring>
#include <vector>

using namespace spex::test;

namespace {

struct ChoicesTest : testing::Test {
  Folder folder;
  spex_route route = {"Block.y", 3, 2, 2};
  spex_context context = {};
  spex_error error = {};

  ChoicesTest() { context.choices = spex_choices_create(&route, 1, 1); }
  ~ChoicesTest() override { spex_choices_destroy(context.choices); }

  void observe(int64_t layer, std::vector<int32_t> ids) {
    spex_observe_route(&context, 0, layer, ids.data(), ids.size() / 2, 2);
  }
  std::string written(bool routes) {
    spex_outputs outputs = {nullptr};
    std::string path = folder.path("choices.json");
    auto *write = routes ? spex_choices_write_routes : spex_choices_write_stats;
    EXPECT_EQ(write(context.choices, &outputs, path.c_str(), &error), SPEX_OK);
    EXPECT_EQ(spex_outputs_commit(&outputs, &error), SPEX_OK);
    spex_outputs_discard(&outputs);
    return read(path);
  }
  spex_status replay(const std::string &text) {
    spex_choices_destroy(context.choices);
    context.choices = spex_choices_create(&route, 1, 1);
    return spex_choices_read_replay(
        context.choices, folder.write("r.json", text).c_str(), &error);
  }
};

const char recorded[] =
    "{\"routes\":[\n"
    "{\"path\":\"Block.y\",\"layer\":0,\"ids\":[[2,1],[0,-1],[2,0]]},\n"
    "{\"path\":\"Block.y\",\"layer\":1,\"ids\":[[1,0]]}\n]}\n";

TEST_F(ChoicesTest, WritesWhatItSaw) {
  observe(0, {2, 1, 0, -1});
  observe(1, {1, 0});
  observe(0, {2, 0}); // the next position
  EXPECT_EQ(written(true), recorded);
  EXPECT_EQ(written(false),
            "{\"routes\":[\n"
            "{\"path\":\"Block.y\",\"layer\":0,\"count\":[2,1,2],\"dropped\":0,"
            "\"dropped_of\":[0,0,0],\"entropy\":1.054920,\"variation\":0.282843,"
            "\"collapse_average\":0.200000,\"collapse_worst\":0.400000},\n"
            "{\"path\":\"Block.y\",\"layer\":1,\"count\":[1,1,0],\"dropped\":0,"
            "\"dropped_of\":[0,0,0],\"entropy\":0.693147,\"variation\":0.707107,"
            "\"collapse_average\":0.500000,\"collapse_worst\":1.000000}"
            "\n]}\n");
}

TEST_F(ChoicesTest, CountsWhatIsDropped) {
  observe(0, {2, 1});
  observe(0, {2, 1, 0, 2});
  int32_t kept[] = {2, -1, -1, 2};
  spex_observe_kept(&context, 0, 0, kept, 2, 2);
  // Nobody took unit 0's second choice, expert 1, and unit 1's first, expert 0.
  EXPECT_NE(written(false).find("\"count\":[0,1,3],\"dropped\":2,"
                                "\"dropped_of\":[1,1,0]"),
            std::string::npos);
  spex_choices_clear(context.choices);
  EXPECT_NE(written(false).find("\"count\":[0,0,0],\"dropped\":0,"
                                "\"dropped_of\":[0,0,0]"),
            std::string::npos);
}

TEST_F(ChoicesTest, WhoMovedOnIsNotDropped) {
  observe(0, {2, 1});
  int32_t kept[] = {0, -1}; // `next`: expert 2 refused, expert 0 took it
  spex_observe_kept(&context, 0, 0, kept, 1, 2);
  EXPECT_NE(written(false).find("\"count\":[1,0,0],\"dropped\":1,"
                                "\"dropped_of\":[0,1,0]"),
            std::string::npos);
}

TEST_F(ChoicesTest, OuterExpertsCountAsLayers) {
  // Unit 1 belongs to outer expert 0, units 0 and 3 to 1, unit 2 to nobody.
  const int32_t outer[] = {1, 0, -1, 1};
  int32_t ids[] = {0, 1, 2, 0, 1, 2, 2, -1};
  spex_observe_within(&context, 0, 0, ids, 4, 2, outer, 2);
  EXPECT_EQ(written(true),
            "{\"routes\":[\n"
            "{\"path\":\"Block.y\",\"layer\":0,\"ids\":[[2,0]]},\n"
            "{\"path\":\"Block.y\",\"layer\":1,\"ids\":[[0,1],[2,-1]]}\n]}\n");
  // Unit 1 loses expert 2, unit 0 expert 1; unit 2's are no one's to lose.
  const int32_t kept[] = {0, -1, -1, 0, -1, -1, 2, -1};
  spex_observe_kept_within(&context, 0, 0, kept, 4, 2, outer, 2);
  std::string stats = written(false);
  EXPECT_NE(stats.find("\"layer\":0,\"count\":[1,0,0],\"dropped\":1,"
                       "\"dropped_of\":[0,0,1]"),
            std::string::npos)
      << stats;
  EXPECT_NE(stats.find("\"layer\":1,\"count\":[1,0,1],\"dropped\":1,"
                       "\"dropped_of\":[0,1,0]"),
            std::string::npos)
      << stats;
}

TEST_F(ChoicesTest, ReplaysTheUnitsOfEachOuterExpert) {
  ASSERT_EQ(
      replay(R"({"routes":[{"path":"Block.y","layer":0,"ids":[[1,0]]},)"
             R"({"path":"Block.y","layer":1,"ids":[[2,1],[0,2]]}]})"),
      SPEX_OK)
      << error.message;
  const int32_t outer[] = {1, 0, -1, 1};
  std::vector<int32_t> ids = {0, 0, 0, 0, 1, 2, 0, 0};
  spex_observe_within(&context, 0, 0, ids.data(), 4, 2, outer, 2);
  EXPECT_EQ(ids, (std::vector<int32_t>{2, 1, 1, 0, 1, 2, 0, 2}));
  EXPECT_EQ(spex_choices_check_replay(context.choices, &error), SPEX_OK);
  EXPECT_FALSE(context.failed);
}

TEST_F(ChoicesTest, ClearForgets) {
  observe(0, {2, 1});
  spex_choices_clear(context.choices);
  EXPECT_NE(written(false).find("\"layer\":0,\"count\":[0,0,0]"),
            std::string::npos);
}

TEST_F(ChoicesTest, ReplaysInOrder) {
  ASSERT_EQ(replay(recorded), SPEX_OK) << error.message;
  std::vector<int32_t> ids = {0, 0, 0, 0};
  spex_observe_route(&context, 0, 0, ids.data(), 2, 2);
  EXPECT_EQ(ids, (std::vector<int32_t>{2, 1, 0, -1}));
  EXPECT_EQ(spex_choices_check_replay(context.choices, &error), SPEX_FAILED);
  observe(0, {0, 0});
  observe(1, {0, 0});
  EXPECT_EQ(spex_choices_check_replay(context.choices, &error), SPEX_OK);
  EXPECT_EQ(written(true), recorded);
  EXPECT_FALSE(context.failed);
  observe(1, {0, 0});
  EXPECT_TRUE(context.failed);
}

TEST_F(ChoicesTest, TakesKeysInAnyOrder) {
  EXPECT_EQ(replay(R"({"routes":[{"ids":[[0,1]],"layer":1,"path":"Block.y"},)"
                   R"({"layer":0,"ids":[[1,2]],"path":"Block.y"}]})"),
            SPEX_OK)
      << error.message;
}

// A route inside of an expert that nobody chose.
TEST_F(ChoicesTest, ReplaysALayerWithoutUnits) {
  ASSERT_EQ(replay(R"({"routes":[{"path":"Block.y","layer":0,"ids":[]},)"
                   R"({"path":"Block.y","layer":1,"ids":[[0,1]]}]})"),
            SPEX_OK)
      << error.message;
  observe(1, {0, 0});
  EXPECT_EQ(spex_choices_check_replay(context.choices, &error), SPEX_OK);
  observe(0, {0, 0});
  EXPECT_TRUE(context.failed);
}

TEST_F(ChoicesTest, RefusesOtherFiles) {
  const std::string other = R"(,{"path":"Block.y","layer":1,"ids":[[0,1]]}]})";
  for (const char *first :
       {R"({"path":"Block.z","layer":0,"ids":[[0,1]]})",
        R"({"path":"Block.y","layer":2,"ids":[[0,1]]})",
        R"({"path":"Block.y","layer":-1,"ids":[[0,1]]})",
        R"({"path":"Block.y","layer":1,"ids":[[0,1]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0,3]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0,-2]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0,4294967296]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0,1,2]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0,1],[2]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0,1],[2,1,0]]})",
        R"({"path":"Block.y","layer":0,"ids":[[]]})",
        R"({"path":"Block.y","layer":0,"ids":[0,1]})",
        R"({"path":"Block.y","layer":0,"layer":0,"ids":[[0,1]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0,1]],"ids":[[0,1]]})",
        R"({"path":"Block.y","layer":0})",
        R"({"layer":0,"ids":[[0,1]]})",
        R"({"path":"Block.y","layer":0,"ids":[[0,1]],"x":1})",
        R"({})",
        R"([])",
        ""}) {
    EXPECT_EQ(replay(R"({"routes":[)" + std::string(first) + other),
              SPEX_FAILED)
        << first;
    EXPECT_EQ(strchr(error.message, '\n'), nullptr);
  }
  for (const char *text : {"", "{}", "[]", R"({"routes":[]})",
                           R"({"routes":{}})", R"({"other":[]})"})
    EXPECT_EQ(replay(text), SPEX_FAILED) << text;
}

TEST_F(ChoicesTest, FirstFailureCounts) {
  spex_fail(&context, "one and more", 3);
  spex_fail(&context, "two", 3);
  EXPECT_STREQ(context.error.message, "one");
}

} // namespace
