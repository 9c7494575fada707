//===- Layout.h - Pieces of a program to lines of text ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The formatter in two steps: PrettyWriter collects what to print as logical
// lines of pieces, one for each token; layOut breaks lines at 100 columns,
// aligns runs of lines and places comments (language.md, section 16).
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_LAYOUT_H
#define COMPILER_FRONTEND_LAYOUT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spex {

/// A comment that stands on lines of its own.
struct LeadingComment {
  std::string text;
  bool hasBlankLine = false; ///< before it
};

/// What the source has around a token besides other tokens.
struct Surroundings {
  std::vector<LeadingComment> leading;
  std::string trailing;        ///< a comment at the end of its line
  unsigned trailingColumn = 0; ///< from 0
};

/// One token.
struct Piece {
  std::string text;
  bool hasBlank = true; ///< before it, unless it begins a row
  uint8_t padding = 0;  ///< further blanks before it
  /// The price of a new row before it; the cheapest is taken.
  uint16_t breakPrice = 0;
  bool mayBreak = false;
  int surroundings = -1; ///< in Document::surroundings
};

/// Braces that stand on one row if all of it fits, and else have a line for
/// each entry.
struct BraceGroup {
  size_t open = 0, close = 0;  ///< the pieces of the braces
  std::vector<size_t> entries; ///< the first piece of each
  std::vector<size_t> aligned; ///< of each entry, what is aligned
  bool keepsCommas = true;     ///< over several lines
};

/// What is one line if it fits.
struct Line {
  unsigned indent = 0;
  std::vector<Piece> pieces;
  std::vector<BraceGroup> groups; ///< outer before inner
  /// Lines of one run have their piece `aligned` in one column; 0: of none.
  unsigned run = 0;
  size_t aligned = 0;
  /// Keeps its column even where lines get too long.
  bool isStrictRun = false;
  bool wantsBlankLine = false; ///< always one before it
  bool hasBlankLine = false;   ///< one before it in the source
  bool closesBlock = false;    ///< begins with `}`
  std::string doc;             ///< used only by a document without comments
};

struct Document {
  std::vector<Line> lines;
  std::vector<Surroundings> surroundings;
  std::vector<LeadingComment> atEnd;
};

/// The text of a document, with a line end after each line.
std::string layOut(Document document);

/// The number of columns of UTF-8 text.
unsigned columnsOf(std::string_view text);

/// Collects the lines of a document.
class PrettyWriter {
public:
  Document document;

  void beginLine();
  Line &line() { return document.lines.back(); }
  void indent() { ++depth; }
  void dedent() { --depth; }
  /// Ends the line with `{`; what follows is indented.
  void openBlock();
  /// Begins a line with `}`.
  void closeBlock();

  /// A token with a blank before it, except after an opening bracket.
  void word(std::string_view text) { add(text, true); }
  /// A token without a blank before it.
  void tight(std::string_view text) { add(text, false); }
  void openBracket(std::string_view text, bool hasBlank);
  void closeBracket(std::string_view text, bool hasBlank = false);
  void comma();
  void colon() { tight(":"); }
  /// The row may end before the next token. Of two places that one is taken
  /// which has fewer brackets around it, and then the lower price; 16 is worth
  /// a bracket.
  void allowBreak(unsigned price);
  /// The next token has no blank before it, as after a bracket.
  void joinNext() { isAfterBracket = true; }
  /// The next token has one, although a bracket stands before it.
  void keepBlank() { isAfterBracket = false; }
  void pad(unsigned blanks) { nextPadding = blanks; }

  void beginGroup(bool keepsCommas);
  void beginEntry();
  /// The next token is aligned among the entries of the group.
  void alignEntry();
  void endGroup();

  /// The next token is aligned with those of other lines of the run.
  void align(unsigned run, bool isStrict = false);
  unsigned newRun() { return ++numRuns; }

private:
  void add(std::string_view text, bool hasBlank);

  unsigned depth = 0;    ///< of blocks
  unsigned brackets = 0; ///< open ones
  bool isAfterBracket = false;
  bool nextMayBreak = false;
  unsigned nextPrice = 0, nextPadding = 0;
  unsigned numRuns = 0;
  std::vector<size_t> openGroups;
};

} // namespace spex

#endif // COMPILER_FRONTEND_LAYOUT_H
