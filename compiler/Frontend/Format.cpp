//===- Format.cpp - `spex fmt` --------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints the tree of a file and gives each printed token the comments and
// empty lines that stand around it in the source.
//
//===----------------------------------------------------------------------===//

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/Lexer.h"
#include "compiler/Frontend/Parser.h"
#include "compiler/Frontend/Printer.h"
#include "compiler/Frontend/PrinterImpl.h"

#include <algorithm>
#include <cassert>

namespace spex {

namespace {
/// Gives the comments of a source to the pieces of its document.
class Attacher {
public:
  Attacher(const SourceFile &file, const TokenList &list, Document &document)
      : file(file), list(list), document(document) {}
  void run();

private:
  struct Place {
    size_t line, piece;
  };
  void matchTokens();
  void addComment(const Comment &comment);
  void moveBehindComma(Place &place) const;
  Surroundings &around(Place place);
  bool hasBlankLineBefore(uint32_t offset) const;

  const SourceFile &file;
  const TokenList &list;
  Document &document;
  /// For each token the piece that it became; for one that is not printed,
  /// the piece before it.
  std::vector<Place> places;
  std::vector<bool> isPrinted;
};
} // namespace

void Attacher::matchTokens() {
  // The printer adds and leaves out commas and empty parentheses only.
  size_t line = 0, piece = 0;
  Place last{0, 0};
  auto step = [&] {
    if (++piece < document.lines[line].pieces.size())
      return;
    piece = 0;
    ++line;
  };
  for (const Token &token : list.tokens) {
    std::string_view text = token.text(file);
    if (token.kind == TokenKind::End)
      break;
    auto isHere = [&] {
      return line < document.lines.size() &&
             document.lines[line].pieces[piece].text == text;
    };
    if (!isHere() && text != "," && line < document.lines.size() &&
        document.lines[line].pieces[piece].text == ",")
      step();
    isPrinted.push_back(isHere());
    if (isHere()) {
      last = {line, piece};
      step();
    }
    places.push_back(last);
  }
}

Surroundings &Attacher::around(Place place) {
  Piece &piece = document.lines[place.line].pieces[place.piece];
  if (piece.surroundings < 0) {
    piece.surroundings = static_cast<int>(document.surroundings.size());
    document.surroundings.emplace_back();
  }
  return document.surroundings[piece.surroundings];
}

bool Attacher::hasBlankLineBefore(uint32_t offset) const {
  unsigned newlines = 0;
  while (offset > 0) {
    char c = file.text[--offset];
    if (c == '\n')
      ++newlines;
    else if (c != ' ' && c != '\t' && c != '\r')
      break;
  }
  return newlines >= 2;
}

/// A comment before a comma is read better after it.
void Attacher::moveBehindComma(Place &place) const {
  const std::vector<Piece> &pieces = document.lines[place.line].pieces;
  if (place.piece + 1 < pieces.size() && pieces[place.piece + 1].text == ",")
    ++place.piece;
}

void Attacher::addComment(const Comment &comment) {
  std::string text = file.text.substr(comment.offset, comment.length);
  if (!comment.ownsLine && comment.nextToken > 0) {
    Place place = places[comment.nextToken - 1];
    moveBehindComma(place);
    Surroundings &surroundings = around(place);
    size_t start = file.text.rfind('\n', comment.offset);
    start = start == std::string::npos ? 0 : start + 1;
    if (surroundings.trailing.empty()) {
      surroundings.trailing = text;
      surroundings.trailingColumn = columnsOf(
          std::string_view(file.text).substr(start, comment.offset - start));
    } else {
      // Two lines became one, as in `a,  # x` and `)  # y`.
      surroundings.trailing += "  " + text;
    }
    return;
  }
  LeadingComment leading{text, hasBlankLineBefore(comment.offset)};
  if (comment.nextToken >= places.size()) {
    document.atEnd.push_back(std::move(leading));
    return;
  }
  // Before a token that is not printed means before the next one that is.
  size_t token = comment.nextToken;
  while (token + 1 < places.size() && !isPrinted[token])
    ++token;
  around(places[token]).leading.push_back(std::move(leading));
}

void Attacher::run() {
  matchTokens();
  assert(places.size() + 1 == list.tokens.size() && "a token without a place");
  for (const Comment &comment : list.comments)
    addComment(comment);
  for (size_t token = 0; token < places.size(); ++token)
    if (isPrinted[token] && places[token].piece == 0)
      document.lines[places[token].line].hasBlankLine =
          hasBlankLineBefore(list.tokens[token].offset);
}

std::string print(const ast::File &file) {
  Printer printer;
  printer.print(file);
  return layOut(std::move(printer.out.document));
}

std::optional<std::string> format(const SourceFile &file,
                                  DiagnosticEngine &diags) {
  unsigned errorsBefore = diags.errorCount();
  std::unique_ptr<ast::File> tree = parse(file, diags);
  if (diags.errorCount() != errorsBefore)
    return std::nullopt;
  DiagnosticEngine ignored;
  TokenList tokens = lex(file, ignored.addFile(file), ignored);

  Printer printer;
  printer.print(*tree);
  Document document = std::move(printer.out.document);
  for (Line &line : document.lines)
    line.doc.clear();
  Attacher(file, tokens, document).run();
  SourceFile result{file.name, layOut(std::move(document))};

  // Whatever else goes wrong: nobody's program is changed.
  DiagnosticEngine check;
  std::unique_ptr<ast::File> again = parse(result, check);
  bool isSame = !check.hasErrors() && dump(*again) == dump(*tree);
  assert(isSame && "formatting changed the program");
  return isSame ? result.text : file.text;
}

} // namespace spex
