//===- IRGen.h - From a checked program to moe and linalg -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes one entry point as a module of the `moe` phase: tensors, source
// locations and dimension names. What of the language has no IR yet is
// reported as E0010 at its place.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_IRGEN_IRGEN_H
#define COMPILER_IRGEN_IRGEN_H

#include "compiler/Diagnostics/Diagnostics.h"
#include "compiler/Sema/Program.h"
#include "compiler/Targets/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace spex {

/// The module of `entry`, or null after a diagnostic. It is not verified yet:
/// one that fails is a fault of this library, not of the program. The target stands in it
/// as `spex.target`, so that later phases need no options.
mlir::OwningOpRef<mlir::ModuleOp> generate(const Program &program,
                                           const EntryPoint &entry,
                                           const TargetDescription &target,
                                           mlir::MLIRContext &context,
                                           DiagnosticEngine &diags);

} // namespace spex

#endif // COMPILER_IRGEN_IRGEN_H
