//===- ParserImpl.h - The recursive-descent parser --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shared by the files of the parser: Parser.cpp reads tokens and recovers,
// Parse*.cpp hold one group of grammar rules each.
//
// After an error the parser *panics*: every look at the input sees the end of
// the file, so all rules run out by themselves and nothing more is reported.
// The loops over statements, clauses, lines and declarations then synchronize
// at the next one. So rules need no checks for failure; what they return in
// panic is a tree with holes that nobody reads.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_FRONTEND_PARSERIMPL_H
#define COMPILER_FRONTEND_PARSERIMPL_H

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Frontend/AST.h"
#include "compiler/Frontend/Lexer.h"
#include "compiler/Frontend/Parser.h"

#include <set>

namespace spex {

class Parser {
public:
  Parser(const SourceFile &file, uint16_t fileIndex, const TokenList &list,
         DiagnosticEngine &diags)
      : file(file), fileIndex(fileIndex), list(list), diags(diags) {}

  std::unique_ptr<ast::File> parseFile();

private:
  //===-- Tokens (Parser.cpp) ---------------------------------------------===//

  const Token &peek(unsigned ahead = 0) const;
  std::string_view text(unsigned ahead = 0) const;
  SourceLocation place(const Token &token) const;
  SourceLocation place(unsigned ahead = 0) const { return place(peek(ahead)); }
  /// From the beginning of `from` to the last token that was read.
  SourceLocation placeSince(SourceLocation from) const;

  /// The innermost open bracket is a round or square one.
  bool isInsideBrackets() const;
  /// The token `ahead` of here is on a new line, and lines matter here.
  bool isLineEnd(unsigned ahead = 0) const;
  bool isEnd() const { return peek().kind == TokenKind::End; }
  bool isKind(TokenKind kind, unsigned ahead = 0) const;
  bool is(std::string_view word, unsigned ahead = 0) const;
  bool isAnyOf(std::initializer_list<std::string_view> words,
               unsigned ahead = 0) const;
  bool isWord(unsigned ahead = 0) const;
  bool isCapital(unsigned ahead = 0) const;
  bool isSmall(unsigned ahead = 0) const {
    return isWord(ahead) && !isCapital(ahead);
  }
  /// `,`, `}` or the end of a line.
  bool endsListEntry(unsigned ahead) const;

  void advance();
  bool accept(std::string_view word);
  void expect(std::string_view word);
  void open(char bracket);
  void close(char bracket);
  void skipLineEnds() { lineTaken = position; }
  void expectLineEnd();

  ast::Identifier take();
  ast::Identifier word(const char *what);
  ast::Identifier capital(const char *what);
  ast::Identifier small(const char *what);
  ast::Identifier string(const char *what);

  //===-- Errors and recovery (Parser.cpp) --------------------------------===//

  /// Reports E0002 here and panics.
  InFlight expected(const std::string &what);
  std::string describe(unsigned ahead = 0) const;
  void panic() { isPanicking = true; }
  /// Ends the parse: a limit is broken.
  void stop();

  /// Which tokens begin what a loop reads, for finding the next one.
  enum class Unit { Declaration, Statement, Clause, Line };
  bool beginsUnit(Unit unit) const;
  bool beginsDeclaration() const;
  /// Leaves panic at the `{` of a declaration or route whose head is wrong:
  /// what stands in its braces is read all the same. `depth` brackets were
  /// open before it.
  void recoverAtBrace(size_t depth);
  /// Leaves panic: skips what is left of a unit that began at token `start`
  /// with `depth` brackets open.
  void synchronize(Unit unit, size_t start, size_t depth);
  /// Reads units between braces until the closing one.
  template <typename ParseOne> void braced(Unit unit, ParseOne parseOne);
  /// A comma or the end of a line, between clauses and lines.
  void separator();

  /// Reads `parseOne { "," parseOne }`.
  template <typename ParseOne> void listed(ParseOne parseOne) {
    do
      parseOne();
    while (accept(","));
  }
  /// The same up to a closing bracket, and a comma may stand before that.
  template <typename ParseOne> void listedUntil(char end, ParseOne parseOne) {
    std::string_view closing(&end, 1);
    while (!is(closing) && !isPanicking) {
      parseOne();
      if (!accept(","))
        break;
    }
  }

  /// Counts a bracket, block or operator around what is read next.
  class Nesting {
  public:
    explicit Nesting(Parser &parser);
    ~Nesting() { --parser.nesting; }

  private:
    Parser &parser;
  };
  /// Counts a node of the tree.
  void countNode();
  template <typename Node> std::unique_ptr<Node> make(SourceLocation location) {
    countNode();
    return std::make_unique<Node>(location);
  }
  void checkHeight(ast::Expr &expr, unsigned height);
  static unsigned heightOfAll(const ast::Arguments &arguments);

  //===-- Declarations (Parser.cpp, ParseItem.cpp) ------------------------===//

  void parseEdition();
  std::unique_ptr<ast::Item> parseItem();
  std::unique_ptr<ast::Item> parseSimpleItem(std::string_view word,
                                             SourceLocation location);
  std::unique_ptr<ast::Item> parseComponent(ast::Role role,
                                            SourceLocation location);
  std::unique_ptr<ast::Item> parsePolicy(SourceLocation location);
  std::string docBefore(size_t token) const;

