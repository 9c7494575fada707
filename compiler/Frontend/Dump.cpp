//===- Dump.cpp - Syntax tree to text without places ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A second, independent way to write a tree down: fully bracketed, without any
// layout. The formatter and the tests compare trees by it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/AST.h"
#include "compiler/Frontend/Printer.h"

namespace spex {

using namespace ast;

namespace {
class Dumper {
public:
  std::string text;
  void dump(const Item &item);

private:
  void gap() {
    if (!text.empty() && text.back() != '(' && text.back() != '\n')
      text += ' ';
  }
  void add(const std::string &word) {
    gap();
    // Words of the tree have no blanks or brackets; texts of files may.
    bool isPlain =
        !word.empty() && word.find_first_of(" ()\n\"") == std::string::npos;
    text += isPlain ? word : "\"" + word + "\"";
  }
  void open(const char *what) {
    gap();
    text += '(';
    text += what;
  }
  void close() { text += ')'; }
  void add(const Identifier &name) { add(name.text); }
  template <typename List> void addAll(const char *what, const List &list) {
    open(what);
    for (const auto &one : list)
      add(one);
    close();
  }

  void add(const ExprPtr &expr) {
    if (expr)
      add(*expr);
    else
      add("-");
  }
  void add(const Expr &expr);
  void addCall(const CallExpr &call);
  void addScan(const ScanExpr &scan);
  void add(const Argument &argument);
  void add(const Callee &callee);
  void add(const Type &type);
  void add(const DimDecl &dim);
  void add(const Binding &binding);
  void add(const Block &block);
  void add(const Stmt &stmt);
  void add(const Route &route);
  void add(const ExpertKind &kind);
  void add(const Clause &clause);
  void add(const Selection &selection);
  void add(const Formal &formal);
  void add(const std::pair<Identifier, Type> &field);
  void add(const std::pair<Identifier, Identifier> &line);
  void add(const Path &path) { addAll("path", path.steps); }
  void add(const Directive &directive);
  void add(const SettingLine &line);
  void add(const WeightLine &line);
  void add(const RunLine &line);
  void add(const EveryLine &line);
  void add(const SweepLine &line);
  void add(const std::vector<Identifier> &axis) { addAll("axis", axis); }
  void add(int number) { add(std::to_string(number)); }
  template <typename Section> void addSettings(const Section &section);
  void addRun(const RunItem &item);
};
} // namespace

void Dumper::add(const Expr &expr) {
  switch (expr.kind) {
  case Expr::Kind::Number:
    return add(as<NumberExpr>(expr).text);
  case Expr::Kind::String:
    open("string");
    add(as<StringExpr>(expr).text);
    return close();
  case Expr::Kind::Boolean:
    return add(as<BooleanExpr>(expr).value ? "true" : "false");
  case Expr::Kind::None:
    return add("none");
  case Expr::Kind::Name:
    return add(as<NameExpr>(expr).name);
  case Expr::Kind::Dimension:
    return add(as<DimensionExpr>(expr).name);
  case Expr::Kind::Callee:
    return add(as<CalleeExpr>(expr).callee);
  case Expr::Kind::Call:
    return addCall(as<CallExpr>(expr));
  case Expr::Kind::Field:
    open("field");
    add(as<FieldExpr>(expr).value);
    add(as<FieldExpr>(expr).field);
    return close();
  case Expr::Kind::Rename:
    open("rename");
    add(as<RenameExpr>(expr).value);
    add(as<RenameExpr>(expr).from);
    add(as<RenameExpr>(expr).to);
    return close();
  case Expr::Kind::Pick:
    open("pick");
    add(as<PickExpr>(expr).value);
    add(as<PickExpr>(expr).dim);
    add(as<PickExpr>(expr).entry);
    return close();
  case Expr::Kind::Lookup:
    open("lookup");
    add(as<LookupExpr>(expr).table);
    add(as<LookupExpr>(expr).index);
    return close();
  case Expr::Kind::Unary:
    open(as<UnaryExpr>(expr).op == UnaryOperator::Not ? "not" : "negate");
    add(as<UnaryExpr>(expr).operand);
    return close();
  case Expr::Kind::Chain: {
    const auto &chain = as<ChainExpr>(expr);
    open("chain");
    add(chain.operands[0]);
    for (size_t i = 0; i < chain.operators.size(); ++i) {
      add(spelling(chain.operators[i].first));
      add(chain.operands[i + 1]);
    }
    return close();
  }
  case Expr::Kind::Tuple:
    return addAll("tuple", as<TupleExpr>(expr).values);
  case Expr::Kind::List:
    return addAll("list", as<ListExpr>(expr).values);
  case Expr::Kind::Record:
    return addAll("record", as<RecordExpr>(expr).fields);
  case Expr::Kind::Match:
    open("match");
    add(as<MatchExpr>(expr).variant);
    addAll("arms", as<MatchExpr>(expr).arms);
    return close();
  case Expr::Kind::Phase:
    return addAll("phase", as<PhaseExpr>(expr).args);
  case Expr::Kind::Repeat:
    open(as<RepeatExpr>(expr).isStack ? "stack" : "each");
    add(as<RepeatExpr>(expr).dim);
    add(as<RepeatExpr>(expr).callee);
    addAll("args", as<RepeatExpr>(expr).args);
    return close();
  case Expr::Kind::Scan:
    return addScan(as<ScanExpr>(expr));
  case Expr::Kind::Invalid:
    return add("invalid");
  }
}

void Dumper::addCall(const CallExpr &call) {
  open("call");
  add(call.callee);
  if (call.hasBrackets)
    addAll("dims", call.dims);
  if (call.hasArrow)
    addAll("to", call.toDims);
  addAll("args", call.args);
  close();
}

void Dumper::addScan(const ScanExpr &scan) {
  open("scan");
  add(scan.dim);
  addAll("over", scan.over);
  for (const Carry &carry : scan.carries) {
    add(carry.name);
    add(carry.type);
    add(carry.init);
  }
  add(*scan.body);
  close();
}

void Dumper::add(const Argument &argument) {
  if (!argument.name.empty())
    add(argument.name.text + ":");
  add(argument.value);
}

void Dumper::add(const Callee &callee) {
  std::string name = callee.name.text;
  if (!callee.module.empty())
    name = callee.module.text + "." + name;
  add(name);
  if (!callee.generics.empty())
    addAll("generics", callee.generics);
}

void Dumper::add(const Type &type) {
  open("type");
  add(spelling(type.element));
  add(type.target);
  addAll("dims", type.dims);
  close();
}

void Dumper::add(const DimDecl &dim) {
  open("dim");
  add(static_cast<int>(dim.kind));
  add(dim.name);
  add(dim.value);
  addAll("labels", dim.labels);
  close();
}

void Dumper::add(const Binding &binding) {
  add(binding.name);
  add(binding.value);
}

void Dumper::add(const Block &block) { addAll("block", block.statements); }

void Dumper::add(const Stmt &stmt) {
  open("stmt");
  add(static_cast<int>(stmt.kind));
  add(stmt.doc);
  addAll("names", stmt.names);
  add(stmt.type);
  add(stmt.value);
  add(stmt.callee);
  addAll("dims", stmt.dims);
  addAll("next", stmt.bindings);
  if (stmt.route)
    add(*stmt.route);
  close();
}

void Dumper::add(const Route &route) {
  open("route");
  add(route.name);
  add(route.dim);
  addAll(route.hasKindList ? "kinds" : "of", route.kinds);
  addAll("args", route.args);
  if (route.hasOver)
    addAll("over", route.over);
  if (route.hasPolicy) {
    add(route.policy);
    addAll("with", route.policyArgs);
  }
  addAll("clauses", route.clauses);
  close();
}

void Dumper::add(const ExpertKind &kind) {
  add(kind.count);
  add(kind.name);
  add(kind.callee);
}

void Dumper::add(const Clause &clause) {
  open(spelling(clause.kind));
  if (clause.value)
    add(clause.value);
  if (clause.selection)
    add(*clause.selection);
  add(clause.word);
  add(clause.rounds);
  close();
}

void Dumper::add(const Selection &selection) {
  open("select");
  add(static_cast<int>(selection.kind));
  add(selection.count);
  add(selection.by);
  add(selection.where);
  add(selection.variant);
  for (const auto &[name, arm] : selection.arms) {
    add(name);
    add(*arm);
  }
  close();
}

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
    add(as<ExportItem>(item).library);
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

std::string dump(const File &file) {
  Dumper dumper;
  for (const std::unique_ptr<Item> &item : file.items) {
    dumper.dump(*item);
    dumper.text += '\n';
  }
  return dumper.text;
}

} // namespace spex
