//===- Imports.cpp - Names of one file and of those it imports ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language.md, section 14: `gates.Router<D, E>` is a component of an imported
// file. What stands in it means the names of its own file, but no dimensions.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

FileScope *Checker::scopeOf(const ast::File &imported) {
  std::unique_ptr<FileScope> &scope = scopes[&imported];
  if (scope)
    return scope.get();
  scope = std::make_unique<FileScope>();
  scope->isImported = &imported != &file;
  FileEntry entry(here, scope.get());
  collect(imported);
  return here;
}

void Checker::readImport(const ast::ImportItem &item) {
  // A file that could not be read was reported when it was looked for.
  if (declare(item.name))
    here->imports[item.name.text] =
        item.target ? scopeOf(*item.target) : nullptr;
}

std::optional<FileScope *> Checker::fileOf(const ast::Callee &callee) const {
  if (callee.module.empty())
    return here;
  auto found = here->imports.find(callee.module.text);
  if (found == here->imports.end())
    return std::nullopt;
  return found->second;
}

const ast::ComponentItem *
Checker::knownComponent(const ast::Callee &callee) const {
  FileScope *scope = fileOf(callee).value_or(nullptr);
  if (!scope)
    return nullptr;
  auto found = scope->components.find(callee.name.text);
  return found == scope->components.end() ? nullptr : found->second;
}

/// `Router`, or `gates.Router`.
static std::string spelled(const ast::Callee &callee) {
  return (callee.module.empty() ? "" : callee.module.text + ".") +
         callee.name.text;
}

template <typename Item, unsigned N>
const Item *
Checker::findItem(const ast::Callee &callee,
                  std::map<std::string, const Item *> FileScope::*table,
                  const Message<N> &unknown) {
  std::optional<FileScope *> scope = fileOf(callee);
  if (!scope) {
    std::vector<std::string> known;
    for (const auto &[name, target] : here->imports)
      known.push_back(name);
    diags.report(unknown, callee.module.location, spelled(callee))
        .helpNearest(callee.module.text, known)
        .help("`{}` is no import of this file", callee.module.text);
    return nullptr;
  }
  if (!*scope)
    return nullptr;
  const auto &items = (*scope)->*table;
  auto found = items.find(callee.name.text);
  if (found != items.end())
    return found->second;
  if ((*scope)->hasLostComponent)
    return nullptr;
  std::vector<std::string> known;
  for (const auto &[other, item] : items)
    known.push_back(other);
  diags.report(unknown, callee.name.location, spelled(callee))
      .helpNearest(callee.name.text, known);
  return nullptr;
}

const ast::ComponentItem *Checker::findComponent(const ast::Callee &callee) {
  return findItem(callee, &FileScope::components, message::unknownComponent);
}

const ast::PolicyItem *Checker::findPolicy(const ast::Callee &callee) {
  return findItem(callee, &FileScope::policies, message::unknownPolicy);
}

void Checker::reportUnknownDimension(const ast::Identifier &name, Body *body) {
  if (here->isImported && here->dimDecls.count(name.text)) {
    // Each component is told once of each dimension.
    const void *where = body && body->info ? body->info->component : nullptr;
    if (where && !usesOfFile.insert({where, name.text}).second)
      return;
    diags.report(message::importUsesDimension, name.location, name.text)
        .help("make it a generic, as `Router<{}>`, and pass it in the call",
              name.text);
    return;
  }
  diags.report(message::unknownDimension, name.location, name.text)
      .helpNearest(name.text, dimensionNames(body));
}

} // namespace spex::sema
