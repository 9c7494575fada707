//===- Features.cpp - CPUs by name and their features ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds what a CPU has by LLVM's own tables. Only features are named that the
// runtime can check at start, so that a binary never dies on an instruction.
//
//===----------------------------------------------------------------------===//

#include "compiler/Targets/CPU/X86.h"
#include "compiler/Targets/Target.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <mutex>

namespace spex {
namespace {
/// Features that code generation may use and that runtime/Main checks.
constexpr llvm::StringLiteral checkedFeatures[] = {
    "avx",     "avx2",     "fma",      "bmi",      "bmi2",
    "f16c",    "lzcnt",    "popcnt",   "movbe",    "avx512f",
    "avx512bw", "avx512dq", "avx512vl", "avx512cd", "avx512vnni",
    "avx512bf16"};

/// Features that some CPUs have and the runtime does not check: never used.
constexpr llvm::StringLiteral unusedFeatures[] = {
    "avx512fp16", "avx512vbmi",  "avx512vbmi2", "avx512bitalg",
    "avx512ifma", "avx512vpopcntdq", "avxvnni",  "avxifma",
    "avxneconvert", "avxvnniint8", "amx-tile", "amx-int8", "amx-bf16",
    "gfni", "vaes", "vpclmulqdq", "xop", "fma4", "tbm",
    "avx10.1", "avx10.2"};
} // namespace

const llvm::Target *findX86(std::string &error) {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  return llvm::TargetRegistry::lookupTarget(llvm::Triple(x86Triple), error);
}

std::optional<TargetDescription> findTarget(llvm::StringRef cpu,
                                            std::string &error) {
  const llvm::Target *x86 = findX86(error);
  if (!x86)
    return std::nullopt;
  bool isNative = cpu == "native";
  std::string name = isNative ? llvm::sys::getHostCPUName().str() : cpu.str();

  // An unknown name would make LLVM print to stderr: ask a plain subtarget.
  std::unique_ptr<llvm::MCSubtargetInfo> plain(
      x86->createMCSubtargetInfo(llvm::Triple(x86Triple), "x86-64", ""));
  if (!plain || !plain->isCPUStringValid(name)) {
    error = "unknown CPU `" + name +
            "`: --cpu takes native or a name such as x86-64-v3, znver4, "
            "sapphirerapids";
    return std::nullopt;
  }
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
      x86->createMCSubtargetInfo(llvm::Triple(x86Triple), name, ""));
  llvm::StringMap<bool> host;
  if (isNative)
    host = llvm::sys::getHostCPUFeatures();

  TargetDescription target;
  target.cpu = name;
  llvm::SmallVector<std::string> list;
  for (llvm::StringRef feature : checkedFeatures) {
    // A virtual machine may hide what the model of its CPU has.
    bool has = subtarget->checkFeatures(("+" + feature).str()) &&
               (!isNative || host.lookup(feature));
    list.push_back(((has ? "+" : "-") + feature).str());
  }
  for (llvm::StringRef feature : unusedFeatures)
    list.push_back(("-" + feature).str());
  target.features = llvm::join(list, ",");

  auto has = [&](llvm::StringRef feature) {
    return llvm::is_contained(list, ("+" + feature).str());
  };
  if (!has("avx2") || !has("fma")) {
    error = "CPU `" + name +
            "` lacks AVX2 and FMA: code is made for x86-64-v3 and later";
    return std::nullopt;
  }
  if (has("avx512f") && has("avx512bw") && has("avx512dq") && has("avx512vl"))
    target.vectorBits = 512;
  target.bf16 = target.vectorBits == 512 && has("avx512bf16");
  if (target.vectorBits == 512)
    target.l2Bytes = 1024 * 1024;
  return target;
}

std::optional<TargetDescription> readTarget(mlir::ModuleOp module,
                                            std::string &error) {
  auto dict = module->getAttrOfType<mlir::DictionaryAttr>("spex.target");
  auto text = [&](llvm::StringRef key) {
    auto attr = dict ? dict.getAs<mlir::StringAttr>(key) : mlir::StringAttr();
    return attr ? std::optional<std::string>(attr.str()) : std::nullopt;
  };
  auto number = [&](llvm::StringRef key) {
    auto attr = dict ? dict.getAs<mlir::IntegerAttr>(key) : mlir::IntegerAttr();
    return attr ? std::optional<int64_t>(attr.getInt()) : std::nullopt;
  };
  auto cpu = text("cpu"), features = text("features");
  auto bits = number("vector_bits"), level = number("opt_level"),
       l2Bytes = number("l2_bytes");
  if (!cpu || !features || !bits || !level || !l2Bytes) {
    error = "the module has no complete attribute `spex.target`: is it the "
            "output of `spex build --emit`?";
    return std::nullopt;
  }
  // Names from a file are looked up like names from a user, not believed.
  std::optional<TargetDescription> known = findTarget(*cpu, error);
  if (!known)
    return std::nullopt;
  TargetDescription target;
  target.cpu = *cpu;
  target.features = *features;
  target.vectorBits = *bits;
  target.optLevel = *level;
  target.l2Bytes = *l2Bytes;
  auto bf16 = dict.getAs<mlir::BoolAttr>("bf16");
  target.bf16 = bf16 && bf16.getValue();
  return target;
}
} // namespace spex
