//===- Lexer.h - Source text to tokens --------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 2. Tokens say where a physical line begins and whether
// the rules for continued lines join it to the one before; whether a bracket
// joins it is known to the parser. Comments are kept aside for the formatter.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_LEXER_H
#define COMPILER_FRONTEND_LEXER_H

#include "compiler/Diagnostics/SourceFile.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace spex {

class DiagnosticEngine;

enum class TokenKind : uint8_t {
  Word,
  Number,
  String,
  Punctuation,
  Invalid, ///< an error was reported here
  End,
};

struct Token {
  TokenKind kind = TokenKind::End;
  /// First on its line of the file.
  bool startsLine = false;
  /// Joined to the line before by the token there, as `+`, or by being `->`,
  /// `over` or `with`.
  bool continuesLine = false;
  uint32_t offset = 0;
  uint32_t length = 0;

  uint32_t end() const { return offset + length; }
  std::string_view text(const SourceFile &file) const {
    return std::string_view(file.text).substr(offset, length);
  }
};

struct Comment {
  uint32_t offset = 0;
  uint32_t length = 0;
  /// The token that follows it.
  uint32_t nextToken = 0;
  /// Nothing but blanks stands before it on its line.
  bool ownsLine = false;
  /// `##`, not `###`.
  bool isDoc = false;
};

struct TokenList {
  std::vector<Token> tokens; ///< ends with End
  std::vector<Comment> comments;
};

/// The largest file that is read.
constexpr size_t maxFileBytes = 4 * 1024 * 1024;

/// Reads the whole file, which has at most `maxFileBytes`. Errors are reported
/// under `fileIndex`, and what is wrong becomes a token all the same.
TokenList lex(const SourceFile &file, uint16_t fileIndex,
              DiagnosticEngine &diags);

} // namespace spex

#endif // COMPILER_FRONTEND_LEXER_H
