//===- MainErrorsTest.cpp - One line for each mistake --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options, inputs, outputs and weights that are wrong: exit 1, one line on
// stderr, no file left.
//
//===----------------------------------------------------------------------===//

#include "RunFake.h"

using namespace spex::test;

namespace {

using MainErrorsTest = MainTest;

TEST_F(MainErrorsTest, WrongOptions) {
  EXPECT_EQ(errorOf({"--weigths", "x"}),
            "error: unknown option `--weigths`: did you mean `--weights`?\n");
  EXPECT_EQ(errorOf({"--zzzzzzzzzz"}),
            "error: unknown option `--zzzzzzzzzz`: see --help\n");
  for (std::vector<std::string> arguments :
       std::vector<std::vector<std::string>>{
           {"x"},
           {"-v"},
           {"--"},
           {"--weights"},
           {"--threads", "0"},
           {"--threads=257"},
           {"--threads=+2"},
           {"--threads=2x"},
           {"--seed=-1"},
           {"--seed=18446744073709551616"},
           {"--help=1"},
           {"--seed=1", "--seed=1"},
           {"--bench=0"},
           {"--generate=0"},
           {"--input", "ids"},
           {"--input", "x=y"},
           {"--output", "x=y"},
           {"--input", "ids=a", "--input", "ids=b"},
           {"--at", "B"},
           {"--at", "B="},
           {"--at", "B=0"},
           {"--at", "B=x"},
           {"--at", "Q=1"},
           {"--at", "B=1,"},
           {"--at", "B=5"},
           {"--at", "B=1,B=2"},
           {"--prompt", "a"},
           {"--temperature=1"},
           {"--generate=1"},
           {"--generate=1", "--prompt=a", "--prompt-ids=b"},
           {"--generate=1", "--prompt=a", "--at=B=1"},
           {"--generate=1", "--prompt=a", "--temperature=-1"},
           {"--generate=1", "--prompt=a", "--temperature=nan"},
           {"--generate=1", "--prompt="},
           {"--generate=1", "--prompt-ids=" + folder.path("none")}})
    errorOf(arguments);
}

TEST_F(MainErrorsTest, TooLongGenerationNamesTheDim) {
  EXPECT_NE(errorOf({"--generate", "31", "--prompt", "ab"})
                .find("build with `--dim S=33`"),
            std::string::npos);
  EXPECT_EQ(run({"--generate", "30", "--prompt", "ab"}), 0);
}

TEST_F(MainErrorsTest, WrongInputs) {
  std::string good = "ids=" + folder.write("i.npy", idsFile(1, 2, "ab"));
  std::string output = "out=" + folder.path("o.npy");
  EXPECT_NE(errorOf({"--output", output}).find("--input ids=FILE.npy"),
            std::string::npos);
  EXPECT_NE(
      errorOf({"--input", "ids=" + folder.path("none")}).find("No such file"),
      std::string::npos);
  auto refused = [&](const std::string &bytes, const char *part) {
    std::string path = folder.write("w.npy", bytes);
    EXPECT_NE(
        errorOf({"--input", "ids=" + path, "--output", output}).find(part),
        std::string::npos)
        << err;
  };
  refused(idsFile(1, 33, std::string(33, 'a')), "`--dim S=33`");
  refused(idsFile(0, 3, ""), "`B` is 0");
  refused(
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "ab"),
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

TEST_F(MainErrorsTest, FailureOfTheProgramLeavesNothing) {
  std::string ids = folder.write("i.npy", idsFile(1, 2,
                                                  "\xff"
                                                  "b"));
  EXPECT_EQ(errorOf({"--input", "ids=" + ids, "--output",
                     "out=" + folder.path("o.npy"), "--stats",
                     folder.path("s.json")}),
            "error: the first byte is 255\n");
}

TEST_F(MainErrorsTest, UnwritableOutputsLeaveNothing) {
  std::string ids = "ids=" + folder.write("i.npy", idsFile(1, 2, "ab"));
  // The second cannot be written, so the first must not stay.
  auto status = run({"--input", ids, "--output", "out=" + folder.path("o.npy"),
                     "--stats", folder.path("no/s.json")});
  EXPECT_EQ(status, 1);
  EXPECT_EQ(folder.count(), 1);
  EXPECT_NE(err.find("cannot write"), std::string::npos);
}

TEST_F(MainErrorsTest, WrongWeights) {
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

} // namespace
