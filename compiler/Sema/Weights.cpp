//===- Weights.cpp - Bind parameters to tensors of a file -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 12: every live parameter and state is bound once, with
// exactly its axes. Whether a file agrees is seen when it is loaded.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/WeightBinder.h"

#include <algorithm>

namespace spex::sema {

std::vector<std::string> WeightBinder::writtenAxes(
    const StoredParameter &parameter) {
  std::vector<std::string> axes;
  for (const Dimension *dim : parameter.outer)
    axes.push_back(dim->name);
  for (const std::string &name : parameter.declaration->writtenDims)
    axes.push_back(name);
  return axes;
}

static std::string joined(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return "[" + text + "]";
}

static bool contains(const std::vector<std::string> &names,
                     const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool WeightBinder::readPart(const ast::WeightLine &line,
                            std::vector<std::string> &axes,
                            FileTensor &file) {
  if (line.partDim.empty())
    return true;
  const Dimension *dim = findDim(line.partDim.text);
  bool hasLabel = dim && contains(dim->labels, line.partLabel.text);
  if (!hasLabel) {
    InFlight report = diags.report(message::noLabel, line.partDim.location,
                                   line.partDim.text, line.partLabel.text);
    if (dim && !dim->labels.empty())
      report.help("labels: {}", joined(dim->labels));
    return false;
  }
  auto at = std::find(axes.begin(), axes.end(), dim->name);
  if (at == axes.end()) {
    diags.report(message::axesDiffer, line.location, line.files[0].text,
                 joined(axes), "no " + dim->name)
        .help("`{}` must be among the axes of the file", dim->name);
    return false;
  }
  axes.erase(at);
  file.parts = int64_t(dim->labels.size());
  file.part = std::find(dim->labels.begin(), dim->labels.end(),
                        line.partLabel.text) -
              dim->labels.begin();
  auto &taken = slices[{line.files[0].text, dim}];
  if (!taken.emplace(line.partLabel.text, line.partDim.location).second) {
    diags.report(message::boundTwice, line.partLabel.location,
                 line.files[0].text + "[" + dim->name + " = " +
                     line.partLabel.text + "]")
        .help("each part of a tensor belongs to one parameter");
    return false;
  }
  return true;
}

std::optional<WeightName>
WeightBinder::readName(const ast::Identifier &name, const std::string &path,
                       const std::vector<std::string> &want) {
  std::string bad;
  std::optional<WeightName> parsed = parseWeightName(name.text, bad);
  if (!parsed) {
    diags.report(message::nameCannotHave, name.location, bad)
        .help("write a dimension, or a sum such as {{2 * N + 1}}");
    return std::nullopt;
  }
  for (const std::string &dim : parsed->dims())
    if (!contains(want, dim)) {
      if (!findDim(dim))
        diags.report(message::unknownDimension, name.location, dim);
      else
        diags.report(message::nameCannotHave, name.location, dim)
            .help("the axes of `{}` are {}", path, joined(want));
      return std::nullopt;
    }
  return parsed;
}

void WeightBinder::bindLine(const ast::WeightLine &line,
                            const std::string &path,
                            const StoredParameter &parameter) {
  std::vector<std::string> want = writtenAxes(parameter), axes;
  std::optional<WeightName> name;
  for (auto file = line.files.rbegin(); file != line.files.rend(); ++file) {
    name = readName(*file, path, want);
    if (!name)
      return;
  }
  for (const auto &group : line.axes)
    for (const ast::Identifier &axis : group)
      axes.push_back(axis.text);
  FileTensor file;
  if (!readPart(line, axes, file))
    return;
  std::vector<std::string> given = name->dims();
  if (!line.repeat.empty()) {
    if (!contains(want, line.repeat.text)) {
      diags.report(message::nameCannotHave, line.files[0].location,
                   line.repeat.text)
          .help("the axes of `{}` are {}", path, joined(want));
      return;
    }
    given.push_back(line.repeat.text);
  }
  given.insert(given.end(), axes.begin(), axes.end());
  std::vector<std::string> sortedWant = want, sortedGiven = given;
  std::sort(sortedWant.begin(), sortedWant.end());
  std::sort(sortedGiven.begin(), sortedGiven.end());
  if (sortedWant == sortedGiven)
    addFile(line, path, parameter, *name, std::move(file));
  else
    checkAxes(line, path, parameter, given, axes);
}

/// Says how the axes of the file and of the parameter differ.
void WeightBinder::checkAxes(const ast::WeightLine &line,
                             const std::string &path,
                             const StoredParameter &parameter,
                             const std::vector<std::string> &given,
                             const std::vector<std::string> &axes) {
  std::vector<std::string> want = writtenAxes(parameter);
  std::vector<std::string> sortedGiven = given;
  std::sort(sortedGiven.begin(), sortedGiven.end());
  // If all that is missing stands outside the declaration, the name lacks it.
  std::string missing;
  bool isOuter = true;
  for (size_t i = 0; i < want.size(); ++i)
    if (!contains(given, want[i])) {
      missing = missing.empty() ? want[i] : missing;
      isOuter &= i < parameter.outer.size();
    }
  bool hasOthers = std::any_of(
      axes.begin(), axes.end(),
      [&](const std::string &axis) { return !contains(want, axis); });
  bool hasTwice = std::adjacent_find(sortedGiven.begin(), sortedGiven.end()) !=
                  sortedGiven.end();
  if (!missing.empty() && isOuter && !hasOthers && !hasTwice)
    diags.report(message::nameLacks, line.files[0].location, missing)
        .help("write {{}} where the number of the {} stands", missing,
              missing);
  else
    diags.report(message::axesDiffer, line.path.location, path, joined(want),
                 joined(given))
        .help("in the order of the file, as `[(H A), D]`");
}

/// Numbers for the names, and what the file's tensors are called.
void WeightBinder::addFile(const ast::WeightLine &line,
                           const std::string &path,
                           const StoredParameter &parameter,
                           const WeightName &name, FileTensor file) {
  std::vector<std::string> want = writtenAxes(parameter);
  std::vector<bool> isTaken(want.size());
  auto take = [&](const std::string &axis) {
    for (size_t i = 0; i < want.size(); ++i)
      if (!isTaken[i] && want[i] == axis) {
        isTaken[i] = true;
        return int(i);
      }
    return -1;
  };
  for (const std::string &dim : name.dims())
    take(dim);
  if (!line.repeat.empty())
    file.repeat = take(line.repeat.text);
  const Dimension *partDim =
      line.partDim.empty() ? nullptr : findDim(line.partDim.text);
  bool hasPart = false;
  for (const auto &group : line.axes) {
    file.axes.emplace_back();
    for (const ast::Identifier &axis : group) {
      bool isPart = partDim && !hasPart && axis.text == partDim->name;
      hasPart |= isPart;
      file.axes.back().push_back(isPart ? -1 : take(axis.text));
    }
  }
  file.name = name.withNumbers(want);
  file.format = line.format.text;
  noteTensors(line, parameter, name, file);
  files[path].push_back(std::move(file));
}

/// Every tensor of the file is bound once, or each part of it once, and no
/// number in a name is negative.
void WeightBinder::noteTensors(const ast::WeightLine &line,
                               const StoredParameter &parameter,
                               const WeightName &name,
                               const FileTensor &file) {
  std::vector<std::string> want = writtenAxes(parameter), dims = name.dims();
  std::map<std::string, int64_t> index, size;
  for (const std::string &dim : dims) {
    size_t i = size_t(std::find(want.begin(), want.end(), dim) - want.begin());
    size_t numOuter = parameter.outer.size();
    size[dim] = i < numOuter
                    ? parameter.outer[i]->size
                    : parameter.declaration->type.dims[i - numOuter]->size;
    index[dim] = 0;
  }
  // More than any file has; the runtime checks all of them again.
  for (int count = 0; count < 1'000'000; ++count) {
    std::string text = name.texts[0];
    for (size_t i = 0; i < name.formulas.size(); ++i) {
      const WeightFormula &formula = name.formulas[i];
      int64_t value = formula.constant;
      for (const auto &[dim, times] : formula.terms)
        value += times * index[dim];
      if (value < 0) {
        diags.report(message::nameCannotHave, line.files[0].location,
                     formula.text)
            .help("it would be {}; indices begin with 0", value);
        return;
      }
      text += std::to_string(value) + name.texts[i + 1];
    }
    int64_t part = file.parts ? file.part : -1;
    std::set<int64_t> &parts = tensors[text];
    bool isNew = parts.empty() || (part >= 0 && *parts.begin() >= 0);
    if (!isNew || !parts.insert(part).second) {
      diags.report(message::boundTwice, line.files[0].location, text)
          .help("each tensor of the file belongs to one parameter");
      return;
    }
    size_t at = dims.size();
    while (at > 0 && ++index[dims[at - 1]] == size[dims[at - 1]])
      index[dims[--at]] = 0;
    if (at == 0)
      return;
  }
}

void WeightBinder::bindPath(const ast::WeightsItem &item,
                            const ast::WeightLine &line,
                            const std::vector<std::string> &known,
                            Bound &bound) {
  std::string path;
  for (const ast::Identifier &step : line.path.steps)
    path += (path.empty() ? "" : ".") + step.text;
  auto found = parameters.find(path);
  if (found == parameters.end()) {
    diags.report(message::noParameter, line.path.location, item.target.text,
                 path)
        .helpNearest(path, known);
    return;
  }
  bool isFresh = line.kind == ast::WeightLine::Kind::Fresh;
  bool isWhole = isFresh || line.partDim.empty();
  auto [place, isFirst] = bound.emplace(path, isWhole);
  if (!isFirst && (isWhole || place->second)) {
    diags.report(message::boundTwice, line.path.location, path)
        .help("remove one of the two lines");
    return;
  }
  if (isFresh)
    return;
  if (!line.format.empty() && line.format.text != "mxfp4" &&
      line.format.text != "fp8") {
    diags.report(message::unknownFormat, line.format.location,
                 line.format.text)
        .helpNearest(line.format.text, {"mxfp4", "fp8"})
        .help("formats: mxfp4, fp8");
    return;
  }
  bindLine(line, path, found->second);
}

void WeightBinder::bind(const ast::WeightsItem &item) {
  std::vector<std::string> known;
  for (const auto &[path, parameter] : parameters)
    known.push_back(path);
  unsigned before = diags.errorCount();
  Bound bound;
  for (const ast::WeightLine &line : item.lines)
    if (line.kind != ast::WeightLine::Kind::Skip)
      bindPath(item, line, known, bound);
    else if (!line.files[0].text.empty())
      skips.push_back(line.files[0].text);
  // A line with an error may have been meant for it.
  for (const auto &[path, parameter] : parameters)
    if (!bound.count(path) && diags.errorCount() == before) {
      diags.report(message::noFileTensor, item.location, path)
          .help("bind it, or write `fresh {}` to keep its initial value", path);
      break;
    }
  for (const auto &[key, labels] : slices)
    for (const std::string &label : key.second->labels)
      if (!labels.count(label)) {
        diags.report(message::partUnused, labels.begin()->second, label,
                     key.first)
            .help("bind it too; all parts must be used");
        break;
      }
}

void Checker::checkWeights(const ast::WeightsItem &item) {
  InstanceInfo *info = componentNamed(item.target);
  if (!info || info->numParameters > 1'000'000)
    return;
  EntryPoint entry;
  collectParameters(*info, entry);
  WeightBinder binder(diags, [this](const std::string &name) {
    return fileDimension(name);
  });
  for (StoredParameter &parameter : entry.parameters)
    if (parameter.declaration->kind != Parameter::Kind::Fixed)
      binder.parameters.emplace(parameter.path, parameter);
  binder.bind(item);
  auto [section, isFirst] = weightSections.try_emplace(info);
  if (!isFirst) {
    diags.report(message::boundTwice, item.target.location, item.target.text)
        .help("one `weights` section says where all its parameters are");
    return;
  }
  section->second.files = std::move(binder.files);
  section->second.skips = std::move(binder.skips);
}

void Checker::addWeights(const InstanceInfo &info, EntryPoint &entry) const {
  auto section = weightSections.find(&info);
  if (section == weightSections.end())
    return;
  entry.hasWeights = true;
  entry.skips = section->second.skips;
  for (StoredParameter &parameter : entry.parameters) {
    auto files = section->second.files.find(parameter.path);
    if (files != section->second.files.end())
      parameter.files = files->second;
  }
}

} // namespace spex::sema
