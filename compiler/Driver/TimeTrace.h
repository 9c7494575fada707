//===- TimeTrace.h - Where the time of a command goes -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_TIMETRACE_H
#define COMPILER_DRIVER_TIMETRACE_H

#include "compiler/Driver/Arguments.h"

namespace spex {

/// With `--time-trace=FILE`, collects the time of phases and passes from here
/// on.
class TimeTrace {
public:
  explicit TimeTrace(const Arguments &arguments);
  ~TimeTrace();
  /// Writes the file, as Chrome and Perfetto read it. Gives `status`, or 1
  /// after an error.
  int finish(int status);

private:
  std::string path; ///< empty: nothing is collected
};

} // namespace spex

#endif // COMPILER_DRIVER_TIMETRACE_H
