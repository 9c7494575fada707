//===- Layout.cpp - Logical lines to rows of text -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 16. Apart from comments and empty lines, the result
// depends on the tree alone, so formatting twice is the same as once.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Layout.h"

#include <algorithm>
#include <map>

namespace spex {

static constexpr unsigned maxColumns = 100;

unsigned columnsOf(std::string_view text) {
  return static_cast<unsigned>(
      std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      }));
}

namespace {
struct Row {
  std::string text;
  std::string comment;
  unsigned commentColumn = 0; ///< in the source
  bool opensBlock = false;
};

class Layout {
public:
  explicit Layout(Document document) : document(std::move(document)) {}
  std::string run();

private:
  const Surroundings *around(const Piece &piece) const {
    return piece.surroundings < 0 ? nullptr
                                  : &document.surroundings[piece.surroundings];
  }
  bool hasLeading(const Piece &piece) const {
    return around(piece) && !around(piece)->leading.empty();
  }
  bool hasTrailing(const Piece &piece) const {
    return around(piece) && !around(piece)->trailing.empty();
  }

  void alignRuns(std::vector<Line> &lines);
  void alignRun(const std::vector<Line *> &lines);
  bool fits(const Line &line) const;
  bool hasCommentInside(const Line &line, size_t from, size_t to) const;

  void addLine(Line line);
  void addGroup(Line line);
  void addRows(const Line &line);
  size_t endOfRow(const Line &line, size_t from, unsigned indent) const;
  void addLeading(const std::vector<LeadingComment> &comments, unsigned indent);
  void addBlankRow();
  void alignComments();

  Document document;
  std::vector<Row> rows;
};
} // namespace

/// The columns of the pieces from `from` to before `to` in one row.
static unsigned widthOf(const Line &line, size_t from, size_t to) {
  unsigned width = 0;
  for (size_t i = from; i < to; ++i) {
    const Piece &piece = line.pieces[i];
    if (i != from)
      width += piece.hasBlank + piece.padding;
    width += columnsOf(piece.text);
  }
  return width;
}

bool Layout::hasCommentInside(const Line &line, size_t from, size_t to) const {
  for (size_t i = from; i < to; ++i)
    if ((i != from && hasLeading(line.pieces[i])) ||
        (i + 1 != to && hasTrailing(line.pieces[i])))
      return true;
  return false;
}

bool Layout::fits(const Line &line) const {
  size_t end = line.pieces.size();
  return line.indent + widthOf(line, 0, end) <= maxColumns &&
         !hasCommentInside(line, 0, end);
}

//===----------------------------------------------------------------------===//
// Alignment
//===----------------------------------------------------------------------===//

void Layout::alignRuns(std::vector<Line> &lines) {
  // An empty line ends a run, except in a route.
  std::map<unsigned, std::vector<Line *>> runs;
  for (Line &line : lines) {
    if (line.run == 0)
      continue;
    std::vector<Line *> &run = runs[line.run];
    bool isApart =
        line.hasBlankLine || (hasLeading(line.pieces[0]) &&
                              around(line.pieces[0])->leading[0].hasBlankLine);
    if (isApart && !line.isStrictRun && !run.empty()) {
      alignRun(run);
      run.clear();
    }
    run.push_back(&line);
  }
  for (auto &[number, run] : runs)
    alignRun(run);
}

void Layout::alignRun(const std::vector<Line *> &lines) {
  struct Entry {
    Line *line;
    unsigned left;     ///< columns before what is aligned
    unsigned maxRight; ///< columns from there on, of this or a shorter one
  };
  std::vector<Entry> entries;
  for (Line *line : lines) {
    // What does not fit on a row anyway is broken wherever it stands.
    const Piece &piece = line->pieces[line->aligned];
    unsigned right =
        piece.hasBlank + widthOf(*line, line->aligned, line->pieces.size());
    entries.push_back(
        {line, widthOf(*line, 0, line->aligned), fits(*line) ? right : 0});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry &a, const Entry &b) { return a.left < b.left; });
  for (size_t i = 1; i < entries.size(); ++i)
    entries[i].maxRight =
        std::max(entries[i].maxRight, entries[i - 1].maxRight);

  // The longest are left out if others would get too long.
  while (!entries.empty() && !lines.front()->isStrictRun &&
         lines.front()->indent + entries.back().left + entries.back().maxRight >
             maxColumns)
    entries.pop_back();
  for (const Entry &entry : entries)
    entry.line->pieces[entry.line->aligned].padding +=
        static_cast<uint8_t>(std::min(entries.back().left - entry.left, 255u));
}

