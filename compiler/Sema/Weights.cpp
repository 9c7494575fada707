//===- Weights.cpp - Bind parameters to tensors of a file -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 12: every live parameter and state is bound once, with
// exactly its axes. Whether a file agrees is seen when it is loaded.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/WeightBinder.h"

#include <cctype>

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

/// The capital words in the braces of a file name: `layers.{2 * N + 1}.w`.
static std::vector<std::string> namesInBraces(const std::string &text) {
  std::vector<std::string> names;
  bool isBraced = false;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '{' || text[i] == '}')
      isBraced = text[i] == '{';
    if (!isBraced || !std::isalpha((unsigned char)text[i])) {
      ++i;
      continue;
    }
    size_t start = i;
    while (i < text.size() &&
           (std::isalnum((unsigned char)text[i]) || text[i] == '_'))
      ++i;
    names.push_back(text.substr(start, i - start));
  }
  return names;
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
                            std::vector<std::string> &axes) {
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
  auto &taken = slices[{line.files[0].text, dim}];
  if (!taken.emplace(line.partLabel.text, line.partDim.location).second) {
    diags.report(message::boundTwice, line.partLabel.location,
                 line.files[0].text + "[" + dim->name + " = " +
                     line.partLabel.text + "]");
    return false;
  }
  return true;
}

void WeightBinder::bindLine(const ast::WeightLine &line,
                            const std::string &path,
                            const StoredParameter &parameter) {
  std::vector<std::string> inside, axes;
  for (const ast::Identifier &name : line.files) {
    inside = namesInBraces(name.text);
    for (const std::string &dim : inside)
      if (!contains(writtenAxes(parameter), dim) && !findDim(dim)) {
        diags.report(message::unknownDimension, name.location, dim);
        return;
      }
  }
  for (const auto &group : line.axes)
    for (const ast::Identifier &axis : group)
      axes.push_back(axis.text);
  if (!readPart(line, axes))
    return;
  if (!line.repeat.empty())
    inside.push_back(line.repeat.text);
  std::vector<std::string> want = writtenAxes(parameter);
  for (const std::string &dim : inside)
    if (!contains(want, dim)) {
      diags.report(message::nameCannotHave, line.files[0].location, dim)
          .help("the axes of `{}` are {}", path, joined(want));
      return;
    }
  std::vector<std::string> given = inside;
  given.insert(given.end(), axes.begin(), axes.end());
  std::vector<std::string> sortedWant = want, sortedGiven = given;
  std::sort(sortedWant.begin(), sortedWant.end());
  std::sort(sortedGiven.begin(), sortedGiven.end());
  if (sortedWant == sortedGiven)
    return;
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

void WeightBinder::bind(const ast::WeightsItem &item) {
  std::vector<std::string> known;
  for (const auto &[path, parameter] : parameters)
    known.push_back(path);
  unsigned before = diags.errorCount();
  std::map<std::string, bool> bound; ///< path -> whether as a whole
  for (const ast::WeightLine &line : item.lines) {
    if (line.kind == ast::WeightLine::Kind::Skip)
      continue;
    std::string path;
    for (const ast::Identifier &step : line.path.steps)
      path += (path.empty() ? "" : ".") + step.text;
    auto found = parameters.find(path);
    if (found == parameters.end()) {
      diags.report(message::noParameter, line.path.location, item.target.text,
                   path)
          .helpNearest(path, known);
      continue;
    }
    bool isWhole = line.kind == ast::WeightLine::Kind::Fresh ||
                   line.partDim.empty();
    auto [place, isFirst] = bound.emplace(path, isWhole);
    if (!isFirst && (isWhole || place->second)) {
      diags.report(message::boundTwice, line.path.location, path);
      continue;
    }
    if (line.kind == ast::WeightLine::Kind::Fresh)
      continue;
    if (!line.format.empty() && line.format.text != "mxfp4" &&
        line.format.text != "fp8") {
      diags.report(message::unknownFormat, line.format.location,
                   line.format.text)
          .helpNearest(line.format.text, {"mxfp4", "fp8"})
          .help("formats: mxfp4, fp8");
      continue;
    }
    bindLine(line, path, found->second);
  }
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
}

} // namespace spex::sema
