//===- Signatures.cpp - Inputs and results of a component -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What callers see of a component, and how a body that is given one dimension
// for two generics keeps them apart.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Walk.h"

namespace spex::sema {

const Dimension *Checker::aliasOf(const ast::Identifier &name,
                                  const Dimension *given) {
  Dimension *dim = newDimension(name.text, name.location);
  dim->size = given->size;
  dim->isBounded = given->isBounded;
  dim->formula = given->formula;
  dim->labels = given->labels;
  dim->renamedFrom = given;
  sizes[dim] = sizes.at(given);
  roots[dim] = root(given);
  return dim;
}

/// A type of the body as callers see it: of `Mlp<J, Y, Y>` the second Y is a
/// dimension of its own inside.
std::optional<Type> Checker::outside(const InstanceInfo &info, Type type,
                                     SourceLocation location) {
  for (const auto &[inner, outer] : info.aliases) {
    auto at = std::find(type.dims.begin(), type.dims.end(), inner);
    if (type.target == inner)
      type.target = outer;
    if (at == type.dims.end())
      continue;
    if (has(type.dims, outer)) {
      diags.report(message::dimensionTwice, location, outer->name)
          .help("declare another of the same size: `dim Other = {}`",
                outer->name);
      return std::nullopt;
    }
    *at = outer;
  }
  return type;
}

Value Checker::renameAliases(const InstanceInfo &info, Value value,
                             const Type &want) {
  for (const auto &[inner, outer] : info.aliases)
    for (auto [from, to] : {std::pair<const Dimension *, const Dimension *>(
                                inner, outer),
                            {outer, inner}}) {
      Type type = value.type();
      bool isDim = has(type.dims, from) && !has(want.dims, from);
      bool isTarget = type.target == from && want.target != from;
      if (!isDim && !isTarget)
        continue;
      std::replace(type.dims.begin(), type.dims.end(), from, to);
      type.target = isTarget ? to : type.target;
      ExprPtr made = makeExpr(Expr::Kind::Rename, value.expr->location, type);
      made->dims = {from, to};
      adopt(*made, std::move(value.expr));
      value.expr = std::move(made);
      value.meaning.type = std::move(type);
    }
  return value;
}

void Checker::bindInput(InstanceInfo &info, const ast::Identifier &name,
                        Binding binding, Body &body) {
  const ast::ComponentItem &component = *info.component;
  for (const ast::Formal &formal : component.formals) {
    if (formal.name.text != name.text || binding.value.isError())
      continue;
    std::optional<Type> inner = declared(formal.type, body);
    if (!inner)
      continue;
    bool isSame = inner->dims == binding.value.type().dims &&
                  inner->target == binding.value.type().target;
    if (isSame)
      break;
    Value value =
        renameAliases(info, read(binding, name.location), *inner);
    return bindLocal(body, name, std::move(value));
  }
  bind(body, name, std::move(binding));
}

bool Checker::checkSignature(InstanceInfo &info, Body &body) {
  const ast::ComponentItem &component = *info.component;
  bool isGood = true;
  for (size_t i = 0; i < component.generics.size(); ++i) {
    const ast::Identifier &name = component.generics[i];
    const Dimension *given = info.instance->generics[i];
    bool isAgain = std::count(info.instance->generics.begin(),
                              info.instance->generics.begin() + long(i), given);
    const Dimension *own = isAgain ? aliasOf(name, given) : given;
    if (isAgain)
      info.aliases.push_back({own, given});
    if (!body.dims.emplace(name.text, own).second)
      diags.report(message::declaredTwice, name.location, name.text)
          .help("give one of the two another name");
  }
  for (const ast::Formal &formal : component.formals)
    for (const ast::Identifier &dim : formal.type.dims)
      if (dim.text == "Rows" && component.role == ast::Role::Expert)
        body.dims["Rows"] = rowsDim;
  std::vector<Binding> bindings;
  for (const ast::Formal &formal : component.formals) {
    Input input;
    input.name = formal.name.text;
    input.location = formal.name.location;
    std::optional<Type> type = declared(formal.type, body);
    isGood &= type.has_value();
    Binding binding;
    if (type) {
      input.type = *type;
      binding.source = Binding::Source::Local;
      binding.value.kind = Value::Kind::Tensor;
      binding.value.meaning.type = *type;
    }
    std::optional<Type> outer =
        type ? outside(info, *type, formal.type.location) : std::nullopt;
    isGood &= outer.has_value();
    if (outer) {
      input.type = *outer;
      binding.value.meaning.type = *outer;
    }
    binding.slot = newLocal(body, formal.name.text, formal.name.location,
                            binding.value);
    if (formal.defaultValue) {
      if (std::optional<Exact> value = number(*formal.defaultValue, &body)) {
        input.defaultValue =
            toElement(folded(*value, formal.defaultValue->location),
                      input.type.element)
                .expr;
      }
    }
    info.instance->inputs.push_back(std::move(input));
    bindings.push_back(std::move(binding));
  }
  // Only now: a name inside may need a statement, and inputs come first.
  for (size_t i = 0; i < bindings.size(); ++i)
    bindInput(info, component.formals[i].name, std::move(bindings[i]), body);
  auto addResult = [&](const ast::Type &written) {
    std::optional<Type> type = declared(written, body);
    info.innerResults.push_back(type.value_or(Type()));
    if (type)
      type = outside(info, *type, written.location);
    isGood &= type.has_value();
    info.instance->resultTypes.push_back(type.value_or(Type()));
  };
  if (!component.result.isRecord)
    addResult(component.result.type);
  for (const auto &[name, type] : component.result.fields) {
    auto &names = info.instance->fieldNames;
    if (std::find(names.begin(), names.end(), name.text) != names.end())
      diags.report(message::declaredTwice, name.location, name.text);
    names.push_back(name.text);
    addResult(type);
  }
  return isGood;
}

void Checker::declareRenamed(const ast::ComponentItem &component, Body &body) {
  // `Z` of `x[S as Z]` may stand before it in the text, as in
  // `softmax[Z](dot[A](q, k[S as Z]))`, unless the body declares it itself.
  std::set<std::string> own;
  for (const ast::Stmt &stmt : component.body.statements)
    for (const ast::DimDecl &decl : stmt.dims)
      own.insert(decl.name.text);
  auto visit = [&](const ast::Expr &expr) {
    if (expr.kind != ast::Expr::Kind::Rename)
      return;
    const auto &rename = ast::as<ast::RenameExpr>(expr);
    if (own.count(rename.to.text))
      return;
    if (const Dimension *from = findDimension(rename.from.text, &body))
      renamed(rename.to, from, body);
  };
  for (const ast::Stmt &stmt : component.body.statements)
    walk(stmt, visit);
}

} // namespace spex::sema