  std::vector<ast::DimDecl> parseDims();
  std::vector<ast::Binding> parseBindings(const char *what);
  std::vector<ast::Identifier> parseGenerics();
  std::vector<ast::Formal> parseFormals();
  ast::Result parseResult();
  ast::Type parseType();
  ast::Callee parseCallee();
  bool isGenericsAhead(unsigned ahead) const;

  //===-- Statements and routes (ParseStmt.cpp, ParseRoute.cpp) -----------===//

  ast::Block parseBlock();
  ast::Stmt parseStatement();
  ast::Stmt::Kind parseStatementKind();
  std::unique_ptr<ast::Route> parseRoute();
  ast::ExpertKind parseExpertKind();
  std::vector<ast::Clause> parseClauses();
  void parseClause(std::vector<ast::Clause> &clauses);
  void checkClauseOrder(const std::vector<ast::Clause> &clauses,
                        const ast::Clause &clause);
  void parseClauseWord(ast::Clause &clause);
  std::unique_ptr<ast::Selection> parseSelection();
  void parseSelectionArms(ast::Selection &selection);

  //===-- Expressions (ParseExpr.cpp, ParseAtom.cpp) ----------------------===//

  ast::ExprPtr parseExpr();
  ast::ExprPtr parseChain(int level);
  ast::ExprPtr parseOperand(int level);
  std::optional<ast::BinaryOperator> peekOperator(int level) const;
  ast::ExprPtr parseUnary(std::string_view word, ast::UnaryOperator op);
  ast::ExprPtr parsePostfix();
  ast::ExprPtr parseFieldOrMember(ast::ExprPtr value);
  ast::ExprPtr parseSubscript(ast::ExprPtr value);
  bool isBracketCallAhead() const;
  ast::ExprPtr parseBracketCall(const ast::Identifier &name);
  ast::ExprPtr parseCall(ast::Callee callee);
  ast::ExprPtr parseAtom();
  ast::ExprPtr parseNumber();
  ast::ExprPtr parseParenthesis();
  ast::ExprPtr parseList();
  ast::ExprPtr parseMatch();
  ast::ExprPtr parseRepeat();
  ast::ExprPtr parseScan();
  ast::ExprPtr parseWordAtom();
  ast::Arguments parseArguments();
  ast::Argument parseArgument();
  /// Reads the arms of a match; `parseValue` reads what follows the colon.
  template <typename ParseValue> void parseArms(ParseValue parseValue);

  //===-- Sections (ParseSections.cpp) ------------------------------------===//

  std::unique_ptr<ast::Item> parseSection(std::string_view word,
                                          SourceLocation location);
  void parseHeader(ast::Identifier &name, ast::Identifier &target);
  std::vector<ast::Binding> parseSizes();
  ast::Path parsePath();
  ast::Directive parseDirective();
  ast::SettingLine parseSettingLine(bool mayHaveValue);
  ast::WeightLine parseWeightLine();
  ast::RunLine parseRunLine(bool isTrain);
  ast::EveryLine parseEveryLine();
  void parseEval(ast::EveryLine &line);
  ast::SweepLine parseSweepLine();

  const SourceFile &file;
  const uint16_t fileIndex;
  const TokenList &list;
  DiagnosticEngine &diags;

  struct OpenBracket {
    char bracket;
    size_t token;
  };
  std::vector<OpenBracket> openBrackets;
  size_t position = 0;
  /// The token whose line end was taken.
  size_t lineTaken = 0;
  /// Names that were reported as wrong; one report is enough.
  std::set<std::string> misnamed;
  bool isPanicking = false;
  bool isStopped = false;
  /// A declaration began inside a body: its braces are not closed.
  bool leavesBody = false;
  unsigned nesting = 0;
  /// The largest height of an expression so far, in this body.
  unsigned tallest = 0;
  unsigned numNodes = 0;
};

template <typename ParseOne> void Parser::braced(Unit unit, ParseOne parseOne) {
  open('{');
  skipLineEnds();
  while (!isPanicking && !is("}") && !isEnd()) {
    // Nobody closed the braces, and this is the next declaration.
    if (beginsDeclaration())
      break;
    size_t start = position, depth = openBrackets.size();
    parseOne();
    if (isPanicking)
      synchronize(unit, start, depth);
    if (leavesBody)
      return;
    skipLineEnds();
  }
  bool isUnclosed = !isPanicking && !is("}");
  close('}');
  leavesBody |= isUnclosed;
}

template <typename ParseValue> void Parser::parseArms(ParseValue parseValue) {
  open('{');
  skipLineEnds();
  while (!isPanicking && !is("}")) {
    ast::Identifier choice = word("a choice");
    expect(":");
    parseValue(choice);
    bool hasSeparator = accept(",") || isLineEnd();
    skipLineEnds();
    if (!hasSeparator)
      break;
  }
  close('}');
}

} // namespace spex

#endif // COMPILER_FRONTEND_PARSERIMPL_H
