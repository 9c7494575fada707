//===- Components.cpp - Check a component at one set of sizes -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A component is checked once for each list of dimensions it is given; callers
// share the outcome.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

Value withoutTree(const Value &value) {
  Value copy;
  copy.kind = value.kind;
  copy.meaning = value.meaning;
  copy.fields = value.fields;
  copy.route = value.route;
  copy.part = value.part;
  return copy;
}

/// Readers nest as deep as components call one another.
static constexpr unsigned maxDepth = 3000;
static constexpr size_t maxInstances = 10000;

InstanceInfo *
Checker::instantiate(const ast::ComponentItem &component,
                     const std::vector<const Dimension *> &generics) {
  InstanceKey key{&component, generics};
  auto known = instances.find(key);
  if (known != instances.end()) {
    InstanceInfo *info = known->second.get();
    if (info->isOpen) {
      diags.report(message::usesItself, component.location, component.name.text)
          .help("a program must end, so there is no recursion; use `stack` or "
                "`scan` to repeat");
      info->isFailed = true;
    }
    return info->isFailed ? nullptr : info;
  }
  if (depth > maxDepth || isExhausted) {
    if (!isExhausted)
      diags.report(message::fileTooLarge, component.location,
                   "components call one another too deep");
    isExhausted = true;
    return nullptr;
  }
  if (instances.size() >= maxInstances) {
    diags.report(message::fileTooLarge, component.location,
                 "its components would be checked at too many sizes");
    isExhausted = true;
    return nullptr;
  }
  auto owned = std::make_unique<InstanceInfo>();
  InstanceInfo *info = owned.get();
  instances.emplace(std::move(key), std::move(owned));
  program.instances.push_back(std::make_unique<Instance>());
  info->instance = program.instances.back().get();
  info->component = &component;
  info->instance->name = component.name.text;
  info->instance->location = component.name.location;
  info->instance->generics = generics;
  infos[info->instance] = info;
  unsigned before = diags.errorCount();
  Body body;
  body.kind = component.role == ast::Role::Source ? Body::Kind::Source
                                                  : Body::Kind::Component;
  body.info = info;
  body.instance = info->instance;
  FileEntry entry(here, homes.at(&component));
  const Size *outerTokens = tokens;
  tokens = nullptr;
  depth += 10;
  checkBody(*info, body);
  depth -= 10;
  tokens = outerTokens;
  info->isOpen = false;
  info->isFailed |= diags.errorCount() != before;
  if (!info->isFailed)
    trace(*info);
  return info->isFailed ? nullptr : info;
}

void Checker::checkBody(InstanceInfo &info, Body &body) {
  unsigned start = diags.errorCount();
  info.isFailed = !checkSignature(info, body);
  declareRenamed(*info.component, body);
  const std::vector<ast::Stmt> &statements = info.component->body.statements;
  for (const ast::Stmt &stmt : statements) {
    if (isExhausted)
      return;
    unsigned before = diags.errorCount();
    checkStatement(stmt, body);
    // What a wrong statement did not get to read is not unused.
    if (diags.errorCount() != before)
      markUsed(stmt, body);
  }
  finish(info, body, start);
}

void Checker::finish(InstanceInfo &info, Body &body, unsigned before) {
  const std::vector<ast::Stmt> &statements = info.component->body.statements;
  auto isReturn = [](const ast::Stmt &stmt) {
    return stmt.kind == ast::Stmt::Kind::Return;
  };
  auto first = std::find_if(statements.begin(), statements.end(), isReturn);
  if (first == statements.end())
    diags.report(message::returnsNothing, info.component->location,
                 info.component->name.text)
        .help("end its body with `return ...`");
  else if (first + 1 != statements.end())
    diags.report(message::afterReturn, (first + 1)->location)
        .help("move it before the `return`, or remove it");
  // A name that a mistaken statement should have read is no second mistake.
  if (diags.errorCount() == before)
    reportUnused(body, body.order);
  info.hasParameters = !info.instance->parameters.empty();
  for (const CallSite &site : info.calls)
    info.hasParameters |= site.callee->hasParameters;
  // W0201 is about the whole body, wherever `allow` stands in it.
  for (SightEvent &event : info.events)
    event.isAllowed |= body.allowsLaterSight;
  for (const Dimension *dim : info.result.meaning.facts.masks)
    if (!has(info.masks, dim))
      info.masks.push_back(dim);
  for (const auto &[name, meaning] : info.result.fields) {
    for (const Dimension *dim : meaning.facts.masks)
      if (!has(info.masks, dim))
        info.masks.push_back(dim);
    info.random |= meaning.facts.random;
  }
  info.random |= info.result.meaning.facts.random;
}

