//===- Statements.cpp - What stands in a body -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parameters, parts, values, losses. Routes have their own files.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

using StmtKind = ast::Stmt::Kind;

void Checker::checkStatements(const std::vector<ast::Stmt> &statements,
                              Body &body) {
  for (const ast::Stmt &stmt : statements) {
    if (isExhausted)
      return;
    checkStatement(stmt, body);
  }
}

static const char *spelling(StmtKind kind) {
  switch (kind) {
  case StmtKind::Param:
    return "param";
  case StmtKind::State:
    return "state";
  case StmtKind::Part:
    return "part";
  case StmtKind::Route:
    return "route";
  case StmtKind::Aux:
    return "aux";
  case StmtKind::Update:
    return "update";
  case StmtKind::Next:
    return "next";
  case StmtKind::Emit:
    return "emit";
  case StmtKind::Return:
    return "return";
  default:
    return "statement";
  }
}

/// Where a statement may stand, or null if it may stand here.
static const char *placeOf(StmtKind kind, const Body &body) {
  bool isComponent = body.kind == Body::Kind::Component;
  switch (kind) {
  case StmtKind::Param:
  case StmtKind::State:
  case StmtKind::Part:
    return isComponent && !body.scan ? nullptr : "the body of a component";
  case StmtKind::Aux:
  case StmtKind::Update:
  case StmtKind::Route:
    return isComponent ? nullptr : "the body of a component";
  case StmtKind::Next:
  case StmtKind::Emit:
    return body.scan ? nullptr : "the body of a `scan`";
  case StmtKind::Return:
    return body.scan ? "the body of a component" : nullptr;
  default:
    return nullptr;
  }
}

/// What a random function in the statement is keyed by.
static std::string drawName(const ast::Stmt &stmt) {
  switch (stmt.kind) {
  case StmtKind::Route:
    return stmt.route->name.text;
  case StmtKind::Return:
  case StmtKind::Emit:
  case StmtKind::Next:
    return spelling(stmt.kind);
  default:
    return stmt.names.empty() ? "" : stmt.names[0].text;
  }
}

void Checker::checkStatement(const ast::Stmt &stmt, Body &body) {
  if (const char *place = placeOf(stmt.kind, body)) {
    diags.report(message::wrongPlace, stmt.location, spelling(stmt.kind),
                 place)
        .help("move it there, or remove it");
    return;
  }
  body.draws = {drawName(stmt), 0};
  switch (stmt.kind) {
  case StmtKind::Param:
  case StmtKind::State:
    return checkParam(stmt, body);
  case StmtKind::Fixed:
    return checkFixed(stmt, body);
  case StmtKind::Part:
    return checkPart(stmt, body);
  case StmtKind::Dim:
    for (const ast::DimDecl &decl : stmt.dims) {
      if (findDimension(decl.name.text, &body) ||
          here->dimDecls.count(decl.name.text) || decl.name.text == "Rows")
        diags.report(message::declaredTwice, decl.name.location,
                     decl.name.text)
            .help("a dimension of a body may not hide another");
      else
        body.dims[decl.name.text] = declareDim(decl, &body, false);
    }
    return;
  case StmtKind::Allow:
    body.allowsLaterSight |= stmt.names[0].text == "W0201";
    return;
  case StmtKind::Route:
    return checkRoute(stmt, body);
  case StmtKind::Aux:
    return checkAux(stmt, body);
  case StmtKind::Update:
    return checkUpdate(stmt, body);
  case StmtKind::Next:
    return checkNext(stmt, body);
  case StmtKind::Emit:
    body.scan->emitted = evaluate(*stmt.value, body);
    return;
  case StmtKind::Return:
    return checkReturn(stmt, body);
  case StmtKind::Let:
    return bindLocal(body, stmt.names[0], evaluate(*stmt.value, body));
  }
}

void Checker::bind(Body &body, const ast::Identifier &name, Binding binding) {
  if (body.bindings.count(name.text) || here->constDecls.count(name.text) ||
      here->variants.count(name.text) || here->imports.count(name.text)) {
    diags.report(message::alreadyBound, name.location, name.text)
        .help("a name is bound once; choose another");
    body.hasLostName = true;
    return;
  }
  if (BuiltinInfo::find(name.text)) {
    InFlight report =
        diags.report(message::isFunction, name.location, name.text);
    report.help("choose another name, as `{}_`", name.text);
    binding.isUsed = true;
    body.hasLostName = true;
  }
  binding.location = name.location;
  body.order.push_back(name.text);
  body.bindings.emplace(name.text, std::move(binding));
}

void Checker::bindLocal(Body &body, const ast::Identifier &name, Value value) {
  Binding binding;
  if (value.kind == Value::Kind::Route)
    value = readRoute(*value.route, name.location);
  if (value.kind == Value::Kind::Part)
    value = toTensor(std::move(value), name.location);
  if (value.isError()) {
    binding.isUsed = true; // a second message would be about the first
    bind(body, name, std::move(binding));
    return;
  }
  if (value.isTensor() && value.meaning.literal) {
    // A number stays exact until it meets a tensor.
    binding.source = Binding::Source::Literal;
    value.expr.reset();
    binding.value = std::move(value);
    bind(body, name, std::move(binding));
    return;
  }
  if (value.kind == Value::Kind::Route) {
    binding.value = std::move(value);
    bind(body, name, std::move(binding));
    return;
  }
  value.meaning.facts.isParameter = false;
  value.meaning.isNumber = false;
  binding.source = Binding::Source::Local;
  binding.slot = newLocal(body, name.text, name.location, value);
  Statement statement;
  statement.kind = Statement::Kind::Let;
  statement.location = name.location;
  statement.slot = binding.slot;
  statement.value = std::move(value.expr);
  body.instance->body.push_back(std::move(statement));
  binding.value = std::move(value);
  bind(body, name, std::move(binding));
}

