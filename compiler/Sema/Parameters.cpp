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
  Trace trace(*info.instance, /*withTraining=*/true);
  trace.followReturn();
  for (const ExprPtr &expr : info.beside)
    trace.follow(expr.get());
  info.liveParameters = std::move(trace.parameters);
  info.numLive = uint64_t(std::count(info.liveParameters.begin(),
                                     info.liveParameters.end(), true));
  info.liveCalls.clear();
  for (const CallSite &site : info.calls) {
    bool isLive = trace.calls.count({site.label, site.callee->instance});
    info.liveCalls.push_back(isLive);
    if (isLive)
      info.numLive = std::min(info.numLive + site.callee->numLive,
                              10 * maxParameters);
  }
  info.isTraced = true;
}

void Checker::collectParameters(const InstanceInfo &info,
                                const std::string &prefix,
                                std::vector<const Dimension *> &outer,
                                EntryPoint &entry) {
  const std::vector<Parameter> &parameters = info.instance->parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!info.liveParameters[i])
      continue;
    StoredParameter stored;
    stored.path = prefix + parameters[i].name;
    stored.declaration = &parameters[i];
    stored.outer = outer;
    int64_t count = 1;
    std::vector<const Dimension *> dims = outer;
    dims.insert(dims.end(), parameters[i].type.dims.begin(),
                parameters[i].type.dims.end());
    for (const Dimension *dim : dims)
      if (__builtin_mul_overflow(count, dim->size, &count) ||
          count > int64_t(1) << 62) {
        diags.report(message::sizeNotWhole, parameters[i].location,
                     stored.path, "more than 2^62 elements")
            .help("make its dimensions smaller");
        break;
      }
    entry.parameters.push_back(std::move(stored));
  }
  for (size_t i = 0; i < info.calls.size(); ++i) {
    if (!info.liveCalls[i] || !info.calls[i].callee->numLive)
      continue;
    const CallSite &site = info.calls[i];
    size_t depth = outer.size();
    outer.insert(outer.end(), site.outer.begin(), site.outer.end());
    collectParameters(*site.callee, prefix + site.label + ".", outer, entry);
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
  instance.body.erase(
      std::remove_if(instance.body.begin(), instance.body.end(), isDead),
      instance.body.end());
  for (Statement &statement : instance.body)
    if (statement.route)
      statement.route->isResultUsed =
          trace.usedResults.count(statement.route.get()) > 0;
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
    for (const auto &[label, callee] : trace.calls)
      if (seen.insert(callee).second)
        pending.push_back(callee);
  }
}

void Checker::warnUnusedParts(const InstanceInfo &info) {
  if (!variants.empty())
    return; // another variant may use it
  for (size_t i = 0; i < info.calls.size(); ++i)
    if (!info.liveCalls[i] && info.calls[i].callee->hasParameters)
      diags.report(message::partUnusedByResult, info.component->location,
                   info.component->name.text, info.calls[i].label);
}

InstanceInfo *Checker::infoOf(const Instance *instance) const {
  auto found = infos.find(instance);
  return found == infos.end() ? nullptr : found->second;
}

} // namespace spex::sema
