//===- DumpItem.cpp - Declarations to plain text --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Dumper.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Dumper.h"
#include "compiler/Frontend/Printer.h"

namespace spex::ast {

void Dumper::add(const Formal &formal) {
  add(formal.name);
  add(formal.type);
  add(formal.defaultValue);
}

void Dumper::add(const std::pair<Identifier, Type> &field) {
  add(field.first);
  add(field.second);
}

void Dumper::add(const std::pair<Identifier, Identifier> &line) {
  add(line.first);
  add(line.second);
}

void Dumper::add(const Directive &directive) {
  add(directive.word);
  if (directive.hasArgs)
    addAll("args", directive.args);
}

void Dumper::add(const SettingLine &line) {
  open("set");
  add(line.path);
  add(line.value);
  addAll("to", line.directives);
  close();
}

void Dumper::add(const WeightLine &line) {
  open("weight");
  add(static_cast<int>(line.kind));
  add(line.format);
  addAll("files", line.files);
  add(line.partDim);
  add(line.partLabel);
  add(line.path);
  addAll("axes", line.axes);
  add(line.repeat);
  close();
}

void Dumper::add(const RunLine &line) {
  open("line");
  add(static_cast<int>(line.kind));
  add(line.name);
  add(line.path);
  add(line.value);
  addAll("lines", line.lines);
  close();
}

void Dumper::add(const EveryLine &line) {
  open("every");
  add(static_cast<int>(line.kind));
  addAll("names", line.names);
  add(line.file);
  add(line.best);
  add(line.value);
  add(line.source);
  addAll("args", line.sourceArgs);
  addAll("at", line.sizes);
  add(line.batches);
  close();
}

void Dumper::add(const SweepLine &line) {
  addAll(line.isRun ? "run" : line.isTuple ? "tuple" : "sweep", line.names);
  add(line.values);
}

template <typename Section> void Dumper::addSettings(const Section &section) {
  add(section.name);
  add(section.target);
  addAll("lines", section.lines);
}

void Dumper::addRun(const RunItem &item) {
  add(item.name);
  add(item.target);
  addAll("at", item.sizes);
  addAll("lines", item.lines);
}

void Dumper::dump(const Item &item) {
  open("item");
  add(static_cast<int>(item.kind));
  add(item.doc);
  switch (item.kind) {
  case Item::Kind::Import:
    add(as<ImportItem>(item).path);
    add(as<ImportItem>(item).name);
    break;
  case Item::Kind::Dim:
    addAll("dims", as<DimItem>(item).dims);
    break;
  case Item::Kind::Const:
    addAll("consts", as<ConstItem>(item).bindings);
    break;
  case Item::Kind::Variant:
    add(as<VariantItem>(item).name);
    addAll("choices", as<VariantItem>(item).choices);
    break;
  case Item::Kind::Assert:
    add(as<AssertItem>(item).condition);
    break;
  case Item::Kind::Allow:
    add(as<AllowItem>(item).code);
    break;
  case Item::Kind::Component: {
    const auto &component = as<ComponentItem>(item);
    add(spelling(component.role));
    add(component.name);
    addAll("generics", component.generics);
    addAll("formals", component.formals);
    if (component.result.isRecord)
      addAll("record", component.result.fields);
    else
      add(component.result.type);
    add(component.body);
    break;
  }
  case Item::Kind::Policy:
    add(as<PolicyItem>(item).name);
    addAll("generics", as<PolicyItem>(item).generics);
    addAll("formals", as<PolicyItem>(item).formals);
    addAll("clauses", as<PolicyItem>(item).clauses);
    break;
  case Item::Kind::Numerics:
    addAll("lines", as<NumericsItem>(item).lines);
    break;
  case Item::Kind::Weights:
    addSettings(as<WeightsItem>(item));
    break;
  case Item::Kind::Quantize:
    addSettings(as<QuantizeItem>(item));
    break;
  case Item::Kind::Schedule:
    addSettings(as<ScheduleItem>(item));
    break;
  case Item::Kind::Export:
    add(as<ExportItem>(item).target);
    add(as<ExportItem>(item).outputName);
    addAll("entries", as<ExportItem>(item).entries);
    break;
  case Item::Kind::Train:
  case Item::Kind::Metrics:
    addRun(as<RunItem>(item));
    break;
  case Item::Kind::Sweep:
    add(as<SweepItem>(item).name);
    addAll("lines", as<SweepItem>(item).lines);
    break;
  }
  close();
}

} // namespace spex::ast

namespace spex {

std::string dump(const ast::File &file) {
  ast::Dumper dumper;
  for (const std::unique_ptr<ast::Item> &item : file.items) {
    dumper.dump(*item);
    dumper.text += '\n';
  }
  return dumper.text;
}

} // namespace spex
