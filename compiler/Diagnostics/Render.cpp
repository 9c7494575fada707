//===- Render.cpp - Printing of diagnostics -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes a diagnostic with its source line and caret, as style.md, rule 12,
// shows. Source text is untrusted: what would move the cursor or reorder the
// line is written as its number.
//
//===----------------------------------------------------------------------===//

#include "compiler/Diagnostics/Diagnostics.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Unicode.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

namespace spex {

namespace {
/// A code point of a source line as it appears on the terminal.
struct Cell {
  std::string text;
  unsigned width;
  size_t offset; ///< in the line
};
} // namespace

namespace {
/// Colours what is written in one statement, wherever it goes: who sets
/// `useColour` knows the terminal.
class Coloured {
public:
  Coloured(llvm::raw_ostream &os, const char *colour, bool isUsed)
      : os(os), isUsed(isUsed) {
    if (isUsed)
      os << "\x1B[" << colour << 'm';
  }
  ~Coloured() {
    if (isUsed)
      os << "\x1B[0m";
  }
  template <typename Value> Coloured &operator<<(const Value &value) {
    os << value;
    return *this;
  }

private:
  llvm::raw_ostream &os;
  bool isUsed;
};
} // namespace

/// The code point that begins at `at`, or -1 if the bytes are not UTF-8;
/// `length` becomes the number of its bytes, 1 for a wrong one.
static int decode(const std::string &text, size_t at, size_t &length) {
  const auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.data()) + at;
  const auto *end =
      reinterpret_cast<const llvm::UTF8 *>(text.data()) + text.size();
  const llvm::UTF8 *next = begin;
  llvm::UTF32 point = 0;
  if (llvm::convertUTF8Sequence(&next, end, &point, llvm::strictConversion) !=
      llvm::conversionOK) {
    length = 1;
    return -1;
  }
  length = next - begin;
  return static_cast<int>(point);
}

static std::vector<Cell> cellsOf(const std::string &text) {
  constexpr unsigned tabStop = 8;
  std::vector<Cell> cells;
  unsigned column = 0;
  for (size_t at = 0, length = 1; at < text.size(); at += length) {
    int point = decode(text, at, length);
    std::string shown = text.substr(at, length);
    int width = 0;
    if (point == '\t')
      shown = std::string(tabStop - column % tabStop, ' ');
    else if (point < 0)
      shown = "<" + llvm::utohexstr(static_cast<unsigned char>(text[at])) + ">";
    else if ((width = llvm::sys::unicode::columnWidthUTF8(shown)) < 0 ||
             !llvm::sys::unicode::isPrintable(point) ||
             llvm::sys::unicode::isFormatting(point))
      shown = "<U+" + llvm::utohexstr(point, false, 4) + ">";
    if (shown[0] == '<' || point == '\t')
      width = static_cast<int>(shown.size());
    cells.push_back({shown, static_cast<unsigned>(width), at});
    column += width;
  }
  return cells;
}

/// Text of a message without what would disturb a terminal.
static std::string printable(const std::string &text) {
  std::string result;
  for (const Cell &cell : cellsOf(text))
    result += cell.text;
  return result;
}

static unsigned widthOf(const std::vector<Cell> &cells, size_t from,
                        size_t to) {
  unsigned width = 0;
  for (size_t i = from; i < to; ++i)
    width += cells[i].width;
  return width;
}

/// Prints the line and below it a caret at `place`, with a tail as long as the
/// place or the rest of the line.
static void printExcerpt(llvm::raw_ostream &os, const SourceFile &file,
                         SourceLocation place, const RenderOptions &options) {
  std::string line = file.line(place.offset);
  std::vector<Cell> cells = cellsOf(line);
  size_t end = std::min<size_t>(place.offset, file.text.size());
  size_t start = end == 0 ? std::string::npos : file.text.rfind('\n', end - 1);
  size_t inLine = end - (start == std::string::npos ? 0 : start + 1);
  auto cellAt = [&](size_t offset) {
    return static_cast<size_t>(
        std::lower_bound(cells.begin(), cells.end(), offset,
                         [](const Cell &cell, size_t value) {
                           return cell.offset < value;
                         }) -
        cells.begin());
  };
  size_t caret = cellAt(inLine), last = cellAt(inLine + place.length);

  // Clip a long line to what is around the caret.
  size_t from = 0, to = cells.size();
  const char *before = "", *after = "";
  if (widthOf(cells, 0, to) > options.maxColumns) {
    unsigned half = options.maxColumns / 2;
    for (from = caret; from > 0 && widthOf(cells, from - 1, caret) <= half;)
      --from;
    for (to = from; to < cells.size() &&
                    widthOf(cells, from, to + 1) <= options.maxColumns;)
      ++to;
    before = from > 0 ? "..." : "";
    after = to < cells.size() ? "..." : "";
  }
  last = std::min(last, to);

  os << before;
  for (size_t i = from; i < to; ++i)
    os << cells[i].text;
  os << after << '\n';
  os.indent(std::string_view(before).size() + widthOf(cells, from, caret));
  unsigned length =
      std::max(1u, caret < last ? widthOf(cells, caret, last) : 1);
  Coloured(os, "1;32", options.useColour)
      << '^' << std::string(length - 1, '~');
  os << '\n';
}

void DiagnosticEngine::print(llvm::raw_ostream &os,
                             const Diagnostic &diagnostic,
                             const RenderOptions &options) const {
  const CodeInfo &code = info(diagnostic.code);
  bool isError = code.severity == Severity::Error;
  if (diagnostic.location) {
    const SourceFile &source = *files[diagnostic.location->file];
    SourceFile::Position position =
        source.position(diagnostic.location->offset);
    os << printable(source.name) << ':' << position.line << ':'
       << position.column << ": ";
  }
  Coloured(os, isError ? "1;31" : "1;35", options.useColour)
      << (isError ? "error[" : "warning[") << code.name << ']';
  os << ": " << printable(diagnostic.message) << '\n';
  if (diagnostic.location)
    printExcerpt(os, *files[diagnostic.location->file], *diagnostic.location,
                 options);
  for (const std::string &help : diagnostic.help)
    os << "  help: " << printable(help) << '\n';
}

void DiagnosticEngine::print(llvm::raw_ostream &os,
                             const RenderOptions &options) const {
  unsigned errorsShown = 0, warningsShown = 0;
  for (const Diagnostic *diagnostic : sorted()) {
    bool isError = info(diagnostic->code).severity == Severity::Error;
    if ((isError ? errorsShown : warningsShown)++ < options.maxShown)
      print(os, *diagnostic, options);
  }
  auto summarise = [&](unsigned number, const char *what) {
    if (number > options.maxShown)
      os << number << ' ' << what << ", the first " << options.maxShown
         << " are shown\n";
  };
  summarise(numErrors, "errors");
  summarise(numWarnings, "warnings");
}

} // namespace spex