bool Checker::countElements(const Type &type, SourceLocation location) {
  int64_t count = 1;
  for (const Dimension *dim : type.dims)
    if (!isBroken(sizeOf(dim)) &&
        (__builtin_mul_overflow(count, dim->size, &count) ||
         count > int64_t(1) << 62)) {
      diags.report(message::sizeNotWhole, location, spell(type),
                   "more than 2^62 elements")
          .help("make its dimensions smaller");
      return false;
    }
  return true;
}

void Checker::checkParam(const ast::Stmt &stmt, Body &body) {
  std::optional<Type> type = declared(stmt.type, body);
  std::optional<Initializer> init = initializer(*stmt.value, body);
  bool isGood = type && countElements(*type, stmt.type.location);
  for (const ast::Identifier &name : stmt.names) {
    Binding binding;
    if (isGood) {
      Parameter parameter;
      parameter.kind = stmt.kind == StmtKind::Param ? Parameter::Kind::Param
                                                    : Parameter::Kind::State;
      parameter.name = name.text;
      parameter.location = name.location;
      parameter.type = *type;
      for (const ast::Identifier &dim : stmt.type.dims)
        parameter.writtenDims.push_back(dim.text);
      parameter.stored = stmt.type.element == ast::ElementWord::None
                             ? program.numerics.store
                             : type->element;
      parameter.init = init.value_or(Initializer());
      binding.source = Binding::Source::Parameter;
      binding.slot = int(body.instance->parameters.size());
      binding.value.kind = Value::Kind::Tensor;
      binding.value.meaning.type = *type;
      binding.value.meaning.facts.isParameter = true;
      body.instance->parameters.push_back(std::move(parameter));
    }
    bind(body, name, std::move(binding));
  }
}

std::optional<Initializer> Checker::initializer(const ast::Expr &expr,
                                                Body &body) {
  using Kind = Initializer::Kind;
  struct Row {
    const char *name;
    Kind kind;
    const char *argument; ///< "" takes none, null takes dimensions
  };
  static const Row rows[] = {{"zeros", Kind::Zeros, ""},
                             {"ones", Kind::Ones, ""},
                             {"constant", Kind::Constant, "value"},
                             {"normal", Kind::Normal, "std"},
                             {"trunc_normal", Kind::TruncNormal, "std"},
                             {"uniform", Kind::Uniform, "bound"},
                             {"orthogonal", Kind::Orthogonal, "gain"},
                             {"uniform_fan", Kind::UniformFan, nullptr}};
  std::string name;
  const ast::Arguments *args = nullptr;
  if (expr.kind == ast::Expr::Kind::Name)
    name = ast::as<ast::NameExpr>(expr).name;
  if (expr.kind == ast::Expr::Kind::Call) {
    name = ast::as<ast::CallExpr>(expr).callee.name.text;
    args = &ast::as<ast::CallExpr>(expr).args;
  }
  if (expr.kind == ast::Expr::Kind::Invalid)
    return std::nullopt;
  const Row *row = nullptr;
  std::vector<std::string> known;
  for (const Row &candidate : rows) {
    known.push_back(candidate.name);
    if (name == candidate.name)
      row = &candidate;
  }
  if (!row) {
    diags.report(message::unknownFunction, expr.location, name)
        .helpNearest(name, known)
        .help("initial values: zeros ones constant normal trunc_normal uniform "
              "uniform_fan orthogonal");
    return std::nullopt;
  }
  Initializer result;
  result.kind = row->kind;
  if (!row->argument) {
    for (size_t i = 0; args && i < args->size(); ++i) {
      const ast::Expr &dim = *(*args)[i].value;
      if (dim.kind != ast::Expr::Kind::Dimension) {
        diags.report(message::wrongArguments, dim.location, name, "dimensions");
        return std::nullopt;
      }
      const Dimension *found = dimension(
          {ast::as<ast::DimensionExpr>(dim).name, dim.location}, body);
      if (!found)
        return std::nullopt;
      result.fan.push_back(found);
    }
    if (!result.fan.empty())
      return result;
    diags.report(message::wrongArguments, expr.location, name, "dimensions");
    return std::nullopt;
  }
  std::string wanted = row->argument;
  size_t count = args ? args->size() : 0;
  bool isGood = count == (wanted.empty() ? 0u : 1u);
  if (isGood && count == 1) {
    const std::string &given = (*args)[0].name.text;
    isGood = given == wanted || (given.empty() && wanted == "value");
  }
  if (!isGood) {
    diags.report(message::wrongArguments, expr.location, name,
                 wanted.empty()      ? "no arguments"
                 : wanted == "value" ? "one number"
                                     : "`" + wanted + ":`");
    return std::nullopt;
  }
  if (count == 1) {
    std::optional<Exact> value = number(*(*args)[0].value, &body);
    if (!value)
      return std::nullopt;
    result.value = value->nearest;
  }
  return result;
}

} // namespace spex::sema
