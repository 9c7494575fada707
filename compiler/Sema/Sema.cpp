//===- Sema.cpp - From syntax tree to checked program ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the work.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Sema.h"
#include "compiler/Sema/Checker.h"
#include "compiler/Sema/Sections.h"

#include "llvm/Support/ProgramStack.h"

#include <vector>

namespace spex {
namespace sema {

void Checker::checkRoots() {
  for (const std::unique_ptr<ast::Item> &item : file.items)
    if (item->kind == ast::Item::Kind::Component) {
      const auto &component = ast::as<ast::ComponentItem>(*item);
      if (component.role == ast::Role::Model && component.generics.empty())
        instantiate(component, {});
    }
  for (const std::unique_ptr<ast::Item> &item : file.items)
    if (item->kind == ast::Item::Kind::Export) {
      requests.push_back(readExport(ast::as<ast::ExportItem>(*item)));
      componentNamed(requests.back().item->target);
    }
}

/// What no choice of variants reaches is checked once.
void Checker::checkRest() {
  for (const ast::ComponentItem *component : uncalled())
    if (component->generics.empty())
      instantiate(*component, {});
}

std::vector<const ast::ComponentItem *> Checker::uncalled() const {
  std::set<const ast::ComponentItem *> reached = reachedElsewhere;
  for (const auto &[key, info] : instances)
    reached.insert(key.first);
  std::vector<const ast::ComponentItem *> rest;
  for (const std::unique_ptr<ast::Item> &item : file.items)
    if (item->kind == ast::Item::Kind::Component) {
      const auto &component = ast::as<ast::ComponentItem>(*item);
      bool isDeclared = here->components[component.name.text] == &component;
      if (isDeclared && !reached.count(&component))
        rest.push_back(&component);
    }
  return rest;
}

/// A component with generics has sizes only from a caller. Without one it is
/// checked with dimensions of no known size: whatever depends on sizes fits.
void Checker::checkUncalledGenerics() {
  for (const ast::ComponentItem *component : uncalled()) {
    std::vector<const Dimension *> generics;
    for (const ast::Identifier &name : component->generics) {
      Dimension *dim = newDimension(name.text, name.location);
      makeUnknown(dim);
      unknownDims.insert(dim);
      generics.push_back(dim);
    }
    instantiate(*component, generics);
  }
}

void Checker::declareAll() {
  Dimension *rows = newDimension("Rows", {});
  rows->size = int64_t(1) << 31;
  rows->isBounded = true;
  rows->formula.op = SizeFormula::Op::Dim;
  rows->formula.dim = rows;
  sizes[rows] = arithmetic.base(rows);
  rowsDim = program.rows = rows;
  here = scopeOf(file);
  applySettings();
  applyDimSettings();
  checkAsserts();
}

std::set<const ast::ComponentItem *> Checker::checkReachable() {
  declareAll();
  checkRoots();
  std::set<const ast::ComponentItem *> reached;
  for (const auto &[key, info] : instances) {
    reached.insert(key.first);
    if (info->component->role == ast::Role::Model && !info->isFailed)
      warnLaterSight(*info);
  }
  SectionChecker(*this).checkRuns();
  return reached;
}

std::optional<Program> Checker::run() {
  declareAll();
  collectUsedNames();
  checkRoots();
  if (!options.mustBeBuildable) {
    checkRest();
    SectionChecker(*this).checkAll();
    size_t numKnown = program.instances.size();
    checkUncalledGenerics();
    // They are no part of the program: nothing is known of their sizes.
    unknown.assign(
        std::make_move_iterator(program.instances.begin() + long(numKnown)),
        std::make_move_iterator(program.instances.end()));
    program.instances.resize(numKnown);
  }
  warnUnusedDims();
  if (isExhausted || diags.hasErrors())
    return std::nullopt;
  for (const std::unique_ptr<ast::Item> &item : file.items)
    if (item->kind == ast::Item::Kind::Weights)
      checkWeights(ast::as<ast::WeightsItem>(*item));
  makeEntries();
  std::set<const InstanceInfo *> warned;
  for (const EntryPoint &entry : program.entries)
    if (InstanceInfo *info = infoOf(entry.model); warned.insert(info).second) {
      warnUnusedParts(*info);
      warnLaterSight(*info);
    }
  if (diags.hasErrors())
    return std::nullopt;
  return std::move(program);
}

} // namespace sema

/// Enough for components nested as deep as is allowed, with sanitizers too.
static constexpr unsigned stackSize = 256u << 20;

/// Every choice of variants that is left open, as settings; at most 64.
static std::vector<SemaOptions> choices(const ast::File &file,
                                        const SemaOptions &options) {
  std::vector<SemaOptions> all = {options};
  for (const std::unique_ptr<ast::Item> &item : file.items) {
    if (item->kind != ast::Item::Kind::Variant)
      continue;
    const auto &variant = ast::as<ast::VariantItem>(*item);
    if (options.sets.count(variant.name.text))
      continue;
    std::vector<SemaOptions> next;
    for (const SemaOptions &each : all)
      for (const ast::Identifier &choice : variant.choices) {
        next.push_back(each);
        next.back().sets[variant.name.text] = choice.text;
      }
    if (next.size() > 64)
      break;
    all = std::move(next);
  }
  return all;
}

static std::optional<Program> checkOnThisStack(const ast::File &file,
                                               const SourceFile &source,
                                               const SemaOptions &options,
                                               DiagnosticEngine &diagnostics) {
  std::set<const ast::ComponentItem *> reached;
  if (!options.mustBeBuildable) {
    std::vector<SemaOptions> all = choices(file, options);
    for (size_t i = 1; i < all.size(); ++i)
      for (const ast::ComponentItem *component :
           sema::Checker(file, source, all[i], diagnostics).checkReachable())
        reached.insert(component);
  }
  sema::Checker checker(file, source, options, diagnostics);
  checker.leaveOut(std::move(reached));
  return checker.run();
}

std::optional<Program> check(const ast::File &file, const SourceFile &source,
                             const SemaOptions &options,
                             DiagnosticEngine &diagnostics) {
  std::optional<Program> result;
  llvm::runOnNewStack(stackSize, [&] {
    result = checkOnThisStack(file, source, options, diagnostics);
  });
  return result;
}

} // namespace spex
