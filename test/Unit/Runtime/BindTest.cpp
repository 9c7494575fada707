//===- BindTest.cpp - Parameters bound to tensors of a file ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a `weights` section can say is loaded from its place in the file; a file
// that says something else, or a damaged section, ends in one sentence.
//
//===----------------------------------------------------------------------===//

#include "spex/weights.h"

#include "TestFiles.h"

#include <cstring>
#include <numeric>
#include <vector>

using namespace spex::test;

namespace {

/// One tensor of f32 numbers that count on from `first`.
struct FileTensor {
  std::string name;
  std::vector<int64_t> shape;
  float first;
  std::string type = "F32";
};

std::string file(const std::vector<FileTensor> &tensors) {
  std::string header, data;
  for (const FileTensor &tensor : tensors) {
    int64_t count = 1;
    std::string shape;
    for (int64_t size : tensor.shape) {
      count *= size;
      shape += (shape.empty() ? "" : ",") + std::to_string(size);
    }
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), tensor.first);
    size_t begin = data.size();
    data.append(reinterpret_cast<char *>(values.data()), 4 * values.size());
    header += (header.empty() ? "{\"" : ",\"") + tensor.name +
              "\":{\"dtype\":\"" + tensor.type + "\",\"shape\":[" + shape +
              "],\"data_offsets\":[" + std::to_string(begin) + "," +
              std::to_string(data.size()) + "]}";
  }
  return safetensors(header + "}", data);
}

/// A line with `axes`, -1 for the parts.
spex_source source(const char *tensor, std::vector<std::vector<int>> axes) {
  spex_source result = {};
  result.tensor = tensor;
  result.repeat = -1;
  for (const std::vector<int> &axis : axes) {
    result.axis_factors[result.axis_count++] = int(axis.size());
    for (int dim : axis)
      result.factors[result.factor_count++] = dim;
  }
  return result;
}

struct BindTest : testing::Test {
  Folder folder;
  spex_error error = {};
  std::vector<int64_t> shape = {2, 3, 4};
  std::vector<float> data = std::vector<float>(24);
  std::vector<spex_source> sources;
  std::vector<const char *> patterns;

  spex_status readFile(const std::string &bytes) {
    spex_stored stored = {"w",         SPEX_F32,       int(shape.size()),
                          shape.data(), data.data(),   sources.data(),
                          int64_t(sources.size())};
    spex_skips skips = {patterns.data(), int64_t(patterns.size()), 1};
    return spex_parameters_read(folder.write("x", bytes).c_str(), &stored, 1,
                                &skips, &error);
  }
  float at(int i, int j, int k) const { return data[i * 12 + j * 4 + k]; }
  bool says(const std::string &text) const {
    return std::string(error.message).find(text) != std::string::npos;
  }
};

TEST_F(BindTest, TransposesOneTensorForEachIndex) {
  sources = {source("layers.{2*d0+1}.w", {{2}, {1}})};
  ASSERT_EQ(readFile(file({{"layers.1.w", {4, 3}, 0},
                           {"layers.3.w", {4, 3}, 100}})),
            SPEX_OK)
      << error.message;
  for (int j = 0; j < 3; ++j)
    for (int k = 0; k < 4; ++k) {
      EXPECT_EQ(at(0, j, k), k * 3 + j);
      EXPECT_EQ(at(1, j, k), 100 + k * 3 + j);
    }
}

TEST_F(BindTest, SplitsMergedAxesInAnyOrder) {
  sources = {source("w", {{2, 0}, {1}})};
  ASSERT_EQ(readFile(file({{"w", {8, 3}, 0}})), SPEX_OK) << error.message;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k)
        EXPECT_EQ(at(i, j, k), (k * 2 + i) * 3 + j);
}

TEST_F(BindTest, TakesAPartOfHalvesAndOfPairs) {
  for (bool arePairs : {false, true})
    for (int part : {0, 1}) {
      sources = {arePairs ? source("w", {{0}, {1}, {2, -1}})
                          : source("w", {{0}, {1}, {-1, 2}})};
      sources[0].parts = 2;
      sources[0].part = part;
      ASSERT_EQ(readFile(file({{"w", {2, 3, 8}, 0}})), SPEX_OK)
          << error.message;
      EXPECT_EQ(at(1, 2, 3),
                (1 * 3 + 2) * 8 + (arePairs ? 3 * 2 + part : part * 4 + 3));
      EXPECT_EQ(at(0, 0, 0), arePairs ? part : part * 4);
    }
}

TEST_F(BindTest, RepeatsATensor) {
  sources = {source("w", {{2}, {1}})};
  sources[0].repeat = 0;
  ASSERT_EQ(readFile(file({{"w", {4, 3}, 5}})), SPEX_OK) << error.message;
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(at(i, 2, 3), 5 + 3 * 3 + 2);
}

TEST_F(BindTest, ReadsMoreThanOnePiece) {
  shape = {700, 900};
  data.assign(700 * 900, -1);
  sources = {source("w", {{1}, {0}})};
  ASSERT_EQ(readFile(file({{"w", {900, 700}, 0}})), SPEX_OK) << error.message;
  for (int i = 0; i < 700; ++i)
    for (int j = 0; j < 900; ++j)
      ASSERT_EQ(data[i * 900 + j], float(j * 700 + i));
}

