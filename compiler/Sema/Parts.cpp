//===- Parts.cpp - Fixed tables, parts, losses, updates -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Losses and updates are checked for their types and for the parameters they
// see; nothing of them is part of the program for inference.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

/// Whether the value depends on what only a run knows.
static bool readsRun(const Expr &expr) {
  if (expr.kind == Expr::Kind::Local || expr.route || expr.scan)
    return true;
  auto reads = [](const ExprPtr &arg) { return arg && readsRun(*arg); };
  return std::any_of(expr.args.begin(), expr.args.end(), reads) ||
         std::any_of(expr.named.begin(), expr.named.end(),
                     [&](const auto &named) { return reads(named.second); });
}

void Checker::checkFixed(const ast::Stmt &stmt, Body &body) {
  std::optional<Type> type = declared(stmt.type, body);
  Value value = evaluate(*stmt.value, body);
  Binding binding;
  bool isFile = value.isTensor() && value.expr &&
                value.expr->kind == Expr::Kind::Call &&
                (value.expr->builtin == Builtin::Bytes ||
                 value.expr->builtin == Builtin::Npy ||
                 value.expr->builtin == Builtin::Csv);
  if (value.expr && readsRun(*value.expr)) {
    notConstant(stmt.value->location);
    value = {};
  }
  // What a file holds is checked when it is read.
  if (type && !isFile)
    value = fits(std::move(value), *type,
                 stmt.type.element != ast::ElementWord::None,
                 stmt.value->location, stmt.names[0].text);
  if (type && !value.isError() && countElements(*type, stmt.type.location)) {
    Parameter parameter;
    parameter.kind = Parameter::Kind::Fixed;
    parameter.name = stmt.names[0].text;
    parameter.location = stmt.names[0].location;
    parameter.type = *type;
    parameter.stored = type->element;
    parameter.value = std::move(value.expr);
    binding.source = Binding::Source::Parameter;
    binding.slot = int(body.instance->parameters.size());
    binding.value.kind = Value::Kind::Tensor;
    binding.value.meaning.type = *type;
    binding.value.meaning.facts.isParameter = true;
    body.instance->parameters.push_back(std::move(parameter));
  }
  bind(body, stmt.names[0], std::move(binding));
}

void Checker::checkPart(const ast::Stmt &stmt, Body &body) {
  resolve(stmt.callee, body);
  for (const ast::Identifier &name : stmt.names) {
    body.info->parts.push_back(std::make_unique<PartScope>());
    PartScope *part = body.info->parts.back().get();
    part->callee = &stmt.callee;
    part->label = name.text;
    Binding binding;
    binding.value.kind = Value::Kind::Part;
    binding.value.part = part;
    bind(body, name, std::move(binding));
  }
}

void Checker::checkAux(const ast::Stmt &stmt, Body &body) {
  const ast::Identifier &name = stmt.names[0];
  if (!body.losses.insert(name.text).second)
    diags.report(message::declaredTwice, name.location, name.text)
        .help("give one of the two another name");
  Value value = evaluateTensor(*stmt.value, body);
  if (value.isError())
    return;
  if (!value.type().dims.empty()) {
    std::string left;
    for (const Dimension *dim : value.type().dims)
      left += (left.empty() ? "" : ", ") + dim->name;
    diags.report(message::auxNotNumber, stmt.value->location, name.text,
                 spell(value))
        .help("reduce what is left: `mean[{}](...)`", left);
    return;
  }
  if (isNumeric(value, stmt.value->location, "aux"))
    body.info->beside.push_back(std::move(value.expr));
}

void Checker::checkUpdate(const ast::Stmt &stmt, Body &body) {
  const ast::Identifier &name = stmt.names[0];
  auto bound = body.bindings.find(name.text);
  const Parameter *state = nullptr;
  if (bound != body.bindings.end()) {
    bound->second.isUsed = true;
    if (bound->second.source == Binding::Source::Parameter)
      state = &body.instance->parameters[size_t(bound->second.slot)];
    else if (bound->second.value.isError())
      return;
  }
  if (!state || state->kind != Parameter::Kind::State) {
    diags.report(message::notAState, name.location, name.text)
        .help("declare it: `state {}: ... init zeros`", name.text);
    return;
  }
  const Type want = state->type;
  Value value = evaluateTensor(*stmt.value, body);
  body.info->hasUpdate = true;
  if (value.isError())
    return;
  bool isSame = value.meaning.isNumber ||
                value.type().dims.size() == want.dims.size();
  for (const Dimension *dim : value.type().dims)
    isSame &= has(want.dims, dim);
  if (!isSame) {
    diags.report(message::updateTypeDiffers, name.location, name.text,
                 spell(want), spell(value));
    return;
  }
  body.info->beside.push_back(std::move(value.expr));
}

void Checker::checkNext(const ast::Stmt &stmt, Body &body) {
  for (const ast::Binding &next : stmt.bindings) {
    Value value = evaluateTensor(*next.value, body);
    const std::string &name = next.name.text;
    auto carried = body.scan->carries.find(name);
    if (carried == body.scan->carries.end()) {
      diags.report(message::notCarried, next.name.location, name);
      continue;
    }
    if (!body.scan->nexts.emplace(name, next.name.location).second)
      diags.report(message::alreadyBound, next.name.location, name)
          .help("each carried value has one `next`");
    if (value.isError())
      continue;
    const Type &want = carried->second.type;
    bool isSame = value.type().dims.size() == want.dims.size() ||
                  value.type().dims.empty();
    for (const Dimension *dim : value.type().dims)
      isSame &= has(want.dims, dim);
    if (!isSame) {
      diags.report(message::carryTypeDiffers, next.value->location, name,
                   spell(want), spell(value))
          .help("the carried type is that of the initial value: make the next "
                "one of the same dimensions");
      continue;
    }
    value = toElement(std::move(value), want.element);
    body.scan->nextValues.emplace(name, std::move(value));
  }
}

} // namespace spex::sema
