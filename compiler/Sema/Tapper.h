//===- Tapper.h - From a path to one more result ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to Tap.cpp and TapInside.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_SEMA_TAPPER_H
#define COMPILER_SEMA_TAPPER_H

#include "compiler/Sema/TapValues.h"

#include <functional>

namespace spex::tap {

/// Every expression of a statement that runs once in a call of its body, inner
/// ones first.
void walk(Statement &statement, const std::function<void(ExprPtr &)> &fn);

class Tapper {
public:
  explicit Tapper(Program &program) : program(program) {}
  std::string run(const EntryPoint &entry, const std::string &path);

private:
  Program &program;
  std::string path;

  Instance &instanceOf(const Instance *wanted);
  std::string find(Instance &instance, const std::string &rest, ExprPtr &value);
  std::string findBelow(Instance &instance, const std::string &rest,
                        ExprPtr &value);
  ExprPtr hoist(Instance &instance, size_t statement, ExprPtr &call);
  Expr &returnedRecord(Instance &instance, std::string first);
  std::string findInExperts(const std::vector<Statement> &statements,
                            const std::string &rest, ExprPtr &value);
  std::string findInScans(Instance &instance, const std::string &rest,
                          ExprPtr &value);
  std::string addToScan(ExprPtr &loop, Scan &scan, ExprPtr value);
  std::string addResult(Instance &instance, ExprPtr value, std::string first);
  std::string addField(Instance &instance, ExprPtr value, std::string first);
  std::string addToCall(ExprPtr &call, const Instance &callee,
                        const Type &added);
  std::string forEachCall(const Instance &callee,
                          const std::function<std::string(ExprPtr &)> &fn);
};

} // namespace spex::tap

#endif // COMPILER_SEMA_TAPPER_H
