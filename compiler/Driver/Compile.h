//===- Compile.h - From a file to machine code ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One program, or the IR of a phase, on its way down. `build`, `run` and
// `verify` use it.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_DRIVER_COMPILE_H
#define COMPILER_DRIVER_COMPILE_H

#include "compiler/Driver/Source.h"
#include "compiler/Pipelines/Phases.h"
#include "compiler/Targets/Target.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

namespace spex {

class Compilation {
public:
  explicit Compilation(const Arguments &arguments);
  ~Compilation();

  /// Reads, parses and checks FILE, and makes its module unless `stopAt` is
  /// Ast. All functions have said why if they return false.
  bool start(const std::string &path, Phase stopAt);
  /// Lowers the module to `phase` (Grouped, Loops or Llvm), or leaves it if it
  /// is there already.
  bool lowerTo(Phase phase);
  /// Machine code or assembly of a module in the LLVM dialect.
  bool emit(CodeKind kind, llvm::SmallVectorImpl<char> &code);

  /// An object of a module given as text, for any x86-64 CPU: it may run before
  /// the program has checked what it needs.
  bool emitText(llvm::StringRef text, llvm::SmallVectorImpl<char> &object);

  /// What the program says about itself, of a module in the LLVM dialect.
  std::string manifest() const;
  /// The text of the module, with locations: what `--emit` writes.
  std::string text() const;
  /// The default of OUT.
  std::string name() const;
  /// The checked program; absent if FILE was IR.
  const CheckedSource &source() const { return checked; }
  const EntryPoint *entry() const { return entryPoint; }
  Phase phase() const { return current; }

  /// From now on what a later release compiles is no error that is printed.
  void keepQuietAboutLaterReleases() { isQuiet = true; }
  /// The first such thing, or "".
  const std::string &laterRelease() const { return later; }

private:
  bool parseModule();
  bool generateModule();
  void handle(mlir::Diagnostic &diagnostic);
  void dump(Phase phase, llvm::StringRef content);
  void showDiagnostics();
  bool verifyModule();
  void writeReproducer();

  const Arguments &arguments;
  CheckedSource checked;
  const EntryPoint *entryPoint = nullptr;
  TargetDescription target;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Phase current = Phase::Ast;
  bool isFromIR = false; ///< diagnostics of MLIR are the user's, not ours
  bool isReplaying = false; ///< everything was said the first time
  bool isQuiet = false;
  std::string later;
};

/// Compiles FILE and links it into memory: a descriptor, or -1 after an error.
int compileInMemory(Compilation &compilation, const std::string &path);

} // namespace spex

#endif // COMPILER_DRIVER_COMPILE_H
