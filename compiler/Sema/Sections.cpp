//===- Sections.cpp - What the sections share -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which sections there are, the names their formulas may use, run-time sizes
// after `at`, and the source that feeds a model.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Sections.h"

namespace spex::sema {

std::string joined(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string spell(const ast::Path &path) {
  std::string text;
  for (const ast::Identifier &step : path.steps)
    text += (text.empty() ? "" : ".") + step.text;
  return text;
}

void SectionChecker::checkAll() {
  checkRuns();
  std::set<std::string> runs;
  for (const std::unique_ptr<ast::Item> &item : checker.file.items) {
    if (checker.isExhausted)
      return;
    if (item->kind == ast::Item::Kind::Quantize)
      checkQuantize(ast::as<ast::QuantizeItem>(*item));
    if (item->kind == ast::Item::Kind::Schedule)
      checkSchedule(ast::as<ast::ScheduleItem>(*item));
    if (item->kind == ast::Item::Kind::Sweep)
      checkSweep(ast::as<ast::SweepItem>(*item));
    if (!ast::RunItem::classof(item.get()))
      continue;
    // A sweep calls them by these names.
    const ast::Identifier &name = ast::as<ast::RunItem>(*item).name;
    if (!runs.insert(name.text).second)
      diags.report(message::declaredTwice, name.location, name.text)
          .help("give one of the two another name");
  }
}

void SectionChecker::checkRuns() {
  for (const std::unique_ptr<ast::Item> &item : checker.file.items) {
    if (checker.isExhausted)
      return;
    if (item->kind == ast::Item::Kind::Train)
      checkTrain(ast::as<ast::RunItem>(*item));
    if (item->kind == ast::Item::Kind::Metrics)
      checkMetrics(ast::as<ast::RunItem>(*item));
  }
}

InstanceInfo *SectionChecker::modelOf(const ast::Identifier &name) {
  InstanceInfo *model = checker.componentNamed(name);
  // One with errors may lack results.
  return model && !model->result.isError() ? model : nullptr;
}

void SectionChecker::openScope(Scope &scope, InstanceInfo &model) {
  scope.model = &model;
  scope.body.kind = Body::Kind::Section;
  scope.body.info = &scope.info;
  scope.body.instance = &scope.instance;
  SourceLocation location = model.component->name.location;
  if (model.result.isTensor())
    give(scope, "out", location, model.result);
  for (const auto &[name, meaning] : model.result.fields) {
    Value value;
    value.kind = Value::Kind::Tensor;
    value.meaning = meaning;
    give(scope, name, location, value);
  }
}

void SectionChecker::give(Scope &scope, const std::string &name,
                          SourceLocation location, const Value &value) {
  Binding binding;
  binding.location = location;
  binding.isUsed = true;
  binding.value = withoutTree(value);
  // Who sees whom is settled in the model.
  binding.value.meaning.facts = {};
  for (auto &[field, meaning] : binding.value.fields)
    meaning.facts = {};
  binding.source = Binding::Source::Local;
  binding.slot = checker.newLocal(scope.body, name, location, value);
  scope.body.bindings[name] = std::move(binding);
}

std::optional<int64_t> SectionChecker::wholeNumber(const ast::Expr &expr,
                                                   const std::string &what) {
  std::optional<Exact> number = checker.number(expr, nullptr);
  if (!number)
    return std::nullopt;
  std::optional<int64_t> whole =
      number->value ? number->value->asInteger() : std::nullopt;
  if (!whole || *whole < 0) {
    diags.report(message::mustBeWhole, expr.location, what)
        .help("use floor, ceil or round");
    return std::nullopt;
  }
  return whole;
}

/// Whether its size is chosen at run time, and not computed from others.
static bool isFree(const Dimension &dim) {
  return dim.isBounded && dim.formula.op == SizeFormula::Op::Dim &&
         dim.formula.dim == &dim;
}

void SectionChecker::checkSizes(const std::vector<ast::Binding> &sizes) {
  std::set<std::string> given;
  for (const auto &[name, value] : sizes) {
    const Dimension *dim = checker.fileDimension(name.text);
    if (!dim || !isFree(*dim)) {
      std::vector<std::string> known;
      for (const auto &[other, decl] : checker.here->dimDecls)
        if (decl->kind == ast::DimDecl::Kind::Bound)
          known.push_back(other);
      diags.report(message::notRunTimeSize, name.location, name.text)
          .helpNearest(name.text, known)
          .help("declare it as `dim {} <= ...`", name.text);
      continue;
    }
    if (!given.insert(name.text).second)
      diags.report(message::alreadyBound, name.location, name.text);
    std::optional<int64_t> size = wholeNumber(*value, name.text);
    if (size && *size < 1)
      diags.report(message::sizeNotWhole, value->location, name.text, *size);
    else if (size && *size > dim->size)
      diags.report(message::sizeAboveBound, name.location, name.text)
          .help("it is {} here, and at most {} by its declaration", *size,
                dim->size);
  }
}

void SectionChecker::needSizes(const ast::RunItem &item,
                               const InstanceInfo &model) {
  std::set<std::string> given;
  for (const auto &[name, value] : item.sizes)
    given.insert(name.text);
  for (const Input &input : model.instance->inputs)
    for (const Dimension *dim : input.type.dims)
      for (const Dimension *base :
           checker.arithmetic.bases(checker.sizeOf(dim)))
        if (base != checker.rowsDim && given.insert(base->name).second)
          diags.report(message::sizeNotGiven, item.location, base->name)
              .help("write `at {} = ...` after `for {}`", base->name,
                    item.target.text);
}

Value SectionChecker::callSource(const ast::Callee &callee,
                                 const ast::Arguments &args,
                                 SourceLocation location, Scope &scope) {
  std::string known;
  for (const auto &[name, component] : checker.here->components)
    if (component->role == ast::Role::Source)
      known += (known.empty() ? "" : ", ") + name;
  auto found = checker.here->components.find(callee.name.text);
  bool isOther = callee.module.empty() && found != checker.here->components.end() &&
                 found->second->role != ast::Role::Source;
  if (isOther || !callee.name.isCapital()) {
    diags.report(message::lineMustBeOneOf, location, "data",
                 known.empty() ? "calls of a source" : known)
        .help("write `source {}() -> (...) { ... }`", callee.name.text);
    return {};
  }
  // Each call draws for itself: none shares anything with another.
  scope.body.called.clear();
  ComponentCall call;
  call.location = location;
  call.callee = &callee;
  call.args = &args;
  call.identity = &callee;
  Value data = checker.callComponent(call, scope.body, Expr::Kind::Component);
  if (!data.isTensor())
    return data;
  // A single result is called `out`.
  Value record;
  record.kind = Value::Kind::Record;
  record.fields.push_back({"out", data.meaning});
  return record;
}

Value SectionChecker::dataOf(const ast::RunLine &line, Scope &scope) {
  if (line.value->kind == ast::Expr::Kind::Call) {
    const auto &call = ast::as<ast::CallExpr>(*line.value);
    if (!call.hasBrackets)
      return callSource(call.callee, call.args, call.location, scope);
  }
  diags.report(message::lineMustBeOneOf, line.value->location, "data",
               "a call of a source")
      .help("write `data = Source(...)`");
  return {};
}

void SectionChecker::feedModel(const Value &data, SourceLocation location,
                               Scope &scope) {
  const InstanceInfo &model = *scope.model;
  std::string names;
  for (const auto &[name, meaning] : data.fields)
    names += (names.empty() ? "" : ", ") + name;
  const std::vector<ast::Formal> &formals = model.component->formals;
  for (size_t i = 0; i < formals.size(); ++i) {
    const std::string &name = formals[i].name.text;
    const Meaning *given = nullptr;
    for (const auto *fields :
         {&std::as_const(data.fields), &std::as_const(scope.feeds)})
      for (const auto &[field, meaning] : *fields)
        if (field == name)
          given = &meaning;
    const Input &input = model.instance->inputs[i];
    if (!given) {
      // Every line that draws from this source lacks it.
      if (!input.defaultValue &&
          told.insert(names + " " + model.component->name.text + "." + name)
              .second)
        diags.report(message::dataLacks, location, model.component->name.text,
                     name, names)
            .help("add it to the source, or write `feed {} = ...`", name);
      continue;
    }
    Value value;
    value.kind = Value::Kind::Tensor;
    value.meaning = *given;
    value.expr = checker.makeExpr(Expr::Kind::Local, location, given->type);
    checker.fits(std::move(value), input.type,
                 formals[i].type.element != ast::ElementWord::None, location,
                 name);
  }
}

std::map<std::string, const ast::RunLine *>
SectionChecker::readKeys(const ast::RunItem &item,
                         const std::vector<std::string> &keys,
                         const std::vector<std::string> &needed,
                         const std::vector<std::string> &others) {
  bool isTrain = item.kind == ast::Item::Kind::Train;
  const char *section = isTrain ? "train" : "metrics";
  std::vector<std::string> known = keys;
  known.insert(known.end(), others.begin(), others.end());
  std::map<std::string, const ast::RunLine *> found;
  bool hasUnknown = false;
  for (const ast::RunLine &line : item.lines) {
    if (line.kind != ast::RunLine::Kind::Key)
      continue;
    const ast::Identifier &name = line.name;
    if (std::find(keys.begin(), keys.end(), name.text) == keys.end()) {
      hasUnknown = true;
      std::string listed;
      for (const std::string &word : known)
        listed += (listed.empty() ? "" : ", ") + word;
      diags.report(message::unknownLine, name.location, name.text, section)
          .helpNearest(name.text, known)
          .help("lines of `{}`: {}", section, listed);
    } else if (!found.emplace(name.text, &line).second) {
      diags.report(message::alreadyBound, name.location, name.text)
          .help("each line of `{}` stands once", section);
    }
  }
  // A misspelt line may be the one that seems to be missing.
  for (const std::string &name : needed)
    if (!found.count(name) && !hasUnknown)
      diags.report(message::sectionLacks, item.location, section,
                   item.name.text, name)
          .help("add `{} = ...`", name);
  return found;
}

void SectionChecker::checkUnused(const ast::RunItem &item, Scope &scope) {
  for (const ast::RunLine &line : item.lines) {
    auto bound = scope.body.bindings.find(line.name.text);
    bool isOwn = line.kind == ast::RunLine::Kind::Let &&
                 bound != scope.body.bindings.end() && !bound->second.isUsed;
    if (isOwn && line.name.text[0] != '_')
      diags.report(message::neverUsed, line.name.location, line.name.text)
          .help("was another name meant? If not, remove it, or call it `_{}`",
                line.name.text);
  }
}

} // namespace spex::sema
