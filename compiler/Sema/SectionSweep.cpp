//===- SectionSweep.cpp - Check sweeps ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 13: lists for dimensions, constants, variants and the
// seed, and the sections that are run for each combination.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Sections.h"
#include "compiler/Sema/Walk.h"

namespace spex::sema {

void SectionChecker::checkSweep(const ast::SweepItem &item) {
  std::vector<std::string> runs;
  for (const std::unique_ptr<ast::Item> &other : checker.file.items)
    if (ast::RunItem::classof(other.get()))
      runs.push_back(ast::as<ast::RunItem>(*other).name.text);
  std::set<std::string> swept;
  bool hasRun = false;
  for (const ast::SweepLine &line : item.lines) {
    hasRun |= line.isRun;
    for (const ast::Identifier &name : line.names) {
      if (!line.isRun) {
        if (!swept.insert(name.text).second)
          diags.report(message::alreadyBound, name.location, name.text)
              .help("it is swept in a line above");
      } else if (std::find(runs.begin(), runs.end(), name.text) ==
                 runs.end()) {
        diags.report(message::nothingToRun, name.location, name.text)
            .helpNearest(name.text, runs);
      }
    }
    if (!line.isRun)
      checkSwept(line);
  }
  if (!hasRun)
    diags.report(message::sectionLacks, item.location, "sweep",
                 item.name.text, "run")
        .help("add `run` with the names of train and metrics sections");
}

/// Whether a size is made from other dimensions.
static bool isDerived(const ast::DimDecl &decl) {
  bool isMade = false;
  if (decl.kind == ast::DimDecl::Kind::Size)
    walk(*decl.value, [&](const ast::Expr &expr) {
      isMade |= expr.kind == ast::Expr::Kind::Dimension;
    });
  return isMade;
}

bool SectionChecker::canSweep(const ast::Identifier &name) {
  auto dim = checker.here->dimDecls.find(name.text);
  if (dim != checker.here->dimDecls.end()) {
    bool hasLabels = dim->second->kind == ast::DimDecl::Kind::Labels;
    if (hasLabels || isDerived(*dim->second)) {
      diags.report(message::cannotSweep, name.location, name.text)
          .help(hasLabels ? "its size is that of its list of labels"
                          : "it is computed from other dimensions; sweep those");
      return false;
    }
    return true;
  }
  if (name.text == "seed" || checker.here->constDecls.count(name.text) ||
      checker.here->variants.count(name.text))
    return true;
  std::vector<std::string> known = checker.dimensionNames(nullptr);
  for (const auto &[other, decl] : checker.here->constDecls)
    known.push_back(other);
  for (const auto &[other, variant] : checker.here->variants)
    known.push_back(other);
  known.push_back("seed");
  diags.report(message::cannotSweep, name.location, name.text)
      .helpNearest(name.text, known)
      .help("dimensions, constants, variants and `seed` can be swept");
  return false;
}

void SectionChecker::checkSwept(const ast::SweepLine &line) {
  bool isGood = true;
  for (const ast::Identifier &name : line.names)
    isGood &= canSweep(name);
  if (!isGood)
    return;
  auto refuse = [&](SourceLocation location, const char *help) {
    diags.report(message::cannotSweep, location, line.names[0].text)
        .help(help);
  };
  if (line.values->kind != ast::Expr::Kind::List)
    return refuse(line.values->location, "a sweep needs a list: `[1, 2, 4]`");
  for (const ast::ExprPtr &value :
       ast::as<ast::ListExpr>(*line.values).values) {
    if (!line.isTuple) {
      checkSweptValue(line.names[0], *value);
      continue;
    }
    bool isTuple = value->kind == ast::Expr::Kind::Tuple &&
                   ast::as<ast::TupleExpr>(*value).values.size() ==
                       line.names.size();
    if (!isTuple && line.names.size() > 1) {
      refuse(value->location, "each entry gives a value to each name: `[(1, "
                              "2), (2, 4)]`");
      continue;
    }
    for (size_t i = 0; i < line.names.size(); ++i)
      checkSweptValue(line.names[i],
                      isTuple ? *ast::as<ast::TupleExpr>(*value).values[i]
                              : *value);
  }
}

void SectionChecker::checkSweptValue(const ast::Identifier &name,
                                     const ast::Expr &value) {
  auto variant = checker.here->variants.find(name.text);
  if (variant != checker.here->variants.end()) {
    const std::vector<ast::Identifier> &choices =
        variant->second.item->choices;
    std::string word = value.kind == ast::Expr::Kind::Name
                           ? ast::as<ast::NameExpr>(value).name
                           : "";
    std::vector<std::string> known;
    std::string listed;
    for (const ast::Identifier &choice : choices) {
      known.push_back(choice.text);
      listed += (listed.empty() ? "" : ", ") + choice.text;
    }
    if (std::find(known.begin(), known.end(), word) == known.end())
      diags.report(message::noChoice, value.location, name.text, word)
          .helpNearest(word, known)
          .help("choices: {}", listed);
    return;
  }
  if (!name.isCapital() && name.text != "seed") {
    checker.number(value, nullptr);
    return;
  }
  std::optional<int64_t> size = wholeNumber(value, name.text);
  if (size && *size < 1 && name.isCapital())
    diags.report(message::sizeNotWhole, value.location, name.text, *size);
}

} // namespace spex::sema
