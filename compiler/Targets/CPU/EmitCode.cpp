//===- EmitCode.cpp - LLVM dialect to machine code ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Translates to LLVM IR, runs LLVM's pipeline for the named CPU and writes an
// object file or assembly. No fused multiply-add is made here that the IR does
// not ask for: the same bits at every level depend on it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Targets/CPU/X86.h"
#include "compiler/Targets/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TimeProfiler.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

namespace spex {
namespace {
std::unique_ptr<llvm::TargetMachine>
makeMachine(const TargetDescription &target, std::string &error) {
  const llvm::Target *x86 = findX86(error);
  if (!x86)
    return nullptr;
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  auto level = target.optLevel == 0 ? llvm::CodeGenOptLevel::Less
                                    : llvm::CodeGenOptLevel::Default;
  std::unique_ptr<llvm::TargetMachine> machine(x86->createTargetMachine(
      llvm::Triple(x86Triple), target.cpu, target.features, options,
      llvm::Reloc::PIC_, std::nullopt, level));
  if (!machine)
    error = "LLVM makes no code for `" + target.cpu + "`";
  return machine;
}

/// The entry of a model is one function with many loops, in which loop strength
/// reduction would take most of the time of a build and gain nothing that can
/// be measured. LLVM offers its switch as an option only.
void skipStrengthReduction() {
  auto &known = llvm::cl::getRegisteredOptions();
  auto found = known.find("disable-lsr");
  if (found != known.end())
    static_cast<llvm::cl::opt<bool> *>(found->second)->setValue(true);
}

/// What pays for code that our own builder has vectorised, unrolled and put in
/// order: clean-up, common values, invariants out of loops. LLVM's default
/// pipeline takes five times as long and makes the same kernels.
constexpr llvm::StringLiteral cleanUp =
    "function<eager-inv>(sroa,early-cse,simplifycfg,"
    "instcombine<no-verify-fixpoint>,loop-mssa(loop-rotate,licm),loop(indvars),"
    "gvn,loop-mssa(licm),simplifycfg),globaldce";

bool optimise(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::TimeTraceScope scope("LLVM passes");
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::ModulePassManager passes;
  if (llvm::Error error = builder.parsePassPipeline(passes, cleanUp)) {
    llvm::consumeError(std::move(error));
    return false;
  }
  passes.run(module, modules);
  return true;
}
} // namespace

bool emitCode(mlir::ModuleOp module, const TargetDescription &target,
              CodeKind kind, llvm::SmallVectorImpl<char> &out,
              std::string &error) {
  std::unique_ptr<llvm::TargetMachine> machine = makeMachine(target, error);
  if (!machine)
    return false;
  mlir::registerBuiltinDialectTranslation(*module.getContext());
  mlir::registerLLVMDialectTranslation(*module.getContext());
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> llvmModule;
  {
    llvm::TimeTraceScope scope("translate to LLVM IR");
    llvmModule = mlir::translateModuleToLLVMIR(module, context, "spex");
  }
  if (!llvmModule) {
    error = "internal: the LLVM dialect does not translate to LLVM IR";
    return false;
  }
  // The name of the module would enter the object file: keep it constant.
  llvmModule->setModuleIdentifier("spex");
  llvmModule->setSourceFileName("spex");
  llvmModule->setTargetTriple(llvm::Triple(x86Triple));
  llvmModule->setDataLayout(machine->createDataLayout());
  for (llvm::Function &function : *llvmModule) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.cpu);
    function.addFnAttr("target-features", target.features);
    function.addFnAttr(llvm::Attribute::NoUnwind);
    // Keep 512-bit vectors whole where the CPU has them.
    if (target.vectorBits == 512)
      function.addFnAttr("prefer-vector-width", "512");
  }
  if (!optimise(*llvmModule, *machine)) {
    error = "internal: LLVM does not know a pass of the CPU target";
    return false;
  }

  llvm::TimeTraceScope scope("LLVM code generation");
  skipStrengthReduction();
  llvm::raw_svector_ostream stream(out);
  llvm::legacy::PassManager passes;
  auto type = kind == CodeKind::Object ? llvm::CodeGenFileType::ObjectFile
                                       : llvm::CodeGenFileType::AssemblyFile;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, type)) {
    error = "internal: LLVM cannot write this kind of file";
    return false;
  }
  passes.run(*llvmModule);
  return true;
}
} // namespace spex
