//===- Load.h - Parameters, inputs and outputs of a run ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compiled models read and write, for the interpreter: safetensors, .npy
// and seeded initial values, through the runtime, so that both see the same
// bits. Every function gives a sentence about what is wrong, or "".
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_LOAD_H
#define COMPILER_INTERPRETER_LOAD_H

#include "compiler/Interpreter/Interpreter.h"

namespace spex::interpreter {

/// `outer` dims, then the declared ones; bounded dims at their bound.
SizeList storedShape(const StoredParameter &parameter);

/// Seeded initial values of all parameters of the entry point.
std::string initialParameters(const EntryPoint &entry, uint64_t seed,
                              ParameterMap &parameters);

/// Exactly the tensors of a safetensors file or folder; what is `fresh` gets
/// the initial values of the seed.
std::string readParameters(const EntryPoint &entry, const std::string &path,
                           uint64_t seed, ParameterMap &parameters);

/// Reads .npy files and takes the sizes of bounded dimensions from their
/// shapes and from `at`, by name.
std::string readInputs(const EntryPoint &entry,
                       const std::map<std::string, std::string> &files,
                       const std::map<std::string, int64_t> &at,
                       RunRequest &request);

/// Inputs drawn from a seed, at the sizes of the request: floats normal,
/// indices over their whole range.
std::string randomInputs(const EntryPoint &entry, uint64_t seed,
                         RunRequest &request);

/// Sizes by name; every bounded dimension of the entry needs one.
std::string resolveSizes(const EntryPoint &entry,
                         const std::map<std::string, int64_t> &at,
                         SizeMap &sizes);

std::string writeNpy(const std::string &path, const Tensor &tensor);
/// A file that holds a result: of a float type, or whole numbers.
std::string readNpyAs(const std::string &path, const std::string &name,
                      const Type &type, Tensor &tensor);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_LOAD_H
