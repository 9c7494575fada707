//===- Declarations.cpp - What a file declares, and what is set -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Collects the names of a file, applies `--dim`, `--set` and `--numerics`, and
// checks assertions.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

#include <cctype>
#include <fmt/format.h>

namespace spex::sema {

bool Checker::declare(const ast::Identifier &name) {
  if (here->declaredNames.insert(name.text).second)
    return true;
  diags.report(message::declaredTwice, name.location, name.text)
      .help("give one of the two another name");
  return false;
}

void Checker::collect(const ast::File &declaring) {
  for (const std::unique_ptr<ast::Item> &item : declaring.items) {
    homes[item.get()] = here;
    switch (item->kind) {
    case ast::Item::Kind::Import:
      readImport(ast::as<ast::ImportItem>(*item));
      break;
    case ast::Item::Kind::Dim:
      for (const ast::DimDecl &decl : ast::as<ast::DimItem>(*item).dims) {
        if (decl.name.text == "Rows") {
          diags.report(message::unknownDimension, decl.name.location, "Rows")
              .help("`Rows` is what an expert is sent; it cannot be declared");
          continue;
        }
        if (!declare(decl.name))
          continue;
        here->dimDecls[decl.name.text] = &decl;
        here->dimOrder.push_back(&decl);
      }
      break;
    case ast::Item::Kind::Const:
      for (const ast::Binding &binding :
           ast::as<ast::ConstItem>(*item).bindings) {
        if (BuiltinInfo::find(binding.name.text))
          diags.report(message::isFunction, binding.name.location,
                       binding.name.text);
        else if (declare(binding.name))
          here->constDecls[binding.name.text] = &binding;
      }
      break;
    case ast::Item::Kind::Variant: {
      const auto &variant = ast::as<ast::VariantItem>(*item);
      if (declare(variant.name) && !variant.choices.empty())
        here->variants[variant.name.text] = {&variant, variant.choices[0].text};
      break;
    }
    case ast::Item::Kind::Component: {
      const auto &component = ast::as<ast::ComponentItem>(*item);
      if (declare(component.name))
        here->components[component.name.text] = &component;
      else
        here->hasLostComponent = true;
      break;
    }
    case ast::Item::Kind::Policy: {
      const auto &policy = ast::as<ast::PolicyItem>(*item);
      if (declare(policy.name))
        here->policies[policy.name.text] = &policy;
      break;
    }
    case ast::Item::Kind::Numerics:
      // One program has one numerics: that of the file that is compiled.
      if (!here->isImported)
        readNumerics(ast::as<ast::NumericsItem>(*item));
      break;
    default:
      break;
    }
  }
}

static std::optional<ElementType> floatNamed(const std::string &word) {
  for (ElementType element : {ElementType::F64, ElementType::F32,
                              ElementType::BF16, ElementType::F16})
    if (word == spelling(element))
      return element;
  return std::nullopt;
}

void Checker::setNumerics(const std::string &key, const std::string &word) {
  if (key == "order")
    isOrderFixed = word != "any";
  std::optional<ElementType> element = floatNamed(word);
  if (!element)
    return;
  if (key == "store")
    program.numerics.store = *element;
  else if (key == "compute")
    program.numerics.compute = *element;
  else if (key == "accumulate")
    program.numerics.accumulate = *element;
}

void Checker::readNumerics(const ast::NumericsItem &item) {
  std::set<std::string> seen;
  const std::vector<std::string> keys = {"store", "compute", "accumulate",
                                         "order"};
  for (const auto &[key, word] : item.lines) {
    if (!seen.insert(key.text).second) {
      diags.report(message::alreadyBound, key.location, key.text)
          .help("each line of `numerics` stands once");
      continue;
    }
    if (std::find(keys.begin(), keys.end(), key.text) == keys.end()) {
      diags.report(message::unknownLine, key.location, key.text, "numerics")
          .helpNearest(key.text, keys)
          .help("known: store, compute, accumulate, order");
      continue;
    }
    bool isOrder = key.text == "order";
    bool isKnown = isOrder ? word.text == "fixed" || word.text == "any"
                           : floatNamed(word.text).has_value();
    if (!isKnown)
      diags.report(message::lineMustBeOneOf, word.location, key.text,
                   isOrder ? "fixed, any" : "f64, f32, bf16, f16");
    setNumerics(key.text, word.text);
  }
}

void Checker::applySettings() {
  for (const auto &[name, value] : options.sets) {
    auto variant = here->variants.find(name);
    if (variant == here->variants.end()) {
      if (!here->constDecls.count(name))
        diags.reportGlobal(message::noSuchSetting, "constant or variant", name)
            .help("`--dim` sets dimensions");
      continue;
    }
    std::string choices;
    bool isChoice = false;
    for (const ast::Identifier &choice : variant->second.item->choices) {
      choices += (choices.empty() ? "" : ", ") + choice.text;
      isChoice |= choice.text == value;
    }
    if (isChoice)
      variant->second.chosen = value;
    else
      diags.reportGlobal(message::badSetting, name, value)
          .help("choices: {}", choices);
  }
  for (const auto &[key, word] : options.numerics) {
    bool isOrder = key == "order";
    if (!isOrder && key != "store" && key != "compute" && key != "accumulate")
      diags.reportGlobal(message::noSuchSetting, "line of numerics", key)
          .help("known: store, compute, accumulate, order");
    else if (isOrder ? word != "fixed" && word != "any"
                     : !floatNamed(word).has_value())
      diags.reportGlobal(message::badSetting, key, word)
          .help(isOrder ? "choices: fixed, any"
                        : "choices: f64, f32, bf16, f16");
    setNumerics(key, word);
  }
}

/// Whether a size is made from other dimensions.
static bool isDerived(const ast::Expr &expr) {
  switch (expr.kind) {
  case ast::Expr::Kind::Dimension:
    return true;
  case ast::Expr::Kind::Unary:
    return isDerived(*ast::as<ast::UnaryExpr>(expr).operand);
  case ast::Expr::Kind::Chain: {
    const auto &operands = ast::as<ast::ChainExpr>(expr).operands;
    return std::any_of(operands.begin(), operands.end(),
                       [](const ast::ExprPtr &e) { return isDerived(*e); });
  }
  case ast::Expr::Kind::Call: {
    const auto &args = ast::as<ast::CallExpr>(expr).args;
    return std::any_of(args.begin(), args.end(), [](const ast::Argument &arg) {
      return isDerived(*arg.value);
    });
  }
  case ast::Expr::Kind::Match: {
    const auto &arms = ast::as<ast::MatchExpr>(expr).arms;
    return std::any_of(arms.begin(), arms.end(), [](const ast::Argument &arg) {
      return isDerived(*arg.value);
    });
  }
  default:
    return false;
  }
}

void Checker::applyDimSettings() {
  for (const auto &[name, size] : options.dims) {
    auto decl = here->dimDecls.find(name);
    std::vector<std::string> known;
    for (const auto &[other, otherDecl] : here->dimDecls)
      known.push_back(other);
    if (decl == here->dimDecls.end())
      diags.reportGlobal(message::noSuchDimension, name)
          .helpNearest(name, known);
    else if (decl->second->kind == ast::DimDecl::Kind::Labels)
      diags.reportGlobal(message::cannotBeSet, name, "labelled");
    else if (decl->second->kind == ast::DimDecl::Kind::Size &&
             isDerived(*decl->second->value))
      diags.reportGlobal(message::cannotBeSet, name,
                         "derived from other dimensions")
          .help("set those it is made from");
  }
  for (const ast::DimDecl *decl : here->dimOrder)
    fileDimension(decl->name.text);
  for (const auto &[name, binding] : here->constDecls)
    constValue(name);
}

/// An inequality that the sizes of a run decide: what is left of the larger
/// side is 0 or more.
void Checker::checkInRun(ast::BinaryOperator op, const Size &left,
                         const Size &right, SourceLocation location) {
  bool isLess = op == ast::BinaryOperator::Less ||
                op == ast::BinaryOperator::LessEqual;
  bool isStrict = op == ast::BinaryOperator::Less ||
                  op == ast::BinaryOperator::Greater;
  std::optional<Size> rest = isLess ? SizeArithmetic::subtract(right, left)
                                    : SizeArithmetic::subtract(left, right);
  std::optional<SizeFormula> formula =
      rest ? arithmetic.sign(*rest, isStrict) : std::nullopt;
  if (formula)
    program.checks.push_back(
        {std::move(*formula),
         fmt::format("the assertion `{} {} {}` does not hold", spell(left),
                     ast::spelling(op), spell(right))});
  else if (options.mustBeBuildable)
    diags.report(message::laterRelease, location,
                 "an assertion of such numbers that only a run can decide");
}

void Checker::checkAsserts() {
  for (const std::unique_ptr<ast::Item> &item : file.items) {
    if (item->kind != ast::Item::Kind::Assert)
      continue;
    const ast::Expr &condition = *ast::as<ast::AssertItem>(*item).condition;
    if (condition.kind == ast::Expr::Kind::Chain) {
      const auto &chain = ast::as<ast::ChainExpr>(condition);
      auto [op, location] = chain.operators[0];
      if (ast::precedence(op) == ast::precedence(ast::BinaryOperator::Equal)) {
        std::optional<Size> left = constant(*chain.operands[0], nullptr);
        std::optional<Size> right = constant(*chain.operands[1], nullptr);
        if (!left || !right)
          continue;
        std::optional<bool> holds = compareSizes(op, *left, *right);
        if (!holds)
          checkInRun(op, *left, *right, item->location);
        if (holds && !*holds)
          diags.report(message::assertionFails, item->location,
                       spell(*left) + " " + ast::spelling(op) + " " +
                           spell(*right))
              .help("change the dimensions that it compares");
        continue;
      }
    }
    std::optional<Size> value = constant(condition, nullptr);
    if (value && value->constant() && value->constant()->isZero())
      diags.report(message::assertionFails, item->location, "it is false")
          .help("change the dimensions that it compares");
  }
}

void Checker::collectUsedNames() {
  // Words of the text: what a section uses counts, and what stands in the
  // braces of a file name, but nothing in comments.
  const std::string &text = source.text;
  bool isString = false, isBraced = false;
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    if (c == '\n')
      isString = isBraced = false;
    if (c == '"')
      isString = !isString;
    if (isString && (c == '{' || c == '}'))
      isBraced = c == '{';
    if (c == '#' && !isString) {
      while (i < text.size() && text[i] != '\n')
        ++i;
      continue;
    }
    if (!std::isalpha((unsigned char)c) && c != '_') {
      ++i;
      continue;
    }
    size_t start = i;
    while (i < text.size() &&
           (std::isalnum((unsigned char)text[i]) || text[i] == '_'))
      ++i;
    if (!isString || isBraced)
      ++namesUsed[text.substr(start, i - start)];
  }
}

void Checker::warnUnusedDims() {
  for (const ast::DimDecl *decl : here->dimOrder)
    if (namesUsed[decl->name.text] <= 1)
      diags.report(message::dimensionUnused, decl->name.location,
                   decl->name.text)
          .help("remove it");
}

} // namespace spex::sema
