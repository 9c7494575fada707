//===- Dump.cpp - The checked program as text -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For tests and for people: one line for each statement, expressions with
// everything that Sema decided.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

#include <cstdio>

namespace spex {

using sema::BuiltinInfo;

std::string dump(const SizeFormula &formula) {
  if (formula.op == SizeFormula::Op::Constant)
    return std::to_string(formula.constant);
  if (formula.op == SizeFormula::Op::Dim)
    return formula.dim->name;
  auto join = [&](const char *between) {
    std::string text;
    for (const SizeFormula &arg : formula.args)
      text += (text.empty() ? "" : between) + dump(arg);
    return text;
  };
  switch (formula.op) {
  case SizeFormula::Op::Add:
    return "(" + join(" + ") + ")";
  case SizeFormula::Op::Sub:
    return "(" + join(" - ") + ")";
  case SizeFormula::Op::Mul:
    return join(" * ");
  case SizeFormula::Op::Div:
    return join(" / ");
  case SizeFormula::Op::FloorDiv:
    return "floor(" + join(" / ") + ")";
  case SizeFormula::Op::CeilDiv:
    return "ceil(" + join(" / ") + ")";
  case SizeFormula::Op::RoundUp:
    return "round_up(" + join(", ") + ")";
  case SizeFormula::Op::Min:
    return "min(" + join(", ") + ")";
  default:
    return "max(" + join(", ") + ")";
  }
}

static std::string names(const std::vector<const Dimension *> &dims) {
  std::string text;
  for (const Dimension *dim : dims)
    text += (text.empty() ? "" : ", ") + dim->name;
  return text;
}

std::string dump(const Type &type) {
  std::string text = sema::spelling(type.element);
  if (type.target)
    text += "<" + type.target->name + ">";
  return text + "[" + names(type.dims) + "]";
}

static std::string numberText(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.17g", value);
  // The shortest that reads back as the same number.
  for (int digits = 1; digits < 17; ++digits) {
    char shorter[32];
    std::snprintf(shorter, sizeof shorter, "%.*g", digits, value);
    if (std::strtod(shorter, nullptr) == value)
      return shorter;
  }
  return buffer;
}

namespace {
class Dumper {
public:
  explicit Dumper(const Program &program) : program(program) {}
  std::string run();

private:
  std::string expr(const Expr &expr);
  std::string call(const Expr &expr);
  std::string args(const Expr &expr);
  std::string scan(const Expr &expr);
  void statement(const Statement &statement);
  void instance(const Instance &instance);
  void parameter(const Parameter &parameter);
  void route(const Route &route);
  void entry(const EntryPoint &entry);
  void line(const std::string &text) { out += text + "\n"; }

