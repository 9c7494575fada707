//===- Parser.cpp - Tokens and the file as a whole ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the rules in Parse*.cpp look at tokens, and the rule for a whole file.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Parser.h"

#include "compiler/Frontend/ParserImpl.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>

namespace spex {

using namespace ast;

bool isReservedWord(std::string_view word) {
  static constexpr std::string_view words[] = {
      "dim",      "const",  "variant", "assert", "import", "edition", "param",
      "state",    "fixed",  "part",    "route",  "aux",    "update",  "next",
      "emit",     "return", "allow",   "stack",  "each",   "scan",    "match",
      "phase",    "and",    "or",      "not",    "where",  "true",    "false",
      "none",     "over",   "by",      "at",     "with",   "init",    "tokens",
      "selected", "kept",   "rank"};
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

const Token &Parser::peek(unsigned ahead) const {
  static const Token nothing;
  if (isPanicking)
    return nothing;
  return list.tokens[std::min(position + ahead, list.tokens.size() - 1)];
}

std::string_view Parser::text(unsigned ahead) const {
  return peek(ahead).text(file);
}

SourceLocation Parser::place(const Token &token) const {
  return {token.offset, std::max<uint32_t>(1, token.length), fileIndex};
}

SourceLocation Parser::placeSince(SourceLocation from) const {
  if (position > 0)
    from.length =
        std::max(from.length, list.tokens[position - 1].end() - from.offset);
  return from;
}

bool Parser::isInsideBrackets() const {
  return !openBrackets.empty() && openBrackets.back().bracket != '{';
}

bool Parser::isLineEnd(unsigned ahead) const {
  const Token &token = peek(ahead);
  return isPanicking || token.kind == TokenKind::End ||
         (token.startsLine && !token.continuesLine && !isInsideBrackets() &&
          lineTaken != position + ahead);
}

bool Parser::isKind(TokenKind kind, unsigned ahead) const {
  for (unsigned i = 0; i <= ahead; ++i)
    if (isLineEnd(i))
      return false;
  return peek(ahead).kind == kind;
}

bool Parser::is(std::string_view word, unsigned ahead) const {
  return text(ahead) == word && (isKind(TokenKind::Punctuation, ahead) ||
                                 isKind(TokenKind::Word, ahead));
}

bool Parser::isAnyOf(std::initializer_list<std::string_view> words,
                     unsigned ahead) const {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is(word, ahead); });
}

bool Parser::isWord(unsigned ahead) const {
  return isKind(TokenKind::Word, ahead);
}

bool Parser::isCapital(unsigned ahead) const {
  return isWord(ahead) && llvm::isUpper(text(ahead)[0]);
}

bool Parser::endsListEntry(unsigned ahead) const {
  return is(",", ahead) || is("}", ahead) || isLineEnd(ahead);
}

void Parser::advance() {
  if (!isPanicking && position + 1 < list.tokens.size())
    ++position;
}

bool Parser::accept(std::string_view word) {
  if (!is(word))
    return false;
  advance();
  return true;
}

void Parser::expect(std::string_view word) {
  if (!accept(word))
    expected("`" + std::string(word) + "`");
}

void Parser::open(char bracket) {
  std::string_view word(&bracket, 1);
  if (!is(word)) {
    expected("`" + std::string(word) + "`");
    return;
  }
  openBrackets.push_back({bracket, position});
  advance();
}

void Parser::close(char bracket) {
  if (isPanicking)
    return;
  std::string_view word(&bracket, 1);
  // The line ends inside the bracket, not before it.
  bool isThere = peek().kind == TokenKind::Punctuation && text() == word;
  OpenBracket opened = openBrackets.back();
  if (!isThere) {
    InFlight error = expected("`" + std::string(word) + "`");
    uint32_t offset = list.tokens[opened.token].offset;
    error.help("closes the `{}` in line {}", std::string(1, opened.bracket),
               file.position(offset).line);
    return;
  }
  openBrackets.pop_back();
  advance();
}

void Parser::expectLineEnd() {
  if (!isLineEnd() && !is("}"))
    expected("the end of the line");
}

void Parser::separator() {
  if (!accept(","))
    expectLineEnd();
}

Identifier Parser::take() {
  Identifier result{std::string(text()), place()};
  advance();
  return result;
}

