//===- Lexer.cpp - Source text to tokens ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 2. The parser and the formatter rely on it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Lexer.h"

#include "compiler/Diagnostics/Diagnostics.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/ConvertUTF.h"

#include <algorithm>
#include <charconv>

namespace spex {

namespace {
class Lexer {
public:
  Lexer(const SourceFile &file, uint16_t fileIndex, DiagnosticEngine &diags)
      : text(file.text), fileIndex(fileIndex), diags(diags) {}

  TokenList run();

private:
  char at(size_t index) const { return index < text.size() ? text[index] : 0; }
  SourceLocation place(size_t from, size_t to) const {
    return {static_cast<uint32_t>(from), static_cast<uint32_t>(to - from),
            fileIndex};
  }

  void checkEncoding();
  void lexToken();
  void lexComment();
  void lexNumber();
  void lexString();
  void lexUnexpected();
  void add(TokenKind kind, size_t end);
  bool continuesLine(TokenKind kind, std::string_view word) const;

  const std::string &text;
  uint16_t fileIndex;
  DiagnosticEngine &diags;
  TokenList list;
  size_t position = 0;
  bool startsLine = true;
};
} // namespace

static bool isWordStart(char c) { return llvm::isAlpha(c) || c == '_'; }
static bool isWordPart(char c) { return llvm::isAlnum(c) || c == '_'; }

/// A line that ends with one of these goes on.
static bool endsOpenLine(std::string_view word) {
  return llvm::StringSwitch<bool>(word)
      .Cases({"+", "-", "*", "/", "@", "=", ",", "|"}, true)
      .Cases({"<=", ">=", "==", "!=", "->", ":"}, true)
      .Cases({"and", "or", "not"}, true)
      .Default(false);
}

/// A line before one of these goes on.
static bool beginsContinuation(std::string_view word) {
  return word == "->" || word == "over" || word == "with";
}

TokenList Lexer::run() {
  checkEncoding();
  while (position < text.size()) {
    char c = text[position];
    if (c == '\n') {
      startsLine = true;
      ++position;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++position;
    } else if (c == '#') {
      lexComment();
    } else {
      lexToken();
    }
  }
  startsLine = true;
  add(TokenKind::End, text.size());
  list.tokens.back().continuesLine = false;
  return std::move(list);
}

/// The file must be UTF-8 without a byte order mark. Only the first wrong byte
/// is worth a message.
void Lexer::checkEncoding() {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (std::string_view(text).substr(0, mark.size()) == mark) {
    diags.report(message::byteOrderMark, place(0, mark.size()))
        .help("save the file as UTF-8 without it");
    position = mark.size();
  }
  const auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.data());
  const llvm::UTF8 *wrong = begin;
  if (llvm::isLegalUTF8String(&wrong, begin + text.size()))
    return;
  size_t offset = wrong - begin;
  diags.report(message::invalidUtf8, place(offset, offset + 1),
               "0x" + llvm::utohexstr(*wrong, /*LowerCase=*/true, 2));
}

void Lexer::add(TokenKind kind, size_t end) {
  Token token;
  token.kind = kind;
  token.startsLine = startsLine;
  token.offset = static_cast<uint32_t>(position);
  token.length = static_cast<uint32_t>(end - position);
  token.continuesLine =
      startsLine && continuesLine(kind, std::string_view(text).substr(
                                            position, token.length));
  list.tokens.push_back(token);
  position = end;
  startsLine = false;
}

bool Lexer::continuesLine(TokenKind kind, std::string_view word) const {
  bool isPlain = kind == TokenKind::Word || kind == TokenKind::Punctuation;
  if (isPlain && beginsContinuation(word))
    return true;
  if (list.tokens.empty())
    return false;
  const Token &last = list.tokens.back();
  return (last.kind == TokenKind::Word ||
          last.kind == TokenKind::Punctuation) &&
         endsOpenLine(std::string_view(text).substr(last.offset, last.length));
}

void Lexer::lexToken() {
  char c = text[position];
  if (llvm::isDigit(c))
    return lexNumber();
  if (c == '"')
    return lexString();
  if (isWordStart(c)) {
    size_t end = position;
    while (isWordPart(at(end)))
      ++end;
    return add(TokenKind::Word, end);
  }
  std::string_view two = std::string_view(text).substr(position, 2);
  if (two == "->" || two == "<=" || two == ">=" || two == "==" || two == "!=")
    return add(TokenKind::Punctuation, position + 2);
  if (std::string_view("-+*/@=<>(){}[],:.|").find(c) != std::string_view::npos)
    return add(TokenKind::Punctuation, position + 1);
  lexUnexpected();
}

