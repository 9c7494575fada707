//===- Dump.cpp - Expressions and statements to plain text ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Dumper.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Dumper.h"

namespace spex::ast {

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

} // namespace spex::ast
