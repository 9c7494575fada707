//===- Programs.h - Running what was compiled, and shell commands -*- C++ -*-=//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_PROGRAMS_H
#define COMPILER_DRIVER_PROGRAMS_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace spex {

/// Runs the executable behind the descriptor and waits; false unless it ends
/// with 0. It has then said why, or this function has. With `output` that takes
/// what it writes to stdout.
bool runProgram(int descriptor, const std::vector<std::string> &arguments,
                std::string *output = nullptr);

/// How a shell command ended.
struct Outcome {
  int status =
      0; ///< as of the shell: 128 + the signal's number if one ended it
  bool isTimeout = false;
  std::string out, err; ///< the first 64 KiB of each

  bool failed() const { return status != 0 && !isTimeout; }
};

/// Runs `/bin/sh -c command` with an empty stdin, and ends it and what it
/// started after `seconds`. False, with a sentence in `error`, if it could not
/// be started.
bool runShell(const std::string &command, double seconds, Outcome &outcome,
              std::string &error);

/// The text as one word of the shell.
std::string shellQuoted(llvm::StringRef text);

} // namespace spex

#endif // COMPILER_DRIVER_PROGRAMS_H
