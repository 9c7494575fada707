//===- Choices.cpp - match, phase, and what is not chosen -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A variant chooses when compiling: the other arms do not exist, but their
// names count as used. Of a phase the arm for inference is compiled, and both
// are checked.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Walk.h"

namespace spex::sema {

void Checker::useName(const ast::Expr &expr, Body &body) {
  auto use = [&](const std::string &name) {
    auto bound = body.bindings.find(name);
    if (bound != body.bindings.end())
      bound->second.isUsed = true;
  };
  switch (expr.kind) {
  case ast::Expr::Kind::Name:
    return use(ast::as<ast::NameExpr>(expr).name);
  case ast::Expr::Kind::Call:
    return use(ast::as<ast::CallExpr>(expr).callee.name.text);
  case ast::Expr::Kind::Repeat:
    return use(ast::as<ast::RepeatExpr>(expr).callee.name.text);
  case ast::Expr::Kind::Scan:
    for (const ast::Identifier &name : ast::as<ast::ScanExpr>(expr).over)
      use(name.text);
    return;
  default:
    return;
  }
}

void Checker::markUsed(const ast::Expr &expr, Body &body) {
  walk(expr, [&](const ast::Expr &each) { useName(each, body); });
}

void Checker::markUsed(const ast::Stmt &stmt, Body &body) {
  walk(stmt, [&](const ast::Expr &each) { useName(each, body); });
  if (stmt.kind == ast::Stmt::Kind::Update && !stmt.names.empty()) {
    auto bound = body.bindings.find(stmt.names[0].text);
    if (bound != body.bindings.end())
      bound->second.isUsed = true;
  }
}

Value Checker::evaluateMatch(const ast::MatchExpr &expr, Body &body) {
  const ast::Expr *chosen = arm(expr);
  for (const ast::Argument &each : expr.arms)
    if (each.value.get() != chosen)
      markUsed(*each.value, body);
  return chosen ? evaluate(*chosen, body) : Value();
}

Value Checker::evaluatePhase(const ast::PhaseExpr &expr, Body &body) {
  const ast::Arguments &args = expr.args;
  if (args.size() != 2 || args[0].name.text != "train" ||
      args[1].name.text != "infer") {
    diags.report(message::wrongArguments, expr.location, "phase",
                 "`train:` and `infer:`")
        .help("write `phase(train: ..., infer: ...)`");
    return {};
  }
  Value train = evaluateTensor(*args[0].value, body);
  Value infer = evaluateTensor(*args[1].value, body);
  if (train.isError() || infer.isError())
    return {};
  return joinPhases(std::move(train), std::move(infer), expr.location);
}

Value Checker::joinPhases(Value train, Value infer, SourceLocation location) {
  std::vector<const Dimension *> dims;
  if (!widest("phase", location, {&train, &infer}, dims))
    return {};
  Facts facts;
  facts.inherit(train.meaning.facts, inTraining);
  facts.inherit(infer.meaning.facts, atInference);
  facts.isWhole = train.meaning.facts.isWhole && infer.meaning.facts.isWhole;
  const Type &a = train.type(), &b = infer.type();
  bool isPlain = !train.meaning.isNumber && !infer.meaning.isNumber;
  if (isPlain && a.target != b.target) {
    diags.report(message::mustBeIndex, location,
                 b.target ? b.target->name : a.target->name,
                 spell(b.target ? train : infer));
    return {};
  }
  if (isPlain && (a.element == ElementType::Bool) !=
                     (b.element == ElementType::Bool)) {
    diags.report(message::needsBools, location, "phase",
                 spell(a.element == ElementType::Bool ? infer : train));
    return {};
  }
  bool areNumbers = train.meaning.literal && infer.meaning.literal;
  ElementType element = joinElements({&train, &infer});
  ExprPtr hidden = std::move(train.expr);
  Value result = std::move(infer);
  if (!areNumbers)
    result = expandTo(toElement(std::move(result), element), dims);
  result.meaning.facts = std::move(facts);
  if (!areNumbers) {
    result.meaning.isNumber = false;
    result.meaning.literal.reset();
    seenInTraining(result, std::move(hidden));
  }
  return result;
}

} // namespace spex::sema
