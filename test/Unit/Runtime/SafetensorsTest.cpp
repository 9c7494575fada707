//===- SafetensorsTest.cpp - Good files of weights ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the format allows is read: any order of keys, metadata, padding, float
// types, shards. SafetensorsDamageTest.cpp has the rest.
//
//===----------------------------------------------------------------------===//

#include "spex/weights.h"

#include "TestFiles.h"

#include <cstring>
#include <vector>

using namespace spex::test;

namespace {

struct SafetensorsTest : testing::Test {
  Folder folder;
  spex_error error = {};
  int64_t shapeA[1] = {2}, shapeB[2] = {2, 2};
  float a[2] = {}, b[4] = {};
  spex_wanted wanted[2] = {{"a", SPEX_F32, 1, shapeA, a, 0, nullptr},
                           {"b.w", SPEX_F32, 2, shapeB, b, 0, nullptr}};

  spex_status readPath(const std::string &path) {
    return spex_weights_read(path.c_str(), wanted, 2, &error);
  }
};

std::string floats(std::vector<float> values) {
  return {reinterpret_cast<char *>(values.data()), 4 * values.size()};
}

const char goodHeader[] =
    R"({"b.w":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]},)"
    R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";

TEST_F(SafetensorsTest, ReadsAFile) {
  std::string path =
      folder.write("x", safetensors(goodHeader, floats({1, 2, 3, 4, 5, 6})));
  ASSERT_EQ(readPath(path), SPEX_OK) << error.message;
  EXPECT_EQ(a[1], 2);
  EXPECT_EQ(b[0], 3);
  EXPECT_EQ(b[3], 6);
}

TEST_F(SafetensorsTest, TakesMetadataPaddingAndAnyOrderOfKeys) {
  std::string header =
      R"({ "__metadata__" : {"format":"pt","note":"\u00e4\ud83d\ude00"},)"
      R"("a":{"data_offsets":[0,8],"shape":[2],"dtype":"F32"},)"
      R"("\u0062.w":{"shape":[2, 2],"dtype":"F32","data_offsets":[8,24]}}   )";
  std::string path =
      folder.write("x", safetensors(header, floats({1, 2, 3, 4, 5, 6})));
  ASSERT_EQ(readPath(path), SPEX_OK) << error.message;
  EXPECT_EQ(b[3], 6);
}

TEST_F(SafetensorsTest, TakesMetadataOfAnyLength) {
  std::string header = "{\"__metadata__\":{\"tags\":\"" +
                       std::string(1000000, 't') + "\"}," +
                       std::string(goodHeader).substr(1);
  std::string path =
      folder.write("x", safetensors(header, floats({1, 2, 3, 4, 5, 6})));
  EXPECT_EQ(readPath(path), SPEX_OK) << error.message;
}

TEST_F(SafetensorsTest, ConvertsFloats) {
  std::string header =
      R"({"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},)"
      R"("b.w":{"dtype":"F64","shape":[2,2],"data_offsets":[4,36]}})";
  double doubles[4] = {1 + 0x1p-30, -2, 3, 1e300};
  std::string data("\x80\x3f\x00\xc0", 4);
  data.append(reinterpret_cast<char *>(doubles), sizeof doubles);
  ASSERT_EQ(readPath(folder.write("x", safetensors(header, data))), SPEX_OK)
      << error.message;
  EXPECT_EQ(a[0], 1);
  EXPECT_EQ(a[1], -2);
  EXPECT_EQ(b[0], 1);
  EXPECT_TRUE(b[3] > 1e38f);
}

TEST_F(SafetensorsTest, ReadsWhatItWrites) {
  float first[2] = {7, 8}, second[4] = {9, 10, 11, 12};
  spex_wanted out[2] = {wanted[0], wanted[1]};
  out[0].data = first, out[1].data = second;
  std::string path = folder.path("y");
  ASSERT_EQ(spex_weights_write(path.c_str(), out, 2, &error), SPEX_OK);
  ASSERT_EQ(readPath(path), SPEX_OK) << error.message;
  EXPECT_EQ(a[1], 8);
  EXPECT_EQ(b[3], 12);
  EXPECT_EQ(folder.count(), 1);
}

