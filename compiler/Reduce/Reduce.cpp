//===- Reduce.cpp - The smallest program that still fails -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reduce/Reduce.h"
#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/Parser.h"
#include "compiler/Frontend/Printer.h"
#include "compiler/Reduce/Edits.h"

#include <algorithm>
#include <set>

namespace spex {
namespace {
/// A text with its tree, made anew for every attempt: edits spoil it.
struct Parsed {
  SourceFile file;
  DiagnosticEngine diags;
  std::unique_ptr<ast::File> tree;

  explicit Parsed(const std::string &text) {
    file.text = text;
    tree = parse(file, diags);
  }
  bool isGood() const { return !diags.hasErrors(); }
};

class Reducer {
public:
  Reducer(std::string text, const ReduceSteps &steps) : steps(steps) {
    result.text = std::move(text);
  }
  Reduced run();

private:
  size_t countEdits(EditKind kind) const {
    Parsed parsed(result.text);
    return findEdits(*parsed.tree, kind).size();
  }
  bool attempt(EditKind kind, size_t start, size_t count);
  std::string withoutUnused(std::string text) const;
  bool shrink(EditKind kind);

  const ReduceSteps &steps;
  Reduced result;
  std::set<size_t> seen; ///< hashes of what was tried
};
} // namespace

/// What an edit leaves without a user goes with it; that may leave others.
std::string Reducer::withoutUnused(std::string text) const {
  for (int rounds = 0; steps.unused && rounds < 10; ++rounds) {
    Parsed parsed(text);
    std::set<uint32_t> places =
        parsed.isGood() ? steps.unused(text) : std::set<uint32_t>();
    if (places.empty())
      break;
    removeNames(*parsed.tree, places);
    text = print(*parsed.tree);
  }
  return text;
}

bool Reducer::attempt(EditKind kind, size_t start, size_t count) {
  Parsed parsed(result.text);
  auto edits = findEdits(*parsed.tree, kind);
  size_t end = std::min(start + count, edits.size());
  for (size_t i = end; i > start; --i)
    edits[i - 1]();
  std::string text = withoutUnused(print(*parsed.tree));
  if (text == result.text ||
      !seen.insert(std::hash<std::string>()(text)).second ||
      !Parsed(text).isGood())
    return false;
  ++result.tried;
  if (!steps.fails(text))
    return false;
  ++result.taken;
  result.text = std::move(text);
  return true;
}

/// Tries all edits of a kind, first half of them at once, at last one by one.
bool Reducer::shrink(EditKind kind) {
  bool isSmaller = false;
  size_t total = countEdits(kind);
  for (size_t chunk = total; chunk > 0; chunk /= 2)
    for (size_t start = 0; start < total && !steps.isTimeUp();) {
      if (!attempt(kind, start, chunk)) {
        start += chunk;
        continue;
      }
      // What follows has moved to this place. A number may be halved again.
      isSmaller = true;
      total = countEdits(kind);
    }
  return isSmaller;
}

Reduced Reducer::run() {
  // As it is printed, so that every later text differs by its edits alone.
  Parsed parsed(result.text);
  std::string printed = print(*parsed.tree);
  if (printed != result.text && !steps.isTimeUp()) {
    ++result.tried;
    if (steps.fails(printed))
      result.text = printed;
  }
  for (bool isSmaller = true; isSmaller && !steps.isTimeUp();) {
    isSmaller = false;
    for (EditKind kind : allEditKinds)
      isSmaller |= shrink(kind);
  }
  return std::move(result);
}

Reduced reduce(const std::string &text, const ReduceSteps &steps) {
  return Reducer(text, steps).run();
}

} // namespace spex
