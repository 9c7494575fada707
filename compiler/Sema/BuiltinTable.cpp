//===- BuiltinTable.cpp - Look up built-in functions ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builtins.def as data.
//
//===----------------------------------------------------------------------===//

#include "compiler/Sema/Checker.h"

namespace spex::sema {

static std::vector<std::string> words(const char *text) {
  std::vector<std::string> result;
  for (const char *at = text; *at;) {
    const char *end = at;
    while (*end && *end != ' ')
      ++end;
    result.emplace_back(at, end);
    at = *end ? end + 1 : end;
  }
  return result;
}

static const std::vector<BuiltinInfo> &table() {
  static const std::vector<BuiltinInfo> rows = {
#define BUILTIN(name, text, stage, form, values, optional, required, dims,     \
                elements)                                                      \
  {Builtin::name,                                                              \
   text,                                                                       \
   Stage::stage,                                                               \
   BuiltinInfo::Form::form,                                                    \
   values,                                                                     \
   words(optional),                                                            \
   words(required),                                                            \
   BuiltinInfo::Dims::dims,                                                    \
   BuiltinInfo::Elements::elements},
#include "compiler/Builtins.def"
  };
  return rows;
}

const BuiltinInfo *BuiltinInfo::find(const std::string &name) {
  static const std::map<std::string, const BuiltinInfo *> byName = [] {
    std::map<std::string, const BuiltinInfo *> result;
    for (const BuiltinInfo &row : table())
      result[row.name] = &row;
    return result;
  }();
  auto found = byName.find(name);
  return found == byName.end() ? nullptr : found->second;
}

const BuiltinInfo &BuiltinInfo::of(Builtin builtin) {
  return table()[size_t(builtin)];
}

std::vector<std::string> BuiltinInfo::names() {
  std::vector<std::string> result;
  for (const BuiltinInfo &row : table())
    result.push_back(row.name);
  return result;
}

} // namespace spex::sema
