//===- Lower.cpp - The passes of each phase, in order ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function for each phase. No cse on tensors before they are buffers: it
// merges equal fills, and the second user of the filled tensor copies it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Pipelines/CheckPhase.h"
#include "compiler/Pipelines/Checks.h"
#include "compiler/Pipelines/Phases.h"

#include "dialects/Conversion/ExpandMath/Passes.h"
#include "dialects/Conversion/GroupedToLoops/Passes.h"
#include "dialects/Conversion/GroupedToRuntime/Passes.h"
#include "dialects/Conversion/GroupedToVector/Passes.h"
#include "dialects/Conversion/LinalgToLoops/Passes.h"
#include "dialects/Conversion/LinalgToVector/Passes.h"
#include "dialects/Conversion/MoeToGrouped/Passes.h"
#include "dialects/Grouped/Transforms/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ConvertToLLVM/ToLLVMPass.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/TimeProfiler.h"

using mlir::LogicalResult;
using mlir::ModuleOp;
using mlir::OpPassManager;

namespace spex {
namespace {
/// What the module's `spex.target` says about the way down.
struct Settings {
  bool isFast = false;  // -O3: panels and vectors, not plain loops
  bool hasBf16 = false; // the CPU rounds to bf16 by an instruction
  bool remarks = false; // report what is slow but correct
};
} // namespace

static Settings settingsOf(ModuleOp module) {
  Settings settings;
  auto target = module->getAttrOfType<mlir::DictionaryAttr>("spex.target");
  auto level = target ? target.getAs<mlir::IntegerAttr>("opt_level")
                      : mlir::IntegerAttr();
  auto bf16 = target ? target.getAs<mlir::BoolAttr>("bf16") : mlir::BoolAttr();
  settings.isFast = level && level.getInt() > 0;
  settings.hasBf16 = bf16 && bf16.getValue();
  return settings;
}

static void addGrouped(OpPassManager &passes, const Settings &) {
  // Functions that take slices of weights would copy every weight.
  passes.addPass(mlir::createInlinerPass());
  passes.addPass(mlir::createSymbolDCEPass());
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(mlir::moe::createConvertMoeToGroupedPass());
  passes.addPass(mlir::createCanonicalizerPass());
}

static void addBuffers(OpPassManager &passes, const Settings &settings) {
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(mlir::bufferization::createEmptyTensorEliminationPass());
  mlir::bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      mlir::bufferization::LayoutMapOption::IdentityLayoutMap;
  passes.addPass(mlir::bufferization::createOneShotBufferizePass(options));
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(mlir::createCSEPass());
  // Copies onto themselves fold only after cse.
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(createConvertCopiesToLinalgPass({settings.remarks}));
}

static void addLoops(OpPassManager &passes, const Settings &settings) {
  if (settings.isFast)
    passes.addPass(mlir::grouped::createChoosePanelsPass());
  addBuffers(passes, settings);
  if (settings.isFast) {
    passes.addPass(mlir::grouped::createConvertGroupedToVectorPass());
    passes.addPass(createConvertLinalgToVectorPass());
  }
  // Whatever the fast lowerings leave: selections, and all of it at -O0.
  passes.addPass(mlir::grouped::createConvertGroupedToLoopsPass());
  passes.addPass(createConvertLinalgToScalarLoopsPass());
  passes.addPass(mlir::grouped::createConvertGroupedToRuntimePass());
  // Equal sizes become one value before scratch is laid out by them.
  passes.addPass(mlir::createCSEPass());
  passes.addPass(mlir::grouped::createAssignScratchPass());
  passes.addPass(mlir::grouped::createOutlineTasksPass());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(mlir::createCanonicalizerPass());
}

static void addLlvm(OpPassManager &passes, const Settings &settings) {
  passes.addPass(mlir::grouped::createWrapEntryPass());
  passes.addPass(createExpandMathPass());
  if (!settings.hasBf16)
    passes.addPass(createExpandBFloat16Pass());
  passes.addPass(createReinterpretExpandShapePass());
  passes.addPass(mlir::memref::createExpandStridedMetadataPass());
  passes.addPass(mlir::createLowerAffinePass());
  // Masks, steps and shuffles, which the conversion below does not know. Without
  // kernels, only the instruction for pairs of bf16 takes vectors.
  if (settings.isFast || settings.hasBf16)
    passes.addPass(mlir::createConvertVectorToLLVMPass());
  passes.addPass(mlir::createSCFToControlFlowPass());
  passes.addPass(mlir::createConvertToLLVMPass());
  passes.addPass(mlir::createReconcileUnrealizedCastsPass());
  passes.addPass(mlir::createCSEPass());
}

namespace {
/// The time of each pass, for `--time-trace`.
struct TimePasses final : mlir::PassInstrumentation {
  void runBeforePass(mlir::Pass *pass, mlir::Operation *) override {
    llvm::timeTraceProfilerBegin("pass", pass->getArgument());
  }
  void runAfterPass(mlir::Pass *, mlir::Operation *) override {
    llvm::timeTraceProfilerEnd();
  }
  void runAfterPassFailed(mlir::Pass *, mlir::Operation *) override {
    llvm::timeTraceProfilerEnd();
  }
};
} // namespace

static LogicalResult runPhase(ModuleOp module, Phase phase,
                              const Settings &settings,
                              const PipelineOptions &options) {
  llvm::TimeTraceScope scope(phases()[static_cast<size_t>(phase)].name);
  mlir::PassManager passes(module.getContext());
  if (llvm::timeTraceProfilerEnabled())
    passes.addInstrumentation(std::make_unique<TimePasses>());
  if (!options.reproducer.empty())
    passes.enableCrashReproducerGeneration(options.reproducer,
                                           /*genLocalReproducer=*/true);
  switch (phase) {
  case Phase::Grouped:
    addGrouped(passes, settings);
    break;
  case Phase::Loops:
    addLoops(passes, settings);
    break;
  case Phase::Llvm:
    addLlvm(passes, settings);
    break;
  default:
    return module.emitError("no passes lead to the phase ")
           << phases()[static_cast<size_t>(phase)].name;
  }
  passes.addPass(createCheckPhasePass(phase, options.fault == phase));
  return passes.run(module);
}

LogicalResult lower(ModuleOp module, Phase from, Phase to,
                    const PipelineOptions &options) {
  Settings settings = settingsOf(module);
  settings.remarks = options.remarkScalarLoops;
  for (const PhaseInfo &info : phases()) {
    if (info.phase <= from || info.phase > to)
      continue;
    if (mlir::failed(runPhase(module, info.phase, settings, options)))
      return mlir::failure();
    if (info.phase == Phase::Loops && options.remarkScalarLoops)
      remarkScalarLoops(module);
    if (options.afterPhase)
      options.afterPhase(info.phase, module);
  }
  return mlir::success();
}
} // namespace spex
