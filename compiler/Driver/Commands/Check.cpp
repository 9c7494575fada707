//===- Check.cpp - spex check ---------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Commands/Commands.h"
#include "compiler/Driver/Files.h"
#include "compiler/Driver/Source.h"

#include "llvm/Support/raw_ostream.h"

namespace spex {

int checkCommand(const Arguments &arguments) {
  std::optional<std::string> path = onlyOperand(arguments);
  if (!path)
    return 1;
  CheckedSource source;
  std::string error;
  if (!readFile(*path, source.file, error))
    return fail(error);
  if (!checkSource(arguments, /*mustBeBuildable=*/false, source))
    return 1;
  if (arguments.has(OPT_print_routes))
    llvm::outs() << printRoutes(*source.program);
  return 0;
}
} // namespace spex
