//===- PrettyWriter.cpp - Collecting the lines of a program ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where blanks stand and where a row may end; see Layout.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Layout.h"

#include <algorithm>

namespace spex {

void PrettyWriter::beginLine() {
  Line line;
  line.indent = 2 * depth;
  document.lines.push_back(std::move(line));
  isAfterBracket = nextMayBreak = false;
  nextPadding = 0;
}

void PrettyWriter::openBlock() {
  word("{");
  indent();
}

void PrettyWriter::closeBlock() {
  dedent();
  beginLine();
  line().closesBlock = true;
  word("}");
}

void PrettyWriter::add(std::string_view text, bool hasBlank) {
  Piece piece;
  piece.text = text;
  piece.hasBlank = hasBlank && !isAfterBracket;
  piece.padding = static_cast<uint8_t>(nextPadding);
  piece.mayBreak = nextMayBreak;
  piece.breakPrice = static_cast<uint16_t>(nextPrice);
  line().pieces.push_back(std::move(piece));
  isAfterBracket = nextMayBreak = false;
  nextPadding = 0;
}

void PrettyWriter::allowBreak(unsigned price) {
  // What is further out is cheaper.
  constexpr unsigned pricesPerLevel = 16;
  nextMayBreak = true;
  nextPrice = std::min(brackets, 1000u) * pricesPerLevel + price;
}

void PrettyWriter::openBracket(std::string_view text, bool hasBlank) {
  add(text, hasBlank);
  ++brackets;
  isAfterBracket = true;
}

void PrettyWriter::closeBracket(std::string_view text, bool hasBlank) {
  --brackets;
  nextMayBreak = false;
  add(text, hasBlank);
}

void PrettyWriter::comma() {
  tight(",");
  allowBreak(0);
}

void PrettyWriter::beginGroup(bool keepsCommas) {
  word("{");
  ++brackets;
  openGroups.push_back(line().groups.size());
  BraceGroup group;
  group.open = line().pieces.size() - 1;
  group.keepsCommas = keepsCommas;
  line().groups.push_back(std::move(group));
}

void PrettyWriter::beginEntry() {
  BraceGroup &group = line().groups[openGroups.back()];
  group.entries.push_back(line().pieces.size());
  group.aligned.push_back(line().pieces.size());
}

void PrettyWriter::alignEntry() {
  line().groups[openGroups.back()].aligned.back() = line().pieces.size();
}

void PrettyWriter::endGroup() {
  --brackets;
  nextMayBreak = false;
  word("}");
  line().groups[openGroups.back()].close = line().pieces.size() - 1;
  openGroups.pop_back();
}

void PrettyWriter::align(unsigned run, bool isStrict) {
  line().run = run;
  line().aligned = line().pieces.size();
  line().isStrictRun = isStrict;
}

} // namespace spex
