//===- Recovery.cpp - Errors, limits and recovery of the parser -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the parser reports what is missing, keeps the limits of language.md,
// section 2, and finds its way back after an error.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ParserImpl.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>

namespace spex {

using namespace ast;

std::string Parser::describe(unsigned ahead) const {
  if (peek(ahead).kind == TokenKind::End)
    return "the end of the file";
  if (isLineEnd(ahead))
    return "the end of the line";
  constexpr size_t maxShown = 40;
  std::string shown(text(ahead));
  if (shown.size() > maxShown)
    shown = shown.substr(0, maxShown) + "...";
  return "`" + shown + "`";
}

InFlight Parser::expected(const std::string &what) {
  if (isPanicking)
    return InFlight(nullptr);
  SourceLocation here = place();
  std::string found = describe();
  // What is missing at the end of a line is missing right after it, also if an
  // operator there would take the next line in.
  bool isNextLine =
      peek().startsLine && !isInsideBrackets() &&
      (beginsDeclaration() || isReservedWord(text()) || text() == "}");
  if ((isLineEnd() || (isNextLine && peek().continuesLine)) && position > 0) {
    here = {list.tokens[position - 1].end(), 1, fileIndex};
    if (!isLineEnd())
      found = "the end of the line";
  }
  bool wasReported = peek().kind == TokenKind::Invalid;
  panic();
  if (wasReported)
    return InFlight(nullptr);
  return diags.report(message::expected, here, what, found);
}

void Parser::stop() {
  isStopped = true;
  isPanicking = true;
}

Parser::Nesting::Nesting(Parser &parser) : parser(parser) {
  constexpr unsigned maxNesting = 256;
  if (++parser.nesting <= maxNesting || parser.isPanicking)
    return;
  parser.diags.report(message::nestedTooDeep, parser.place())
      .help(info(Code::E0004).advice);
  parser.panic();
}

void Parser::countNode() {
  constexpr unsigned maxNodes = 1'000'000;
  if (++numNodes <= maxNodes || isPanicking)
    return;
  diags.report(message::fileTooLarge, place(),
               "it has more than 1,000,000 syntax nodes");
  stop();
}

void Parser::checkHeight(Expr &expr, unsigned height) {
  // Far above what brackets can reach: stops endless `x.a.a.a...`.
  constexpr unsigned maxHeight = 1024;
  tallest = std::max(tallest, height);
  expr.height = static_cast<uint16_t>(std::min(height, maxHeight));
  if (height <= maxHeight || isPanicking)
    return;
  diags.report(message::nestedTooDeep, expr.location)
      .help(info(Code::E0004).advice);
  panic();
}

bool Parser::beginsDeclaration() const {
  // Looks at the tokens themselves, because it is asked in panic.
  auto wordAt = [&](size_t index) -> std::string_view {
    const Token &token =
        list.tokens[std::min(position + index, list.tokens.size() - 1)];
    return token.text(file);
  };
  auto isCapitalAt = [&](size_t index) {
    return !wordAt(index).empty() && llvm::isUpper(wordAt(index)[0]);
  };
  const Token &token = list.tokens[position];
  if (!token.startsLine || token.kind != TokenKind::Word)
    return false;
  bool isFirstColumn = token.offset == 0 || file.text[token.offset - 1] == '\n';
  std::string_view word = wordAt(0);
  if (word == "dim" || word == "allow")
    return openBrackets.empty();
  if (word == "import" || word == "const" || word == "variant" ||
      word == "assert" || word == "edition")
    return isFirstColumn || openBrackets.empty();
  bool needsCapital = llvm::StringSwitch<bool>(word)
                          .Cases({"expert", "gate", "module", "model"}, true)
                          .Cases({"source", "policy", "export"}, true)
                          .Default(false);
  if (needsCapital)
    return isCapitalAt(1);
  bool needsFor = llvm::StringSwitch<bool>(word)
                      .Cases({"weights", "quantize", "schedule"}, true)
                      .Cases({"train", "metrics"}, true)
                      .Default(false);
  if (needsFor)
    return wordAt(2) == "for";
  return (word == "numerics" && wordAt(1) == "{") ||
         (word == "sweep" && wordAt(2) == "{");
}

bool Parser::beginsUnit(Unit unit) const {
  const Token &token = list.tokens[position];
  std::string_view word = token.text(file);
  std::string_view next =
      list.tokens[std::min(position + 1, list.tokens.size() - 1)].text(file);
  bool isWordToken = token.kind == TokenKind::Word;
  switch (unit) {
  case Unit::Declaration:
    return beginsDeclaration();
  case Unit::Statement:
    return isWordToken &&
           (next == "=" || llvm::StringSwitch<bool>(word)
                               .Cases({"param", "state", "fixed"}, true)
                               .Cases({"part", "dim", "route", "aux"}, true)
                               .Cases({"update", "next", "emit"}, true)
                               .Case("return", true)
                               .Default(false));
  case Unit::Clause:
    return isWordToken && next == "=";
  case Unit::Line:
    return token.kind == TokenKind::String || (isWordToken && next == "=") ||
           llvm::StringSwitch<bool>(word)
               .Cases({"skip", "fresh", "let", "feed", "draw"}, true)
               .Cases({"report", "freeze", "rate", "every"}, true)
               .Cases({"log", "save", "eval", "run"}, true)
               .Default(false);
  }
  return false;
}

void Parser::recoverAtBrace(size_t depth) {
  if (!isPanicking || isStopped || leavesBody)
    return;
  size_t start = position;
  for (;; ++position) {
    const Token &token = list.tokens[position];
    std::string_view word = token.text(file);
    bool isNext = token.startsLine && position != start &&
                  (beginsDeclaration() || beginsUnit(Unit::Statement));
    if (token.kind == TokenKind::End || word == "}" || isNext)
      break;
    if (token.kind == TokenKind::Punctuation && word == "{") {
      isPanicking = false;
      openBrackets.resize(depth);
      return;
    }
  }
  position = start;
}

void Parser::synchronize(Unit unit, size_t start, size_t depth) {
  // A declaration inside a body ends everything around it.
  if (isStopped || (leavesBody && unit != Unit::Declaration))
    return;
  isPanicking = leavesBody = false;
  depth = std::min(depth, openBrackets.size());

  // Whether a brace was opened and not closed since the unit began.
  auto hasOpenBrace = [&] {
    return std::any_of(
        openBrackets.begin() + depth, openBrackets.end(),
        [](const OpenBracket &open) { return open.bracket == '{'; });
  };
  // Drops what stands above the innermost `bracket`, and that too.
  auto closeUpTo = [&](char bracket) {
    for (size_t i = openBrackets.size(); i > depth; --i) {
      if (openBrackets[i - 1].bracket == bracket)
        return openBrackets.resize(i - 1);
      if (openBrackets[i - 1].bracket == '{')
        return; // a round or square one that was opened nowhere
    }
  };

  bool endsAtComma = unit == Unit::Clause || unit == Unit::Line;
  for (; list.tokens[position].kind != TokenKind::End; ++position) {
    const Token &token = list.tokens[position];
    std::string_view word = token.text(file);
    if (token.startsLine && position != start) {
      bool isDeclaration = beginsDeclaration();
      if (isDeclaration && unit != Unit::Declaration)
        isPanicking = leavesBody = true;
      bool isNext = unit != Unit::Declaration && !token.continuesLine &&
                    openBrackets.size() == depth;
      if (isDeclaration || isNext || (!hasOpenBrace() && beginsUnit(unit))) {
        openBrackets.resize(depth);
        return;
      }
    }
    if (token.kind != TokenKind::Punctuation)
      continue;
    if (word == "(" || word == "[" || word == "{") {
      openBrackets.push_back({word[0], position});
    } else if (word == ")" || word == "]") {
      closeUpTo(word == ")" ? '(' : '[');
    } else if (word == "}") {
      if (hasOpenBrace()) {
        while (openBrackets.back().bracket != '{')
          openBrackets.pop_back();
        openBrackets.pop_back();
      } else if (unit != Unit::Declaration) {
        openBrackets.resize(depth);
        return;
      }
    } else if (word == "," && endsAtComma && openBrackets.size() == depth) {
      ++position;
      return;
    }
  }
  openBrackets.resize(depth);
}

} // namespace spex