/// Trailing comments keep their column if the code leaves it free; those in
/// one column on neighbouring rows move together.
void Layout::alignComments() {
  for (size_t i = 0; i < rows.size();) {
    size_t end = i + 1;
    if (rows[i].comment.empty()) {
      i = end;
      continue;
    }
    while (end < rows.size() && !rows[end].comment.empty() &&
           rows[end].commentColumn == rows[i].commentColumn)
      ++end;
    unsigned needed = 0;
    bool isTooLong = false;
    for (size_t row = i; row < end; ++row) {
      needed = std::max(needed, columnsOf(rows[row].text) + 2);
      isTooLong |=
          rows[row].commentColumn + columnsOf(rows[row].comment) > maxColumns;
    }
    unsigned column =
        isTooLong ? needed : std::max(needed, rows[i].commentColumn);
    for (; i < end; ++i)
      rows[i].text +=
          std::string(column - columnsOf(rows[i].text), ' ') + rows[i].comment;
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void Layout::addBlankRow() {
  if (!rows.empty() && !rows.back().text.empty() && !rows.back().opensBlock)
    rows.push_back({});
}

void Layout::addLeading(const std::vector<LeadingComment> &comments,
                        unsigned indent) {
  for (const LeadingComment &comment : comments) {
    if (comment.hasBlankLine)
      addBlankRow();
    rows.push_back({std::string(indent, ' ') + comment.text, "", 0, false});
  }
}

/// The piece that begins the next row, if one begins at `from`.
size_t Layout::endOfRow(const Line &line, size_t from, unsigned indent) const {
  unsigned width = indent;
  size_t cheapest = 0;
  for (size_t i = from; i < line.pieces.size(); ++i) {
    const Piece &piece = line.pieces[i];
    if (i != from) {
      if (hasTrailing(line.pieces[i - 1]) || hasLeading(piece))
        return i;
      width += piece.hasBlank + piece.padding;
      if (piece.mayBreak &&
          (!cheapest || piece.breakPrice <= line.pieces[cheapest].breakPrice))
        cheapest = i;
    }
    width += columnsOf(piece.text);
    if (width > maxColumns && cheapest)
      return cheapest;
  }
  return line.pieces.size();
}

void Layout::addRows(const Line &line) {
  unsigned indent = line.indent;
  for (size_t from = 0; from < line.pieces.size();) {
    if (from != 0 && hasLeading(line.pieces[from]))
      addLeading(around(line.pieces[from])->leading, indent);
    size_t end = endOfRow(line, from, indent);
    Row row;
    row.text = std::string(indent, ' ');
    for (size_t i = from; i < end; ++i) {
      const Piece &piece = line.pieces[i];
      if (i != from)
        row.text += std::string(piece.hasBlank + piece.padding, ' ');
      row.text += piece.text;
    }
    row.opensBlock = line.pieces[end - 1].text == "{";
    if (hasTrailing(line.pieces[end - 1])) {
      row.comment = around(line.pieces[end - 1])->trailing;
      row.commentColumn = around(line.pieces[end - 1])->trailingColumn;
    }
    rows.push_back(std::move(row));
    // Apart from the block below, if one begins here.
    indent = line.indent + (line.pieces.back().text == "{" ? 4 : 2);
    from = end;
  }
}

/// Gives each entry of the first brace group lines of its own.
void Layout::addGroup(Line line) {
  BraceGroup group = std::move(line.groups.front());
  // The pieces from `from` to before `to`, with the groups among them.
  auto part = [&](size_t from, size_t to) {
    Line result;
    result.indent = line.indent;
    result.pieces.assign(line.pieces.begin() + from, line.pieces.begin() + to);
    for (const BraceGroup &inner : line.groups) {
      if (inner.open <= group.open && inner.close >= group.close)
        continue;
      if (inner.open < from || inner.close >= to)
        continue;
      BraceGroup moved = inner;
      moved.open -= from;
      moved.close -= from;
      for (size_t &entry : moved.entries)
        entry -= from;
      for (size_t &aligned : moved.aligned)
        aligned -= from;
      result.groups.push_back(std::move(moved));
    }
    return result;
  };

  addRows(part(0, group.open + 1));
  std::vector<Line> entries;
  for (size_t i = 0; i < group.entries.size(); ++i) {
    size_t from = group.entries[i];
    size_t to =
        i + 1 < group.entries.size() ? group.entries[i + 1] : group.close;
    Line entry = part(from, to);
    entry.indent += 2;
    entry.run = 1;
    entry.aligned = group.aligned[i] - from;
    if (!group.keepsCommas && entry.pieces.back().text == "," &&
        i + 1 < group.entries.size()) {
      // The comment after a comma stays at the end of the line.
      int comments = entry.pieces.back().surroundings;
      entry.pieces.pop_back();
      if (comments >= 0)
        entry.pieces.back().surroundings = comments;
    }
    entries.push_back(std::move(entry));
  }
  alignRuns(entries);
  for (Line &entry : entries)
    addLine(std::move(entry));
  Line tail = part(group.close, line.pieces.size());
  tail.closesBlock = true;
  addLine(std::move(tail));
}

void Layout::addLine(Line line) {
  unsigned commentIndent = line.indent + (line.closesBlock ? 2 : 0);
  std::vector<LeadingComment> leading;
  if (hasLeading(line.pieces[0]))
    leading = around(line.pieces[0])->leading;

  // The wanted empty line goes above the comments that touch the line.
  if (line.wantsBlankLine && !line.hasBlankLine) {
    size_t first = leading.size();
    while (first > 0 &&
           !(first < leading.size() && leading[first].hasBlankLine))
      --first;
    if (first < leading.size())
      leading[first].hasBlankLine = true;
    else
      line.hasBlankLine = true;
  }
  addLeading(leading, commentIndent);
  if (line.hasBlankLine && !line.closesBlock)
    addBlankRow();
  if (!line.groups.empty() && !fits(line))
    addGroup(std::move(line));
  else
    addRows(line);
}

std::string Layout::run() {
  std::vector<Line> lines = std::move(document.lines);
  for (Line &line : lines) {
    if (line.doc.empty())
      continue;
    // Only documents that were not read from a source have these.
    Surroundings doc;
    for (size_t from = 0; from <= line.doc.size();) {
      size_t end = std::min(line.doc.find('\n', from), line.doc.size());
      std::string text = line.doc.substr(from, end - from);
      doc.leading.push_back({text.empty() ? "##" : "## " + text, false});
      from = end + 1;
    }
    line.pieces[0].surroundings = document.surroundings.size();
    document.surroundings.push_back(std::move(doc));
  }
  alignRuns(lines);
  for (Line &line : lines)
    addLine(std::move(line));
  addLeading(document.atEnd, 0);
  alignComments();
  std::string text;
  for (const Row &row : rows)
    text += row.text + '\n';
  return text;
}

std::string layOut(Document document) {
  return Layout(std::move(document)).run();
}

} // namespace spex
