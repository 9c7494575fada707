//===- UpstreamPasses.cpp - Passes of MLIR on tensors and buffers ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Those the phases use and tests need, by narrow headers.
//
//===----------------------------------------------------------------------===//

#include "compiler/tools/spex-opt/Registration.h"

#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

void spex::registerUpstreamPasses() {
  mlir::bufferization::registerBufferizationPasses();
  mlir::registerLinalgPasses();
  mlir::memref::registerMemRefPasses();
  mlir::registerTransformsPasses();
}
