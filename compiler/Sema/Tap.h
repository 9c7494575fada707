//===- Tap.h - Make a value inside of a model a result ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `spex run --tap PATH=FILE`. The value becomes one more result of each
// component on its way out and of the model, under its path; whoever reads the
// program after that, the interpreter or IRGen, need not know of it.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_TAP_H
#define COMPILER_SEMA_TAP_H

#include "compiler/Sema/Program.h"

namespace spex {

/// `path` is that of a component, as of its parameters, and then a name of its
/// body, `y` or `y.weight` of a route, or `r.f` of a record. The value gets the
/// dims of what repeats it in front: those of calls, of `stack` and `each`.
/// Gives back what is wrong, or nothing.
std::string addTap(Program &program, const EntryPoint &entry,
                   const std::string &path);

} // namespace spex

#endif // COMPILER_SEMA_TAP_H
