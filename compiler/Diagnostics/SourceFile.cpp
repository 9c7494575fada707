//===- SourceFile.cpp - Lines and columns of offsets ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts lines and columns when a message is printed, so that nothing else has
// to keep them.
//
//===----------------------------------------------------------------------===//

#include "compiler/Diagnostics/SourceFile.h"

#include <algorithm>

namespace spex {

/// The offset at which the line that holds `offset` begins.
static size_t lineStart(const std::string &text, size_t offset) {
  if (offset == 0)
    return 0;
  size_t newline = text.rfind('\n', offset - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

SourceFile::Position SourceFile::position(uint32_t offset) const {
  size_t end = std::min<size_t>(offset, text.size());
  size_t start = lineStart(text, end);
  Position position;
  position.line += std::count(text.begin(), text.begin() + start, '\n');
  // Every byte but the continuations of UTF-8 begins a code point.
  for (size_t at = start; at < end; ++at)
    position.column += (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
  return position;
}

std::string SourceFile::line(uint32_t offset) const {
  size_t start = lineStart(text, std::min<size_t>(offset, text.size()));
  size_t end = std::min(text.find('\n', start), text.size());
  if (end > start && text[end - 1] == '\r')
    --end;
  return text.substr(start, end - start);
}

} // namespace spex