Identifier Parser::word(const char *what) {
  if (isWord())
    return take();
  expected(what);
  return {};
}

Identifier Parser::capital(const char *what) {
  if (peek().kind == TokenKind::Number) {
    expected(what).help("sizes have names: declare `dim N = ...`, write `N`");
    return {};
  }
  Identifier name = word(what);
  if (name.empty() || name.isCapital() || !misnamed.insert(name.text).second)
    return name;
  std::string better = name.text;
  better[0] = llvm::toUpper(better[0]);
  InFlight error =
      diags.report(message::mustBeCapital, name.location, what, name.text);
  if (better != name.text)
    error.help("write `{}`", better);
  return name;
}

Identifier Parser::small(const char *what) {
  Identifier name = word(what);
  bool isWrong = name.isCapital() || isReservedWord(name.text);
  if (!isWrong || !misnamed.insert(name.text).second)
    return name;
  if (name.isCapital()) {
    std::string better = name.text;
    better[0] = llvm::toLower(better[0]);
    diags.report(message::mustBeSmall, name.location, what, name.text)
        .help("write `{}`", better);
  } else {
    diags.report(message::reservedWord, name.location, name.text)
        .help("another name, as `{}_`", name.text);
  }
  return name;
}

Identifier Parser::string(const char *what) {
  if (!isKind(TokenKind::String)) {
    expected(what);
    return {};
  }
  Identifier result = take();
  // Without the quotes; a string that is not closed has no last one.
  result.text.erase(0, 1);
  if (!result.text.empty() && result.text.back() == '"')
    result.text.pop_back();
  return result;
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

std::string Parser::docBefore(size_t token) const {
  // The comments right before the token, from the last one upwards.
  auto end = std::upper_bound(list.comments.begin(), list.comments.end(), token,
                              [](size_t value, const Comment &comment) {
                                return value < comment.nextToken;
                              });
  auto begin = end;
  while (begin != list.comments.begin()) {
    const Comment &comment = *std::prev(begin);
    if (comment.nextToken != token || !comment.isDoc || !comment.ownsLine)
      break;
    --begin;
  }
  std::string doc;
  for (auto at = begin; at != end; ++at) {
    std::string_view line =
        std::string_view(file.text).substr(at->offset + 2, at->length - 2);
    if (!line.empty() && line[0] == ' ')
      line.remove_prefix(1);
    doc += (at == begin ? "" : "\n") + std::string(line);
  }
  return doc;
}

void Parser::parseEdition() {
  skipLineEnds();
  if (!is("edition")) {
    SourceLocation start{0, 1, fileIndex};
    diags.report(message::editionMissing, isEnd() ? start : place())
        .help("write `edition 2026` before it");
    return;
  }
  size_t start = position;
  advance();
  if (isKind(TokenKind::Number) && text() == "2026") {
    advance();
    expectLineEnd();
  } else {
    diags
        .report(message::editionUnknown,
                isLineEnd() ? place(list.tokens[start]) : place(),
                isLineEnd() ? "" : text())
        .help("this compiler knows `edition 2026`");
    panic();
  }
  if (isPanicking)
    synchronize(Unit::Declaration, start, 0);
}

std::unique_ptr<File> Parser::parseFile() {
  auto result = std::make_unique<File>();
  result->index = fileIndex;
  parseEdition();
  skipLineEnds();
  while (!isEnd()) {
    size_t start = position;
    std::unique_ptr<Item> item = parseItem();
    if (isPanicking)
      synchronize(Unit::Declaration, start, 0);
    else if (item)
      result->items.push_back(std::move(item));
    skipLineEnds();
  }
  return result;
}

std::unique_ptr<File> parse(const SourceFile &file, DiagnosticEngine &diags) {
  uint16_t index = diags.addFile(file);
  if (file.text.size() > maxFileBytes) {
    diags.report(message::fileTooLarge, SourceLocation{0, 1, index},
                 std::to_string(file.text.size()) +
                     " bytes, and at most 4,194,304 are read");
    auto empty = std::make_unique<File>();
    empty->index = index;
    return empty;
  }
  TokenList tokens = lex(file, index, diags);
  return Parser(file, index, tokens, diags).parseFile();
}

} // namespace spex
