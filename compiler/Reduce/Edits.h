//===- Edits.h - Ways to make a program smaller -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every edit changes one place of a syntax tree. Those of a tree are always
// found in the same order, so that an edit is known by its number.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_REDUCE_EDITS_H
#define COMPILER_REDUCE_EDITS_H

#include "compiler/Frontend/AST.h"

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

namespace spex {

/// What is tried in this order: large parts first.
enum class EditKind {
  Items,       ///< a component, section or other declaration is left out
  Lines,       ///< a line of a section
  Statements,  ///< a statement of a body
  Clauses,     ///< a clause of a route or policy
  Formals,     ///< an input, with the argument of every call
  Names,       ///< one of `dim A = 1, B = 2` or `param a, b`
  Expressions, ///< one of its operands takes the place of an expression
  Numbers,     ///< a whole number is halved
};
constexpr EditKind allEditKinds[] = {
    EditKind::Items,   EditKind::Lines, EditKind::Statements,
    EditKind::Clauses, EditKind::Formals, EditKind::Names,
    EditKind::Expressions, EditKind::Numbers};

/// The edits of one kind. To apply several, begin with the last: what is inside
/// a part comes after the part.
std::vector<std::function<void()>> findEdits(ast::File &tree, EditKind kind);

/// Leaves out what is declared at these places of a body: values, parameters,
/// parts, and inputs with the argument of every call.
void removeNames(ast::File &tree, const std::set<uint32_t> &offsets);

} // namespace spex

#endif // COMPILER_REDUCE_EDITS_H
