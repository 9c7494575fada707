//===- TestFiles.h - Files of a test ----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A folder that goes away with the test, and helpers that write into it.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_RUNTIME_TESTFILES_H
#define TEST_UNIT_RUNTIME_TESTFILES_H

#include "gtest/gtest.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace spex::test {

class Folder {
public:
  Folder() {
    // Thousands of small files: in memory where there is such a place.
    std::filesystem::path parent = "/dev/shm";
    if (access(parent.c_str(), W_OK) != 0)
      parent = std::filesystem::temp_directory_path();
    std::string name = (parent / "spex-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;

  std::string path(const std::string &name) const { return path_ + "/" + name; }
  std::string write(const std::string &name, const std::string &bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  /// How many files there are.
  int count() const {
    int files = 0;
    for (const auto &entry : std::filesystem::directory_iterator(path_))
      files += entry.is_regular_file();
    return files;
  }
  const std::string &root() const { return path_; }

private:
  std::string path_;
};

inline std::string read(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string littleEndian(uint64_t value, int bytes = 8) {
  std::string text;
  for (int i = 0; i < bytes; ++i)
    text += static_cast<char>(value >> (8 * i));
  return text;
}

/// A safetensors file of this header and data.
inline std::string safetensors(const std::string &header,
                               const std::string &data) {
  return littleEndian(header.size()) + header + data;
}

/// A .npy file of format 1.0 with this literal.
inline std::string npy(const std::string &literal, const std::string &data) {
  return "\x93NUMPY" + std::string("\1\0", 2) +
         littleEndian(literal.size(), 2) + literal + data;
}

} // namespace spex::test

#endif // TEST_UNIT_RUNTIME_TESTFILES_H
