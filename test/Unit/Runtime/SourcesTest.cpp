//===- SourcesTest.cpp - Bindings in a manifest ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `files` and `skip` of a manifest are read strictly.
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "runtime/Model/Manifest.h"
}

#include "gtest/gtest.h"

#include <string>

namespace {

struct SourcesTest : testing::Test {
  spex_manifest manifest = {};
  spex_error error = {};

  spex_status readFiles(const std::string &files) {
    spex_manifest_free(&manifest);
    std::string text = R"({"name":"m","abi":1,"skip":["mtp.*"],"parameters":[)"
                       R"({"path":"w","type":"f32","shape":[2,3],"files":)" +
                       files + "}]}";
    return spex_manifest_read(&manifest, text.c_str(), int64_t(text.size()),
                              &error);
  }
  ~SourcesTest() override { spex_manifest_free(&manifest); }
};

TEST_F(SourcesTest, ReadsLines) {
  ASSERT_EQ(readFiles(R"([{"tensor":"a.{d0}","axes":[[-1,1]],"parts":2,)"
                      R"("part":1},{"tensor":"b","axes":[[1]],"repeat":0,)"
                      R"("format":"fp8"}])"),
            SPEX_OK)
      << error.message;
  ASSERT_EQ(manifest.parameters[0].source_count, 2);
  const spex_source *s = manifest.parameters[0].sources;
  EXPECT_STREQ(s[0].tensor, "a.{d0}");
  EXPECT_EQ(s[0].axis_count, 1);
  EXPECT_EQ(s[0].factor_count, 2);
  EXPECT_EQ(s[0].factors[0], -1);
  EXPECT_EQ(s[0].parts, 2);
  EXPECT_EQ(s[0].repeat, -1);
  EXPECT_EQ(s[1].repeat, 0);
  EXPECT_STREQ(s[1].format, "fp8");
  ASSERT_EQ(manifest.skip_count, 1);
  EXPECT_STREQ(manifest.skips[0], "mtp.*");
}

TEST_F(SourcesTest, NoLineIsFresh) {
  ASSERT_EQ(readFiles("[]"), SPEX_OK) << error.message;
  EXPECT_TRUE(manifest.parameters[0].is_bound);
  EXPECT_EQ(manifest.parameters[0].source_count, 0);
}

TEST_F(SourcesTest, RefusesOtherText) {
  std::string many = R"([{"tensor":"a","axes":[[0)";
  for (int i = 0; i < 40; ++i)
    many += ",0";
  for (const std::string &files :
       {std::string("{}"), std::string("[{}]"),
        std::string(R"([{"tensor":"a","axes":[[16]]}])"),
        std::string(R"([{"tensor":"a","axes":[[-2]]}])"),
        std::string(R"([{"tensor":"a","axes":[0]}])"),
        std::string(R"([{"tensor":"a","axes":[[0]],"axis":1}])"),
        std::string(R"([{"tensor":"a","repeat":99}])"),
        std::string(R"([{"tensor":1}])"), std::string(R"([],"files":[])"),
        many + "]]}]"})
    EXPECT_EQ(readFiles(files), SPEX_FAILED) << files;
}

} // namespace
