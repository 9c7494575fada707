//===- Repeats.cpp - stack, each and scan ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 8, Repetition.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

#include <algorithm>

namespace spex::sema {

Value Checker::evaluateRepeat(const ast::RepeatExpr &expr, Body &body) {
  const Dimension *dim = dimension(expr.dim, body);
  const char *word = expr.isStack ? "`stack`" : "`each`";
  bool isGood = dim != nullptr;
  if (dim && dim->isBounded) {
    diags.report(message::needsStaticSize, expr.dim.location, word)
        .help("`{}` is known only when running", dim->name);
    isGood = false;
  }
  ComponentCall call;
  call.location = expr.location;
  call.callee = &expr.callee;
  call.args = &expr.args;
  call.identity = &expr;
  call.outer = {dim};
  if (!expr.isStack)
    call.sliced = dim;
  if (!expr.callee.name.isCapital() && expr.callee.module.empty())
    isGood &= partCall(expr.callee.name, call, body);
  if (!isGood || !prepareCall(call, body))
    return {};
  if (expr.isStack && call.values.empty()) {
    diags.report(message::wrongArguments, expr.location, "stack",
                 "a component with an input, which is fed from layer to layer");
    return {};
  }
  if (!expr.isStack)
    return resultOf(call, Expr::Kind::Each);
  Type taken = call.values[0].type();
  Value result = resultOf(call, Expr::Kind::Stack);
  if (result.isError())
    return {};
  return finishStack(expr, dim, call, taken, std::move(result));
}

Value Checker::finishStack(const ast::RepeatExpr &expr, const Dimension *dim,
                           const ComponentCall &call, const Type &taken,
                           Value result) {
  const Input &fed = call.info->instance->inputs[0];
  const Meaning *state = &result.meaning;
  if (result.isRecord()) {
    state = nullptr;
    for (const auto &[name, meaning] : result.fields)
      if (name == fed.name)
        state = &meaning;
  }
  bool isSame = state && state->type.dims.size() == taken.dims.size() &&
                state->type.element == taken.element &&
                state->type.target == taken.target;
  for (const Dimension *each : taken.dims)
    isSame = isSame && has(state->type.dims, each);
  if (!isSame) {
    diags.report(message::layerTypeDiffers, expr.location,
                 "it takes " + spell(taken),
                 "and returns " + (state ? spell(state->type) : spell(result)))
        .help("`{}` must return its input `{}` with the same type",
              call.info->component->name.text, fed.name);
    return {};
  }
  // The other fields are collected, one entry for each layer.
  for (size_t i = 0; i < result.fields.size(); ++i) {
    auto &[name, meaning] = result.fields[i];
    if (name == fed.name)
      continue;
    if (has(meaning.type.dims, dim)) {
      diags.report(message::dimensionWouldBeTwice, expr.location, dim->name);
      return {};
    }
    meaning.type.dims.insert(meaning.type.dims.begin(), dim);
    result.expr->fieldTypes[i] = meaning.type;
  }
  return result;
}

bool Checker::bindScanned(const ast::ScanExpr &expr, const Dimension *dim,
                          Body &body, Scan &made, Hidden &hidden,
                          Facts &seen) {
  bool isGood = true;
  for (const ast::Identifier &name : expr.over) {
    auto bound = body.bindings.find(name.text);
    if (bound == body.bindings.end()) {
      std::vector<std::string> known;
      for (const auto &[other, binding] : body.bindings)
        known.push_back(other);
      diags.report(message::unknownName, name.location, name.text)
          .helpNearest(name.text, known);
      isGood = false;
      continue;
    }
    bound->second.isUsed = true;
    Value value = toTensor(this->read(bound->second, name.location),
                           name.location);
    if (value.isError()) {
      isGood = false;
      continue;
    }
    if (!has(value.type().dims, dim)) {
      diags.report(message::nothingToScan, name.location, name.text, dim->name)
          .help("it is {}", spell(value));
      isGood = false;
      continue;
    }
    Binding inner;
    inner.source = Binding::Source::Local;
    inner.location = name.location;
    inner.isUsed = true;
    inner.value = withoutTree(value);
    auto &dims = inner.value.meaning.type.dims;
    dims.erase(std::find(dims.begin(), dims.end(), dim));
    inner.value.meaning.facts.isParameter = false;
    inner.value.meaning.literal.reset();
    inner.slot = newLocal(body, name.text, name.location, inner.value);
    seen.inherit(value.meaning.facts);
    made.over.push_back({inner.slot, std::move(value.expr)});
    hidden.push_back(body.bindings.extract(bound));
    body.bindings.emplace(name.text, std::move(inner));
  }
  return isGood;
}

bool Checker::bindCarries(const ast::ScanExpr &expr, Body &body,
                          ScanScope &scan, Scan &made, const Facts &seen) {
  bool isGood = true;
  for (const ast::Carry &carry : expr.carries) {
    const std::string &name = carry.name.text;
    std::optional<Type> type = declared(carry.type, body);
    Value init = evaluate(*carry.init, body);
    if (type)
      init = fits(std::move(init), *type,
                  carry.type.element != ast::ElementWord::None,
                  carry.init->location, name);
    bool isOver = std::any_of(
        expr.over.begin(), expr.over.end(),
        [&](const ast::Identifier &over) { return over.text == name; });
    if ((body.bindings.count(name) && !isOver) ||
        scan.carries.count(name)) {
      diags.report(message::alreadyBound, carry.name.location, name)
          .help("a name is bound once; choose another");
      isGood = false;
      continue;
    }
    if (!type || init.isError()) {
      isGood = false;
      continue;
    }
    Binding binding;
    binding.source = Binding::Source::Local;
    binding.location = carry.name.location;
    binding.value = withoutTree(init);
    binding.value.meaning.type = *type;
    binding.value.meaning.facts.inherit(seen);
    binding.value.meaning.facts.isParameter = false;
    binding.slot = newLocal(body, name, carry.name.location, binding.value);
    scan.carries[name] = binding.value.meaning;
    made.carries.push_back({binding.slot, std::move(init.expr), nullptr});
    if (isOver)
      body.bindings.erase(name);
    body.bindings.emplace(name, std::move(binding));
  }
  return isGood;
}

void Checker::checkCarries(const ast::ScanExpr &expr, const Body &body,
                           const ScanScope &scan) {
  for (const ast::Carry &carry : expr.carries) {
    const std::string &name = carry.name.text;
    auto binding = body.bindings.find(name);
    if (binding == body.bindings.end() || !scan.carries.count(name))
      continue;
    if (!binding->second.isUsed)
      diags.report(message::carriedNeverRead, carry.name.location, name)
          .help("read it in the body, or call it `_{}`", name);
    if (!scan.nexts.count(name))
      diags.report(message::noNext, expr.location, name)
          .help("write `next {} = ...`", name);
  }
}

Value Checker::evaluateScan(const ast::ScanExpr &expr, Body &body) {
  const Dimension *dim = dimension(expr.dim, body);
  if (!dim || !expr.body)
    return {};
  unsigned before = diags.errorCount();
  ScanScope scan;
  auto made = std::make_unique<Scan>();
  Hidden hidden;
  Facts seen;
  size_t mark = body.order.size();
  bool isGood = bindScanned(expr, dim, body, *made, hidden, seen);
  isGood &= bindCarries(expr, body, scan, *made, seen);
  if (isGood)
    checkLoop(expr, body, scan, *made);
  if (diags.errorCount() != before)
    markUsed(expr, body);
  std::vector<std::string> inner(body.order.begin() + long(mark),
                                 body.order.end());
  if (isGood) {
    checkCarries(expr, body, scan);
    reportUnused(body, inner);
  }
  for (const std::string &name : inner)
    body.bindings.erase(name);
  body.order.resize(mark);
  for (const ast::Carry &carry : expr.carries)
    if (scan.carries.count(carry.name.text))
      body.bindings.erase(carry.name.text);
  for (auto &node : hidden) {
    body.bindings.erase(node.key());
    body.bindings.insert(std::move(node));
  }
  if (isGood && !scan.emitted)
    diags.report(message::emitsNothing, expr.location)
        .help("end it with `emit ...`");
  if (diags.errorCount() != before || !scan.emitted)
    return {};
  return finishScan(expr, dim, scan, std::move(made), body);
}

/// The statements of the loop go into it, not into the body around it.
void Checker::checkLoop(const ast::ScanExpr &expr, Body &body, ScanScope &scan,
                        Scan &made) {
  ScanScope *outer = body.scan;
  DrawScope draws = body.draws;
  body.scan = &scan;
  std::swap(body.instance->body, made.body);
  checkStatements(expr.body->statements, body);
  std::swap(body.instance->body, made.body);
  body.scan = outer;
  body.draws = draws;
}

Value Checker::finishScan(const ast::ScanExpr &expr, const Dimension *dim,
                          ScanScope &scan, std::unique_ptr<Scan> made,
                          Body &body) {
  Value emitted = std::move(*scan.emitted);
  if (emitted.kind == Value::Kind::Route || emitted.kind == Value::Kind::Part)
    emitted = toTensor(std::move(emitted), expr.location);
  // A next value of another type was reported.
  bool isWhole = std::all_of(expr.carries.begin(), expr.carries.end(),
                             [&](const ast::Carry &carry) {
                               return scan.nextValues.count(carry.name.text);
                             });
  if (emitted.isError() || !isWhole)
    return {};
  Facts nexts;
  for (const auto &[name, next] : scan.nextValues)
    nexts.inherit(next.meaning.facts);
  auto collect = [&](Meaning &meaning) {
    meaning.facts.inherit(nexts);
    meaning.facts.past.add(root(dim), inBothPhases);
    meaning.facts.triangle.clear();
    meaning.facts.isParameter = false;
    meaning.isNumber = false;
    meaning.literal.reset();
    if (has(meaning.type.dims, dim))
      diags.report(message::dimensionWouldBeTwice, expr.location, dim->name);
    meaning.type.dims.insert(meaning.type.dims.begin(), dim);
  };
  ExprPtr loop = makeExpr(Expr::Kind::Scan, expr.location, {});
  if (emitted.isTensor())
    collect(emitted.meaning);
  for (auto &[name, meaning] : emitted.fields) {
    collect(meaning);
    loop->fieldNames.push_back(name);
    loop->fieldTypes.push_back(meaning.type);
  }
  loop->type = emitted.meaning.type;
  loop->dims = {dim};
  loop->scan = made.get();
  made->emitted = std::move(emitted.expr);
  size_t carry = 0;
  for (const ast::Carry &written : expr.carries)
    made->carries[carry++].next =
        std::move(scan.nextValues.at(written.name.text).expr);
  setHeight(*loop, *made);
  body.instance->scans.push_back(std::move(made));
  emitted.expr = std::move(loop);
  return emitted;
}

} // namespace spex::sema
