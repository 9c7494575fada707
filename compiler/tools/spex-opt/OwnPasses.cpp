//===- OwnPasses.cpp - Passes of our own ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every pass and lowering of dialects/, each on its own.
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipelines/CheckPhase.h"
#include "compiler/tools/spex-opt/Registration.h"

#include "dialects/Conversion/ExpandMath/Passes.h"
#include "dialects/Conversion/GroupedToLoops/Passes.h"
#include "dialects/Conversion/GroupedToRuntime/Passes.h"
#include "dialects/Conversion/GroupedToVector/Passes.h"
#include "dialects/Conversion/LinalgToLoops/Passes.h"
#include "dialects/Conversion/LinalgToVector/Passes.h"
#include "dialects/Conversion/MoeToGrouped/Passes.h"
#include "dialects/Grouped/Transforms/Passes.h"

void spex::registerOwnPasses() {
  mlir::grouped::registerSpexGroupedToLoopsPasses();
  mlir::grouped::registerSpexGroupedToRuntimePasses();
  mlir::grouped::registerSpexGroupedToVectorPasses();
  mlir::grouped::registerSpexGroupedTransformsPasses();
  mlir::moe::registerSpexMoeToGroupedPasses();
  registerCheckPhasePass();
  registerExpandMathPasses();
  registerSpexLinalgToLoopsPasses();
  registerSpexLinalgToVectorPasses();
}
