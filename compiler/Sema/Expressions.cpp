//===- Expressions.cpp - Names, fields, records, choices ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dispatch over expressions, and those that compute nothing themselves.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Walk.h"

namespace spex::sema {

/// Of expressions inside one another, through all components on the way.
static constexpr unsigned maxDepth = 4000;

Value Checker::evaluate(const ast::Expr &expr, Body &body) {
  using Kind = ast::Expr::Kind;
  if (isExhausted || !spend(1, expr.location))
    return {};
  if (depth > maxDepth) {
    diags.report(message::fileTooLarge, expr.location,
                 "components call one another too deep");
    isExhausted = true;
    return {};
  }
  struct Deeper {
    unsigned &depth;
    explicit Deeper(unsigned &depth) : depth(++depth) {}
    ~Deeper() { --depth; }
  } deeper(depth);
  switch (expr.kind) {
  case Kind::Number: {
    const auto &number = ast::as<ast::NumberExpr>(expr);
    Exact literal(number.value);
    literal.value = Rational::parse(number.text);
    return folded(literal, expr.location);
  }
  case Kind::Boolean: {
    Type type;
    type.element = ElementType::Bool;
    ExprPtr made = makeExpr(Expr::Kind::Number, expr.location, type);
    made->number = ast::as<ast::BooleanExpr>(expr).value;
    return tensor(std::move(made), {});
  }
  case Kind::Name:
    return evaluateName(ast::as<ast::NameExpr>(expr), body);
  case Kind::Dimension:
    return evaluateDimension(ast::as<ast::DimensionExpr>(expr), body);
  case Kind::Call:
    return evaluateCall(ast::as<ast::CallExpr>(expr), body);
  case Kind::Field:
    return evaluateField(ast::as<ast::FieldExpr>(expr), body);
  case Kind::Rename:
    return evaluateRename(ast::as<ast::RenameExpr>(expr), body);
  case Kind::Pick:
    return evaluatePick(ast::as<ast::PickExpr>(expr), body);
  case Kind::Lookup:
    return evaluateLookup(ast::as<ast::LookupExpr>(expr), body);
  case Kind::Unary:
    return evaluateUnary(ast::as<ast::UnaryExpr>(expr), body);
  case Kind::Chain:
    return evaluateChain(ast::as<ast::ChainExpr>(expr), body);
  case Kind::Record:
    return evaluateRecord(ast::as<ast::RecordExpr>(expr), body);
  case Kind::Match:
    return evaluateMatch(ast::as<ast::MatchExpr>(expr), body);
  case Kind::Phase:
    return evaluatePhase(ast::as<ast::PhaseExpr>(expr), body);
  case Kind::Repeat:
    return evaluateRepeat(ast::as<ast::RepeatExpr>(expr), body);
  case Kind::Scan:
    return evaluateScan(ast::as<ast::ScanExpr>(expr), body);
  case Kind::Callee: {
    const ast::Identifier &name = ast::as<ast::CalleeExpr>(expr).callee.name;
    diags.report(message::isComponent, expr.location, name.text)
        .help("call it, or declare a part");
    return {};
  }
  case Kind::String:
  case Kind::Tuple:
  case Kind::List:
  case Kind::None:
    diags.report(message::needsNumbers, expr.location, "an expression",
                 expr.kind == Kind::String ? "a string"
                 : expr.kind == Kind::None ? "`none`"
                                           : "a list");
    return {};
  case Kind::Invalid:
    return {};
  }
  return {};
}

Value Checker::toTensor(Value value, SourceLocation location) {
  const char *what = nullptr;
  std::string names;
  switch (value.kind) {
  case Value::Kind::Error:
  case Value::Kind::Tensor:
    return value;
  case Value::Kind::Route:
    if (value.route->isSingle)
      return readRoute(*value.route, location);
    what = "route with several results";
    for (const RouteScope::Field &field : value.route->fields)
      if (field.kind == RouteScope::Field::Kind::Result)
        names += (names.empty() ? "" : ", ") + field.name;
    break;
  case Value::Kind::Record:
    what = "record";
    for (const auto &[name, meaning] : value.fields)
      names += (names.empty() ? "" : ", ") + name;
    break;
  case Value::Kind::Part:
    diags.report(message::notATensor, location, "part")
        .help("call it: `{}(...)`", value.part->label);
    return {};
  }
  diags.report(message::notATensor, location, what)
      .help("take a field: {}", names);
  return {};
}

Value Checker::evaluateTensor(const ast::Expr &expr, Body &body) {
  return toTensor(evaluate(expr, body), expr.location);
}

Value Checker::read(const Binding &binding, SourceLocation location) {
  Value value = withoutTree(binding.value);
  switch (binding.source) {
  case Binding::Source::Literal:
    return folded(*value.meaning.literal, location);
  case Binding::Source::Local:
  case Binding::Source::Parameter: {
    if (value.isError())
      return value;
    bool isLocal = binding.source == Binding::Source::Local;
    value.expr =
        makeExpr(isLocal ? Expr::Kind::Local : Expr::Kind::Parameter, location,
                 value.meaning.type);
    value.expr->slot = binding.slot;
    for (const auto &[name, meaning] : value.fields) {
      value.expr->fieldNames.push_back(name);
      value.expr->fieldTypes.push_back(meaning.type);
    }
    return value;
  }
  case Binding::Source::Other:
    return value;
  }
  return value;
}

Value Checker::evaluateName(const ast::NameExpr &expr, Body &body) {
  const std::string &name = expr.name;
  if (body.clause) {
    if (name == "each" && body.clause->each) {
      RouteScope scope;
      scope.route = body.clause->route;
      Value each =
          readRouteField(scope, *body.clause->each, expr.location);
      for (auto &[field, meaning] : each.fields)
        meaning.facts.isFromExperts = true;
      each.meaning.facts.isFromExperts = true;
      return each;
    }
    auto value = body.clause->values.find(name);
    if (value != body.clause->values.end())
      return read(value->second, expr.location);
    auto word = body.clause->words.find(name);
    if (word != body.clause->words.end()) {
      Value value = withoutTree(word->second);
      value.expr = makeExpr(Expr::Kind::RouteWord, expr.location,
                            value.meaning.type);
      value.expr->route = body.clause->route;
      value.expr->word = name == "selected" ? RouteWord::Selected
                         : name == "kept"   ? RouteWord::Kept
                         : name == "rank"   ? RouteWord::Rank
                                            : RouteWord::Tokens;
      return value;
    }
  }
  auto bound = body.bindings.find(name);
  if (bound != body.bindings.end()) {
    bound->second.isUsed = true;
    return read(bound->second, expr.location);
  }
  if (name == "tokens" || name == "selected" || name == "kept" ||
      name == "rank" || name == "each") {
    diags.report(message::wordMeaningless, expr.location, name)
        .help("it belongs to the clauses of a route, after the clause that "
              "makes it");
    return {};
  }
  if (here->constDecls.count(name)) {
    const Exact *value = constValue(name);
    return value ? folded(*value, expr.location) : Value();
  }
  if (here->variants.count(name)) {
    diags.report(message::isVariant, expr.location, name)
        .help("write `match {} { ... }`", name);
    return {};
  }
  if (body.hasLostName)
    return {};
  std::vector<std::string> known;
  for (const auto &[other, binding] : body.bindings)
    known.push_back(other);
  for (const auto &[other, decl] : here->constDecls)
    known.push_back(other);
  diags.report(message::unknownName, expr.location, name)
      .helpNearest(name, known);
  return {};
}

Value Checker::evaluateDimension(const ast::DimensionExpr &expr, Body &body) {
  if (!findDimension(expr.name, &body) && here->components.count(expr.name)) {
    diags.report(message::isComponent, expr.location, expr.name)
        .help("call it, or declare a part");
    return {};
  }
  const Dimension *dim = dimension({expr.name, expr.location}, body);
  if (!dim)
    return {};
  if (std::optional<Rational> size = sizeOf(dim).constant())
    return folded(Exact(*size), expr.location);
  Type type;
  type.element = ElementType::Int;
  ExprPtr made = makeExpr(Expr::Kind::DimSize, expr.location, type);
  made->dims.push_back(dim);
  Value value = tensor(std::move(made), {});
  value.meaning.isNumber = true;
  value.meaning.facts.isWhole = true;
  // A position that knows how many there are knows of later ones.
  for (const Dimension *base : arithmetic.bases(sizeOf(dim)))
    value.meaning.facts.full.add(root(base), inBothPhases);
  return value;
}

Value Checker::readRouteField(const RouteScope &scope,
                              const RouteScope::Field &field,
                              SourceLocation location) {
  using Kind = RouteScope::Field::Kind;
  static const Expr::Kind kinds[] = {Expr::Kind::RouteResult,
                                     Expr::Kind::RouteField, Expr::Kind::Local,
                                     Expr::Kind::RouteField};
  Value value;
  value.kind = field.each.empty() ? Value::Kind::Tensor : Value::Kind::Record;
  value.meaning = field.meaning;
  value.fields = field.each;
  value.expr = makeExpr(kinds[int(field.kind)], location, field.meaning.type);
  value.expr->route = field.kind == Kind::Local ? nullptr : scope.route;
  if (field.kind == Kind::Local)
    value.expr->slot = field.index;
  else
    value.expr->index = field.index;
  value.expr->routeField = field.own;
  for (const auto &[name, meaning] : field.each) {
    value.expr->fieldNames.push_back(name);
    value.expr->fieldTypes.push_back(meaning.type);
  }
  return value;
}

Value Checker::readRoute(const RouteScope &scope, SourceLocation location) {
  std::vector<std::pair<std::string, Value>> results;
  for (const RouteScope::Field &field : scope.fields)
    if (field.kind == RouteScope::Field::Kind::Result) {
      Value value = readRouteField(scope, field, location);
      if (scope.isSingle)
        return value;
      results.push_back({field.name, std::move(value)});
    }
  return recordOf(std::move(results), location);
}

Value Checker::recordOf(std::vector<std::pair<std::string, Value>> fields,
                        SourceLocation location) {
  ExprPtr expr = makeExpr(Expr::Kind::Record, location, {});
  Value result;
  result.kind = Value::Kind::Record;
  for (auto &[name, value] : fields) {
    expr->fieldNames.push_back(name);
    expr->fieldTypes.push_back(value.meaning.type);
    adopt(*expr, std::move(value.expr));
    value.meaning.isNumber = false;
    value.meaning.literal.reset();
    result.fields.push_back({name, std::move(value.meaning)});
  }
  result.expr = std::move(expr);
  return result;
}

Value Checker::evaluateRecord(const ast::RecordExpr &expr, Body &body) {
  std::vector<std::pair<std::string, Value>> fields;
  bool isGood = true;
  for (const ast::Argument &field : expr.fields) {
    Value value = evaluateTensor(*field.value, body);
    isGood &= !value.isError();
    for (const auto &[name, other] : fields)
      if (name == field.name.text) {
        diags.report(message::declaredTwice, field.name.location, name)
            .help("give one of the two another name");
        isGood = false;
      }
    fields.push_back({field.name.text, std::move(value)});
  }
  return isGood ? recordOf(std::move(fields), expr.location) : Value();
}

Value Checker::fieldOf(Value record, size_t index, SourceLocation location) {
  Meaning meaning = record.fields[index].second;
  Value result;
  result.kind = Value::Kind::Tensor;
  result.meaning = meaning;
  if (record.expr->kind == Expr::Kind::Record) {
    result.expr = std::move(record.expr->args[index]);
    return result;
  }
  result.expr = makeExpr(Expr::Kind::Field, location, meaning.type);
  result.expr->index = int(index);
  adopt(*result.expr, std::move(record.expr));
  return result;
}

std::vector<Value> Checker::splitRecord(Value record, SourceLocation location,
                                        Body &body) {
  std::vector<Value> parts;
  if (record.expr->kind == Expr::Kind::Record) {
    for (size_t i = 0; i < record.fields.size(); ++i) {
      Value part;
      part.kind = Value::Kind::Tensor;
      part.meaning = record.fields[i].second;
      part.expr = std::move(record.expr->args[i]);
      parts.push_back(std::move(part));
    }
    return parts;
  }
  Binding binding;
  binding.source = Binding::Source::Local;
  binding.slot = newLocal(body, "", location, record);
  binding.value = withoutTree(record);
  Statement statement;
  statement.kind = Statement::Kind::Let;
  statement.location = location;
  statement.slot = binding.slot;
  statement.value = std::move(record.expr);
  body.instance->body.push_back(std::move(statement));
  for (size_t i = 0; i < binding.value.fields.size(); ++i)
    parts.push_back(fieldOf(read(binding, location), i, location));
  return parts;
}

Value Checker::evaluateField(const ast::FieldExpr &expr, Body &body) {
  Value value = evaluate(*expr.value, body);
  const std::string &name = expr.field.text;
  std::vector<std::string> known;
  switch (value.kind) {
  case Value::Kind::Error:
    return {};
  case Value::Kind::Route:
    for (const RouteScope::Field &field : value.route->fields) {
      if (field.name == name)
        return readRouteField(*value.route, field, expr.location);
      if (!field.name.empty())
        known.push_back(field.name);
    }
    break;
  case Value::Kind::Record:
    for (size_t i = 0; i < value.fields.size(); ++i) {
      if (value.fields[i].first == name)
        return fieldOf(std::move(value), i, expr.location);
      known.push_back(value.fields[i].first);
    }
    break;
  case Value::Kind::Tensor:
    diags.report(message::noField, expr.field.location, name)
        .help("a tensor has no fields: {}", spell(value));
    return {};
  case Value::Kind::Part:
    toTensor(std::move(value), expr.location);
    return {};
  }
  std::string listed;
  for (const std::string &field : known)
    listed += (listed.empty() ? "" : ", ") + field;
  InFlight report = diags.report(message::noField, expr.field.location, name);
  report.helpNearest(name, known).help("fields: {}", listed);
  if (value.kind == Value::Kind::Route && name == "index")
    report.help("to name the dimension of the choices, write `top K by ...` "
                "with `dim K = 2`");
  return {};
}

} // namespace spex::sema
