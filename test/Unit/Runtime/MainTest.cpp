//===- MainTest.cpp - A whole executable, in process ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spex_main with the hand-written program: same bits for threads, batch and
// steps, and one line for each mistake.
//
//===----------------------------------------------------------------------===//

#include "spex/program.h"

#include "TestFiles.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace spex::test;

namespace {

std::string idsFile(int b, int s, const std::string &bytes) {
  return npy("{'descr': '|u1', 'fortran_order': False, 'shape': (" +
                 std::to_string(b) + ", " + std::to_string(s) + "), }",
             bytes);
}

struct MainTest : testing::Test {
  Folder folder;
  std::string out, err;

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "fake");
    std::vector<char *> argv;
    for (std::string &argument : arguments)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    int status = spex_main(&spex_executable_program,
                           static_cast<int>(arguments.size()), argv.data());
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return status;
  }
  /// Runs what must fail, and gives back its one line.
  std::string errorOf(std::vector<std::string> arguments) {
    int files = folder.count();
    EXPECT_EQ(run(std::move(arguments)), 1);
    EXPECT_EQ(out, "");
    EXPECT_EQ(err.rfind("error: ", 0), 0u) << err;
    EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
    EXPECT_EQ(folder.count(), files);
    return err;
  }
  std::string forward(const std::string &ids,
                      std::vector<std::string> more = {}) {
    std::string result = folder.path("out.npy");
    more.insert(more.end(), {"--input", "ids=" + ids, "--output",
                             "out=" + result});
    EXPECT_EQ(run(more), 0) << err;
    EXPECT_EQ(out, "");
    return read(result);
  }
};

TEST_F(MainTest, SameBitsForAnyThreads) {
  std::string ids = folder.write("ids.npy", idsFile(2, 5, "Hello, you"));
  std::string one = forward(ids, {"--threads", "1"});
  EXPECT_EQ(one.size(), 128u + 2 * 5 * 256 * 4);
  for (const char *threads : {"2", "5", "16"})
    EXPECT_TRUE(forward(ids, {"--threads", threads}) == one);
}

