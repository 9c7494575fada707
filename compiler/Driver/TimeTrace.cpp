//===- TimeTrace.cpp - Where the time of a command goes -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/TimeTrace.h"
#include "compiler/Driver/Files.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/TimeProfiler.h"
#include "llvm/Support/raw_ostream.h"

namespace spex {

TimeTrace::TimeTrace(const Arguments &arguments)
    : path(arguments.value(OPT_time_trace_eq)) {
  if (!path.empty())
    llvm::timeTraceProfilerInitialize(/*TimeTraceGranularity=*/100, "spex");
}

TimeTrace::~TimeTrace() {
  if (llvm::timeTraceProfilerEnabled())
    llvm::timeTraceProfilerCleanup();
}

int TimeTrace::finish(int status) {
  if (path.empty())
    return status;
  llvm::SmallString<0> buffer;
  llvm::raw_svector_ostream stream(buffer);
  llvm::timeTraceProfilerWrite(stream);
  std::string error;
  return writeFile(path, buffer, error) ? status : fail(error);
}

} // namespace spex
