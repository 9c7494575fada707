//===- Sema.cpp - From syntax tree to checked program ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the work.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Sema.h"
#include "compiler/Sema/Checker.h"

#include "llvm/Support/ProgramStack.h"

namespace spex {
namespace sema {

void Checker::checkRoots() {
  // Models and exported components first, so that dimensions get their sizes
  // from real uses; then whatever nothing reaches.
  for (const std::unique_ptr<ast::Item> &item : file.items)
    if (item->kind == ast::Item::Kind::Component) {
      const auto &component = ast::as<ast::ComponentItem>(*item);
      if (component.role == ast::Role::Model && component.generics.empty())
        instantiate(component, {});
    }
  for (const ast::ExportItem *item : exports())
    componentNamed(item->target);
  checkRest();
}

void Checker::checkRest() {
  for (const std::unique_ptr<ast::Item> &item : file.items)
    if (item->kind == ast::Item::Kind::Component) {
      const auto &component = ast::as<ast::ComponentItem>(*item);
      if (component.generics.empty() &&
          components[component.name.text] == &component)
        instantiate(component, {});
    }
}

std::optional<Program> Checker::run() {
  Dimension *rows = newDimension("Rows", {});
  rows->size = int64_t(1) << 31;
  rows->isBounded = true;
  rows->formula.op = SizeFormula::Op::Dim;
  rows->formula.dim = rows;
  sizes[rows] = arithmetic.base(rows);
  rowsDim = rows;
  collect();
  collectUsedNames();
  applySettings();
  applyDimSettings();
  checkAsserts();
  checkRoots();
  warnUnusedDims();
  if (isExhausted || diags.hasErrors())
    return std::nullopt;
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

std::optional<Program> check(const ast::File &file, const SourceFile &source,
                             const SemaOptions &options,
                             DiagnosticEngine &diagnostics) {
  std::optional<Program> result;
  llvm::runOnNewStack(stackSize, [&] {
    sema::Checker checker(file, source, options, diagnostics);
    result = checker.run();
  });
  return result;
}

} // namespace spex
