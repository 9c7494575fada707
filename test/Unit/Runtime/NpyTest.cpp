//===- NpyTest.cpp - Reading and writing .npy -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What numpy writes is read; everything else is one sentence and no crash.
//
//===----------------------------------------------------------------------===//

#include "spex/tensor.h"

#include "TestFiles.h"

#include <cstring>
#include <vector>

using namespace spex::test;

namespace {

struct NpyTest : testing::Test {
  Folder folder;
  spex_error error = {};
  spex_tensor tensor = {};
  ~NpyTest() override { spex_tensor_free(&tensor); }

  spex_status readBytes(const std::string &bytes) {
    spex_tensor_free(&tensor);
    return spex_npy_read(folder.write("x.npy", bytes).c_str(), &tensor, &error);
  }
  /// The error for a header and 8 bytes of data.
  std::string errorOf(const std::string &literal) {
    error.message[0] = 0;
    EXPECT_EQ(readBytes(npy(literal, std::string(8, '\0'))), SPEX_FAILED)
        << literal;
    std::string text = error.message;
    EXPECT_EQ(text.find('\n'), std::string::npos);
    return text;
  }
};

TEST_F(NpyTest, ReadsWhatNumpyWrites) {
  ASSERT_EQ(readBytes(npy("{'descr': '<i2', 'fortran_order': False, 'shape': "
                          "(2, 2), }   \n",
                          std::string("\1\0\2\0\3\0\xff\xff", 8))),
            SPEX_OK)
      << error.message;
  EXPECT_EQ(tensor.type, SPEX_I16);
  EXPECT_EQ(tensor.rank, 2);
  EXPECT_EQ(spex_load_f64(tensor.type, tensor.data, 3), -1.0);
}

TEST_F(NpyTest, ReadsScalarsAndEmptyArrays) {
  ASSERT_EQ(readBytes(npy("{'descr':'<f8','fortran_order':False,'shape':()}",
                          std::string(8, '\0'))),
            SPEX_OK);
  EXPECT_EQ(tensor.rank, 0);
  ASSERT_EQ(
      readBytes(npy("{'descr':'<f8','fortran_order':False,'shape':(0,)}", "")),
      SPEX_OK);
  EXPECT_EQ(tensor.shape[0], 0);
}

TEST_F(NpyTest, ReadsEveryType) {
  for (const char *type : {"<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1",
                           "<i1", "<u8", "<u4", "<u2", "|u1", "|b1"}) {
    std::string literal = std::string("{'descr': '") + type +
                          "', 'fortran_order': False, 'shape': (1,), }";
    EXPECT_EQ(readBytes(npy(literal, std::string(type[2] - '0', '\0'))),
              SPEX_OK)
        << type << error.message;
  }
}

TEST_F(NpyTest, TurnsFortranOrder) {
  ASSERT_EQ(readBytes(npy("{'descr': '|u1', 'fortran_order': True, 'shape': "
                          "(2, 3), }",
                          "\1\2\3\4\5\6")),
            SPEX_OK);
  // Columns one after the other: [[1, 3, 5], [2, 4, 6]].
  EXPECT_EQ(memcmp(tensor.data, "\1\3\5\2\4\6", 6), 0);
}

TEST_F(NpyTest, WritesAndReadsBack) {
  std::vector<float> data = {1.5f, -2, 3e-40f, 4, 5, 6};
  spex_tensor out = {SPEX_F32, 2, {2, 3}, data.data()};
  std::string path = folder.path("out.npy");
  ASSERT_EQ(spex_npy_write(path.c_str(), &out, &error), SPEX_OK);
  EXPECT_EQ(folder.count(), 1);
  std::string bytes = read(path);
  EXPECT_EQ(bytes.size(), 128u + 24u);
  ASSERT_EQ(spex_npy_read(path.c_str(), &tensor, &error), SPEX_OK);
  EXPECT_EQ(memcmp(tensor.data, data.data(), 24), 0);
}

TEST_F(NpyTest, WritesBfloatAsFloat) {
  uint16_t data[] = {0x3f80, 0xc000};
  spex_tensor out = {SPEX_BF16, 1, {2}, data};
  std::string path = folder.path("out.npy");
  ASSERT_EQ(spex_npy_write(path.c_str(), &out, &error), SPEX_OK);
  ASSERT_EQ(spex_npy_read(path.c_str(), &tensor, &error), SPEX_OK);
  EXPECT_EQ(tensor.type, SPEX_F32);
  EXPECT_EQ(spex_load_f64(SPEX_F32, tensor.data, 1), -2.0);
}

TEST_F(NpyTest, LeavesNothingWhereItCannotWrite) {
  float x = 1;
  spex_tensor out = {SPEX_F32, 0, {}, &x};
  EXPECT_EQ(spex_npy_write(folder.path("no/out.npy").c_str(), &out, &error),
            SPEX_FAILED);
  EXPECT_NE(strstr(error.message, "cannot write"), nullptr);
  EXPECT_EQ(spex_npy_write(folder.root().c_str(), &out, &error), SPEX_FAILED);
  EXPECT_EQ(folder.count(), 0);
}

TEST_F(NpyTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(spex_npy_read(folder.path("none").c_str(), &tensor, &error),
            SPEX_FAILED);
  EXPECT_NE(strstr(error.message, "No such file"), nullptr);
  EXPECT_EQ(spex_npy_read(folder.root().c_str(), &tensor, &error), SPEX_FAILED);
  EXPECT_NE(strstr(error.message, "regular file"), nullptr);
  EXPECT_EQ(spex_npy_read("/dev/zero", &tensor, &error), SPEX_FAILED);
}

TEST_F(NpyTest, RefusesDamagedPrefixes) {
  std::string good =
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", "\1");
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(readBytes(good.substr(0, size)), SPEX_FAILED) << size;
  EXPECT_EQ(readBytes(good + "\1"), SPEX_FAILED);
  std::string other = good;
  other[6] = 4;
  EXPECT_EQ(readBytes(other), SPEX_FAILED);
  other = good;
  other[7] = 1;
  EXPECT_EQ(readBytes(other), SPEX_FAILED);
  other = good;
  other[9] = '\xff';
  EXPECT_EQ(readBytes(other), SPEX_FAILED);
}

TEST_F(NpyTest, RefusesHostileHeaders) {
  const std::string type = "{'descr': '<f8', 'fortran_order': False, 'shape': ";
  for (const char *shape :
       {"(18446744073709551617,)", "(4294967296, 4294967296)", "(-1,)", "(1)",
        "(1 1)", "(1,,)", "(", "(2,)", "(1.0,)", "(1e0,)", "1", "[1]", "",
        "(9223372036854775807,)", "(4194305, 4194305, 211106198978564)",
        "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)"})
    errorOf(type + shape + ", }");
  for (const char *literal :
       {"", "{", "{}", "{'descr': '<f8'}", "{'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } x",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'a': 1}",
        "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': "
        "(1,)}",
        "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (1,)}",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f", "{'descr': '<f8"})
    errorOf(literal);
  EXPECT_NE(errorOf("{'descr': '>f8', 'fortran_order': False, 'shape': (1,), "
                    "}")
                .find("little endian"),
            std::string::npos);
}

TEST_F(NpyTest, RefusesBoolsThatAreNone) {
  EXPECT_EQ(readBytes(npy("{'descr': '|b1', 'fortran_order': False, 'shape': "
                          "(1,), }",
                          "\2")),
            SPEX_FAILED);
}

} // namespace
