//===- Registration.h - Dialects and interfaces of the phases ---*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a context needs before IR of any phase is parsed, made or lowered.
//
//===----------------------------------------------------------------------===//

#ifndef COMPILER_PIPELINES_REGISTRATION_H
#define COMPILER_PIPELINES_REGISTRATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace spex {
void registerDialects(mlir::DialectRegistry &registry);
} // namespace spex

#endif // COMPILER_PIPELINES_REGISTRATION_H
