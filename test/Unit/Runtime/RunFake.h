//===- RunFake.h - The hand-written program in process ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls spex_main with arguments and keeps what it printed.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_RUNTIME_RUNFAKE_H
#define TEST_UNIT_RUNTIME_RUNFAKE_H

#include "spex/program.h"

#include "TestFiles.h"

#include <algorithm>
#include <vector>

namespace spex::test {

/// A .npy file of bytes, [b, s].
inline std::string idsFile(int b, int s, const std::string &bytes) {
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
    more.insert(more.end(),
                {"--input", "ids=" + ids, "--output", "out=" + result});
    EXPECT_EQ(run(more), 0) << err;
    EXPECT_EQ(out, "");
    return read(result);
  }
};

} // namespace spex::test

#endif // TEST_UNIT_RUNTIME_RUNFAKE_H
