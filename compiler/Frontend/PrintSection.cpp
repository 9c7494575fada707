//===- PrintSection.cpp - Sections to pieces ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights, train and the like; runs of lines of one kind are aligned.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/PrinterImpl.h"

namespace spex {

using namespace ast;

void Printer::beginSectionLine(int kind) {
  if (kind != lastKind)
    run = out.newRun();
  lastKind = kind;
  out.beginLine();
}

void Printer::printSection(const Item &item) {
  lastKind = -1;
  out.beginLine();
  switch (item.kind) {
  case Item::Kind::Numerics:
    return printNumerics(as<NumericsItem>(item));
  case Item::Kind::Weights:
    return print(as<WeightsItem>(item));
  case Item::Kind::Quantize: {
    const auto &quantize = as<QuantizeItem>(item);
    printHeader("quantize", quantize.name, quantize.target);
    return printSettings(quantize.lines);
  }
  case Item::Kind::Schedule: {
    const auto &schedule = as<ScheduleItem>(item);
    printHeader("schedule", schedule.name, schedule.target);
    return printSettings(schedule.lines);
  }
  case Item::Kind::Export:
    return printExport(as<ExportItem>(item));
  case Item::Kind::Train:
  case Item::Kind::Metrics:
    return print(static_cast<const RunItem &>(item));
  default:
    return print(as<SweepItem>(item));
  }
}

void Printer::printHeader(const char *word, const Identifier &name,
                          const Identifier &target) {
  out.word(word);
  out.word(name.text);
  out.word("for");
  out.word(target.text);
}

void Printer::printNumerics(const NumericsItem &item) {
  out.word("numerics");
  out.beginGroup(/*keepsCommas=*/false);
  listed(item.lines, [&](const std::pair<Identifier, Identifier> &line) {
    out.beginEntry();
    out.word(line.first.text);
    out.alignEntry();
    out.word("=");
    out.word(line.second.text);
  });
  out.endGroup();
}

void Printer::printExport(const ExportItem &item) {
  out.word("export");
  out.word(item.target.text);
  out.word("as");
  out.word("\"" + item.outputName.text + "\"");
  out.beginGroup(/*keepsCommas=*/false);
  listed(item.entries, [&](const Directive &entry) {
    out.beginEntry();
    print(entry);
  });
  out.endGroup();
}

void Printer::print(const Directive &directive) {
  out.word(directive.word.text);
  if (directive.hasArgs)
    print(directive.args);
}

void Printer::print(const Path &path) {
  for (size_t i = 0; i < path.steps.size(); ++i) {
    if (i == 0) {
      out.word(path.steps[i].text);
      continue;
    }
    out.tight(".");
    out.tight(path.steps[i].text);
  }
}

void Printer::printSettings(const std::vector<SettingLine> &lines) {
  out.openBlock();
  for (const SettingLine &line : lines) {
    beginSectionLine(0);
    print(line.path);
    out.align(run);
    out.word("=");
    if (line.value)
      print(*line.value);
    listed(line.directives,
           [&](const Directive &directive) { print(directive); });
  }
  out.closeBlock();
}

void Printer::print(const WeightsItem &item) {
  printHeader("weights", item.name, item.target);
  out.openBlock();
  for (const WeightLine &line : item.lines) {
    beginSectionLine(static_cast<int>(line.kind));
    print(line);
  }
  out.closeBlock();
}

void Printer::print(const WeightLine &line) {
  auto quoted = [&](const Identifier &name) {
    out.word("\"" + name.text + "\"");
  };
  if (line.kind == WeightLine::Kind::Skip) {
    out.word("skip");
    return quoted(line.files[0]);
  }
  if (line.kind == WeightLine::Kind::Fresh) {
    out.word("fresh");
    return print(line.path);
  }
  if (!line.format.empty()) {
    out.word(line.format.text);
    out.openBracket("(", false);
    listed(line.files, quoted);
    out.closeBracket(")");
  } else {
    quoted(line.files[0]);
  }
  if (!line.partDim.empty()) {
    out.openBracket("[", false);
    out.word(line.partDim.text);
    out.word("=");
    out.word(line.partLabel.text);
    out.closeBracket("]");
  }
  out.align(run);
  out.word("->");
  out.allowBreak(1);
  print(line.path);
  out.colon();
  out.openBracket("[", true);
  listed(line.axes, [&](const std::vector<Identifier> &axis) {
    if (axis.size() == 1)
      return out.word(axis[0].text);
    out.openBracket("(", true);
    for (const Identifier &dim : axis)
      out.word(dim.text);
    out.closeBracket(")");
  });
  out.closeBracket("]");
  if (!line.repeat.empty()) {
    out.word("repeat");
    out.word(line.repeat.text);
  }
}

void Printer::print(const RunItem &item) {
  printHeader(item.kind == Item::Kind::Train ? "train" : "metrics", item.name,
              item.target);
  if (!item.sizes.empty()) {
    out.word("at");
    print(item.sizes);
  }
  out.openBlock();
  for (const RunLine &line : item.lines) {
    beginSectionLine(static_cast<int>(line.kind));
    print(line);
  }
  out.closeBlock();
}

void Printer::print(const RunLine &line) {
  static constexpr const char *words[] = {"let", "feed",   "draw", "report",
                                          "",    "freeze", "rate", "every"};
  if (line.kind != RunLine::Kind::Key)
    out.word(words[static_cast<int>(line.kind)]);
  if (line.kind == RunLine::Kind::Every) {
    print(*line.value);
    out.openBlock();
    for (const EveryLine &inner : line.lines) {
      beginSectionLine(static_cast<int>(inner.kind));
      print(inner);
    }
    lastKind = -1;
    return out.closeBlock();
  }
  if (!line.name.empty())
    out.word(line.name.text);
  else
    print(line.path);
  if (!line.value)
    return;
  out.align(run);
  printEquals();
  print(*line.value);
}

void Printer::print(const EveryLine &line) {
  auto sizes = [&] {
    if (!line.sizes.empty()) {
      out.word("at");
      print(line.sizes);
    }
  };
  switch (line.kind) {
  case EveryLine::Kind::Log:
    out.word("log");
    // As wide as `eval` and `save`.
    out.pad(1);
    return names(line.names);
  case EveryLine::Kind::Save:
    out.word("save");
    out.word("\"" + line.file.text + "\"");
    if (!line.best.empty()) {
      out.word("best");
      out.word(line.best.text);
    }
    return;
  case EveryLine::Kind::Eval:
    out.word("eval");
    out.word(line.names[0].text);
    out.align(run);
    printEquals();
    print(*line.value);
    out.word("on");
    print(line.source);
    print(line.sourceArgs);
    sizes();
    if (line.batches) {
      out.allowBreak(1);
      out.word("over");
      print(*line.batches);
      out.word("batches");
    }
    return;
  }
}

void Printer::print(const SweepItem &item) {
  out.word("sweep");
  out.word(item.name.text);
  out.openBlock();
  for (const SweepLine &line : item.lines) {
    beginSectionLine(line.isRun);
    if (line.isRun) {
      out.word("run");
      names(line.names);
      continue;
    }
    if (line.isTuple)
      out.openBracket("(", true);
    names(line.names);
    if (line.isTuple)
      out.closeBracket(")");
    out.align(run);
    out.word("in");
    print(*line.values);
  }
  out.closeBlock();
}

} // namespace spex
