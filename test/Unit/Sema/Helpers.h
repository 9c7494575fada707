//===- Helpers.h - What the tests of Sema share ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parses and checks text, and gives the program or its diagnostics in short
// form.
//
//===----------------------------------------------------------------------===//

#ifndef TEST_UNIT_SEMA_HELPERS_H
#define TEST_UNIT_SEMA_HELPERS_H

#include "compiler/Frontend/Parser.h"
#include "compiler/Sema/Sema.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace spex::test {

/// A text, checked; lines count from the edition, which is line 1.
struct Checked {
  SourceFile file;
  DiagnosticEngine diags;
  std::unique_ptr<ast::File> tree;
  std::optional<Program> program;

  explicit Checked(const std::string &text, SemaOptions options = forCheck()) {
    file.name = "test.spex";
    file.text = text;
    tree = parse(file, diags);
    if (!diags.hasErrors())
      program = check(*tree, file, options, diags);
  }
  Checked(const Checked &) = delete;

  static SemaOptions forCheck() {
    SemaOptions options;
    options.mustBeBuildable = false;
    return options;
  }

  /// "2:5 E0102" for each diagnostic, in order of place.
  std::vector<std::string> codes() const {
    std::vector<std::string> result;
    for (const Diagnostic *diagnostic : diags.sorted()) {
      std::string place = "-";
      if (diagnostic->location) {
        SourceFile::Position at =
            file.position(diagnostic->location->offset);
        place = std::to_string(at.line) + ":" + std::to_string(at.column);
      }
      result.push_back(place + " " + info(diagnostic->code).name);
    }
    return result;
  }
  const Dimension *dim(const std::string &name) const {
    for (const auto &dim : program->dimensions)
      if (dim->name == name)
        return dim.get();
    return nullptr;
  }
  const Instance *instance(const std::string &name) const {
    for (const auto &instance : program->instances)
      if (instance->name == name)
        return instance.get();
    return nullptr;
  }
};

using Codes = std::vector<std::string>;

inline std::string sample(const std::string &name) {
  std::ifstream stream(std::string(SPEX_SAMPLES) + "/" + name + ".spex",
                       std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// How many numbers the parameters of an entry hold.
inline int64_t countParameters(const EntryPoint &entry) {
  int64_t total = 0;
  for (const StoredParameter &parameter : entry.parameters) {
    int64_t count = parameter.declaration->kind == Parameter::Kind::Param;
    for (const Dimension *dim : parameter.outer)
      count *= dim->size;
    for (const Dimension *dim : parameter.declaration->type.dims)
      count *= dim->size;
    total += count;
  }
  return total;
}

} // namespace spex::test

#endif // TEST_UNIT_SEMA_HELPERS_H
