//===- Diagnostics.cpp - Collecting errors and warnings -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of codes and the engine that collects diagnostics. Printing is in
// Render.cpp.
//
//===----------------------------------------------------------------------===//

#include "compiler/Diagnostics/Diagnostics.h"

#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace spex {

static constexpr CodeInfo codeTable[] = {
#define CODE(code, severity, stage, title, advice)                             \
  {Code::code, #code, Severity::severity, Stage::stage, title, advice},
#include "compiler/Diagnostics/Codes.def"
};

const CodeInfo &info(Code code) { return codeTable[static_cast<size_t>(code)]; }

unsigned numCodes() { return std::size(codeTable); }

std::optional<Code> findCode(std::string_view name) {
  for (const CodeInfo &entry : codeTable)
    if (name == entry.name)
      return entry.code;
  return std::nullopt;
}

std::string fillIn(const char *format,
                   std::initializer_list<MessageArgument> arguments) {
  std::string result;
  const MessageArgument *next = arguments.begin();
  for (const char *at = format; *at; ++at) {
    if (at[0] != '{' || at[1] != '}' || next == arguments.end()) {
      result += *at;
      continue;
    }
    result += (next++)->text;
    ++at;
  }
  assert(next == arguments.end() && "an argument without a {}");
  return result;
}

InFlight &InFlight::helpNearest(std::string_view word,
                                const std::vector<std::string> &known) {
  if (std::optional<std::string> near = nearest(word, known))
    help("did you mean `{}`?", *near);
  return *this;
}

uint16_t DiagnosticEngine::addFile(const SourceFile &file) {
  auto known = std::find(files.begin(), files.end(), &file);
  if (known != files.end())
    return static_cast<uint16_t>(known - files.begin());
  files.push_back(&file);
  return static_cast<uint16_t>(files.size() - 1);
}

InFlight DiagnosticEngine::add(Code code,
                               std::optional<SourceLocation> location,
                               std::string message) {
  // A file of nothing but errors must not fill the memory.
  constexpr size_t maxKept = 10'000;
  bool isKept = diagnostics.size() < maxKept;
  if (isKept && location &&
      !reported.insert({code, location->file, location->offset}).second)
    return InFlight(nullptr);
  ++(info(code).severity == Severity::Error ? numErrors : numWarnings);
  if (!isKept)
    return InFlight(nullptr);
  diagnostics.push_back({code, location, std::move(message), {}});
  return InFlight(&diagnostics.back());
}

std::vector<const Diagnostic *> DiagnosticEngine::sorted() const {
  std::vector<const Diagnostic *> result;
  result.reserve(diagnostics.size());
  for (const Diagnostic &diagnostic : diagnostics)
    result.push_back(&diagnostic);
  // In the order of reporting where places are equal.
  auto key = [](const Diagnostic *diagnostic) {
    SourceLocation place = diagnostic->location.value_or(SourceLocation());
    return std::make_tuple(diagnostic->location.has_value(), place.file,
                           place.offset, diagnostic);
  };
  std::sort(result.begin(), result.end(),
            [&](const Diagnostic *left, const Diagnostic *right) {
              return key(left) < key(right);
            });
  return result;
}

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string> &known) {
  // One edit in three letters still looks like the word.
  unsigned best = std::max<size_t>(1, word.size() / 3) + 1;
  std::optional<std::string> result;
  for (const std::string &candidate : known) {
    unsigned distance = llvm::StringRef(word).edit_distance(
        candidate, /*AllowReplacements=*/true, /*MaxEditDistance=*/best);
    // A word of which nothing is left is another word.
    if (distance >= best || distance >= word.size())
      continue;
    best = distance;
    result = candidate;
  }
  return result;
}

} // namespace spex