void Checker::reportUnused(Body &body, const std::vector<std::string> &names) {
  for (const std::string &name : names) {
    const Binding &binding = body.bindings.at(name);
    if (!binding.isUsed && name[0] != '_')
      diags.report(message::neverUsed, binding.location, name)
          .help("was another name meant? If not, remove it, or call it `_{}`",
                name);
  }
}

void Checker::checkReturn(const ast::Stmt &stmt, Body &body) {
  InstanceInfo &info = *body.info;
  if (!info.result.isError())
    return; // `finish` reports what follows the first
  Value value = evaluate(*stmt.value, body);
  if (value.kind == Value::Kind::Route)
    value = readRoute(*value.route, stmt.value->location);
  if (value.isError() || info.isFailed)
    return;
  const ast::Result &written = info.component->result;
  if (written.isRecord)
    return returnRecord(std::move(value), stmt, body);
  const Type &want = body.info->innerResults[0];
  value = fits(std::move(value), want,
               written.type.element != ast::ElementWord::None,
               stmt.value->location, info.component->name.text);
  if (value.isError())
    return;
  value = renameAliases(info, std::move(value),
                        body.instance->resultTypes[0]);
  info.result = withoutTree(value);
  info.result.meaning.type = body.instance->resultTypes[0];
  info.result.meaning.facts.triangle.clear();
  info.result.meaning.facts.isParameter = false;
  Statement statement;
  statement.kind = Statement::Kind::Return;
  statement.location = stmt.location;
  statement.value = std::move(value.expr);
  body.instance->body.push_back(std::move(statement));
}

void Checker::returnRecord(Value value, const ast::Stmt &stmt, Body &body) {
  InstanceInfo &info = *body.info;
  const auto &want = info.component->result.fields;
  std::string odd;
  std::set<std::string> given, wanted;
  for (const auto &[name, meaning] : value.fields)
    given.insert(name);
  for (const auto &[name, type] : want) {
    wanted.insert(name.text);
    if (!given.count(name.text))
      odd += (odd.empty() ? "" : ", ") + name.text;
  }
  for (const auto &[name, meaning] : value.fields)
    if (!wanted.count(name))
      odd += (odd.empty() ? "" : ", ") + name;
  if (!odd.empty() || !value.isRecord()) {
    diags.report(message::resultsDiffer, stmt.value->location, odd)
        .help("`{}` declares {} results", info.component->name.text,
              want.size());
    return;
  }
  std::vector<std::string> names;
  for (const auto &[name, meaning] : value.fields)
    names.push_back(name);
  std::vector<Value> parts =
      splitRecord(std::move(value), stmt.value->location, body);
  std::vector<std::pair<std::string, Value>> fitted;
  bool isGood = true;
  for (size_t i = 0; i < want.size(); ++i) {
    const auto &[name, type] = want[i];
    size_t at = size_t(std::find(names.begin(), names.end(), name.text) -
                       names.begin());
    Value field = fits(std::move(parts[at]), info.innerResults[i],
                       type.element != ast::ElementWord::None,
                       stmt.value->location, name.text);
    isGood &= !field.isError();
    if (isGood)
      field = renameAliases(info, std::move(field),
                            body.instance->resultTypes[i]);
    if (isGood)
      field.meaning.type = body.instance->resultTypes[i];
    fitted.push_back({name.text, std::move(field)});
  }
  if (!isGood)
    return;
  value = recordOf(std::move(fitted), stmt.value->location);
  info.result = withoutTree(value);
  for (auto &[name, meaning] : info.result.fields) {
    meaning.facts.triangle.clear();
    meaning.facts.isParameter = false;
  }
  Statement statement;
  statement.kind = Statement::Kind::Return;
  statement.location = stmt.location;
  statement.value = std::move(value.expr);
  body.instance->body.push_back(std::move(statement));
}

} // namespace spex::sema