TEST_F(MainTest, SameBitsForAnyBatch) {
  std::string both = forward(
      folder.write("ids.npy", idsFile(2, 5, "Hello, you")));
  std::string second =
      forward(folder.write("ids.npy", idsFile(1, 5, ", you")));
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
  std::string logits =
      forward(folder.write("ids.npy", idsFile(1, 12, text)));
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
    std::string units = "[" + choices + "," + choices + "," + choices + "," +
                        choices + "]}";
    std::string text =
        R"({"routes":[{"path":"Block.y","layer":0,"ids":)" + units +
        R"(,{"path":"Block.y","layer":1,"ids":)" + units + "]}";
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
  EXPECT_NE(err.find("Block.y, layer 1: 10 choices, 0 dropped\n"),
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

TEST_F(MainTest, WrongOptions) {
  EXPECT_EQ(errorOf({"--weigths", "x"}),
            "error: unknown option `--weigths`: did you mean `--weights`?\n");
  EXPECT_EQ(errorOf({"--zzzzzzzzzz"}),
            "error: unknown option `--zzzzzzzzzz`: see --help\n");
  for (std::vector<std::string> arguments : std::vector<
           std::vector<std::string>>{
           {"x"}, {"-v"}, {"--"}, {"--weights"}, {"--threads", "0"},
           {"--threads=257"}, {"--threads=+2"}, {"--threads=2x"},
           {"--seed=-1"}, {"--seed=18446744073709551616"}, {"--help=1"},
           {"--seed=1", "--seed=1"}, {"--bench=0"}, {"--generate=0"},
           {"--input", "ids"}, {"--input", "x=y"}, {"--output", "x=y"},
           {"--input", "ids=a", "--input", "ids=b"}, {"--at", "B"},
           {"--at", "B="}, {"--at", "B=0"}, {"--at", "B=x"}, {"--at", "Q=1"},
           {"--at", "B=1,"}, {"--at", "B=5"}, {"--at", "B=1,B=2"},
           {"--prompt", "a"}, {"--temperature=1"}, {"--generate=1"},
           {"--generate=1", "--prompt=a", "--prompt-ids=b"},
           {"--generate=1", "--prompt=a", "--at=B=1"},
           {"--generate=1", "--prompt=a", "--temperature=-1"},
           {"--generate=1", "--prompt=a", "--temperature=nan"},
           {"--generate=1", "--prompt="},
           {"--generate=1", "--prompt-ids=" + folder.path("none")}})
    errorOf(arguments);
}

TEST_F(MainTest, TooLongGenerationNamesTheDim) {
  EXPECT_NE(errorOf({"--generate", "31", "--prompt", "ab"})
                .find("build with `--dim S=33`"),
            std::string::npos);
  EXPECT_EQ(run({"--generate", "30", "--prompt", "ab"}), 0);
}

TEST_F(MainTest, WrongInputs) {
  std::string good = "ids=" + folder.write("i.npy", idsFile(1, 2, "ab"));
  std::string output = "out=" + folder.path("o.npy");
  EXPECT_NE(errorOf({"--output", output}).find("--input ids=FILE.npy"),
            std::string::npos);
  EXPECT_NE(errorOf({"--input", "ids=" + folder.path("none")})
                .find("No such file"),
            std::string::npos);
  auto refused = [&](const std::string &bytes, const char *part) {
    std::string path = folder.write("w.npy", bytes);
    EXPECT_NE(errorOf({"--input", "ids=" + path, "--output", output})
                  .find(part),
              std::string::npos)
        << err;
  };
  refused(idsFile(1, 33, std::string(33, 'a')), "`--dim S=33`");
  refused(idsFile(0, 3, ""), "`B` is 0");
  refused(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }",
              "ab"),
          "expected index<256>[B, S]");
  refused(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }",
              "abcd"),
          "must hold integers");
  refused(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1), }",
              std::string("\0\1\0\0", 4)),
          "is 256, expected 0 to 255");
  EXPECT_NE(errorOf({"--input", good, "--at", "S=3"}).find("elsewhere"),
            std::string::npos);
  EXPECT_NE(errorOf({"--bench", "1", "--at", "S=3"}).find("size of `B`"),
            std::string::npos);
}

TEST_F(MainTest, FailureOfTheProgramLeavesNothing) {
  std::string ids = folder.write("i.npy", idsFile(1, 2, "\xff" "b"));
  EXPECT_EQ(errorOf({"--input", "ids=" + ids, "--output",
                     "out=" + folder.path("o.npy"), "--stats",
                     folder.path("s.json")}),
            "error: the first byte is 255\n");
}

TEST_F(MainTest, UnwritableOutputsLeaveNothing) {
  std::string ids = "ids=" + folder.write("i.npy", idsFile(1, 2, "ab"));
  // The second cannot be written, so the first must not stay.
  auto status = run({"--input", ids, "--output", "out=" + folder.path("o.npy"),
                     "--stats", folder.path("no/s.json")});
  EXPECT_EQ(status, 1);
  EXPECT_EQ(folder.count(), 1);
  EXPECT_NE(err.find("cannot write"), std::string::npos);
}

TEST_F(MainTest, WrongWeights) {
  std::string ids = "ids=" + folder.write("i.npy", idsFile(1, 2, "ab"));
  std::string output = "out=" + folder.path("o.npy");
  auto refused = [&](const std::string &bytes, const char *part) {
    std::string path = folder.write("w", bytes);
    EXPECT_NE(errorOf({"--input", ids, "--output", output, "--weights", path})
                  .find(part),
              std::string::npos)
        << err;
  };
  refused("", "at least 8");
  refused(safetensors("{}", ""), "[E0408]");
  refused(safetensors(R"({"x":{"dtype":"F32","shape":[],"data_offsets":)"
                      R"([0,4]}})",
                      "abcd"),
          "[E0407]");
  refused(safetensors(R"({"embed":{"dtype":"F32","shape":[1],"data_offsets":)"
                      R"([0,4]}})",
                      "abcd"),
          "expected [256, 8] [E0409]");
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
