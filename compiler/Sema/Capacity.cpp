//===- Capacity.cpp - How many rows an expert can take --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A capacity is computed exactly, from the number of units of a group; the
// compiled program evaluates the same formula at its own sizes.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

/// The arm of a capacity that a phase sees, or null for `none`.
const ast::Expr *Checker::limitOf(const ast::Expr &expr,
                                  unsigned phase) const {
  if (expr.kind == ast::Expr::Kind::None)
    return nullptr;
  if (expr.kind != ast::Expr::Kind::Phase)
    return &expr;
  const ast::Arguments &args = ast::as<ast::PhaseExpr>(expr).args;
  if (args.size() != 2)
    return &expr;
  return limitOf(*args[phase == inTraining ? 0 : 1].value, phase);
}

bool Checker::isWholeForm(const ast::Expr &expr) const {
  auto areWhole = [&](const ast::Arguments &args) {
    return std::all_of(args.begin(), args.end(), [&](const ast::Argument &arg) {
      return isWholeForm(*arg.value);
    });
  };
  switch (expr.kind) {
  case ast::Expr::Kind::Number: {
    std::optional<Rational> value =
        Rational::parse(ast::as<ast::NumberExpr>(expr).text);
    return value && value->isWhole();
  }
  case ast::Expr::Kind::Name: {
    const std::string &name = ast::as<ast::NameExpr>(expr).name;
    auto constant = here->consts.find(name);
    return constant == here->consts.end() ||
           (constant->second && constant->second->value &&
            constant->second->value->isWhole());
  }
  case ast::Expr::Kind::Unary:
    return isWholeForm(*ast::as<ast::UnaryExpr>(expr).operand);
  case ast::Expr::Kind::Chain: {
    const auto &chain = ast::as<ast::ChainExpr>(expr);
    return std::all_of(chain.operators.begin(), chain.operators.end(),
                       [](const auto &each) {
                         return each.first != ast::BinaryOperator::Divide;
                       }) &&
           std::all_of(chain.operands.begin(), chain.operands.end(),
                       [&](const ast::ExprPtr &e) { return isWholeForm(*e); });
  }
  case ast::Expr::Kind::Call: {
    const auto &call = ast::as<ast::CallExpr>(expr);
    const std::string &name = call.callee.name.text;
    if (name == "floor" || name == "ceil" || name == "round")
      return true;
    if (name == "round_up")
      return call.args.size() == 2 && isWholeForm(*call.args[1].value);
    return (name == "min" || name == "max") && areWhole(call.args);
  }
  case ast::Expr::Kind::Phase:
    return areWhole(ast::as<ast::PhaseExpr>(expr).args);
  case ast::Expr::Kind::Match:
    return areWhole(ast::as<ast::MatchExpr>(expr).arms);
  default:
    return true; // dimensions
  }
}

std::optional<Size> Checker::rows(const ast::Expr &expr, RouteState &state,
                                  Body &body, const char *clause) {
  std::optional<Size> units = product(state.group);
  if (!units)
    return notConstant(expr.location);
  const Size *outer = tokens;
  tokens = &*units;
  std::optional<Size> result = constant(expr, &body);
  tokens = outer;
  if (!result)
    return std::nullopt;
  // Decided by its form, so that no choice of sizes breaks it.
  if (isWholeForm(expr))
    return result;
  diags.report(message::mustBeWhole, expr.location, clause)
      .help("say how to round: `floor(...)`, `ceil(...)`, `round(...)` or "
            "`round_up(..., 4)`");
  return std::nullopt;
}

ExprPtr Checker::sizeExpr(const Size &size, const std::string &name,
                          SourceLocation location) {
  Type type;
  type.element = ElementType::Int;
  if (std::optional<Rational> value = size.constant()) {
    ExprPtr made = makeExpr(Expr::Kind::Number, location, type);
    made->number = value->toDouble();
    return made;
  }
  // The size of a dimension that only the route knows.
  Dimension *dim = newDimension(name, location);
  sizes[dim] = size;
  dim->isBounded = true;
  std::optional<Rational> bound = atBounds(size);
  dim->size = bound ? bound->asInteger().value_or(0) : 0;
  if (std::optional<SizeFormula> formula = arithmetic.formula(size))
    dim->formula = std::move(*formula);
  ExprPtr made = makeExpr(Expr::Kind::DimSize, location, type);
  made->dims.push_back(dim);
  return made;
}

void Checker::readCapacity(RouteState &state, const ast::Clause &clause,
                           Body &body) {
  if (state.route->select.kind == Selection::Kind::Pick) {
    diags.report(message::clauseMeaningless, clause.location, "capacity")
        .help("`pick` already fixes how many units an expert takes");
    return;
  }
  const ast::Expr *train = limitOf(*clause.value, inTraining);
  const ast::Expr *infer = limitOf(*clause.value, atInference);
  state.limitedPhases = (train ? inTraining : 0) | (infer ? atInference : 0);
  if (!state.limitedPhases)
    return;
  needGroup(state, "capacity");
  if (train && train != infer)
    rows(*train, state, body, "capacity");
  if (!infer)
    return;
  std::optional<Size> limit = rows(*infer, state, body, "capacity");
  if (!limit)
    return;
  warnCapacity(state, *limit, infer->location);
  state.route->capacity = sizeExpr(*limit, "capacity", clause.value->location);
}

} // namespace spex::sema
