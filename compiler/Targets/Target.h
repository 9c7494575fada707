//===- Target.h - What code is made for -------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A CPU by name, with the properties that lowerings ask for. It travels in the
// IR as the module attribute `spex.target`, so that a phase can be re-entered
// without options.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_TARGETS_TARGET_H
#define COMPILER_TARGETS_TARGET_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace llvm {
class Module;
}
namespace mlir {
class ModuleOp;
}

namespace spex {

struct TargetDescription {
  std::string cpu;      ///< an LLVM CPU name, never `native`
  std::string features; ///< LLVM's feature string, checkable features only
  int vectorBits = 256; ///< 256 or 512
  bool bf16 = false;    ///< has vdpbf16ps
  int64_t l2Bytes = 512 * 1024;
  int optLevel = 3; ///< 0: plain loops; 3: kernels
};

/// Looks a CPU up; `native` is this machine. Fails with a sentence in `error`
/// if LLVM does not know it or it lacks AVX2 and FMA (x86-64-v3).
std::optional<TargetDescription> findTarget(llvm::StringRef cpu,
                                            std::string &error);

/// Reads `spex.target` of a module. Fails with a sentence in `error`.
std::optional<TargetDescription> readTarget(mlir::ModuleOp module,
                                            std::string &error);

/// What `emitCode` writes.
enum class CodeKind { Object, Assembly };

/// Optimises the LLVM-dialect module for the target and appends machine code
/// or assembly to `out`. Returns false with a sentence in `error`.
bool emitCode(mlir::ModuleOp module, const TargetDescription &target,
              CodeKind kind, llvm::SmallVectorImpl<char> &out,
              std::string &error);

} // namespace spex

#endif // COMPILER_TARGETS_TARGET_H
