//===- Explain.cpp - A page for each code ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Joins the table of codes with the pages for `spex explain`.
//
//===----------------------------------------------------------------------===//

#include "compiler/Diagnostics/Explain.h"

#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <iterator>

namespace spex {

static constexpr Page pages[] = {
#define PAGE(code, meaning, wrong, mended) {Code::code, meaning, wrong, mended},
#include "compiler/Diagnostics/Pages/All.def"
};

namespace {
struct Wording {
  Code code;
  const char *format;
};
} // namespace

static constexpr Wording wordings[] = {
#define MESSAGE(code, name, format) {Code::code, format},
#include "compiler/Diagnostics/Codes.def"
};

const Page *findPage(Code code) {
  const Page *found =
      std::find_if(std::begin(pages), std::end(pages),
                   [&](const Page &page) { return page.code == code; });
  return found == std::end(pages) ? nullptr : found;
}

static const char *describe(Stage stage) {
  static constexpr const char *texts[] = {
      "S1, forward inference", "S2, all routers and experts", "S3, training",
      "S4, import, quantisation, distribution"};
  return texts[static_cast<int>(stage)];
}

static const char *describe(Severity severity) {
  return severity == Severity::Error ? "error" : "warning";
}

/// The lines of a program, indented; it begins with a line end for the sake
/// of the table.
static std::string indented(llvm::StringRef program) {
  std::string result;
  program = program.trim('\n');
  while (!program.empty()) {
    auto [line, rest] = program.split('\n');
    result += line.empty() ? "\n" : "  " + line.str() + "\n";
    program = rest;
  }
  return result;
}

std::optional<std::string> explain(std::string_view name) {
  std::optional<Code> code = findCode(llvm::StringRef(name).upper());
  if (!code)
    return std::nullopt;
  const CodeInfo &entry = info(*code);
  std::string text = std::string(entry.name) + ": " + entry.title + "\n" +
                     describe(entry.severity) + "; stage " +
                     describe(entry.stage) + "\n";

  text += "\nMessages\n";
  for (const Wording &wording : wordings)
    if (wording.code == *code)
      text += "  " + std::string(wording.format) + "\n";
  if (*entry.advice)
    text += "\nThe usual way out\n  " + std::string(entry.advice) + "\n";

  if (const Page *page = findPage(*code)) {
    text += "\n" + llvm::StringRef(page->meaning).trim('\n').str() + "\n";
    text += "\nWrong\n" + indented(page->wrong);
    text += "\nMended\n" + indented(page->mended);
  }
  return text;
}

std::string explainList() {
  std::string text;
  for (unsigned i = 0; i < numCodes(); ++i) {
    const CodeInfo &entry = info(static_cast<Code>(i));
    std::string severity = describe(entry.severity);
    severity.resize(9, ' ');
    text += std::string(entry.name) + "  " + severity + "S" +
            std::to_string(static_cast<int>(entry.stage) + 1) + "  " +
            entry.title + "\n";
  }
  return text;
}

} // namespace spex