TEST_F(SafetensorsTest, ReadsLargeTensorsInPieces) {
  int64_t shape[1] = {3000001};
  std::vector<double> data(3000001);
  std::vector<uint16_t> half(data.size());
  for (size_t i = 0; i < half.size(); ++i)
    half[i] = uint16_t(i % 0x7000);
  std::string header =
      R"({"a":{"dtype":"BF16","shape":[3000001],"data_offsets":[0,6000002]}})";
  std::string path = folder.write(
      "x", safetensors(header, {reinterpret_cast<char *>(half.data()),
                                2 * half.size()}));
  spex_wanted one = {"a", SPEX_F64, 1, shape, data.data(), 0, nullptr};
  ASSERT_EQ(spex_weights_read(path.c_str(), &one, 1, &error), SPEX_OK)
      << error.message;
  for (size_t i = 0; i < data.size(); i += 997)
    EXPECT_EQ(data[i], spex_f32_from_bf16(half[i]));
}

TEST_F(SafetensorsTest, ReadsAFolder) {
  folder.write("model.safetensors",
               safetensors(goodHeader, floats({1, 2, 3, 4, 5, 6})));
  ASSERT_EQ(readPath(folder.root()), SPEX_OK) << error.message;
  EXPECT_EQ(a[1], 2);
}

struct ShardTest : SafetensorsTest {
  void SetUp() override {
    folder.write(
        "one",
        safetensors(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
                    floats({1, 2})));
    folder.write(
        "two",
        safetensors(R"({"b.w":{"dtype":"F32","shape":[2,2],"data_offsets":)"
                    R"([0,16]}})",
                    floats({3, 4, 5, 6})));
  }
  spex_status readIndex(const std::string &text) {
    folder.write("model.safetensors.index.json", text);
    return readPath(folder.root());
  }
};

TEST_F(ShardTest, ReadsShards) {
  ASSERT_EQ(readIndex(R"({"metadata":{"total_size":24,"x":[{},[1e3,null]]},)"
                      R"("weight_map":{"a":"one","b.w":"two"}})"),
            SPEX_OK)
      << error.message;
  EXPECT_EQ(a[1], 2);
  EXPECT_EQ(b[3], 6);
}

TEST_F(ShardTest, RefusesWhatDoesNotFit) {
  for (const char *text :
       {R"({"weight_map":{"a":"one"}})", R"({"weight_map":{"a":"two"}})",
        R"({"weight_map":{"a":"two","b.w":"one"}})", R"({"weight_map":{}})",
        R"({"weight_map":{"a":"one","b.w":"two","c":"two"}})",
        R"({"weight_map":{"a":"one","a":"one","b.w":"two"}})",
        R"({"weight_map":{"a":"one","b.w":"three"}})", R"({})", R"([])", "",
        R"({"weight_map":{"a":"one","b.w":"two"}} x)", R"({"weight_map":[]})",
        R"({"weight_map":{"a":1,"b.w":"two"}})"})
    EXPECT_EQ(readIndex(text), SPEX_FAILED) << text;
}

TEST_F(ShardTest, StaysInTheFolder) {
  for (const char *name :
       {"../one", "/etc/passwd", "..", ".", "", "a/b", "file:one", "a\\\\b"}) {
    std::string text =
        std::string(R"({"weight_map":{"a":")") + name + R"(","b.w":"two"}})";
    EXPECT_EQ(readIndex(text), SPEX_FAILED) << name;
    EXPECT_NE(strstr(error.message, "plain name"), nullptr) << error.message;
  }
  std::filesystem::create_symlink(folder.path("one"), folder.path("link"));
  EXPECT_EQ(readIndex(R"({"weight_map":{"a":"link","b.w":"two"}})"),
            SPEX_FAILED);
  EXPECT_NE(strstr(error.message, "cannot open"), nullptr) << error.message;
}

} // namespace
