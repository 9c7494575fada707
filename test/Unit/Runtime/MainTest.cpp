//===- MainTest.cpp - A whole executable, in process ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_main with the hand-written program: same bits for threads, batch and
// steps. MainErrorsTest.cpp has the mistakes.
//
//===----------------------------------------------------------------------===//

#include "RunFake.h"

using namespace spex::test;

namespace {

TEST_F(MainTest, SameBitsForAnyThreads) {
  std::string ids = folder.write("ids.npy", idsFile(2, 5, "Hello, you"));
  std::string one = forward(ids, {"--threads", "1"});
  EXPECT_EQ(one.size(), 128u + 2 * 5 * 256 * 4);
  for (const char *threads : {"2", "5", "16"})
    EXPECT_TRUE(forward(ids, {"--threads", threads}) == one);
}

TEST_F(MainTest, SameBitsForAnyBatch) {
  std::string both =
      forward(folder.write("ids.npy", idsFile(2, 5, "Hello, you")));
  std::string second = forward(folder.write("ids.npy", idsFile(1, 5, ", you")));
  EXPECT_TRUE(both.substr(128 + 5 * 1024) == second.substr(128));
}

TEST_F(MainTest, SeedsDiffer) {
  std::string ids = folder.write("ids.npy", idsFile(1, 3, "abc"));
  EXPECT_TRUE(forward(ids, {"--seed=0"}) == forward(ids));
  EXPECT_FALSE(forward(ids, {"--seed=1"}) == forward(ids));
  EXPECT_NE(err.find("initial values of seed 0"), std::string::npos);
}

TEST_F(MainTest, GeneratesAsForwardWould) {
  ASSERT_EQ(run({"--generate", "10", "--prompt", "He"}), 0) << err;
  ASSERT_EQ(out.size(), 12u);
  EXPECT_EQ(out.substr(0, 2), "He");
  std::string text = out;
  // Every new byte is the likeliest one after its prefix.
  std::string logits = forward(folder.write("ids.npy", idsFile(1, 12, text)));
  for (int p = 1; p < 11; ++p) {
    const float *row =
        reinterpret_cast<const float *>(logits.data() + 128) + p * 256;
    EXPECT_EQ(std::max_element(row, row + 256) - row,
              static_cast<unsigned char>(text[p + 1]));
  }
}

TEST_F(MainTest, SamplesBySeed) {
  std::vector<std::string> sample = {"--generate=20", "--prompt=a",
                                     "--temperature=3", "--seed=1"};
  ASSERT_EQ(run(sample), 0);
  std::string first = out;
  ASSERT_EQ(run(sample), 0);
  EXPECT_EQ(out, first);
  sample[3] = "--seed=2";
  ASSERT_EQ(run(sample), 0);
  EXPECT_NE(out, first);
  EXPECT_NE(err.find("tokens/s"), std::string::npos);
}

TEST_F(MainTest, PromptIdsAreThePrompt) {
  ASSERT_EQ(run({"--generate", "5", "--prompt", "abc"}), 0);
  std::string text = out;
  std::string ids = folder.write("p.npy", idsFile(1, 3, "abc"));
  ASSERT_EQ(run({"--generate", "5", "--prompt-ids", ids}), 0);
  EXPECT_EQ(out, text);
}

TEST_F(MainTest, RecordsAndReplays) {
  std::string ids = folder.write("ids.npy", idsFile(1, 4, "abcd"));
  std::string routes = folder.path("r.json"), stats = folder.path("s.json");
  std::string result = forward(ids, {"--routes", routes, "--stats", stats});
  EXPECT_TRUE(forward(ids, {"--replay", routes}) == result);
  auto replayed = [&](const std::string &choices) {
    std::string units =
        "[" + choices + "," + choices + "," + choices + "," + choices + "]}";
    std::string text = R"({"routes":[{"path":"Block.y","layer":0,"ids":)" +
                       units + R"(,{"path":"Block.y","layer":1,"ids":)" +
                       units + "]}";
    return forward(ids, {"--replay", folder.write("c.json", text)});
  };
  EXPECT_TRUE(replayed("[0,1]") == replayed("[0,1]"));
  EXPECT_FALSE(replayed("[0,1]") == replayed("[1,0]"));
  EXPECT_FALSE(replayed("[0,1]") == replayed("[0,-1]"));
  std::string other = folder.write("ids2.npy", idsFile(1, 3, "abc"));
  EXPECT_NE(errorOf({"--input", "ids=" + other, "--replay", routes, "--output",
                     "out=" + folder.path("o2.npy")})
                .find("replayed choices"),
            std::string::npos);
  EXPECT_NE(read(stats).find("\"dropped\":0"), std::string::npos);
}

TEST_F(MainTest, ForwardAndGenerationRecordTheSame) {
  std::string first = folder.path("1.json"), second = folder.path("2.json");
  ASSERT_EQ(run({"--generate", "4", "--prompt", "ab", "--routes", first}), 0);
  forward(folder.write("ids.npy", idsFile(1, 5, out.substr(0, 5))),
          {"--routes", second});
  EXPECT_EQ(read(first), read(second));
}

TEST_F(MainTest, PrintsBars) {
  ASSERT_EQ(run({"--generate", "4", "--prompt", "ab", "--stats", "-"}), 0);
  EXPECT_NE(err.find("Block.y, layer 1: 10 choices, 0 dropped, entropy"),
            std::string::npos)
      << err;
  EXPECT_NE(err.find("|####"), std::string::npos);
}

TEST_F(MainTest, Benches) {
  ASSERT_EQ(run({"--bench", "3", "--at", "B=2,S=7"}), 0) << err;
  EXPECT_NE(err.find("bench: 3 runs, median "), std::string::npos);
  EXPECT_EQ(out, "");
}

TEST_F(MainTest, HelpAndVersion) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_NE(out.find("index<256>[B, S]"), std::string::npos);
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_EQ(out.rfind("fake, compiled by spex ", 0), 0u);
}

TEST_F(MainTest, LoadsWeights) {
  std::string header =
      R"({"Block.y.w":{"dtype":"BF16","shape":[2,4,8,8],)"
      R"("data_offsets":[0,1024]},"embed":{"dtype":"F32","shape":[256,8],)"
      R"("data_offsets":[1024,9216]}})";
  std::string path =
      folder.write("w", safetensors(header, std::string(9216, '\0')));
  std::string result =
      forward(folder.write("i.npy", idsFile(1, 2, "ab")), {"--weights", path});
  EXPECT_TRUE(result.substr(128) == std::string(2 * 1024, '\0'));
  EXPECT_EQ(err, "");
}

} // namespace
