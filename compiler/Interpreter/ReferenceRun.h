//===- ReferenceRun.h - Whole runs of the reference -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `spex run --reference` and `spex verify` do once a program is checked:
// load, run, write and compare, with the options of compiled models. Nothing
// is printed here; messages and texts are given back.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_INTERPRETER_REFERENCERUN_H
#define COMPILER_INTERPRETER_REFERENCERUN_H

#include "compiler/Interpreter/Bounds.h"
#include "compiler/Interpreter/Interpreter.h"

#include <functional>

namespace spex::interpreter {

struct ReferenceOptions {
  std::string weights;                        ///< --weights, or empty
  std::map<std::string, std::string> inputs;  ///< --input NAME=FILE.npy
  std::map<std::string, std::string> outputs; ///< --output NAME=FILE.npy
  std::map<std::string, int64_t> at;          ///< --at B=2,S=7
  uint64_t seed = 0;                          ///< --seed
  std::string routes;                         ///< --routes FILE
  std::string replay;                         ///< --replay FILE
  std::string stats;                          ///< --stats FILE or -
};

/// What a command shows beside its status.
struct ReferenceReport {
  std::string error;              ///< one sentence without "error: ", or ""
  std::vector<std::string> notes; ///< for stderr, one line each
  std::string chart;              ///< `--stats -`, for stderr
  int64_t foreignChoices = 0;     ///< taken from a replay
};

/// `spex run --reference` without --generate.
ReferenceReport runReferenceFiles(const Program &program,
                                  const EntryPoint &entry,
                                  const ReferenceOptions &options);

struct GenerateOptions {
  int64_t count = 0;      ///< --generate N
  std::string prompt;     ///< --prompt TEXT, byte for byte
  std::string promptFile; ///< --prompt-ids FILE.npy instead, [1, n]
  double temperature = 0; ///< 0 is greedy
};

/// `spex run --reference --generate N`: runs forward anew on the growing
/// prefix. `emit` gets the prompt's ids and then each new one; whether they
/// are bytes is told by `vocabularySize`.
ReferenceReport generateByReference(const Program &program,
                                    const EntryPoint &entry,
                                    const ReferenceOptions &options,
                                    const GenerateOptions &generate,
                                    const std::function<void(int64_t)> &emit);

/// The size of V of a model index<V>[B, S] -> [B, S, V], or 0.
int64_t vocabularySize(const EntryPoint &entry);

/// Writes the seeded random inputs of a verification, so that the native model
/// can read the same ones; options.inputs become the files' names.
std::string writeRandomInputs(const EntryPoint &entry,
                              const std::string &folder,
                              ReferenceOptions &options);

struct Verification {
  std::string error; ///< the comparison could not be made
  bool passes = false;
  std::string text; ///< what `spex verify` prints
};

/// Compares the files that a native run wrote (options.outputs, and its
/// --routes as options.replay) with the reference on options.inputs.
Verification verifyFiles(const Program &program, const EntryPoint &entry,
                         const ReferenceOptions &options);

} // namespace spex::interpreter

#endif // COMPILER_INTERPRETER_REFERENCERUN_H
