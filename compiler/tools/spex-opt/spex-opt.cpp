//===- spex-opt.cpp - Every pass on its own -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads IR of any phase, runs the passes named on the command line, and prints
// the result. For tests, and for reading what one pass does.
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipelines/Registration.h"
#include "compiler/tools/spex-opt/Registration.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  spex::registerDialects(registry);
  spex::registerUpstreamPasses();
  spex::registerUpstreamConversions();
  spex::registerOwnPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "spex-opt: the passes of Spex, one by one\n", registry));
}
