//===- Trees.cpp - Make the trees of the checked program ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nodes, their height, and the limits that keep every later walk safe.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

/// Readers recurse over trees; a chain of operators may have 4,096 operands.
static constexpr unsigned maxHeight = 6000;
/// Steps of checking, each about one node of a tree.
static constexpr uint64_t maxWork = 20'000'000;

bool Checker::spend(uint64_t amount, SourceLocation location) {
  work += amount;
  if (work <= maxWork)
    return true;
  if (!isExhausted)
    diags.report(message::fileTooLarge, location,
                 "its components would be checked at too many sizes");
  isExhausted = true;
  return false;
}

ExprPtr Checker::makeExpr(Expr::Kind kind, SourceLocation location, Type type) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->location = location;
  expr->type = std::move(type);
  spend(1 + expr->type.dims.size(), location);
  return expr;
}

void Checker::adopt(Expr &parent, ExprPtr child) {
  assert(child && "a value without a tree");
  raise(parent, *child);
  parent.args.push_back(std::move(child));
}

/// The trees of a loop are below the expression that stands for it.
void Checker::setHeight(Expr &loop, const Scan &scan) {
  raise(loop, *scan.emitted);
  for (const Scan::Slice &slice : scan.over)
    raise(loop, *slice.value);
  for (const Scan::Carry &carry : scan.carries) {
    raise(loop, *carry.init);
    raise(loop, *carry.next);
  }
  for (const Statement &statement : scan.body)
    if (statement.value)
      raise(loop, *statement.value);
}

void Checker::raise(Expr &parent, const Expr &child) {
  parent.height = std::max(parent.height, child.height + 1);
  if (parent.height > maxHeight && !isExhausted) {
    diags.report(message::fileTooLarge, parent.location,
                 "this expression has too many operations inside one another");
    isExhausted = true;
  }
}

Value Checker::tensor(ExprPtr expr, Facts facts) {
  Value result;
  result.kind = Value::Kind::Tensor;
  result.meaning.type = expr->type;
  result.meaning.facts = std::move(facts);
  result.expr = std::move(expr);
  return result;
}

void Checker::markLater(const Value &value, const std::string &feature) {
  if (value.expr)
    value.expr->later = feature;
}

void Checker::seenInTraining(const Value &value, ExprPtr other) {
  if (value.expr && other)
    value.expr->trainingOnly.push_back(std::move(other));
}

int Checker::newLocal(Body &body, const std::string &name,
                      SourceLocation location, const Value &value) {
  Local local;
  local.name = name;
  local.location = location;
  local.type = value.meaning.type;
  for (const auto &[field, meaning] : value.fields) {
    local.fieldNames.push_back(field);
    local.fieldTypes.push_back(meaning.type);
  }
  body.instance->locals.push_back(std::move(local));
  return int(body.instance->locals.size()) - 1;
}

} // namespace spex::sema
