//===- Exports.cpp - Entry points -----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 12: what an export offers, and whether a model can run
// step by step.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Trace.h"

namespace spex::sema {

InstanceInfo *Checker::componentNamed(const ast::Identifier &name) {
  auto found = here->components.find(name.text);
  if (found == here->components.end()) {
    std::vector<std::string> known;
    for (const auto &[other, component] : here->components)
      known.push_back(other);
    diags.report(message::unknownTarget, name.location, name.text)
        .helpNearest(name.text, known);
    return nullptr;
  }
  if (!found->second->generics.empty()) {
    diags.report(message::unknownTarget, name.location, name.text)
        .help("it has dimensions of its own; wrap it in a component that gives "
              "them");
    return nullptr;
  }
  return instantiate(*found->second, {});
}

static std::vector<const Meaning *> results(const InstanceInfo &info) {
  std::vector<const Meaning *> all;
  if (info.result.isTensor())
    all.push_back(&info.result.meaning);
  for (const auto &[name, meaning] : info.result.fields)
    all.push_back(&meaning);
  return all;
}

ExportRequest Checker::readExport(const ast::ExportItem &item) {
  ExportRequest request;
  request.item = &item;
  for (const ast::Directive &directive : item.entries) {
    const std::string &word = directive.word.text;
    if (word != "forward" && word != "backward" && word != "step") {
      diags.report(message::unknownEntry, directive.word.location, word)
          .helpNearest(word, {"forward", "backward", "step"})
          .help("known: forward, backward, step(along: S)");
      continue;
    }
    bool hasSeed = false, hasAlong = false;
    for (const ast::Argument &arg : directive.args) {
      std::string key = arg.name.text;
      if (key.empty() && arg.value->kind == ast::Expr::Kind::Name)
        key = ast::as<ast::NameExpr>(*arg.value).name;
      hasSeed |= key == "seed";
      if (key != "along" || arg.value->kind != ast::Expr::Kind::Dimension)
        continue;
      const std::string &name =
          ast::as<ast::DimensionExpr>(*arg.value).name;
      request.along = fileDimension(name);
      request.asked = arg.value->location;
      hasAlong = true;
      if (!request.along)
        diags.report(message::unknownDimension, request.asked, name)
            .helpNearest(name, dimensionNames(nullptr));
    }
    if (word == "step" && !hasAlong)
      diags.report(message::wrongArguments, directive.word.location, "step",
                   "`along:`")
          .help("write `step(along: S)`");
    if (word == "forward" && !hasSeed)
      request.plainForward = &directive;
  }
  return request;
}

void Checker::checkExport(const ExportRequest &request) {
  const ast::ExportItem &item = *request.item;
  InstanceInfo *info = componentNamed(item.target);
  if (!info)
    return;
  for (const Meaning *meaning : results(*info))
    if (request.plainForward && (meaning->facts.random & atInference)) {
      diags.report(message::randomAtInference,
                   request.plainForward->word.location,
                   info->component->name.text)
          .help("write `forward(seed)`, or wrap them in `phase(train: ..., "
                "infer: ...)`");
      break;
    }
  EntryPoint entry;
  EntryPoint *made = &entry;
  if (options.entry.empty() || options.entry == item.target.text ||
      options.entry == item.outputName.text) {
    makeEntry(item.outputName.text, *info);
    made = &program.entries.back();
  } else if (!request.along) {
    return;
  }
  decideStep(*made, *info, request.along, request.asked);
}

void Checker::decideStep(EntryPoint &entry, InstanceInfo &info,
                         const Dimension *asked, SourceLocation location) {
  const Dimension *along = asked;
  for (const Dimension *dim : entry.dims)
    if (!along && has(info.masks, dim))
      along = dim;
  if (!along) {
    entry.whyNoStep = "no attention is causal along a run-time dimension";
    return;
  }
  const std::string &name = info.component->name.text;
  bool seesAll = !along->isBounded, isCarried = false;
  for (const Meaning *meaning : results(info)) {
    seesAll |= (meaning->facts.full.phases(along) & atInference) != 0;
    isCarried |= (meaning->facts.carried.phases(along) & atInference) != 0;
  }
  if (seesAll) {
    entry.whyNoStep =
        along->isBounded
            ? "a position sees later ones along `" + along->name + "`"
            : "`" + along->name + "` is known when compiling";
    if (asked)
      diags.report(message::cannotStep, location, name, along->name)
          .help(along->isBounded
                    ? "look for a sum, softmax or route over that dimension "
                      "without a causal mask"
                    : "its size is known when compiling: declare `dim " +
                          along->name + " <= ...`");
    return;
  }
  if (isCarried) {
    entry.whyNoStep = "values are carried along `" + along->name +
                      "` by more than attention and `scan`";
    // One construct of a later release is enough to say.
    if (asked && options.mustBeBuildable && !diags.hasErrors())
      diags.report(message::laterRelease, location,
                   "`step` through `cumsum`, `shift` or a capacity");
    return;
  }
  entry.stepAlong = along;
}

void Checker::collectDims(EntryPoint &entry) {
  std::vector<const Dimension *> found;
  auto addSize = [&](const Dimension *dim) {
    auto size = sizes.find(dim);
    if (size == sizes.end())
      return;
    for (const Dimension *base : arithmetic.bases(size->second))
      if (base != rowsDim && !has(found, base))
        found.push_back(base);
  };
  auto addType = [&](const Type &type) {
    for (const Dimension *dim : type.dims)
      addSize(dim);
  };
  walkReachable(*entry.model, [&](const Instance &instance) {
    for (const Input &input : instance.inputs)
      addType(input.type);
    for (const Type &type : instance.resultTypes)
      addType(type);
    Trace trace(instance, /*withTraining=*/false);
    trace.onExpr = [&](const Expr &expr) {
      addType(expr.type);
      for (const auto *dims : {&expr.dims, &expr.toDims})
        for (const Dimension *dim : *dims)
          addSize(dim);
    };
    trace.followReturn();
  });
  // In order of declaration: those of the file first, by place.
  std::sort(found.begin(), found.end(),
            [&](const Dimension *a, const Dimension *b) {
                     bool isFileA = here->fileDims.count(a->name) &&
                                    here->fileDims.at(a->name) == a;
                     bool isFileB = here->fileDims.count(b->name) &&
                                    here->fileDims.at(b->name) == b;
                     if (isFileA != isFileB)
                       return isFileA;
                     return std::tie(a->location.file, a->location.offset) <
                            std::tie(b->location.file, b->location.offset);
                   });
  entry.dims = std::move(found);
}

void Checker::makeEntry(const std::string &name, InstanceInfo &info) {
  EntryPoint entry;
  entry.name = name;
  entry.model = info.instance;
  for (const Meaning *meaning : results(info))
    entry.takesSeed |= (meaning->facts.random & atInference) != 0;
  if (info.numParameters > 1'000'000) {
    diags.report(message::fileTooLarge, info.component->name.location,
                 "it has more than 1,000,000 parameters");
  } else {
    collectParameters(info, entry);
    addWeights(info, entry);
  }
  collectDims(entry);
  if (options.mustBeBuildable)
    reportLater(entry);
  program.entries.push_back(std::move(entry));
}

void Checker::reportLater(const EntryPoint &entry) {
  bool isReported = false;
  auto report = [&](SourceLocation location, const std::string &feature) {
    if (!feature.empty() && !isReported)
      diags.report(message::laterRelease, location, feature);
    isReported |= !feature.empty();
  };
  walkReachable(*entry.model, [&](const Instance &instance) {
    Trace trace(instance, /*withTraining=*/false);
    trace.onExpr = [&](const Expr &expr) {
      report(expr.location, expr.later);
    };
    trace.followReturn();
  });
}

void Checker::makeEntries() {
  for (const auto &instance : program.instances)
    pruneBody(*instance);
  for (const ExportRequest &request : requests)
    checkExport(request);
  if (program.entries.empty())
    for (const std::unique_ptr<ast::Item> &item : file.items) {
      if (item->kind != ast::Item::Kind::Component)
        continue;
      const auto &component = ast::as<ast::ComponentItem>(*item);
      bool isAsked = options.entry == component.name.text;
      bool isModel = component.role == ast::Role::Model && requests.empty() &&
                     options.entry.empty();
      if ((!isAsked && !isModel) || !component.generics.empty())
        continue;
      if (InstanceInfo *info = instantiate(component, {})) {
        makeEntry(component.name.text, *info);
        decideStep(program.entries.back(), *info, nullptr, {});
      }
    }
  if (!options.entry.empty() && program.entries.empty() && !diags.hasErrors()) {
    std::vector<std::string> known;
    for (const auto &[name, component] : here->components)
      if (component->role == ast::Role::Model)
        known.push_back(name);
    diags.reportGlobal(message::unknownTarget, options.entry)
        .helpNearest(options.entry, known);
  }
}

} // namespace spex::sema
