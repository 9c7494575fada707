//===- IRGen.cpp - From a checked program to moe and linalg ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes the module and its attributes, and checks what was written: IR that
// does not verify is our bug and is said to be one.
//
//===----------------------------------------------------------------------===//

#include "compiler/IRGen/IRGen.h"

#include "compiler/IRGen/Generator.h"
#include "dialects/Moe/IR/MoeOps.h"
#include "dialects/Spex/IR/SpexDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

static void setTarget(ModuleOp module, const spex::TargetDescription &target) {
  Builder builder(module.getContext());
  auto named = [&](llvm::StringRef name, Attribute value) {
    return NamedAttribute(builder.getStringAttr(name), value);
  };
  module->setAttr(
      "spex.target",
      builder.getDictionaryAttr(
          {named("cpu", builder.getStringAttr(target.cpu)),
           named("features", builder.getStringAttr(target.features)),
           named("vector_bits", builder.getI64IntegerAttr(target.vectorBits)),
           named("bf16", builder.getBoolAttr(target.bf16)),
           named("l2_bytes", builder.getI64IntegerAttr(target.l2Bytes)),
           named("opt_level", builder.getI64IntegerAttr(target.optLevel))}));
}

OwningOpRef<ModuleOp> spex::generate(const Program &program,
                                     const EntryPoint &entry,
                                     const TargetDescription &target,
                                     MLIRContext &context,
                                     DiagnosticEngine &diags) {
  context.loadDialect<SpexDialect, moe::MoeDialect, arith::ArithDialect,
                      bufferization::BufferizationDialect, func::FuncDialect,
                      linalg::LinalgDialect, math::MathDialect,
                      scf::SCFDialect, tensor::TensorDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(FileLineColLoc::get(
      &context, diags.file(entry.model->location.file).name, 1, 1));
  (*module)->setAttr("spex.name", StringAttr::get(&context, entry.name));
  setTarget(*module, target);
  irgen::Generator generator(program, entry, *module, diags);
  if (!generator.run())
    return nullptr;
  return module;
}
