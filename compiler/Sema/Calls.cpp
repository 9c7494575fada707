//===- Calls.cpp - Calls of components ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 8, Mapping: a call matches the declared dimensions of
// each input; what an argument has beyond them is in front of every result.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Sections.h"

namespace spex::sema {

InstanceInfo *Checker::resolve(const ast::Callee &callee, Body &body) {
  const ast::ComponentItem *component = findComponent(callee);
  std::vector<const Dimension *> generics;
  bool isGood = component != nullptr;
  for (const ast::Identifier &name : callee.generics) {
    generics.push_back(dimension(name, body));
    isGood &= generics.back() != nullptr;
  }
  if (component && generics.size() != component->generics.size()) {
    std::string wanted;
    for (const ast::Identifier &name : component->generics)
      wanted += (wanted.empty() ? "" : ", ") + name.text;
    diags.report(message::wrongGenerics, callee.location, component->name.text,
                 wanted, generics.size())
        .help(wanted.empty() ? "write `{}(...)`" : "write `{}<{}>(...)`",
              component->name.text, wanted);
    isGood = false;
  }
  return isGood ? instantiate(*component, generics) : nullptr;
}

bool Checker::partCall(const ast::Identifier &name, ComponentCall &call,
                       Body &body) {
  auto bound = body.bindings.find(name.text);
  if (bound == body.bindings.end()) {
    std::vector<std::string> known;
    for (const auto &[other, binding] : body.bindings)
      if (binding.value.kind == Value::Kind::Part)
        known.push_back(other);
    diags.report(message::unknownName, name.location, name.text)
        .helpNearest(name.text, known);
    return false;
  }
  bound->second.isUsed = true;
  if (bound->second.value.kind != Value::Kind::Part) {
    if (!bound->second.value.isError())
      diags.report(message::cannotBeCalled, name.location, name.text)
          .help("it is a value, not a part");
    return false;
  }
  const PartScope *part = bound->second.value.part;
  call.callee = part->callee;
  call.label = part->label;
  return true;
}

Value Checker::callComponent(ComponentCall &call, Body &body,
                             Expr::Kind kind) {
  if (!prepareCall(call, body))
    return {};
  return resultOf(call, kind);
}

bool Checker::prepareCall(ComponentCall &call, Body &body) {
  call.info = resolve(*call.callee, body);
  if (!call.info) {
    // The arguments have mistakes of their own.
    for (const ast::Argument &arg : *call.args)
      evaluate(*arg.value, body);
    return false;
  }
  if (call.info->component->role == ast::Role::Source &&
      body.kind != Body::Kind::Section) {
    diags.report(message::wrongPlace, call.location,
                 call.info->component->name.text,
                 "`train` and `metrics`: it makes data")
        .help("take its results as inputs of this component");
    return false;
  }
  if (!pairArguments(call, body) || !matchInputs(call, body))
    return false;
  adoptCall(call, body);
  return true;
}

bool Checker::pairArguments(ComponentCall &call, Body &body) {
  const ast::ComponentItem &component = *call.info->component;
  const std::vector<ast::Formal> &formals = component.formals;
  const std::string &name = component.name.text;
  call.values.resize(formals.size());
  std::vector<bool> isGiven(formals.size());
  size_t position = 0;
  bool isGood = true;
  for (const ast::Argument &arg : *call.args) {
    size_t at = position;
    if (!arg.name.empty()) {
      at = 0;
      std::vector<std::string> known;
      while (at < formals.size() && formals[at].name.text != arg.name.text)
        known.push_back(formals[at++].name.text);
      if (at == formals.size()) {
        diags.report(message::noArgument, arg.name.location, name,
                     arg.name.text)
            .helpNearest(arg.name.text, known)
            .help("its inputs: {}", joined(known));
        isGood = false;
        continue;
      }
    } else if (position++ >= formals.size()) {
      diags.report(message::wrongArguments, arg.value->location, name,
                   std::to_string(formals.size()) +
                       (formals.size() == 1 ? " input" : " inputs"));
      return false;
    }
    if (isGiven[at]) {
      diags.report(message::alreadyBound, arg.value->location,
                   formals[at].name.text);
      isGood = false;
      continue;
    }
    isGiven[at] = true;
    call.values[at] = evaluateTensor(*arg.value, body);
    isGood &= !call.values[at].isError();
  }
  for (size_t i = 0; i < formals.size(); ++i) {
    if (isGiven[i])
      continue;
    const ExprPtr &value = call.info->instance->inputs[i].defaultValue;
    if (!value) {
      diags.report(message::needsArgument, call.location, name,
                   formals[i].name.text);
      isGood = false;
      continue;
    }
    call.values[i] = folded(Exact(value->number), call.location);
  }
  return isGood;
}

bool Checker::matchInputs(ComponentCall &call, Body &body) {
  const InstanceInfo &info = *call.info;
  const std::string &name = info.component->name.text;
  std::vector<std::vector<const Dimension *>> extras;
  for (size_t i = 0; i < call.values.size(); ++i) {
    Value &value = call.values[i];
    const Input &input = info.instance->inputs[i];
    const ast::Formal &formal = info.component->formals[i];
    SourceLocation location = value.expr->location;
    std::vector<const Dimension *> need;
    for (const Dimension *dim : input.type.dims)
      if (!(dim == rowsDim && call.rows))
        need.push_back(dim);
    if (has(input.type.dims, rowsDim) && call.rows)
      for (const Dimension *dim : *call.rows)
        if (has(value.type().dims, dim))
          need.push_back(dim);
    bool isFilling = value.type().dims.empty() && isFloat(input.type.element) &&
                     (value.meaning.isNumber || isFloat(value.type().element));
    if (isFilling)
      value = expandTo(toElement(std::move(value), input.type.element), need);
    std::string missing;
    for (const Dimension *dim : need)
      if (!has(value.type().dims, dim))
        missing += (missing.empty() ? "" : ", ") + dim->name;
    if (!missing.empty()) {
      diags.report(message::inputLacks, location, name, formal.name.text,
                   missing, spell(value))
          .help("it is declared {}", spell(input.type));
      return false;
    }
    if (!sameKind(value, input.type,
                  formal.type.element != ast::ElementWord::None, location,
                  formal.name.text))
      return false;
    value = toElement(std::move(value), input.type.element);
    value.meaning.type.target = value.expr->type.target = input.type.target;
    std::vector<const Dimension *> own;
    for (const Dimension *dim : value.type().dims)
      if (!has(need, dim) && dim != call.sliced)
        own.push_back(dim);
    if (call.rows && !has(input.type.dims, rowsDim))
      for (const Dimension *dim : own)
        if (has(*call.rows, dim)) {
          diags.report(message::dimensionWouldBeTwice, location, "Rows")
              .help("`{}` sees all units at once and would be mapped over "
                    "`{}`; declare `{}` with `Rows`",
                    name, dim->name, formal.name.text);
          return false;
        }
    extras.push_back(std::move(own));
  }
  std::vector<const Dimension *> widest;
  for (const auto &own : extras)
    if (own.size() > widest.size())
      widest = own;
  for (size_t i = 0; i < extras.size(); ++i)
    for (const Dimension *dim : extras[i])
      if (!has(widest, dim)) {
        diags.report(message::silentOuter, call.values[i].expr->location, name,
                     spell(call.values[i]), "its other inputs")
            .help("the inputs do not line up: only one has `{}`", dim->name);
        return false;
      }
  if (info.hasUpdate && !widest.empty()) {
    std::string dims;
    for (const Dimension *dim : widest)
      dims += (dims.empty() ? "" : ", ") + dim->name;
    diags.report(message::updateMapped, call.location, name, dims)
        .help("declare its input with {}", dims);
    return false;
  }
  if (call.sliced)
    call.lead.push_back(call.sliced);
  call.lead.insert(call.lead.end(), widest.begin(), widest.end());
  return true;
}

void Checker::adoptCall(ComponentCall &call, Body &body) {
  InstanceInfo &caller = *body.info;
  std::string label = call.label;
  bool isNamed = !label.empty();
  if (!isNamed)
    label = call.info->component->name.text;
  label = body.prefix + label;
  if (call.info->hasParameters && !isNamed) {
    auto [place, isFirst] = body.called.emplace(label, call.identity);
    if (!isFirst && place->second != call.identity)
      diags.report(message::calledTwice, call.location, label)
          .help("declare `part a, b: {}` and call a(...) and b(...), or call "
                "one of them twice to share",
                label);
  }
  call.label = label;
  bool isKnown = std::any_of(
      caller.calls.begin(), caller.calls.end(), [&](const CallSite &site) {
        return site.label == label && site.callee == call.info;
      });
  if (!isKnown)
    caller.calls.push_back({label, call.info, call.outer});
  caller.hasUpdate |= call.info->hasUpdate;
  caller.random |= call.info->random;
  for (const SightEvent &event : call.info->events) {
    auto same = [&](const SightEvent &other) {
      return other.location.offset == event.location.offset &&
             other.dim == event.dim;
    };
    if (std::none_of(caller.events.begin(), caller.events.end(), same))
      caller.events.push_back(event);
  }
  for (const Dimension *dim : call.info->masks)
    if (!has(caller.masks, dim))
      caller.masks.push_back(dim);
  spend(call.info->events.size() * (1 + caller.events.size() / 8) + 1,
        call.location);
}

Value Checker::resultOf(ComponentCall &call, Expr::Kind kind) {
  const InstanceInfo &info = *call.info;
  Facts inputs;
  for (const Value &value : call.values)
    inputs.inherit(value.meaning.facts);
  bool isGood = true;
  auto convert = [&](const Meaning &meaning) {
    Meaning result = meaning;
    result.type.dims.clear();
    for (const Dimension *dim : meaning.type.dims) {
      if (dim == rowsDim && call.rows)
        result.type.dims.insert(result.type.dims.end(), call.rows->begin(),
                                call.rows->end());
      else
        result.type.dims.push_back(dim);
    }
    std::vector<const Dimension *> front;
    for (const Dimension *dim : call.lead) {
      if (call.rows && has(*call.rows, dim) && has(result.type.dims, dim))
        continue;
      if (has(result.type.dims, dim) && isGood) {
        diags.report(message::dimensionWouldBeTwice, call.location, dim->name)
            .help("`{}` is mapped over it and returns it; declare another of "
                  "the same size",
                  info.component->name.text);
        isGood = false;
      }
      front.push_back(dim);
    }
    result.type.dims.insert(result.type.dims.begin(), front.begin(),
                            front.end());
    result.facts.inherit(inputs);
    result.facts.isWhole = false;
    return result;
  };
  Value result;
  result.kind = info.result.kind;
  if (info.result.isTensor())
    result.meaning = convert(info.result.meaning);
  for (const auto &[name, meaning] : info.result.fields)
    result.fields.push_back({name, convert(meaning)});
  if (!isGood || info.result.isError())
    return {};
  ExprPtr made = makeExpr(kind, call.location, result.meaning.type);
  made->callee = {info.instance, call.label};
  if (kind != Expr::Kind::Component)
    made->dims = call.outer;
  for (const auto &[name, meaning] : result.fields) {
    made->fieldNames.push_back(name);
    made->fieldTypes.push_back(meaning.type);
  }
  for (Value &value : call.values)
    if (value.expr)
      adopt(*made, std::move(value.expr));
  result.expr = std::move(made);
  return result;
}

} // namespace spex::sema
