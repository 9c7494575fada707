//===- PrintExpr.cpp - Expressions to pieces ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One case for each kind of expression.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/PrinterImpl.h"

namespace spex {

using namespace ast;

/// How tightly the operator of an expression binds; what has none binds most.
static int bindingOf(const Expr &expr) {
  constexpr int tightest = 100;
  if (expr.parentheses > 0)
    return tightest;
  if (const auto *chain =
          ChainExpr::classof(&expr) ? &as<ChainExpr>(expr) : nullptr)
    return precedence(chain->operators[0].first);
  if (UnaryExpr::classof(&expr))
    return as<UnaryExpr>(expr).op == UnaryOperator::Not
               ? precedence(BinaryOperator::And) + 1
               : precedence(BinaryOperator::Contract) + 1;
  return tightest;
}

void Printer::print(const Expr &expr) {
  for (unsigned i = 0; i < expr.parentheses; ++i)
    out.openBracket("(", true);
  printBare(expr);
  for (unsigned i = 0; i < expr.parentheses; ++i)
    out.closeBracket(")");
}

void Printer::printOperand(const Expr &expr, int least) {
  // Only trees that were not read from a source need these.
  bool needsBrackets = bindingOf(expr) < least;
  if (needsBrackets)
    out.openBracket("(", true);
  print(expr);
  if (needsBrackets)
    out.closeBracket(")");
}

void Printer::printChain(const ChainExpr &chain) {
  int own = precedence(chain.operators[0].first);
  // Comparisons do not chain; others read from the left.
  bool isComparison = own == precedence(BinaryOperator::Less);
  printOperand(*chain.operands[0], isComparison ? own + 1 : own);
  for (size_t i = 0; i < chain.operators.size(); ++i) {
    BinaryOperator op = chain.operators[i].first;
    out.word(spelling(op));
    // A line does not go on after `<` and `>`.
    if (op != BinaryOperator::Less && op != BinaryOperator::Greater)
      out.allowBreak(2 + own);
    printOperand(*chain.operands[i + 1], own + 1);
  }
}

/// Brackets after a value: `[S as Z]`, `[G = i]`, `[index]`, and `.field`.
void Printer::printPostfix(const Expr &expr) {
  const int tightest = precedence(BinaryOperator::Contract) + 2;
  if (FieldExpr::classof(&expr)) {
    const auto &field = as<FieldExpr>(expr);
    printOperand(*field.value, tightest);
    out.tight(".");
    return out.tight(field.field.text);
  }
  if (LookupExpr::classof(&expr)) {
    const auto &lookup = as<LookupExpr>(expr);
    printOperand(*lookup.table, tightest);
    out.openBracket("[", false);
    print(*lookup.index);
    return out.closeBracket("]");
  }
  bool isRename = RenameExpr::classof(&expr);
  printOperand(isRename ? *as<RenameExpr>(expr).value
                        : *as<PickExpr>(expr).value,
               tightest);
  out.openBracket("[", false);
  out.word(isRename ? as<RenameExpr>(expr).from.text
                    : as<PickExpr>(expr).dim.text);
  out.word(isRename ? "as" : "=");
  out.word(isRename ? as<RenameExpr>(expr).to.text
                    : as<PickExpr>(expr).entry.text);
  out.closeBracket("]");
}

void Printer::printUnary(const UnaryExpr &unary) {
  if (unary.op == UnaryOperator::Not) {
    out.word("not");
    return printOperand(*unary.operand, precedence(BinaryOperator::And) + 1);
  }
  out.word("-");
  out.joinNext();
  printOperand(*unary.operand, precedence(BinaryOperator::Contract) + 1);
}

void Printer::printLiteral(const Expr &expr) {
  if (NumberExpr::classof(&expr)) {
    const auto &number = as<NumberExpr>(expr);
    out.word(number.spelling.empty() ? number.text : number.spelling);
  } else if (StringExpr::classof(&expr)) {
    out.word("\"" + as<StringExpr>(expr).text + "\"");
  } else if (BooleanExpr::classof(&expr)) {
    out.word(as<BooleanExpr>(expr).value ? "true" : "false");
  } else {
    out.word("none");
  }
}

void Printer::printBare(const Expr &expr) {
  switch (expr.kind) {
  case Expr::Kind::Number:
  case Expr::Kind::String:
  case Expr::Kind::Boolean:
  case Expr::Kind::None:
    return printLiteral(expr);
  case Expr::Kind::Name:
    return out.word(as<NameExpr>(expr).name);
  case Expr::Kind::Dimension:
    return out.word(as<DimensionExpr>(expr).name);
  case Expr::Kind::Callee:
    return print(as<CalleeExpr>(expr).callee);
  case Expr::Kind::Call:
    return printCall(as<CallExpr>(expr));
  case Expr::Kind::Field:
  case Expr::Kind::Rename:
  case Expr::Kind::Pick:
  case Expr::Kind::Lookup:
    return printPostfix(expr);
  case Expr::Kind::Unary:
    return printUnary(as<UnaryExpr>(expr));
  case Expr::Kind::Chain:
    return printChain(as<ChainExpr>(expr));
  case Expr::Kind::Tuple:
    return printValues("(", as<TupleExpr>(expr).values, ")");
  case Expr::Kind::List:
    return printValues("[", as<ListExpr>(expr).values, "]");
  case Expr::Kind::Record:
    return print(as<RecordExpr>(expr).fields, /*hasBlank=*/true);
  case Expr::Kind::Match:
    return printMatch(as<MatchExpr>(expr));
  case Expr::Kind::Phase:
    out.word("phase");
    return print(as<PhaseExpr>(expr).args);
  case Expr::Kind::Repeat:
    return printRepeat(as<RepeatExpr>(expr));
  case Expr::Kind::Scan:
    return printScan(as<ScanExpr>(expr));
  case Expr::Kind::Invalid:
    return;
  }
}

void Printer::printValues(const char *open, const std::vector<ExprPtr> &values,
                          const char *close) {
  out.openBracket(open, true);
  listed(values, [&](const ExprPtr &value) { print(*value); });
  out.closeBracket(close);
}

void Printer::printCall(const CallExpr &call) {
  print(call.callee);
  if (call.hasBrackets) {
    out.openBracket("[", false);
    dims(call.dims);
    if (call.hasArrow) {
      out.word("->");
      dims(call.toDims);
    }
    out.closeBracket("]");
  }
  print(call.args);
}

void Printer::printRepeat(const RepeatExpr &repeat) {
  out.word(repeat.isStack ? "stack" : "each");
  out.word(repeat.dim.text);
  out.word("of");
  print(repeat.callee);
  print(repeat.args);
}

void Printer::printMatch(const MatchExpr &match) {
  out.word("match");
  out.word(match.variant.text);
  out.beginGroup(/*keepsCommas=*/true);
  listed(match.arms, [&](const Argument &arm) {
    out.beginEntry();
    out.word(arm.name.text);
    out.colon();
    out.alignEntry();
    print(*arm.value);
  });
  out.endGroup();
}

void Printer::printScan(const ScanExpr &scan) {
  out.word("scan");
  out.word(scan.dim.text);
  out.allowBreak(1);
  out.word("over");
  out.openBracket("(", true);
  names(scan.over);
  out.closeBracket(")");
  out.word("carry");
  out.openBracket("(", true);
  listed(scan.carries, [&](const Carry &carry) {
    out.word(carry.name.text);
    out.colon();
    print(carry.type);
    out.word("=");
    print(*carry.init);
  });
  out.closeBracket(")");
  print(*scan.body);
}

void Printer::print(const Arguments &arguments, bool hasBlank) {
  out.openBracket("(", hasBlank);
  listed(arguments, [&](const Argument &argument) {
    if (!argument.name.empty()) {
      out.word(argument.name.text);
      out.colon();
    }
    print(*argument.value);
  });
  out.closeBracket(")");
}

void Printer::print(const Callee &callee) {
  if (!callee.module.empty()) {
    out.word(callee.module.text);
    out.tight(".");
    out.tight(callee.name.text);
  } else {
    out.word(callee.name.text);
  }
  printGenerics(callee.generics);
}

void Printer::printGenerics(const std::vector<Identifier> &generics) {
  if (generics.empty())
    return;
  out.openBracket("<", false);
  dims(generics);
  out.closeBracket(">");
}

void Printer::print(const Type &type) {
  if (type.element != ElementWord::None)
    out.word(spelling(type.element));
  if (!type.target.empty()) {
    out.openBracket("<", false);
    out.word(type.target.text);
    out.closeBracket(">");
  }
  out.openBracket("[", type.element == ElementWord::None);
  dims(type.dims);
  out.closeBracket("]");
}

} // namespace spex