void Lexer::lexComment() {
  size_t end = std::min(text.find('\n', position), text.size());
  size_t last = end;
  while (last > position && llvm::isSpace(text[last - 1]))
    --last;
  Comment comment;
  comment.offset = static_cast<uint32_t>(position);
  comment.length = static_cast<uint32_t>(last - position);
  comment.nextToken = static_cast<uint32_t>(list.tokens.size());
  comment.ownsLine = startsLine;
  comment.isDoc = at(position + 1) == '#' && at(position + 2) != '#';
  list.comments.push_back(comment);
  position = end;
}

/// Digits with single underscores between them; the first character after.
static size_t skipDigits(const std::string &text, size_t from) {
  auto isDigitAt = [&](size_t index) {
    return index < text.size() && llvm::isDigit(text[index]);
  };
  while (isDigitAt(from) ||
         (from < text.size() && text[from] == '_' && isDigitAt(from + 1)))
    ++from;
  return from;
}

void Lexer::lexNumber() {
  // Exact arithmetic on numbers must stay cheap.
  constexpr size_t maxLength = 400;
  size_t end = skipDigits(text, position);
  if (at(end) == '.' && llvm::isDigit(at(end + 1)))
    end = skipDigits(text, end + 1);
  if (at(end) == 'e' || at(end) == 'E') {
    size_t digits = end + (at(end + 1) == '-' || at(end + 1) == '+' ? 2 : 1);
    if (llvm::isDigit(at(digits)))
      for (end = digits; llvm::isDigit(at(end));)
        ++end;
  }

  // A number runs into nothing else: `1_`, `5x`, `1.`, `2e+`, `0x1F`.
  size_t wrong = end;
  bool hasOpenExponent = (at(end) == 'e' || at(end) == 'E') &&
                         (at(end + 1) == '-' || at(end + 1) == '+');
  if (hasOpenExponent)
    wrong += 2;
  while (isWordPart(at(wrong)) ||
         (at(wrong) == '.' && (wrong == end || llvm::isDigit(at(wrong + 1)))))
    ++wrong;
  std::string digits = text.substr(position, end - position);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  double value = 0;
  std::errc status =
      std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
  size_t shown = std::min<size_t>(wrong - position, 40);
  if (wrong != end)
    diags
        .report(message::malformedNumber, place(position, wrong),
                text.substr(position, shown))
        .help("numbers look like 64, 1_000, 0.5, 1e-6");
  else if (status != std::errc() || wrong - position > maxLength)
    diags
        .report(message::malformedNumber, place(position, wrong),
                text.substr(position, shown))
        .help("a number has at most {} digits and lies between 1e-307 and "
              "1e308",
              maxLength);
  add(TokenKind::Number, wrong);
}

void Lexer::lexString() {
  size_t end = text.find_first_of("\"\n", position + 1);
  if (end != std::string::npos && text[end] == '"')
    return add(TokenKind::String, end + 1);
  end = std::min(end, text.size());
  while (end > position + 1 && llvm::isSpace(text[end - 1]))
    --end;
  diags.report(message::stringNotClosed, place(position, end))
      .help("a string ends with `\"` on the same line");
  add(TokenKind::Invalid, end);
}

/// What was meant by a character that the language does not have.
static const char *adviceFor(std::string_view character) {
  return llvm::StringSwitch<const char *>(character)
      .Cases({"\u201C", "\u201D", "'", "\u2018", "\u2019"},
             "strings are written \"...\"")
      .Case(";", "a statement ends at the end of its line")
      .Case("\u00A0", "this is a no-break space; write a plain one")
      .Cases({"\u2212", "\u2013", "\u2014"}, "write `-`")
      .Cases({"\u00D7", "\u00B7"}, "write `*`")
      .Case("\u2264", "write `<=`")
      .Case("\u2265", "write `>=`")
      .Case("\u2260", "write `!=`")
      .Case("\u2192", "write `->`")
      .Case("&", "write `and`")
      .Case("!", "write `not`")
      .Case("^", "write pow(a, b)")
      .Case("%", "there is no remainder; write a - b * floor(a / b)")
      .Default("outside comments and strings only the ASCII characters of "
               "names, numbers and operators may stand");
}

void Lexer::lexUnexpected() {
  unsigned length =
      llvm::getNumBytesForUTF8(static_cast<llvm::UTF8>(text[position]));
  const auto *bytes =
      reinterpret_cast<const llvm::UTF8 *>(text.data()) + position;
  if (!llvm::isLegalUTF8Sequence(
          bytes,
          reinterpret_cast<const llvm::UTF8 *>(text.data()) + text.size()))
    length = 1;
  std::string character = text.substr(position, length);
  diags
      .report(message::unexpectedCharacter, place(position, position + length),
              "`" + character + "`")
      .help(adviceFor(character));
  add(TokenKind::Invalid, position + length);
}

TokenList lex(const SourceFile &file, uint16_t fileIndex,
              DiagnosticEngine &diags) {
  return Lexer(file, fileIndex, diags).run();
}

} // namespace spex
