//===- Explain.h - A page for each code -------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `spex explain` prints. Meanings and examples live in Pages/*.def.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DIAGNOSTICS_EXPLAIN_H
#define COMPILER_DIAGNOSTICS_EXPLAIN_H

#include "compiler/Diagnostics/Diagnostics.h"

namespace spex {

/// What is written by hand for a code. The programs are whole files: `wrong`
/// is refused with the code and nothing else, `mended` is accepted.
struct Page {
  Code code;
  const char *meaning;
  const char *wrong;
  const char *mended;
};
/// The page of a code, or null while there is none.
const Page *findPage(Code code);

/// The text for a code as "E0208", in either case; nothing if it is unknown.
std::optional<std::string> explain(std::string_view code);
/// One line for each code.
std::string explainList();

} // namespace spex

#endif // COMPILER_DIAGNOSTICS_EXPLAIN_H
