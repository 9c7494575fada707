//===- RuntimeTypes.h - Element types as the runtime names them -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the interpreter's loading and writing of files.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_RUNTIMETYPES_H
#define COMPILER_INTERPRETER_RUNTIMETYPES_H

#include "compiler/Sema/Program.h"

#include "spex/tensor.h"

namespace spex::interpreter {

inline spex_type runtimeType(ElementType element) {
  switch (element) {
  case ElementType::F64:
    return SPEX_F64;
  case ElementType::F32:
    return SPEX_F32;
  case ElementType::BF16:
    return SPEX_BF16;
  case ElementType::F16:
    return SPEX_F16;
  case ElementType::Int:
  case ElementType::Index:
    return SPEX_I32;
  case ElementType::Bool:
    return SPEX_BOOL;
  }
  return SPEX_F64;
}

/// Frees what the runtime allocated for a file.
struct OwnedTensor {
  spex_tensor tensor = {};
  OwnedTensor() = default;
  OwnedTensor(const OwnedTensor &) = delete;
  OwnedTensor &operator=(const OwnedTensor &) = delete;
  ~OwnedTensor() { spex_tensor_free(&tensor); }
};

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_RUNTIMETYPES_H
