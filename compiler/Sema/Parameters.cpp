//===- Parameters.cpp - Live parameters and their paths -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A parameter lives if a result, `aux` or `update` can see it (language.md,
// section 4). What inference does not need is then taken out of the bodies.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Trace.h"

namespace spex::sema {

/// More parameters than this are a mistake, or an attack.
static constexpr uint64_t maxParameters = 1'000'000;

void Checker::trace(InstanceInfo &info) {
  size_t numFields = std::max<size_t>(1, info.instance->fieldNames.size());
  auto note = [&](const Trace &trace) {
    LiveParts parts;
    parts.parameters = trace.parameters;
    for (const CallSite &site : info.calls) {
      auto used = trace.calls.find({site.label, site.callee->instance});
      parts.calls.push_back(used == trace.calls.end() ? std::set<int>()
                                                      : used->second);
    }
    info.live.push_back(std::move(parts));
  };
  spend(numFields * (1 + info.instance->body.size()),
        info.component->name.location);
  for (size_t i = 0; i < numFields; ++i) {
    Trace trace(*info.instance, /*withTraining=*/true);
    trace.followReturn(info.instance->fieldNames.empty() ? Trace::allFields
                                                         : int(i));
    note(trace);
  }
  // Losses and updates see theirs whatever is used of the results.
  Trace trace(*info.instance, /*withTraining=*/true);
  for (const ExprPtr &expr : info.beside)
    trace.follow(expr.get());
  note(trace);
  for (size_t i = 0; i < info.calls.size(); ++i)
    info.numParameters = std::min(
        info.numParameters + info.calls[i].callee->numParameters,
        10 * maxParameters);
  info.numParameters += info.instance->parameters.size();
}

/// The live parts for some fields of the result, and for losses.
LiveParts Checker::liveFor(const InstanceInfo &info,
                           const std::set<int> &fields) const {
  LiveParts all = info.live.back();
  for (int field : fields) {
    const LiveParts &parts = info.live[size_t(field)];
    for (size_t i = 0; i < all.parameters.size(); ++i)
      if (parts.parameters[i])
        all.parameters[i] = true;
    for (size_t i = 0; i < all.calls.size(); ++i)
      all.calls[i].insert(parts.calls[i].begin(), parts.calls[i].end());
  }
  return all;
}

static std::set<int> everyField(const Instance &instance) {
  std::set<int> fields = {0};
  for (size_t i = 1; i < instance.fieldNames.size(); ++i)
    fields.insert(int(i));
  return fields;
}

void Checker::collectParameters(const InstanceInfo &info, EntryPoint &entry) {
  std::vector<const Dimension *> outer;
  std::map<std::string, StoredParameter> found;
  collectParameters(info, everyField(*info.instance), "", outer, found);
  for (auto &[path, parameter] : found)
    entry.parameters.push_back(std::move(parameter));
}

void Checker::collectParameters(const InstanceInfo &info,
                                const std::set<int> &fields,
                                const std::string &prefix,
                                std::vector<const Dimension *> &outer,
                                std::map<std::string, StoredParameter> &found) {
  LiveParts live = liveFor(info, fields);
  const std::vector<Parameter> &parameters = info.instance->parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!live.parameters[i])
      continue;
    StoredParameter stored;
    stored.path = prefix + parameters[i].name;
    stored.declaration = &parameters[i];
    stored.outer = outer;
    Type type;
    type.dims = outer;
    type.dims.insert(type.dims.end(), parameters[i].type.dims.begin(),
                     parameters[i].type.dims.end());
    countElements(type, parameters[i].location);
    std::string path = stored.path;
    found.emplace(std::move(path), std::move(stored));
  }
  for (size_t i = 0; i < info.calls.size(); ++i) {
    const CallSite &site = info.calls[i];
    bool isCalled = !live.calls[i].empty();
    if (!isCalled || !site.callee->hasParameters)
      continue;
    size_t depth = outer.size();
    outer.insert(outer.end(), site.outer.begin(), site.outer.end());
    collectParameters(*site.callee, live.calls[i], prefix + site.label + ".",
                      outer, found);
    outer.resize(depth);
  }
}

void Checker::pruneBody(Instance &instance) {
  Trace trace(instance, /*withTraining=*/false);
  trace.followReturn();
  auto isDead = [&](const Statement &statement) {
    if (statement.kind == Statement::Kind::Let)
      return !trace.slots[size_t(statement.slot)];
    if (statement.kind == Statement::Kind::Route)
      return !trace.routes.count(statement.route.get());
    return false;
  };
  auto prune = [&](std::vector<Statement> &statements) {
    statements.erase(
        std::remove_if(statements.begin(), statements.end(), isDead),
        statements.end());
    for (Statement &statement : statements)
      if (statement.route)
        statement.route->isResultUsed =
            trace.usedResults.count(statement.route.get()) > 0;
  };
  prune(instance.body);
  instance.scans.erase(
      std::remove_if(instance.scans.begin(), instance.scans.end(),
                     [&](const std::unique_ptr<Scan> &scan) {
                       return !trace.scans.count(scan.get());
                     }),
      instance.scans.end());
  for (const std::unique_ptr<Scan> &scan : instance.scans)
    prune(scan->body);
}

void Checker::walkReachable(
    const Instance &model,
    const std::function<void(const Instance &)> &visit) const {
  std::set<const Instance *> seen = {&model};
  std::vector<const Instance *> pending = {&model};
  while (!pending.empty()) {
    const Instance *instance = pending.back();
    pending.pop_back();
    visit(*instance);
    Trace trace(*instance, /*withTraining=*/false);
    trace.followReturn();
    for (const auto &[call, fields] : trace.calls)
      if (seen.insert(call.second).second)
        pending.push_back(call.second);
  }
}

void Checker::warnUnusedParts(const InstanceInfo &info) {
  if (!here->variants.empty())
    return; // another variant may use it
  LiveParts live = liveFor(info, everyField(*info.instance));
  for (size_t i = 0; i < info.calls.size(); ++i)
    if (live.calls[i].empty() && info.calls[i].callee->hasParameters)
      diags.report(message::partUnusedByResult, info.component->location,
                   info.component->name.text, info.calls[i].label);
}

InstanceInfo *Checker::infoOf(const Instance *instance) const {
  auto found = infos.find(instance);
  return found == infos.end() ? nullptr : found->second;
}

} // namespace spex::sema
