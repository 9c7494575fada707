//===- SectionSettings.cpp - Check quantize and schedule ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 12: formats for parameters and directives for parts and
// routes, both by path.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Sections.h"

namespace spex::sema {

/// A word with the arguments it may have; "" stands for one without a name.
struct KnownDirective {
  const char *word;
  std::vector<std::string> arguments;
};

static const std::vector<KnownDirective> &formats() {
  static const std::vector<KnownDirective> all = {
      {"int8", {"group", "along"}},
      {"int4", {"group", "along"}},
      {"fp8", {"group", "along"}},
      {"mxfp4", {"along"}},
  };
  return all;
}

static const std::vector<KnownDirective> &directives() {
  static const std::vector<KnownDirective> all = {
      {"grouped", {"rows", "cols", "depth"}},
      {"pack", {""}},
      {"prefetch", {""}},
      {"persistent", {}},
      {"fused", {}},
      {"apart", {}},
      {"split", {""}},
  };
  return all;
}

static const KnownDirective *find(const std::vector<KnownDirective> &all,
                                  const std::string &word) {
  for (const KnownDirective &known : all)
    if (known.word == word)
      return &known;
  return nullptr;
}

static std::vector<std::string> words(const std::vector<KnownDirective> &all) {
  std::vector<std::string> list;
  for (const KnownDirective &known : all)
    list.push_back(known.word);
  return list;
}

/// Dimensions stand by themselves, numbers are whole, `pack` takes `weights`.
void SectionChecker::checkDirective(const ast::Directive &directive) {
  static const KnownDirective check = {"check", {"rel_err"}};
  const std::string &word = directive.word.text;
  const KnownDirective *known = find(formats(), word);
  known = known ? known : find(directives(), word);
  known = known ? known : &check;
  bool isSingle = known->arguments == std::vector<std::string>{""};
  std::set<std::string> given;
  for (const ast::Argument &arg : directive.args) {
    const std::string &key = arg.name.text;
    const auto &args = known->arguments;
    bool isKnown = std::find(args.begin(), args.end(), key) != args.end();
    if (!isKnown && key.empty())
      diags.report(message::wrongArguments, arg.value->location, word,
                   args.empty() ? "no argument" : "named arguments");
    else if (!isKnown)
      diags.report(message::noArgument, arg.name.location, word, key)
          .helpNearest(key, args)
          .help(args.empty() ? "it takes no argument"
                             : isSingle ? "it takes one argument without a name"
                                        : "known: " + joined(args));
    else if (!given.insert(key).second)
      diags.report(message::alreadyBound, arg.value->location,
                   key.empty() ? word : key);
    if (!isKnown)
      continue;
    if (word == "pack") {
      bool isWeights = arg.value->kind == ast::Expr::Kind::Name &&
                       ast::as<ast::NameExpr>(*arg.value).name == "weights";
      if (!isWeights)
        diags.report(message::wrongArguments, arg.value->location, "pack",
                     "`weights`");
    } else if (key == "rel_err") {
      checker.number(*arg.value, nullptr);
    } else if (key != "along") {
      wholeNumber(*arg.value, key.empty() ? word : key);
    }
  }
  if (isSingle && directive.args.empty())
    diags.report(message::wrongArguments, directive.word.location, word,
                 word == "pack" ? "`weights`" : "a number");
}

void SectionChecker::checkQuantize(const ast::QuantizeItem &item) {
  InstanceInfo *model = modelOf(item.target);
  if (!model || model->numParameters > 1'000'000)
    return;
  EntryPoint entry;
  checker.collectParameters(*model, entry);
  std::vector<std::string> known;
  for (const StoredParameter &parameter : entry.parameters)
    if (parameter.declaration->kind == Parameter::Kind::Param)
      known.push_back(parameter.path);
  for (const ast::SettingLine &line : item.lines) {
    std::string text = spell(line.path);
    size_t star = text.find('*');
    std::vector<StoredParameter> hits;
    for (const StoredParameter &parameter : entry.parameters) {
      bool isHit = star == std::string::npos
                       ? parameter.path == text
                       : parameter.path.compare(0, star, text, 0, star) == 0;
      if (isHit && parameter.declaration->kind == Parameter::Kind::Param)
        hits.push_back(parameter);
    }
    // With another choice of variants there may be such a parameter.
    if (hits.empty() && checker.here->variants.empty())
      diags.report(message::nothingMatches, line.path.location, text)
          .helpNearest(text, known);
    else
      checkQuantizeLine(line, hits);
  }
}

void SectionChecker::checkQuantizeLine(
    const ast::SettingLine &line, const std::vector<StoredParameter> &hits) {
  if (line.directives.empty())
    return;
  const ast::Directive &format = line.directives.front();
  if (!find(formats(), format.word.text)) {
    diags.report(message::unknownQuantFormat, format.word.location,
                 format.word.text)
        .helpNearest(format.word.text, words(formats()))
        .help("formats: {}", joined(words(formats())));
    return;
  }
  checkDirective(format);
  bool hasBound = false;
  for (size_t i = 1; i < line.directives.size(); ++i) {
    const ast::Directive &directive = line.directives[i];
    if (directive.word.text != "check") {
      diags.report(message::unknownQuantFormat, directive.word.location,
                   directive.word.text)
          .helpNearest(directive.word.text, {"check"})
          .help("after the format stands `check(rel_err: 0.02)`");
      continue;
    }
    checkDirective(directive);
    // Arguments that are not known were reported.
    hasBound |= !directive.args.empty();
  }
  if (!hasBound)
    diags.report(message::noErrorBound, line.path.location, spell(line.path))
        .help("add `check(rel_err: 0.02)`: the largest relative error of a "
              "tensor");
  checkGroups(format, hits);
}

void SectionChecker::checkGroups(const ast::Directive &format,
                                 const std::vector<StoredParameter> &hits) {
  const ast::Argument *group = nullptr, *along = nullptr;
  for (const ast::Argument &arg : format.args) {
    group = arg.name.text == "group" ? &arg : group;
    along = arg.name.text == "along" ? &arg : along;
  }
  if (!along) {
    if (group)
      diags.report(message::needsArgument, format.word.location,
                   format.word.text, "along:")
          .help("`group:` divides the axis `along:`");
    return;
  }
  if (along->value->kind != ast::Expr::Kind::Dimension) {
    diags.report(message::wrongArguments, along->value->location,
                 format.word.text, "a dimension as `along:`");
    return;
  }
  const std::string &name =
      ast::as<ast::DimensionExpr>(*along->value).name;
  std::optional<int64_t> size;
  if (group)
    size = wholeNumber(*group->value, "group");
  for (const StoredParameter &hit : hits) {
    const Dimension *axis = nullptr;
    std::string axes;
    auto consider = [&](const Dimension *dim, const std::string &written) {
      axes += (axes.empty() ? "" : ", ") + written;
      axis = written == name ? dim : axis;
    };
    for (const Dimension *dim : hit.outer)
      consider(dim, dim->name);
    const Parameter &declared = *hit.declaration;
    for (size_t i = 0; i < declared.type.dims.size(); ++i)
      consider(declared.type.dims[i], declared.writtenDims[i]);
    if (!axis) {
      diags.report(message::unknownDimension, along->value->location, name)
          .help("the axes of `{}` are {}", hit.path, axes);
      return;
    }
    if (size && (*size < 1 || axis->size % *size != 0)) {
      diags.report(message::groupsDoNotDivide, group->value->location, *size,
                   name, axis->size)
          .help("the axis of `{}` is cut into groups of equal size", hit.path);
      return;
    }
  }
}

void SectionChecker::checkSchedule(const ast::ScheduleItem &item) {
  if (item.name.text != "cpu" && item.name.text != "nvptx")
    diags.report(message::unknownMachine, item.name.location, item.name.text)
        .helpNearest(item.name.text, {"cpu", "nvptx"})
        .help("targets: cpu, nvptx");
  InstanceInfo *model = modelOf(item.target);
  if (!model)
    return;
  static const std::set<std::string> keys = {"arch", "threads", "parallel",
                                             "place"};
  std::set<std::string> given;
  for (const ast::SettingLine &line : item.lines) {
    std::string path = spell(line.path);
    if (!given.insert(path).second) {
      diags.report(message::alreadyBound, line.path.location, path)
          .help("write its directives in one line");
      continue;
    }
    if (keys.count(path))
      checkScheduleKey(path, line);
    else
      checkScheduled(line, *model);
  }
}

void SectionChecker::checkScheduleKey(const std::string &key,
                                      const ast::SettingLine &line) {
  if (key == "arch") {
    const ast::Identifier *word =
        line.directives.size() == 1 && !line.directives[0].hasArgs
            ? &line.directives[0].word
            : nullptr;
    std::string text = word ? word->text : "";
    bool isKnown = text.size() > 3 && text.compare(0, 3, "sm_") == 0 &&
                   text.find_first_not_of("0123456789", 3) == std::string::npos;
    if (!isKnown)
      diags.report(message::unknownMachine,
                   word ? word->location : line.path.location,
                   word ? text : key)
          .help("write, for instance, `arch = sm_90`");
    return;
  }
  if (key == "threads") {
    if (line.value)
      wholeNumber(*line.value, key);
    else
      diags.report(message::lineMustBeOneOf, line.path.location, key,
                   "a number");
    return;
  }
  if (!line.value || line.value->kind != ast::Expr::Kind::List) {
    diags.report(message::lineMustBeOneOf, line.path.location, key,
                 "a list of dimensions, as [E, S]");
    return;
  }
  for (const ast::ExprPtr &value :
       ast::as<ast::ListExpr>(*line.value).values) {
    if (value->kind != ast::Expr::Kind::Dimension) {
      diags.report(message::lineMustBeOneOf, value->location, key,
                   "a list of dimensions, as [E, S]");
      continue;
    }
    const std::string &name = ast::as<ast::DimensionExpr>(*value).name;
    if (!checker.fileDimension(name))
      diags.report(message::unknownScheduleDim, value->location, name)
          .helpNearest(name, checker.dimensionNames(nullptr))
          .help("a schedule cuts dimensions of this file");
  }
}

void SectionChecker::checkScheduled(const ast::SettingLine &line,
                                    const InstanceInfo &model) {
  if (!findPart(line.path, model))
    return;
  if (line.value)
    diags.report(message::lineMustBeOneOf, line.value->location,
                 spell(line.path), joined(words(directives())));
  for (const ast::Directive &directive : line.directives) {
    const ast::Identifier &word = directive.word;
    if (!find(directives(), word.text)) {
      diags.report(message::unknownDirective, word.location, word.text)
          .helpNearest(word.text, words(directives()))
          .help("directives: {}", joined(words(directives())));
      continue;
    }
    checkDirective(directive);
    if (word.text == "split" && checker.isOrderFixed)
      diags.report(message::changesOrder, word.location, word.text)
          .help("write `order = any` in `numerics`, or leave `split` out");
  }
}

/// Follows a path of labels down the calls, step by step.
bool SectionChecker::findPart(const ast::Path &path,
                              const InstanceInfo &model) {
  std::vector<const InstanceInfo *> here = {&model};
  std::string text = spell(path);
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '*')
      return true;
    std::vector<const InstanceInfo *> below;
    std::set<std::string> known;
    size_t next = text.size();
    for (const InstanceInfo *info : here)
      for (const CallSite &site : info->calls) {
        const std::string &label = site.label;
        known.insert(label);
        // `y` stands for all the kinds `y.wide`, `y.narrow`.
        known.insert(label.substr(0, label.find('.')));
        size_t end = at + label.size();
        bool isSame = text.compare(at, label.size(), label) == 0 &&
                      (end == text.size() || text[end] == '.');
        bool isRoute = text.size() - at < label.size() &&
                       label.compare(0, text.size() - at, text, at) == 0 &&
                       label[text.size() - at] == '.';
        if (isRoute)
          return true;
        if (!isSame)
          continue;
        next = std::min(end + 1, text.size());
        if (std::find(below.begin(), below.end(), site.callee) == below.end())
          below.push_back(site.callee);
      }
    if (below.empty()) {
      // With another choice of variants there may be such a part.
      if (checker.here->variants.empty()) {
        InFlight report =
            diags.report(message::noPartOrRoute, path.location, text);
        report.helpNearest(text.substr(at), {known.begin(), known.end()});
        if (!known.empty())
          report.help("here are: {}", joined({known.begin(), known.end()}));
      }
      return false;
    }
    here = std::move(below);
    at = next;
  }
  return true;
}

} // namespace spex::sema
