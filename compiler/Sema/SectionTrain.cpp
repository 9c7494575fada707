//===- SectionTrain.cpp - Check train sections ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 13: what is minimised, by which optimizer, and what is
// logged, evaluated and saved on the way.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Sections.h"

namespace spex::sema {

using LineKind = ast::RunLine::Kind;

/// An optimizer or a schedule of its rate.
struct KnownWord {
  const char *name;
  std::vector<std::string> arguments, needed;
};

static const std::vector<KnownWord> &optimizers() {
  static const std::vector<KnownWord> all = {
      {"sgd", {"lr", "momentum", "decay"}, {"lr"}},
      {"adam", {"lr", "beta1", "beta2", "eps"}, {"lr"}},
      {"adamw", {"lr", "beta1", "beta2", "eps", "decay"}, {"lr"}},
      {"adafactor", {"lr", "decay", "clip"}, {"lr"}},
  };
  return all;
}

static const std::vector<KnownWord> &rates() {
  static const std::vector<KnownWord> all = {
      {"cosine", {"peak", "warmup", "end"}, {"peak"}},
      {"linear", {"from", "to", "over"}, {"from", "to", "over"}},
      {"rsqrt", {"peak", "warmup"}, {"peak"}},
  };
  return all;
}

static const KnownWord *find(const std::vector<KnownWord> &all,
                             const std::string &name) {
  for (const KnownWord &word : all)
    if (word.name == name)
      return &word;
  return nullptr;
}

static std::vector<std::string> names(const std::vector<KnownWord> &all) {
  std::vector<std::string> list;
  for (const KnownWord &word : all)
    list.push_back(word.name);
  return list;
}

void SectionChecker::checkTrain(const ast::RunItem &item) {
  auto keys = readKeys(
      item, {"data", "loss", "optimizer", "clip", "steps", "seed"},
      {"data", "loss", "optimizer", "steps"},
      {"let", "feed", "freeze", "rate", "every"});
  checkSizes(item.sizes);
  if (keys.count("optimizer"))
    checkOptimizer(*keys["optimizer"]->value);
  for (const char *key : {"steps", "seed"})
    if (keys.count(key))
      wholeNumber(*keys[key]->value, key);
  if (keys.count("clip"))
    checker.number(*keys["clip"]->value, nullptr);
  InstanceInfo *model = modelOf(item.target);
  if (!model)
    return;
  needSizes(item, *model);
  Scope scope;
  openScope(scope, *model);
  Binding again;
  again.value = withoutTree(model->result);
  again.source = Binding::Source::Local;
  again.slot = checker.newLocal(scope.body, "run", item.location,
                                model->result);
  scope.body.run = &again;
  Value data;
  if (keys.count("data"))
    data = dataOf(*keys["data"], scope);
  give(scope, "data", item.location, data);
  Value step;
  step.kind = Value::Kind::Tensor;
  step.meaning.type.element = ElementType::Int;
  give(scope, "step", item.location, step);
  bool areFed = true;
  for (const ast::RunLine &line : item.lines)
    if (line.kind == LineKind::Feed) {
      Value value = checker.evaluateTensor(*line.value, scope.body);
      areFed &= !value.isError();
      scope.feeds.push_back({line.name.text, value.meaning});
    }
  if (data.isRecord() && areFed)
    feedModel(data, keys["data"]->location, scope);
  readLines(item, scope);
}

void SectionChecker::readLines(const ast::RunItem &item, Scope &scope) {
  unsigned before = diags.errorCount();
  scope.names = {"loss", "aux"};
  // What another `every` evaluates is known too.
  for (const ast::RunLine &line : item.lines)
    for (const ast::EveryLine &inner : line.lines)
      if (inner.kind == ast::EveryLine::Kind::Eval)
        scope.names.insert(inner.names[0].text);
  for (const ast::RunLine &line : item.lines) {
    switch (line.kind) {
    case LineKind::Let:
      checker.bindLocal(scope.body, line.name,
                        checker.evaluate(*line.value, scope.body));
      break;
    case LineKind::Key:
      if (line.name.text == "loss")
        checkOneNumber(*line.value, "loss", line.location, scope.body);
      break;
    case LineKind::Freeze:
      checkParameterPath(line.path, *scope.model);
      break;
    case LineKind::Rate:
      checkParameterPath(line.path, *scope.model);
      checker.number(*line.value, nullptr);
      break;
    case LineKind::Every:
      wholeNumber(*line.value, "every");
      for (const ast::EveryLine &inner : line.lines) {
        if (inner.kind == ast::EveryLine::Kind::Eval)
          checkEval(inner, scope);
        else
          checkLog(inner, scope);
      }
      break;
    case LineKind::Feed:
      break;
    case LineKind::Draw:
    case LineKind::Report:
      diags.report(message::unknownLine, line.location,
                   line.kind == LineKind::Draw ? "draw" : "report", "train")
          .help("it belongs to `metrics`");
      break;
    }
  }
  if (diags.errorCount() == before)
    checkUnused(item, scope);
}

void SectionChecker::checkOneNumber(const ast::Expr &expr,
                                    const std::string &what,
                                    SourceLocation location, Body &body) {
  Value value = checker.evaluateTensor(expr, body);
  if (value.isError() || !checker.isNumeric(value, expr.location, what))
    return;
  const std::vector<const Dimension *> &dims = value.type().dims;
  if (dims.empty())
    return;
  std::vector<std::string> list;
  for (const Dimension *dim : dims)
    list.push_back(dim->name);
  diags.report(message::lossNotNumber, location, what, checker.spell(value))
      .help("write `mean[{}](...)`", joined(list));
}

void SectionChecker::checkEval(const ast::EveryLine &line, Scope &scope) {
  checkSizes(line.sizes);
  if (line.batches)
    wholeNumber(*line.batches, "over");
  Value data =
      callSource(line.source, line.sourceArgs, line.source.location, scope);
  if (data.isRecord())
    feedModel(data, line.source.location, scope);
  // The same names, over the data of this line.
  auto trained = scope.body.bindings.extract("data");
  give(scope, "data", line.location, data);
  Value number;
  number.kind = Value::Kind::Tensor;
  number.meaning.type.element = checker.program.numerics.accumulate;
  std::vector<std::string> added;
  for (const char *name : {"loss", "aux"})
    if (!scope.body.bindings.count(name)) {
      give(scope, name, line.location, number);
      added.push_back(name);
    }
  checkOneNumber(*line.value, "eval", line.location, scope.body);
  for (const std::string &name : added)
    scope.body.bindings.erase(name);
  scope.body.bindings.erase("data");
  scope.body.bindings.insert(std::move(trained));
}

void SectionChecker::checkLog(const ast::EveryLine &line, Scope &scope) {
  std::vector<std::string> known(scope.names.begin(), scope.names.end());
  for (const auto &[name, binding] : scope.body.bindings)
    if (name != "data" && name != "step")
      known.push_back(name);
  auto check = [&](const ast::Identifier &name) {
    auto bound = scope.body.bindings.find(name.text);
    bool isBound = bound != scope.body.bindings.end();
    if (scope.names.count(name.text)) {
      if (isBound)
        bound->second.isUsed = true;
      return;
    }
    if (!isBound) {
      if (!scope.body.hasLostName)
        diags.report(message::unknownName, name.location, name.text)
            .helpNearest(name.text, known);
      return;
    }
    ast::NameExpr expr(name.location);
    expr.name = name.text;
    checkOneNumber(expr, name.text, name.location, scope.body);
  };
  for (const ast::Identifier &name : line.names)
    check(name);
  if (!line.best.empty())
    check(line.best);
}

void SectionChecker::checkParameterPath(const ast::Path &path,
                                        const InstanceInfo &model) {
  // With another choice of variants there may be such a parameter.
  if (!checker.here->variants.empty() || model.numParameters > 1'000'000)
    return;
  EntryPoint entry;
  checker.collectParameters(model, entry);
  std::string text = spell(path);
  std::string prefix = text.substr(0, text.find('*'));
  std::vector<std::string> known;
  for (const StoredParameter &parameter : entry.parameters) {
    const std::string &name = parameter.path;
    // A path alone stands for a part with all below it, too.
    bool isBelow = name.size() == prefix.size() || prefix.empty() ||
                   prefix.back() == '.' || prefix.size() != text.size() ||
                   name[prefix.size()] == '.';
    if (name.compare(0, prefix.size(), prefix) == 0 && isBelow)
      return;
    known.push_back(name);
  }
  diags.report(message::noParameter, path.location,
               model.component->name.text, text)
      .helpNearest(text, known);
}

bool SectionChecker::hasArguments(const ast::CallExpr &call,
                                  const std::vector<std::string> &known,
                                  const std::vector<std::string> &needed) {
  const std::string &name = call.callee.name.text;
  std::set<std::string> given;
  bool isGood = true;
  for (const ast::Argument &arg : call.args) {
    if (arg.name.empty()) {
      diags.report(message::wrongArguments, arg.value->location, name,
                   "named arguments")
          .help("known: {}", joined(known));
      isGood = false;
      continue;
    }
    if (std::find(known.begin(), known.end(), arg.name.text) == known.end()) {
      diags.report(message::unknownOptimizerArgument, arg.name.location, name,
                   arg.name.text)
          .helpNearest(arg.name.text, known)
          .help("known: {}", joined(known));
      isGood = false;
    } else if (!given.insert(arg.name.text).second) {
      diags.report(message::alreadyBound, arg.name.location, arg.name.text);
      isGood = false;
    }
  }
  for (const std::string &key : needed)
    if (!given.count(key) && isGood) {
      diags.report(message::needsArgument, call.location, name, key + ":");
      isGood = false;
    }
  return isGood;
}

void SectionChecker::checkOptimizer(const ast::Expr &expr) {
  const ast::CallExpr *call = expr.kind == ast::Expr::Kind::Call
                                  ? &ast::as<ast::CallExpr>(expr)
                                  : nullptr;
  std::string name = call ? call->callee.name.text : "";
  if (expr.kind == ast::Expr::Kind::Name)
    name = ast::as<ast::NameExpr>(expr).name;
  const KnownWord *word =
      call && !call->hasBrackets ? find(optimizers(), name) : nullptr;
  if (!word) {
    diags.report(message::unknownOptimizer, expr.location, name)
        .helpNearest(name, names(optimizers()))
        .help("optimizers: {}, each with arguments as `sgd(lr: 0.1)`",
              joined(names(optimizers())));
    return;
  }
  if (!hasArguments(*call, word->arguments, word->needed))
    return;
  for (const ast::Argument &arg : call->args) {
    bool isRate = arg.name.text == "lr" &&
                  arg.value->kind == ast::Expr::Kind::Call &&
                  !ast::as<ast::CallExpr>(*arg.value).hasBrackets;
    if (isRate)
      checkRate(ast::as<ast::CallExpr>(*arg.value));
    else
      checker.number(*arg.value, nullptr);
  }
}

void SectionChecker::checkRate(const ast::CallExpr &call) {
  const std::string &name = call.callee.name.text;
  const KnownWord *word = find(rates(), name);
  // A number may be computed, as `sqrt(0.1)`.
  if (!word && BuiltinInfo::find(name)) {
    checker.number(call, nullptr);
    return;
  }
  if (!word) {
    diags.report(message::unknownRate, call.location, name)
        .helpNearest(name, names(rates()))
        .help("schedules: {}", joined(names(rates())));
    return;
  }
  if (!hasArguments(call, word->arguments, word->needed))
    return;
  for (const ast::Argument &arg : call.args)
    checker.number(*arg.value, nullptr);
}

} // namespace spex::sema