  const Program &program;
  const Instance *current = nullptr;
  std::string out;
};
} // namespace

std::string Dumper::args(const Expr &node) {
  std::string text;
  for (const ExprPtr &arg : node.args)
    text += (text.empty() ? "" : ", ") + expr(*arg);
  for (const auto &[name, value] : node.named)
    text += (text.empty() ? "" : ", ") + name + ": " + expr(*value);
  if (node.along)
    text += (text.empty() ? "along: " : ", along: ") + node.along->name;
  for (const auto &[name, word] : node.words)
    text += (text.empty() ? "" : ", ") + name + ": " + word;
  return "(" + text + ")";
}

std::string Dumper::call(const Expr &node) {
  std::string text = BuiltinInfo::of(node.builtin).name;
  if (!node.dims.empty() || !node.toDims.empty()) {
    text += "[" + names(node.dims);
    if (!node.toDims.empty())
      text += " -> " + names(node.toDims);
    text += "]";
  }
  return text + args(node);
}

std::string Dumper::expr(const Expr &node) {
  static const char *const binary[] = {"+",  "-",  "*",  "/",  "<",   "<=",
                                       ">",  ">=", "==", "!=", "and", "or"};
  static const char *const words[] = {"selected", "kept", "rank", "tokens"};
  static const char *const fields[] = {"weight", "selected", "kept", "index",
                                       "load",   "count",    "dropped", "each"};
  switch (node.kind) {
  case Expr::Kind::Number:
    if (node.type.element == ElementType::Bool)
      return node.number ? "true" : "false";
    return numberText(node.number);
  case Expr::Kind::Local: {
    const std::string &name = current->locals[size_t(node.slot)].name;
    return (name.empty() ? "" : name) + "%" + std::to_string(node.slot);
  }
  case Expr::Kind::Parameter:
    return current->parameters[size_t(node.slot)].name;
  case Expr::Kind::DimSize:
    return "size(" + node.dims[0]->name + ")";
  case Expr::Kind::Unary:
    return (node.unary == UnaryOp::Neg ? "-" : "not ") + expr(*node.args[0]);
  case Expr::Kind::Binary:
    return "(" + expr(*node.args[0]) + " " + binary[int(node.binary)] + " " +
           expr(*node.args[1]) + ")";
  case Expr::Kind::Contract:
    return "(" + expr(*node.args[0]) + " @" + names(node.dims) + " " +
           expr(*node.args[1]) + ")";
  case Expr::Kind::Call:
    return node.later.empty() ? call(node) : "later" + args(node);
  case Expr::Kind::Component:
    return node.callee.label + ":" + node.callee.instance->name + args(node);
  case Expr::Kind::Stack:
  case Expr::Kind::Each:
    return (node.kind == Expr::Kind::Stack ? "stack " : "each ") +
           node.dims[0]->name + " of " + node.callee.label + ":" +
           node.callee.instance->name + args(node);
  case Expr::Kind::Scan:
    return scan(node);
  case Expr::Kind::Rename:
    return expr(*node.args[0]) + "[" + node.dims[0]->name + " as " +
           node.dims[1]->name + "]";
  case Expr::Kind::PickEntry:
    return expr(*node.args[0]) + "[" + node.dims[0]->name + " = " +
           std::to_string(node.index) + "]";
  case Expr::Kind::Lookup:
    return expr(*node.args[0]) + "[" + expr(*node.args[1]) + "]";
  case Expr::Kind::Cast:
    return std::string(sema::spelling(node.type.element)) + args(node);
  case Expr::Kind::Record: {
    std::string text;
    for (size_t i = 0; i < node.args.size(); ++i)
      text += (i ? ", " : "") + node.fieldNames[i] + ": " + expr(*node.args[i]);
    return "(" + text + ")";
  }
  case Expr::Kind::Field: {
    const Expr &record = *node.args[0];
    return expr(record) + "." + record.fieldNames[size_t(node.index)];
  }
  case Expr::Kind::RouteWord:
    return words[int(node.word)];
  case Expr::Kind::Chosen:
    return std::string(BuiltinInfo::of(node.builtin).name) + "[" +
           words[int(node.word)] + "]" + args(node);
  case Expr::Kind::RouteResult:
    return node.route->name +
           (node.route->fieldNames.empty()
                ? ""
                : "." + node.route->fieldNames[size_t(node.index)]);
  case Expr::Kind::RouteField:
    return node.route->name + "." + fields[int(node.routeField)];
  }
  return "";
}

std::string Dumper::scan(const Expr &node) {
  const Scan &loop = *node.scan;
  std::string over, carries;
  for (const Scan::Slice &slice : loop.over)
    over += (over.empty() ? "%" : ", %") + std::to_string(slice.slot) + " in " +
            expr(*slice.value);
  for (const Scan::Carry &carry : loop.carries)
    carries += (carries.empty() ? "%" : ", %") + std::to_string(carry.slot) +
               " = " + expr(*carry.init) + " then " + expr(*carry.next);
  return "scan " + node.dims[0]->name + " over (" + over + ") carry (" +
         carries + ") emit " + expr(*loop.emitted);
}

void Dumper::parameter(const Parameter &parameter) {
  static const char *const kinds[] = {"param", "state", "fixed"};
  static const char *const inits[] = {"zeros",        "ones",    "constant",
                                      "normal",       "trunc_normal",
                                      "uniform",      "uniform_fan",
                                      "orthogonal"};
  std::string text = std::string("  ") + kinds[int(parameter.kind)] + " " +
                     parameter.name + ": " + dump(parameter.type);
  if (parameter.stored != parameter.type.element)
    text += std::string(" stored ") + sema::spelling(parameter.stored);
  if (parameter.value)
    return line(text + " = " + expr(*parameter.value));
  const Initializer &init = parameter.init;
  text += std::string(" init ") + inits[int(init.kind)];
  if (!init.fan.empty())
    text += "(" + names(init.fan) + ")";
  else if (init.kind != Initializer::Kind::Zeros &&
           init.kind != Initializer::Kind::Ones)
    text += "(" + numberText(init.value) + ")";
  line(text);
}

void Dumper::route(const Route &route) {
  static const char *const selections[] = {"all",    "all where", "top", "pick",
                                           "sample", "balanced",  "at"};
  std::string kinds;
  for (const ExpertKind &kind : route.kinds)
    kinds += (kinds.empty() ? "" : ", ") + std::to_string(kind.count) + " " +
             kind.callee.label + ":" +
             (kind.callee.instance ? kind.callee.instance->name : "free");
  std::string args;
  for (const ExprPtr &arg : route.args)
    args += (args.empty() ? "" : ", ") + expr(*arg);
  line("  route " + route.name + " = " + route.experts->name + " of " + kinds +
       "(" + args + ") units [" + names(route.units) + "] group [" +
       names(route.group) + "]" +
       (route.isResultUsed ? "" : " results unused"));
  auto clause = [&](const char *name, const ExprPtr &value, int slot = -1) {
    if (value)
      line(std::string("    ") + name + " = " + expr(*value) +
           (slot >= 0 ? " -> %" + std::to_string(slot) : "") + ": " +
           dump(value->type));
  };
  clause("score", route.score, route.scoreSlot);
  clause("prob", route.prob, route.probSlot);
  std::string select = selections[int(route.select.kind)];
  if (route.select.count)
    select += " " + std::to_string(route.select.count);
  if (route.select.capacity)
    select += " " + expr(*route.select.capacity);
  if (route.select.by)
    select += " by " + expr(*route.select.by);
  if (route.select.where)
    select += " where " + expr(*route.select.where);
  line("    select = " + select);
  clause("keep", route.keep);
  if (route.capacity && route.capacity->kind == Expr::Kind::DimSize)
    line("    capacity = " + dump(route.capacity->dims[0]->formula));
  else
    clause("capacity", route.capacity);
  clause("order", route.order);
  clause("weight", route.weight);
  for (const Type &type : route.resultTypes)
    line("    gives " + dump(type));
}

void Dumper::statement(const Statement &statement) {
  if (statement.kind == Statement::Kind::Route)
    return route(*statement.route);
  const Expr &value = *statement.value;
  if (value.kind == Expr::Kind::Scan) {
    // Its loop stands in front of it.
    for (const Statement &inner : value.scan->body)
      this->statement(inner);
  }
  std::string type = value.isRecord() ? "record" : dump(value.type);
  std::string target = "return";
  if (statement.kind == Statement::Kind::Let)
    target = current->locals[size_t(statement.slot)].name + "%" +
             std::to_string(statement.slot) + " =";
  line("  " + target + " " + expr(value) + ": " + type);
}

void Dumper::instance(const Instance &instance) {
  current = &instance;
  line(instance.name + (instance.generics.empty()
                            ? ""
                            : "<" + names(instance.generics) + ">"));
  for (size_t i = 0; i < instance.inputs.size(); ++i)
    line("  input " + instance.inputs[i].name + "%" + std::to_string(i) + ": " +
         dump(instance.inputs[i].type));
  for (const Parameter &each : instance.parameters)
    parameter(each);
  for (const Statement &each : instance.body)
    statement(each);
  for (size_t i = 0; i < instance.resultTypes.size(); ++i)
    line("  -> " +
         (instance.fieldNames.empty() ? "" : instance.fieldNames[i] + ": ") +
         dump(instance.resultTypes[i]));
}

void Dumper::entry(const EntryPoint &entry) {
  line("entry \"" + entry.name + "\" of " + entry.model->name + " dims [" +
       names(entry.dims) + "]" +
       (entry.stepAlong ? " step along " + entry.stepAlong->name
                        : " no step: " + entry.whyNoStep));
  for (const StoredParameter &parameter : entry.parameters)
    line("  " + parameter.path + ": [" + names(parameter.outer) +
         (parameter.outer.empty() ? "" : " | ") +
         names(parameter.declaration->type.dims) + "]");
}

std::string Dumper::run() {
  for (const auto &dim : program.dimensions) {
    std::string size = dim->isBounded
                           ? " <= " + std::to_string(dim->size)
                           : " = " + std::to_string(dim->size);
    if (dim->isBounded && dim->formula.op != SizeFormula::Op::Dim)
      size += " (" + dump(dim->formula) + ")";
    if (dim->renamedFrom)
      size += " from " + dim->renamedFrom->name;
    if (dim->name != "Rows")
      line("dim " + dim->name + size);
  }
  for (const auto &each : program.instances)
    instance(*each);
  for (const EntryPoint &each : program.entries)
    entry(each);
  return std::move(out);
}

std::string dump(const Program &program) { return Dumper(program).run(); }

} // namespace spex
