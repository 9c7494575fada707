//===- Explain.cpp - spex explain -----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Diagnostics/Explain.h"
#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/Source.h"

#include "llvm/Support/raw_ostream.h"

namespace spex {

int explainCommand(const Arguments &arguments) {
  if (arguments.has(OPT_list_codes)) {
    if (!arguments.positional.empty())
      return fail("`spex explain --list` takes no operand");
    llvm::outs() << explainList();
    return 0;
  }
  std::optional<std::string> code = onlyOperand(arguments);
  if (!code)
    return 1;
  std::optional<std::string> page = explain(*code);
  if (!page)
    return fail("unknown code `" + *code +
                "`; `spex explain --list` lists them");
  llvm::outs() << *page;
  return 0;
}
} // namespace spex
