//===- Route.cpp - A route, its experts and its policy --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 9. The experts are called first, as any component; the
// clauses then say which of their results count, and how much.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Walk.h"

namespace spex::sema {

bool Checker::expertCounts(RouteState &state, Body &body,
                           std::vector<int64_t> &counts) {
  const ast::Route &syntax = *state.syntax;
  int64_t size = state.route->experts->size;
  if (!syntax.hasKindList) {
    counts = {size};
    return true;
  }
  std::set<std::string> names;
  int64_t sum = 0;
  bool isUnknown = isBroken(sizeOf(state.route->experts));
  for (const ast::ExpertKind &kind : syntax.kinds) {
    const ast::Identifier &name =
        kind.name.empty() ? kind.callee.name : kind.name;
    if (!names.insert(name.text).second) {
      diags.report(message::declaredTwice, name.location, name.text)
          .help("give each kind a name: `8 narrow: Ffn<F1>`");
      return false;
    }
    std::optional<Size> count = constant(*kind.count, &body);
    std::optional<Rational> value = count ? knownValue(*count) : std::nullopt;
    std::optional<int64_t> whole = value ? value->asInteger() : std::nullopt;
    if (!count)
      return false;
    isUnknown |= isBroken(*count);
    if (!whole || *whole < 1 || *whole > size) {
      diags.report(message::kindsDoNotAdd, kind.count->location, spell(*count),
                   state.route->experts->name, size)
          .help("a count is a whole number from 1 to {}", size);
      return false;
    }
    counts.push_back(*whole);
    sum += *whole;
    if (sum > size)
      break;
  }
  if (sum == size || isUnknown)
    return true;
  diags.report(message::kindsDoNotAdd, syntax.location, sum,
               state.route->experts->name, size)
      .help("change one of the counts, or write `dim {} = {}`",
            state.route->experts->name, sum);
  return false;
}

static bool isFree(const ast::Callee &callee) {
  return callee.module.empty() && (callee.name.text == "Identity" ||
                                   callee.name.text == "Zero");
}

bool Checker::callKind(RouteState &state, const ast::ExpertKind &kind,
                       int64_t count, Body &body) {
  const ast::Route &syntax = *state.syntax;
  bool isFirst = state.route->kinds.empty();
  Value result;
  ExpertKind made;
  made.count = count;
  std::string label = syntax.name.text;
  if (syntax.hasKindList)
    label += "." + (kind.name.empty() ? kind.callee.name : kind.name).text;
  if (isFree(kind.callee) && !knownComponent(kind.callee)) {
    made.free = kind.callee.name.text == "Zero" ? ExpertKind::Free::Zero
                                                : ExpertKind::Free::Identity;
    for (const ast::Argument &arg : syntax.args) {
      Value value = evaluateTensor(*arg.value, body);
      if (value.isError())
        return false;
      if (result.isError())
        result = withoutTree(value);
      if (isFirst) {
        state.inputs.push_back(withoutTree(value));
        state.route->args.push_back(std::move(value.expr));
      }
    }
    state.called.push_back(nullptr);
  } else {
    ComponentCall call;
    call.location = kind.callee.location;
    call.callee = &kind.callee;
    call.args = &syntax.args;
    call.label = label;
    call.identity = &kind;
    const Dimension *outer = state.route->experts;
    if (syntax.hasKindList) {
      // Of listed kinds each has its own number of experts.
      Dimension *own = newDimension(outer->name, outer->location);
      setSize(own, SizeArithmetic::constant(count), outer->location);
      outer = own;
    }
    call.outer = {outer};
    if (state.takesRows)
      call.rows = &state.units;
    if (!prepareCall(call, body))
      return false;
    if (isFirst)
      for (const Value &value : call.values)
        state.inputs.push_back(withoutTree(value));
    result = resultOf(call, Expr::Kind::Component);
    if (result.isError())
      return false;
    made.callee = result.expr->callee;
    state.called.push_back(made.callee.instance);
    if (isFirst)
      state.route->args = std::move(result.expr->args);
  }
  result.expr.reset();
  state.route->kinds.push_back(std::move(made));
  if (isFirst) {
    state.each = std::move(result);
    return true;
  }
  auto sameDims = [](const Type &a, const Type &b) {
    return a.dims.size() == b.dims.size() &&
           std::all_of(a.dims.begin(), a.dims.end(),
                       [&](const Dimension *dim) { return has(b.dims, dim); });
  };
  bool isSame = result.kind == state.each.kind &&
                result.fields.size() == state.each.fields.size() &&
                sameDims(result.type(), state.each.type());
  for (size_t i = 0; isSame && i < result.fields.size(); ++i)
    isSame = result.fields[i].first == state.each.fields[i].first &&
             sameDims(result.fields[i].second.type,
                      state.each.fields[i].second.type);
  if (!isSame) {
    diags.report(message::kindTypesDiffer, kind.callee.location, spell(result),
                 spell(state.each))
        .help("experts of one route must return the same");
    return false;
  }
  state.each.meaning.facts.inherit(result.meaning.facts);
  for (size_t i = 0; i < result.fields.size(); ++i)
    state.each.fields[i].second.facts.inherit(result.fields[i].second.facts);
  return true;
}

bool Checker::takesRows(const ast::Route &route) const {
  for (const ast::ExpertKind &kind : route.kinds) {
    const ast::ComponentItem *component = knownComponent(kind.callee);
    if (!component)
      continue;
    for (const ast::Formal &formal : component->formals)
      for (const ast::Identifier &dim : formal.type.dims)
        if (dim.text == "Rows")
          return true;
  }
  return false;
}

bool Checker::callExperts(RouteState &state, Body &body) {
  std::vector<int64_t> counts;
  if (!expertCounts(state, body, counts))
    return false;
  bool isGood = true;
  for (size_t i = 0; i < counts.size() && i < state.syntax->kinds.size(); ++i)
    isGood &= callKind(state, state.syntax->kinds[i], counts[i], body);
  if (!isGood)
    return false;
  // What the clauses see as `each`: E in front.
  RouteScope::Field &each = state.eachField;
  each.name = "each";
  each.kind = RouteScope::Field::Kind::Each;
  each.own = RouteField::Each;
  each.meaning = state.each.meaning;
  each.each = state.each.fields;
  auto lift = [&](Meaning &meaning) {
    meaning.type.dims.insert(meaning.type.dims.begin(), state.route->experts);
  };
  lift(each.meaning);
  for (auto &[name, meaning] : each.each)
    lift(meaning);
  return true;
}

bool Checker::hasNeededClauses(const ast::Route &route,
                               const std::vector<ast::Clause> &clauses) {
  auto find = [&](ast::ClauseKind kind) {
    return std::any_of(
        clauses.begin(), clauses.end(),
        [&](const ast::Clause &clause) { return clause.kind == kind; });
  };
  bool isGood = true;
  if (!find(ast::ClauseKind::Select)) {
    diags.report(message::clauseMissing, route.location, route.name.text,
                 "select")
        .help("`select` says which experts run, as `select = top 2 by prob`");
    isGood = false;
  }
  if (!find(ast::ClauseKind::Weight)) {
    InFlight report = diags.report(message::clauseMissing, route.location,
                                   route.name.text, "weight");
    report.help("`weight = prob` keeps the gate values")
        .help("`weight = prob / sum[selected](prob)` makes them sum to one")
        .help("the two are different models");
    isGood = false;
  }
  bool hasCapacity = find(ast::ClauseKind::Capacity);
  if (hasCapacity == find(ast::ClauseKind::Overflow))
    return isGood;
  const auto &text = hasCapacity ? message::capacityWithoutOverflow
                                 : message::overflowWithoutCapacity;
  diags.report(text, route.location, route.name.text)
      .help("`capacity` limits an expert, `overflow` says what happens then: "
            "drop, pass, next or error");
  return false;
}

bool Checker::checkPolicy(RouteState &state, Body &body,
                          const std::vector<ast::Clause> *&clauses,
                          Body &inner) {
  const ast::Route &syntax = *state.syntax;
  const ast::Callee &callee = syntax.policy;
  const ast::PolicyItem *found = findPolicy(callee);
  if (!found)
    return false;
  const ast::PolicyItem &policy = *found;
  state.home = homes.at(found);
  if (policy.generics.size() != callee.generics.size()) {
    std::string wanted;
    for (const ast::Identifier &name : policy.generics)
      wanted += (wanted.empty() ? "" : ", ") + name.text;
    diags.report(message::wrongGenerics, callee.location, policy.name.text,
                 wanted, callee.generics.size())
        .help(wanted.empty() ? "write `with {}(...)`"
                             : "write `with {}<{}>(...)`",
              policy.name.text, wanted);
    return false;
  }
  if (policy.formals.size() != syntax.policyArgs.size()) {
    diags.report(message::wrongArguments, callee.location, policy.name.text,
                 std::to_string(policy.formals.size()) + " inputs");
    return false;
  }
  inner.kind = body.kind;
  inner.info = body.info;
  inner.instance = body.instance;
  inner.prefix = body.prefix + syntax.name.text + ".";
  inner.draws = body.draws;
  bool isGood = true;
  for (size_t i = 0; i < policy.generics.size(); ++i) {
    const Dimension *dim = dimension(callee.generics[i], body);
    isGood &= dim != nullptr;
    if (dim)
      inner.dims[policy.generics[i].text] = dim;
  }
  for (size_t i = 0; isGood && i < policy.formals.size(); ++i) {
    const ast::Formal &formal = policy.formals[i];
    const ast::Argument &arg = syntax.policyArgs[i];
    Value value = evaluateTensor(*arg.value, body);
    FileEntry entry(here, state.home);
    std::optional<Type> type = declared(formal.type, inner);
    if (!type || value.isError())
      return false;
    std::string missing;
    for (const Dimension *dim : type->dims)
      if (!has(value.type().dims, dim))
        missing += (missing.empty() ? "" : ", ") + dim->name;
    if (!missing.empty()) {
      diags.report(message::inputLacks, arg.value->location, policy.name.text,
                   formal.name.text, missing, spell(value));
      return false;
    }
    if (!sameKind(value, *type, formal.type.element != ast::ElementWord::None,
                  arg.value->location, formal.name.text))
      return false;
    bindLocal(inner, formal.name, std::move(value));
  }
  clauses = &policy.clauses;
  return isGood;
}

void Checker::checkRoute(const ast::Stmt &stmt, Body &body) {
  const ast::Route &syntax = *stmt.route;
  RouteState state;
  state.syntax = &syntax;
  state.home = state.file = here;
  state.around = &body;
  state.route = std::make_unique<Route>();
  state.route->name = syntax.name.text;
  state.route->location = syntax.location;
  Binding failed;
  failed.isUsed = true;
  const Dimension *experts = dimension(syntax.dim, body);
  if (experts && experts->isBounded) {
    diags.report(message::needsStaticSize, syntax.dim.location, "`route`")
        .help("`{}` is known only when running", experts->name);
    experts = nullptr;
  }
  if (!experts)
    return bind(body, syntax.name, std::move(failed));
  state.route->experts = experts;
  ClauseScope *outer = body.clause;
  body.clause = nullptr;
  Body policyBody;
  Body *scope = &body;
  const std::vector<ast::Clause> *clauses = &syntax.clauses;
  if (syntax.hasPolicy) {
    clauses = nullptr;
    if (checkPolicy(state, body, clauses, policyBody))
      scope = &policyBody;
  }
  unsigned before = diags.errorCount();
  state.takesRows = takesRows(syntax);
  // Experts that see all their units are called once the units are known.
  bool isGood = clauses && (state.takesRows || callExperts(state, body));
  if (clauses && hasNeededClauses(syntax, *clauses) && isGood) {
    readClauses(state, *clauses, *scope);
    if (state.takesRows && !state.isFailed)
      isGood = callExperts(state, body);
    if (isGood && !state.isFailed)
      checkUnits(state);
  } else {
    isGood = false;
  }
  body.clause = outer;
  if (!isGood || state.isFailed || diags.errorCount() != before) {
    for (const ast::Identifier &name : syntax.over)
      dimension(name, body);
    return bind(body, syntax.name, std::move(failed));
  }
  makeRecord(state, body);
  Binding binding;
  binding.value.kind = Value::Kind::Route;
  binding.value.route = state.record.get();
  body.info->routes.push_back(std::move(state.record));
  Statement statement;
  statement.kind = Statement::Kind::Route;
  statement.location = stmt.location;
  statement.route = std::move(state.route);
  body.instance->body.push_back(std::move(statement));
  bind(body, syntax.name, std::move(binding));
}

} // namespace spex::sema
