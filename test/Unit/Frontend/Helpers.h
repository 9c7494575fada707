//===- Helpers.h - What the tests of the front end share --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parses text and gives its diagnostics in short form.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_FRONTEND_HELPERS_H
#define TEST_UNIT_FRONTEND_HELPERS_H

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/Parser.h"
#include "compiler/Frontend/Printer.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace spex::test {

/// "2:5 E0002" for each diagnostic, in order of place.
inline std::vector<std::string> codesOf(const DiagnosticEngine &diags) {
  std::vector<std::string> codes;
  for (const Diagnostic *diagnostic : diags.sorted()) {
    SourceFile::Position at =
        diags.file(0).position(diagnostic->location->offset);
    codes.push_back(std::to_string(at.line) + ":" + std::to_string(at.column) +
                    " " + info(diagnostic->code).name);
  }
  return codes;
}

/// Of a program whose first line is the edition.
inline std::vector<std::string> errorsIn(const std::string &text) {
  SourceFile file{"test.spex", "edition 2026\n" + text};
  DiagnosticEngine diags;
  parse(file, diags);
  return codesOf(diags);
}

/// The statements of a component, one a line, with two spaces before each;
/// the first is in line 3.
inline std::string body(const std::string &statements) {
  return "module M(x: [D]) -> [D] {\n" + statements + "}\n";
}

inline std::vector<std::filesystem::path> samples() {
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::directory_iterator(SPEX_SAMPLES))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

inline std::string read(const std::filesystem::path &path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

} // namespace spex::test

#endif // TEST_UNIT_FRONTEND_HELPERS_H