TEST_F(BindTest, ReadsAPartOfAnOuterAxisInPieces) {
  shape = {300, 500};
  data.assign(300 * 500, -1);
  sources = {source("w", {{-1, 1}, {0}})};
  sources[0].parts = 3;
  sources[0].part = 1;
  ASSERT_EQ(readFile(file({{"w", {1500, 300}, 0}})), SPEX_OK) << error.message;
  for (int i = 0; i < 300; ++i)
    for (int j = 0; j < 500; ++j)
      ASSERT_EQ(data[i * 500 + j], float((500 + j) * 300 + i));
}

TEST_F(BindTest, PassesOverWhatIsSkipped) {
  sources = {source("a.w", {{0}, {1}, {2}})};
  patterns = {"mtp.*", "*.inv_freq", "a.*"};
  ASSERT_EQ(readFile(file({{"mtp.0.x", {2}, 0, "F8_E4M3"},
                           {"a.w", {2, 3, 4}, 7},
                           {"rope.inv_freq", {3, 2}, 0}})),
            SPEX_OK)
      << error.message;
  EXPECT_EQ(at(1, 2, 3), 7 + 23);
  EXPECT_EQ(readFile(file({{"a.w", {2, 3, 4}, 7}, {"rope.inv", {3}, 0}})),
            SPEX_FAILED);
  EXPECT_TRUE(says("`rope.inv`") && says("[E0407]")) << error.message;
}

TEST_F(BindTest, RefusesMissingTensorsAndOtherShapes) {
  sources = {source("w.{d0}", {{2}, {1}})};
  EXPECT_EQ(readFile(file({{"w.0", {4, 3}, 0}})), SPEX_FAILED);
  EXPECT_TRUE(says("lacks tensor `w.1` [4, 3]") && says("[E0408]"))
      << error.message;
  EXPECT_EQ(readFile(file({{"w.0", {4, 3}, 0}, {"w.1", {3, 4}, 0}})),
            SPEX_FAILED);
  EXPECT_TRUE(says("`w.1`") && says("expected [4, 3] [E0409]"))
      << error.message;
  EXPECT_EQ(readFile(file({{"w.0", {4, 3}, 0},
                           {"w.1", {4, 3}, 0},
                           {"w.2", {4, 3}, 0}})),
            SPEX_FAILED);
  EXPECT_TRUE(says("`w.2`") && says("[E0407]")) << error.message;
  EXPECT_EQ(readFile(file({{"w.0", {4, 3}, 0},
                           {"w.0", {4, 3}, 0},
                           {"w.1", {4, 3}, 0}})),
            SPEX_FAILED);
}

TEST_F(BindTest, NamesAFormatItCannotRead) {
  sources = {source("w", {{0}, {1}, {2}})};
  sources[0].format = "mxfp4";
  EXPECT_EQ(readFile(file({{"w", {2, 3, 4}, 0}})), SPEX_FAILED);
  EXPECT_TRUE(says("mxfp4") && says("`w`")) << error.message;
}

TEST_F(BindTest, RefusesTheSameTensorTwice) {
  sources = {source("w.{0*d0}", {{1}, {2}})};
  EXPECT_EQ(readFile(file({{"w.0", {3, 4}, 0}})), SPEX_FAILED);
  EXPECT_TRUE(says("`w.0` twice [E0402]")) << error.message;
}

TEST_F(BindTest, RefusesDamagedSections) {
  using Axes = std::vector<std::vector<int>>;
  std::vector<std::pair<const char *, Axes>> damaged = {
      {"w", {{0}, {1}}},                // one dimension is nowhere
      {"w", {{0}, {1}, {2}, {2}}},      // twice
      {"w.{d0}", {{0}, {1}, {2}}},      // in both
      {"w", {{0}, {1}, {3}}},           // not a dimension
      {"w", {{0}, {1}, {-2}}},          //
      {"w", {{0}, {1}, {2, -1}}},       // no parts
      {"w.{d3}", {{0}, {1}, {2}}},      //
      {"w.{d99999999999999999999}", {{0}, {1}, {2}}},
      {"w.{d0", {{1}, {2}}},            //
      {"w.d0}", {{0}, {1}, {2}}},       //
      {"w.{}", {{0}, {1}, {2}}},        //
      {"w.{d0+}", {{1}, {2}}},          //
      {"w.{-1*d0}", {{1}, {2}}},        // negative for d0 = 1
      {"w.{9223372036854775807*d0+1}", {{1}, {2}}},
      {"", {{0}, {1}, {2}}}};
  for (const auto &[name, axes] : damaged) {
    sources = {source(name, axes)};
    EXPECT_EQ(readFile(file({{"w", {2, 3, 4}, 0}})), SPEX_FAILED) << name;
    EXPECT_TRUE(says("is damaged")) << name << ": " << error.message;
  }
  std::string longName(3000, 'n');
  sources = {source(longName.c_str(), {{0}, {1}, {2}})};
  EXPECT_EQ(readFile(file({{"w", {2, 3, 4}, 0}})), SPEX_FAILED);
}

} // namespace
