//===- MoeDialect.cpp - The moe dialect -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registers the ops and allows inlining: components are private functions.
//
//===----------------------------------------------------------------------===//

#include "dialects/Moe/IR/MoeOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::moe;

#include "dialects/Moe/IR/MoeOpsDialect.cpp.inc"
#include "dialects/Moe/IR/MoeOpsEnums.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Moe/IR/MoeOps.cpp.inc"

namespace {
/// Without it the inliner silently keeps every call to a component.
struct MoeInlinerInterface final : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void MoeDialect::initialize() {
  addInterfaces<MoeInlinerInterface>();
  addOperations<
#define GET_OP_LIST
#include "dialects/Moe/IR/MoeOps.cpp.inc"
      >();
}
